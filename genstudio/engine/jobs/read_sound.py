"""Read a sound file at a rate."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.messages import ReadSound, Wish
from genstudio.core.sound_file import read_sound

__all__ = ["run"]


def run(request: ReadSound) -> Generator[None, Wish | None, NDArray[np.int16]]:
    """Its samples, mono."""
    yield None
    return read_sound(request.path, request.rate)
