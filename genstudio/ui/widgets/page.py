"""Images of one size side by side on a page, and where each of their pixels is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Page", "Pixel"]


@dataclass(frozen=True)
class Pixel:
    """A place among the images: which one, and the row and column in it."""

    image: int
    row: int
    column: int


class Page:
    """So many images, near a square unless `columns` says else, one pixel apart.

    x and y count the page's pixels.

    Attributes:
        count: how many images.
        height: rows of each.
        width: columns of each.
        columns: how many images lie side by side.
        pixels: (tall, wide) uint32, 0xffRRGGBB, the page itself.
        index: (B, H·W), where each pixel of each image is in the flattened page.
    """

    def __init__(self, count: int, height: int, width: int, columns: int | None = None) -> None:
        self.count, self.height, self.width = count, height, width
        self.columns = max(1, columns or math.ceil(math.sqrt(count)))
        rows = math.ceil(count / self.columns)
        self.tall = max(1, rows * (height + 1) - 1)
        self.wide = max(1, self.columns * (width + 1) - 1)
        self.pixels: NDArray[np.uint32] = np.zeros((self.tall, self.wide), np.uint32)
        tops = np.arange(count) // self.columns * (height + 1)
        lefts = np.arange(count) % self.columns * (width + 1)
        inside = np.arange(height)[:, None] * self.wide + np.arange(width)
        self.index = (tops * self.wide + lefts)[:, None] + inside.reshape(1, -1)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Count, height, width and columns: pages with the same look the same."""
        return self.count, self.height, self.width, self.columns

    def fill_gaps(self, colour: int) -> None:
        """Colour what lies between the images."""
        gaps = np.ones(self.pixels.size, np.bool_)
        gaps[self.index.reshape(-1)] = False
        self.pixels.reshape(-1)[gaps] = colour

    def place_of(self, pixel: Pixel) -> tuple[int, int]:
        """(x, y) of a pixel."""
        row, column = divmod(pixel.image, self.columns)
        return (
            column * (self.width + 1) + pixel.column,
            row * (self.height + 1) + pixel.row,
        )

    def pixel_at(self, x: int, y: int) -> Pixel | None:
        """The pixel at (x, y); None between the images and beyond the page."""
        if not (self.count and 0 <= x < self.wide and 0 <= y < self.tall):
            return None
        (tile_row, row), (tile, column) = divmod(y, self.height + 1), divmod(x, self.width + 1)
        image = tile_row * self.columns + tile
        inside = row < self.height and column < self.width and image < self.count
        return Pixel(image, row, column) if inside else None

    def neighbour(self, pixel: Pixel, down: int, right: int) -> Pixel | None:
        """One pixel on, over an image's edge into the next one; None beyond the page."""
        x, y = self.place_of(pixel)
        for _ in range(2):  # the second time over the gap
            x, y = x + right, y + down
            found = self.pixel_at(x, y)
            if found is not None:
                return found
        return None
