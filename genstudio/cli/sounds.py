"""Sounds that are brought along, at the rate of a model."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError

__all__ = ["samples_in"]


def samples_in(path: Path, rate: int) -> NDArray[np.int16]:
    """The samples of a WAV file, (n,) at a rate in Hz.

    Raises:
        UserError: it cannot be read, holds no samples, or is not 16-bit mono at that rate.
    """
    try:
        with wave.open(str(path)) as file:
            form = file.getnchannels(), file.getsampwidth(), file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.") from None
    except (OSError, EOFError, ValueError, wave.Error) as error:
        raise UserError(f"“{path.name}” is no WAV file that can be read: {error}.") from error
    if form != (1, 2, rate):
        raise UserError(f"“{path.name}” is not 16-bit mono at {rate:,} Hz.", "Convert it first.")
    if not len(samples):
        raise UserError(f"“{path.name}” holds no samples.")
    return samples.astype(np.int16)
