"""Orders in which the symbols of an image may be drawn, where a family permits a choice."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.spaces import Grid

__all__ = ["OrderName", "order_of"]

OrderName = Literal["raster", "reversed", "column-wise", "spiral"]


def order_of(name: OrderName, space: Grid) -> NDArray[np.int64]:
    """The flat index in S of each step: a permutation of 0 … D − 1.

    Pixels are permuted; the channels of a pixel follow each other, red, green, blue.

        raster   0 1 2   reversed   8 7 6   column-wise   0 3 6   spiral   0 1 2
                 3 4 5              5 4 3                 1 4 7            7 8 3
                 6 7 8              2 1 0                 2 5 8            6 5 4

    The numbers are the steps. The spiral runs clockwise from the upper left corner inwards.
    """
    pixels = np.arange(space.height * space.width).reshape(space.height, space.width)
    match name:
        case "raster":
            chosen = pixels.ravel()
        case "reversed":
            chosen = pixels.ravel()[::-1]
        case "column-wise":
            chosen = pixels.T.ravel()
        case "spiral":
            chosen = _spiral(pixels)
    channels = np.arange(space.channels)
    return (chosen[:, None] * space.channels + channels).ravel()


def _spiral(pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take the upper row, turn what is left by 90° against the clock, and so on."""
    rows = []
    while pixels.size:
        rows.append(pixels[0])
        pixels = np.rot90(pixels[1:])
    return np.concatenate(rows)
