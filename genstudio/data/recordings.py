"""What somebody recorded, as a model is given it: without the silence around it, equally loud."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["QUIET", "pieces", "sounding"]

QUIET = 0.02
"""Of a recording's peak, −34 dB: what is below it counts as silence."""

_MARGIN = 0.01  # seconds that are kept around what is louder
_PEAK = 0.9  # of full scale, for every recording alike


def sounding(samples: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """A recording (n,) from its first loud sample to its last, at the common peak.

    Args:
        samples: (n,); of all zeros nothing is left.
        rate: samples a second, Hz.
    """
    loudness = np.abs(samples.astype(np.float64))
    peak = loudness.max(initial=0.0)
    if peak == 0:
        return np.zeros(0, np.int16)
    loud = np.flatnonzero(loudness >= QUIET * peak)
    margin = round(_MARGIN * rate)
    kept = samples[max(0, int(loud[0]) - margin) : int(loud[-1]) + 1 + margin]
    found: NDArray[np.int16] = np.round(kept * (_PEAK * 32767 / peak)).astype(np.int16)
    return found


def pieces(samples: NDArray[np.int16], length: int) -> NDArray[np.int16]:
    """A recording that `sounding` returned, cut into (N, length) one after the other.

    What is left at the end is filled up with silence where it is half a piece or more, or all
    there is. Pieces in which nothing is loud are left out.
    """
    whole, rest = divmod(len(samples), length)
    count = whole + (2 * rest >= length or (not whole and rest > 0))
    found = np.zeros((count, length), np.int16)
    found.reshape(-1)[: len(samples)] = samples[: count * length]
    loud = np.abs(found.astype(np.float64)).max(axis=1, initial=0) >= QUIET * _PEAK * 32767
    kept: NDArray[np.int16] = found[loud]
    return kept
