"""The edges between two rows of a tree as pixels: thousands of them cost what one does.

All edges of a row lean alike, by the dilation or not at all. So a line of pixels between two rows
is the line above it moved on, and each is made from the brightness of the upper ends at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["leaning"]


def leaning(
    columns: NDArray[np.int64],
    shades: NDArray[np.uint8],
    lean: float,
    tall: int,
    wide: int,
) -> NDArray[np.uint8]:
    """Draw edges that run from a line of pixels down and to the left.

    Args:
        columns: (e,) pixel of each upper end.
        shades: (e,) of each edge, 1 or more; where they cross the largest is seen.
        lean: how far left the lower end is, pixels.
        tall: pixels from the upper to the lower end.
        wide: of the picture.

    Returns:
        (tall, wide) shades; 0 where there is no edge.
    """
    reach = int(np.ceil(lean))
    step = lean / tall
    span = max(1, round(step))  # pixels of an edge in one line
    # Of the upper ends that reach into the picture, those to its right included.
    here = (columns >= 0) & (columns < wide + reach)
    line = np.zeros(wide + reach + span, np.uint8)
    np.maximum.at(line, columns[here], shades[here])
    line = _largest(line, span)
    starts = np.floor(np.arange(tall) * step).astype(np.int64)
    return np.asarray(line[starts[:, None] + np.arange(wide)])


def _largest(line: NDArray[np.uint8], span: int) -> NDArray[np.uint8]:
    """(n,) the largest of each value and the `span` − 1 that follow it."""
    padded = np.concatenate([line, np.zeros(span, np.uint8)])
    width = 1
    while 2 * width <= span:
        padded = np.maximum(padded, np.append(padded[width:], np.zeros(width, np.uint8)))
        width *= 2
    rest = span - width
    if rest:
        padded = np.maximum(padded, np.append(padded[rest:], np.zeros(rest, np.uint8)))
    return padded[: len(line)]
