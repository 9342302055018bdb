"""From 8-bit pictures to symbols and back: fewer pixels, fewer levels. Integers throughout.

No float takes part, so the same picture gives the same symbols on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["area_average", "quantise"]

_CHUNK = 4096  # pictures averaged at once, to bound the memory


def quantise(pictures: NDArray[np.uint8], levels: int) -> NDArray[np.uint8]:
    """8-bit values v to symbols ⌊v · K / 256⌋ in 0 … K − 1.

    Args:
        pictures: any shape, 0 … 255.
        levels: K, from 2 to 256.

    Returns:
        The same shape; the array itself where K is 256.
    """
    if levels == 256:
        return pictures
    table = (np.arange(256) * levels // 256).astype(np.uint8)
    return table[pictures]


def area_average(pictures: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Reduce square pictures by averaging the area that each new pixel covers.

    Where the sides do not divide, a pixel that straddles a border counts on both sides with
    the share of its area. The mean is exact, rounded half up.

    Args:
        pictures: (N, S, S, C), 0 … 255, with S at most 256.
        size: the new side, at most S.

    Returns:
        (N, size, size, C); the array itself where the side stays.
    """
    side = pictures.shape[1]
    if size == side:
        return pictures
    # In units of 1/size of an old pixel, old pixel i covers [i·size, (i+1)·size) and new pixel
    # j covers [j·side, (j+1)·side); their overlaps are integers that sum to `side` for each j.
    old = np.arange(side) * size
    new = np.arange(size)[:, None] * side
    overlap = np.minimum(old + size, new + side) - np.maximum(old, new)
    # float64 holds these sums exactly: at most 255 · 256².
    weights = np.clip(overlap, 0, None).astype(np.float64)
    area = side * side
    reduced = np.empty((len(pictures), size, size, pictures.shape[3]), np.uint8)
    for start in range(0, len(pictures), _CHUNK):
        part = pictures[start : start + _CHUNK].transpose(0, 3, 1, 2).astype(np.float64)
        sums = (weights @ part @ weights.T).astype(np.int64)
        reduced[start : start + _CHUNK] = ((2 * sums + area) // (2 * area)).transpose(0, 2, 3, 1)
    return reduced
