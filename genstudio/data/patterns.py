"""Real images reduced to a handful of binary pixels, and how often each pattern occurs."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genstudio.core.spaces import grid_of
from genstudio.core.training import DataSpec
from genstudio.data import catalog

__all__ = ["pattern_counts", "sides"]

_CHUNK = 4096  # images averaged at once, to bound the memory


def sides(pixels: int) -> tuple[int, int]:
    """(height, width) of the squarest upright picture with so many pixels; a prime is a column."""
    width = next(w for w in range(math.isqrt(pixels), 0, -1) if pixels % w == 0)
    return pixels // width, width


@lru_cache(maxsize=16)
def pattern_counts(name: str, pixels: int) -> NDArray[np.int64]:
    """How often each of the 2ⁿ patterns occurs among a dataset's training images, (2ⁿ,).

    An image is averaged over the area of each of the n pixels; a pixel is on where it is brighter
    than the mean of all pixels of all images. Pattern x₁ … xₙ, in reading order, has the index
    Σᵢ xᵢ 2ⁿ⁻ⁱ.

    Raises:
        UserError: there is no such dataset, or it is not here, or is not of images.
    """
    data = catalog.open_data(DataSpec(name=name))
    grid_of(data.space)
    images = data.split("train").symbols
    height, width = sides(pixels)
    down, across = _areas(images.shape[1], height), _areas(images.shape[2], width)
    means = np.concatenate(
        [
            np.einsum("hi,nijc,wj->nhw", down, images[at : at + _CHUNK].astype(float), across,
                      optimize=True)
            for at in range(0, len(images), _CHUNK)
        ]
    ).reshape(len(images), pixels)  # fmt: skip
    on = means > means.mean()
    return np.bincount(on @ (1 << np.arange(pixels)[::-1]), minlength=2**pixels)


def _areas(old: int, new: int) -> NDArray[np.float64]:
    """(new, old): the part that each old pixel has in each new one; rows sum to 1."""
    # In units of 1/new of an old pixel, old pixel i covers [i·new, (i+1)·new).
    start, first = np.arange(old) * new, np.arange(new)[:, None] * old
    overlap = np.minimum(start + new, first + old) - np.maximum(start, first)
    return np.asarray(np.clip(overlap, 0, None) / old)
