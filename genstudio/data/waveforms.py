"""Pictures of data of any kind: an image is its own, a sound's is its waveform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.core.spaces import Grid, Sequence
from genstudio.data.companding import expanded

__all__ = ["picture_grid", "pictures_of"]

_HEIGHT, _WIDTH = 48, 96
_GROUND, _LINE = 24, 232


def picture_grid(space: Grid | Sequence) -> Grid:
    """What the pictures are: of an image its own space, of a sound that of its waveform."""
    if isinstance(space, Grid):
        return space
    return Grid(height=_HEIGHT, width=min(_WIDTH, space.length), levels=256, labels=space.labels)


def pictures_of(space: Grid | Sequence, data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pictures of data (N, *S): (N, H, W, C) symbols of `picture_grid`.

    A column of a waveform reaches from the lowest to the highest sample of its part of the
    time; the middle row is 0, the upper edge 1, the lower −1.
    """
    if isinstance(space, Grid):
        return data
    grid = picture_grid(space)
    samples = expanded(data.reshape(len(data), -1), space.levels)
    starts = np.arange(grid.width) * space.length // grid.width
    middle = (grid.height - 1) / 2
    top = np.round(middle - middle * np.maximum.reduceat(samples, starts, axis=1))
    bottom = np.round(middle - middle * np.minimum.reduceat(samples, starts, axis=1))
    rows = np.arange(grid.height)[None, :, None]
    inside = (rows >= top[:, None, :]) & (rows <= bottom[:, None, :])
    return np.where(inside, _LINE, _GROUND).astype(np.uint8)[..., None]
