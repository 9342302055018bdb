"""A sound file as it can be played."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError

__all__ = ["read_take"]


def read_take(path: Path) -> tuple[int, NDArray[np.int16]]:
    """Its rate in Hz and its samples (n,), its channels mixed to one.

    Raises:
        UserError: it is not there, is no sound file, or has no sound in it.
    """
    import soundfile  # noqa: PLC0415 - loads libsndfile

    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    try:
        channels, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except soundfile.SoundFileError as error:
        raise UserError(
            f"{path.name} is no sound file that GenStudio can read.",
            "It reads WAV, FLAC, OGG and MP3.",
        ) from error
    if not len(channels):
        raise UserError(f"{path.name} has no sound in it.")
    return int(rate), np.round(channels.mean(axis=1)).astype(np.int16)
