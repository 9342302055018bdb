"""How loud a sound is, and what makes two of them equally loud."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["decibels", "equal_gains", "rms", "scaled"]

_FULL = 32768.0  # what 16-bit samples call 1


def rms(samples: NDArray[np.int16]) -> float:
    """The root of the mean square of samples (n,), as a part of full scale; 0 of none."""
    if not samples.size:
        return 0.0
    return math.sqrt(float(np.mean(np.square(samples / _FULL))))


def equal_gains(first: NDArray[np.int16], second: NDArray[np.int16]) -> tuple[float, float]:
    """Factors, at most 1, after which both have the same RMS: the louder one is turned down.

    Where one of them is silent both stay as they are.
    """
    loud, other = rms(first), rms(second)
    if loud == 0.0 or other == 0.0:
        return 1.0, 1.0
    return min(1.0, other / loud), min(1.0, loud / other)


def scaled(samples: NDArray[np.int16], gain: float) -> NDArray[np.int16]:
    """Samples times a gain of at most 1."""
    return samples if gain == 1.0 else np.round(samples * gain).astype(np.int16)


def decibels(gain: float) -> float:
    """20 log₁₀ of an amplitude."""
    return 20 * math.log10(gain)
