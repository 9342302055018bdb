"""Which cells of a grid a shape covers; (row, column) names a cell, True is covered.

Shapes may lie partly or wholly outside the grid: what lies outside is left away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Cell",
    "Cells",
    "disc",
    "ellipse",
    "grow",
    "line",
    "polygon",
    "rectangle",
    "resized",
    "shrink",
    "swept",
]

Cell = tuple[int, int]
"""(row, column); may lie outside the grid."""

Cells = NDArray[np.bool_]
"""(H, W), True where covered."""


def disc(shape: tuple[int, int], at: Cell, diameter: int) -> Cells:
    """The cells whose centres lie in a disc around a cell.

    An odd diameter is centred on the cell, an even one on the cell's upper left corner: only so
    does the disc measure exactly `diameter` cells across.

    Args:
        shape: (H, W) of the grid.
        at: the cell.
        diameter: in cells, at least 1.
    """
    top, left = at[0] - diameter // 2, at[1] - diameter // 2
    return ellipse(shape, (top, left), (top + diameter - 1, left + diameter - 1))


def line(start: Cell, end: Cell) -> NDArray[np.int64]:
    """The cells (n, 2) from one to another, each the next one's neighbour, corners included.

    Along the longer side there is one cell in each row or column: the one nearest to the straight
    line between the centres (Bresenham 1965, IBM Systems Journal 4(1)).
    """
    away = np.subtract(end, start)
    count = max(1, int(np.abs(away).max()))
    along = np.arange(count + 1)[:, None] if away.any() else np.zeros((1, 1), np.int64)
    return np.asarray(np.array(start) + (2 * along * away + count) // (2 * count), np.int64)


def swept(shape: tuple[int, int], start: Cell, end: Cell, diameter: int) -> Cells:
    """What a disc covers on its way from one cell to another."""
    height, width = shape
    covered = np.zeros(shape, np.bool_)
    half = diameter // 2
    stamp = disc((diameter, diameter), (half, half), diameter)
    for row, column in line(start, end).tolist():
        top, left = row - half, column - half
        upper, lower = max(0, top), min(height, top + diameter)
        first, last = max(0, left), min(width, left + diameter)
        if upper < lower and first < last:
            covered[upper:lower, first:last] |= stamp[
                upper - top : lower - top, first - left : last - left
            ]
    return covered


def rectangle(shape: tuple[int, int], corner: Cell, opposite: Cell) -> Cells:
    """The rectangle between two cells, both included."""
    covered = np.zeros(shape, np.bool_)
    top, bottom = sorted((corner[0], opposite[0]))
    left, right = sorted((corner[1], opposite[1]))
    covered[max(0, top) : max(0, bottom + 1), max(0, left) : max(0, right + 1)] = True
    return covered


def ellipse(shape: tuple[int, int], corner: Cell, opposite: Cell) -> Cells:
    """The cells whose centres lie in the ellipse that fills the rectangle between two cells."""
    top, bottom = sorted((corner[0], opposite[0]))
    left, right = sorted((corner[1], opposite[1]))
    tall, wide = bottom - top + 1, right - left + 1
    # Twice the distances from the middle are whole, so that no rounding decides.
    down = (2 * np.arange(shape[0], dtype=np.int64) - top - bottom)[:, None]
    along = 2 * np.arange(shape[1], dtype=np.int64) - left - right
    inside = (down * wide) ** 2 + (along * tall) ** 2 <= (tall * wide) ** 2
    return np.asarray(inside, np.bool_)


def polygon(shape: tuple[int, int], points: Sequence[tuple[float, float]]) -> Cells:
    """The cells whose centres lie in a closed polygon, by the even-odd rule.

    Args:
        shape: (H, W) of the grid.
        points: (x, y) of the corners in cells from the grid's upper left corner; the last one is
            joined to the first.
    """
    height, width = shape
    crossings = np.zeros((height, width + 1), np.int64)
    for (x, y), (to_x, to_y) in zip(points, [*points[1:], *points[:1]], strict=True):
        upper, lower = sorted((y, to_y))
        rows = np.arange(height)
        rows = rows[(rows + 0.5 >= upper) & (rows + 0.5 < lower)]
        across = x + (rows + 0.5 - y) * (to_x - x) / (to_y - y) if rows.size else rows
        first = np.clip(np.ceil(across - 0.5), 0, width).astype(np.int64)  # the first cell beyond
        crossings[rows, first] += 1  # an edge crosses a row once, so no row is there twice
    return np.asarray(np.cumsum(crossings, axis=1)[:, :width] % 2 == 1, np.bool_)


def grow(cells: Cells, diagonal: bool = False) -> Cells:
    """The cells and their neighbours: 4 of each, or 8 with the diagonal ones."""
    grown = cells.copy()
    grown[1:] |= cells[:-1]
    grown[:-1] |= cells[1:]
    rows = grown if diagonal else cells
    wide = grown.copy()
    wide[:, 1:] |= rows[:, :-1]
    wide[:, :-1] |= rows[:, 1:]
    return wide


def shrink(cells: Cells, diagonal: bool = False) -> Cells:
    """The cells all of whose neighbours are covered; beyond the grid counts as covered."""
    return ~grow(~cells, diagonal)


def resized(cells: Cells, shape: tuple[int, int]) -> Cells:
    """The same picture in another size: each cell takes what is nearest to its centre."""
    rows = (2 * np.arange(shape[0]) + 1) * cells.shape[0] // (2 * shape[0])
    columns = (2 * np.arange(shape[1]) + 1) * cells.shape[1] // (2 * shape[1])
    return np.asarray(cells[rows[:, None], columns], np.bool_)
