"""Log-mel spectrograms: what the ear keeps of a sound, as numbers.

The mel scale is O'Shaughnessy's (Speech Communication, 1987): m = 2595 log₁₀(1 + f / 700). Bands
are triangles that overlap by half and lie evenly on it (Davis & Mermelstein, Comparison of
parametric representations for monosyllabic word recognition, 1980).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["BANDS", "HOP", "RATE", "bands", "log_mel"]

RATE = 8000
BANDS = 40
HOP = 80
"""Samples between two frames: 10 ms."""

_FRAME = 200  # samples, 25 ms
_SIZE = 256  # of the transform
_LOWEST, _HIGHEST = 60.0, 4000.0  # Hz
_DEPTH = 6.0  # powers of ten below the loudest band at which all is silence


def log_mel(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    """Log₁₀ of the power in each band and frame, relative to the largest of them.

    However loud the sound is as a whole makes no difference.

    Args:
        samples: (n,) at 8 kHz; all zeros are silence in every band.

    Returns:
        (40, frames), from −6 to 0, a frame for every 10 ms; at least one.
    """
    padded = np.pad(samples, (_FRAME // 2, _FRAME // 2 + HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME), _SIZE)) ** 2
    found = bands() @ power.T
    loudest = float(found.max(initial=0.0))
    if loudest == 0:
        return np.full(found.shape, -_DEPTH, np.float32)
    relative = np.maximum(found / loudest, 10**-_DEPTH)
    return np.asarray(np.log10(relative), np.float32)


@cache
def bands() -> NDArray[np.float64]:
    """(40, 129): the weight of each frequency of the transform in each band, at most 1."""
    low, high = (2595 * np.log10(1 + f / 700) for f in (_LOWEST, _HIGHEST))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    f = np.arange(_SIZE // 2 + 1) * RATE / _SIZE
    below, middle, above = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (f - below) / (middle - below), (above - f) / (above - middle)
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)))
