"""Symbols as pictures: 8-bit pixels, sample sheets, nearest-neighbour enlargement."""

from __future__ import annotations

import io
import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

__all__ = ["diverging", "grey", "png", "sheet", "to_8bit"]


def to_8bit(symbols: NDArray[np.uint8], levels: int) -> NDArray[np.uint8]:
    """Symbols 0 … K − 1 as 0 … 255, rounded."""
    table = np.round(np.arange(levels) * (255 / (levels - 1))).astype(np.uint8)
    return table[symbols]


def grey(expected: NDArray[np.float32], levels: int) -> NDArray[np.uint8]:
    """Images of floats from 0 to K − 1 as 0 … 255, rounded; what lies beyond is cut off."""
    return np.round(np.clip(expected / (levels - 1), 0, 1) * 255).astype(np.uint8)


@cache
def diverging() -> NDArray[np.uint8]:
    """(256, 3) colours of numbers from below zero to above it: blue, grey, orange."""
    ends = np.array([[33, 102, 220], [128, 128, 128], [240, 120, 30]], float)
    at = np.linspace(0, 2, 256)
    table = np.stack([np.interp(at, [0, 1, 2], ends[:, c]) for c in range(3)], axis=1)
    return np.round(table).astype(np.uint8)


def sheet(
    images: NDArray[np.uint8], levels: int, columns: int | None = None, scale: int = 1, gap: int = 1
) -> NDArray[np.uint8]:
    """Images (B, H, W, C) side by side on mid-grey, near a square unless `columns` says else.

    Returns:
        (height, width, C) uint8, each symbol a scale × scale block.
    """
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    page = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, channels), 128, np.uint8
    )
    for index, image in enumerate(to_8bit(images, levels)):
        row, column = divmod(index, columns)
        top, left = row * (height + gap), column * (width + gap)
        page[top : top + height, left : left + width] = image
    return page.repeat(scale, axis=0).repeat(scale, axis=1)


def png(page: NDArray[np.uint8], texts: dict[str, str] | None = None) -> bytes:
    """A PNG file of (H, W, 1 or 3) uint8, with texts in its metadata."""
    image = Image.fromarray(page[..., 0] if page.shape[-1] == 1 else page)
    information = PngInfo()
    for key, text in (texts or {}).items():
        information.add_itxt(key, text)
    stream = io.BytesIO()
    image.save(stream, "PNG", pnginfo=information)
    return stream.getvalue()
