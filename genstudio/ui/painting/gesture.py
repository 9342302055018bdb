"""One movement of a tool, from press to release: which cells it covers."""

from __future__ import annotations

import math

from genstudio.ui.painting import shapes
from genstudio.ui.painting.shapes import Cell, Cells
from genstudio.ui.painting.tool import FREEHAND, SIZED, Tool

__all__ = ["Gesture", "Place", "cell_of", "squared", "straightened"]

Place = tuple[float, float]
"""(x, y) on the picture, in pixels from its upper left corner."""


class Gesture:
    """Follows the pointer and says what is covered.

    Args:
        tool: what moves.
        opposite: whether it does the opposite: reveals instead of hides, or paints with paper.
        shape: (H, W) of the picture.
        size: diameter of the brush, in pixels.
        start: where it began.
    """

    def __init__(
        self, tool: Tool, opposite: bool, shape: tuple[int, int], size: int, start: Place
    ) -> None:
        self.tool, self.opposite = tool, opposite
        self.path = [start]  # all of it, for the lasso
        self._shape, self._size = shape, size
        self._first = self._last = cell_of(start)
        self._along_row: bool | None = None  # which way a constrained stroke goes

    def move(self, to: Place, constrained: bool) -> Cells | None:
        """Go on to a place; what a freehand tool covered on the way, of others nothing yet.

        Args:
            to: where the pointer is.
            constrained: whether only a square, a circle or a straight line will do.
        """
        cell = cell_of(to)
        if self.tool in FREEHAND:
            before, self._last = self._last, self._kept_straight(cell) if constrained else cell
            return shapes.swept(self._shape, before, self._last, self._size)
        if to != self.path[-1]:
            self.path.append(to)
        if constrained:
            rule = straightened if self.tool is Tool.LINE else squared
            cell = rule(self._first, cell)
        self._last = cell
        return None

    def covered(self) -> Cells:
        """All that the shape covers; of a freehand tool, what it covers where it is."""
        match self.tool:
            case Tool.RECTANGLE:
                return shapes.rectangle(self._shape, self._first, self._last)
            case Tool.ELLIPSE:
                return shapes.ellipse(self._shape, self._first, self._last)
            case Tool.LASSO:
                return shapes.polygon(self._shape, self.path)
            case Tool.LINE:
                return shapes.swept(self._shape, self._first, self._last, self._size)
        return shapes.disc(self._shape, self._last, self._size if self.tool in SIZED else 1)

    def _kept_straight(self, cell: Cell) -> Cell:
        """Along the row or the column of the first cell, whichever the stroke took first."""
        down, along = abs(cell[0] - self._first[0]), abs(cell[1] - self._first[1])
        if self._along_row is None and (down or along):
            self._along_row = along >= down
        return (self._first[0], cell[1]) if self._along_row else (cell[0], self._first[1])


def cell_of(place: Place) -> Cell:
    """The cell that a place lies in; it may lie outside the picture."""
    return math.floor(place[1]), math.floor(place[0])


def squared(corner: Cell, opposite: Cell) -> Cell:
    """The opposite corner of the square with the longer of the two sides."""
    down, along = opposite[0] - corner[0], opposite[1] - corner[1]
    side = max(abs(down), abs(along))
    return (
        corner[0] + (side if down >= 0 else -side),
        corner[1] + (side if along >= 0 else -side),
    )


def straightened(start: Cell, end: Cell) -> Cell:
    """The end of the line turned to the nearest multiple of 45°, as long on its longer side."""
    down, along = end[0] - start[0], end[1] - start[1]
    length = max(abs(down), abs(along))
    eighth = round(math.atan2(down, along) / (math.pi / 4)) * (math.pi / 4)
    turned = (round(math.sin(eighth)), round(math.cos(eighth)))  # 1 for sin 45° as well
    return start[0] + turned[0] * length, start[1] + turned[1] * length
