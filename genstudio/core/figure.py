"""The figure of the papers: rows of *occluded | completions | original*, as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from genstudio.core.export import check_pixels
from genstudio.core.pictures import png, to_8bit
from genstudio.core.recipe import KEY, Recipe

__all__ = ["CAPTIONS", "FigureRow", "figure", "figure_png", "representatives"]

CAPTIONS = ("occluded", "completions", "original")
"""Of the three parts of a row."""

_PAPER = 255
_INK = 0
_FRAME = 128  # a line around each image: neither black nor white images run into the paper
_GAP = 1  # symbols between two completions
_WIDE_GAP = 3  # symbols between two parts of a row
_HATCH = (np.array([255, 214, 140], np.uint8), np.array([217, 119, 6], np.uint8))
_STRIPE = 2  # pixels


@dataclass(frozen=True)
class FigureRow:
    """One line of the figure.

    Attributes:
        image: (H, W, C) uint8 symbols; what is hidden of it is not shown.
        known: (H, W, C) bool; a pixel is hatched where any of its channels is hidden.
        completions: (N, H, W, C) uint8.
        original: (H, W, C) uint8, or None where there is none.
    """

    image: NDArray[np.uint8]
    known: NDArray[np.bool_]
    completions: NDArray[np.uint8]
    original: NDArray[np.uint8] | None = None


def representatives(weights: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Which images to show where there is no room for all: each as often as its weight asks.

    The quantiles (i + ½) / count of the weights, so the same ones every time; (count,) ascending,
    and at most as many as there are images.
    """
    count = min(count, len(weights))
    heights = np.cumsum(weights) / weights.sum()
    middles = (np.arange(count) + 0.5) / count
    return np.minimum(np.searchsorted(heights, middles, side="right"), len(weights) - 1)


def figure(
    rows: Sequence[FigureRow],
    levels: int,
    scale: int,
    captions: tuple[str, str, str] | None = CAPTIONS,
) -> NDArray[np.uint8]:
    """The page: each symbol a scale × scale block, hidden pixels hatched in amber.

    The hatch is in two colours, so that no image of any kind looks the same.

    Args:
        rows: at least one, all of one size and with as many completions.
        levels: K.
        scale: side of a symbol's block, pixels.
        captions: for the three parts, above them; left out where one would not fit.

    Returns:
        (height, width, 3) uint8.

    Raises:
        UserError: the page would be too large for a file.
    """
    count, height, width, _ = rows[0].completions.shape
    lefts = _lefts(count, width, any(row.original is not None for row in rows))
    starts = np.array([lefts[0], lefts[1], *lefts[count + 1 :]]) * scale
    ends = np.array([lefts[0], lefts[count], *lefts[count + 1 :]]) * scale + width * scale
    titles = _titles(captions, starts, ends)
    head = max((title.height + 2 for title in titles), default=0)
    tall = head + (len(rows) * (height + _GAP) + _GAP) * scale
    wide = int(ends[-1]) + _GAP * scale
    check_pixels(tall, wide, scale)
    page = np.full((tall, wide, 3), _PAPER, np.uint8)
    for title, start, end in zip(titles, starts, ends, strict=False):
        left = int(start + end - title.width) // 2
        ink = np.asarray(title)[..., None]
        page[1 : 1 + title.height, left : left + title.width] = np.where(ink, _INK, _PAPER)
    for index, row in enumerate(rows):
        top = head + (_GAP + index * (height + _GAP)) * scale
        pictures = [_pixels(row.image, levels, scale)]
        pictures[0] = _hatched(pictures[0], row.known, scale)
        pictures += [_pixels(each, levels, scale) for each in row.completions]
        if row.original is not None:
            pictures.append(_pixels(row.original, levels, scale))
        for left, picture in zip(lefts, pictures, strict=False):
            _put(page, picture, top, left * scale)
    return page


def figure_png(
    rows: Sequence[FigureRow],
    levels: int,
    scale: int,
    recipe: Recipe,
    captions: tuple[str, str, str] | None = CAPTIONS,
) -> bytes:
    """The figure as a PNG that carries its recipe. Arguments and errors as `figure`."""
    return png(figure(rows, levels, scale, captions), {KEY: recipe.text()})


def _lefts(count: int, width: int, original: bool) -> list[int]:
    """Where each image of a row begins, in symbols."""
    after = _GAP + width + _WIDE_GAP
    lefts = [_GAP, *(after + index * (width + _GAP) for index in range(count))]
    if original:
        lefts.append(after + count * (width + _GAP) - _GAP + _WIDE_GAP)
    return lefts


def _pixels(image: NDArray[np.uint8], levels: int, scale: int) -> NDArray[np.uint8]:
    """(H, W, C) symbols as (H · scale, W · scale, 3)."""
    colours = np.broadcast_to(to_8bit(image, levels), (*image.shape[:2], 3))
    return colours.repeat(scale, axis=0).repeat(scale, axis=1)


def _hatched(picture: NDArray[np.uint8], known: NDArray[np.bool_], scale: int) -> NDArray[np.uint8]:
    hidden = ~known.all(axis=2).repeat(scale, axis=0).repeat(scale, axis=1)
    down, across = np.indices(hidden.shape)
    light = ((down + across) // _STRIPE % 2 == 0)[..., None]
    hatch = np.where(light, *_HATCH)
    shown: NDArray[np.uint8] = np.where(hidden[..., None], hatch, picture)
    return shown


def _put(page: NDArray[np.uint8], picture: NDArray[np.uint8], top: int, left: int) -> None:
    """Place a picture inside a frame of one pixel."""
    height, width, _ = picture.shape
    page[top - 1 : top + height + 1, left - 1 : left + width + 1] = _FRAME
    page[top : top + height, left : left + width] = picture


def _titles(
    captions: tuple[str, str, str] | None,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> list[Image.Image]:
    """The captions of the parts there are, black on white; none where one does not fit."""
    if captions is None:
        return []
    font = ImageFont.load_default_imagefont()  # of whole pixels, hence crisp
    titles = []
    for text, start, end in zip(captions, starts, ends, strict=False):
        left, top, right, bottom = font.getbbox(text)
        if right - left > end - start:
            return []
        title = Image.new("1", (int(right - left), int(bottom - top)), 0)
        ImageDraw.Draw(title).text((-left, -top), text, fill=1, font=font)
        titles.append(title)
    return titles
