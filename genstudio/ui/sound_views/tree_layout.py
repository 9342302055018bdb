"""Where the rows and the nodes of a tree of dilations are on a view along the axis of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.ui.sound_views.dilations import Dilations

__all__ = ["BOTTOM", "TOP", "TreeLayout"]

TOP, BOTTOM = 24, 8
"""Pixels above the root and below the samples."""

_DOT = 4.5  # pixels of the largest radius


@dataclass(frozen=True)
class TreeLayout:
    """The view's measures, in pixels from its upper left corner, and what they make of a tree.

    Attributes:
        tree: what is shown.
        width: of the view.
        height: of the view.
        start: the place in time, in samples, at its left edge.
        span: how many samples are seen.
    """

    tree: Dilations
    width: float
    height: float
    start: float
    span: float

    @property
    def per_sample(self) -> float:
        """How wide a sample is."""
        return self.width / self.span

    @property
    def gap(self) -> float:
        """From a row to the next one."""
        return (self.height - TOP - BOTTOM) / max(1, len(self.tree) - 1)

    def y_of(self, row: int) -> float:
        """How far down a row is: the samples at the bottom."""
        return self.height - BOTTOM - row * self.gap

    def x_of(self, place: float) -> float:
        """Where a place in time is, in samples; a node lies half a sample after its own."""
        return (place - self.start) * self.per_sample

    def columns(self, row: int, ratio: float) -> NDArray[np.int64]:
        """(m,) the device pixel across that each node of a row is in."""
        middles = self.tree.rows[row].positions + 0.5
        return np.asarray(np.floor((middles - self.start) * self.per_sample * ratio), np.int64)

    def radius(self, row: int) -> float:
        """How large the dots of a row may be, so that they neither touch nor hide another row."""
        positions = self.tree.rows[row].positions
        apart = int(np.diff(positions).min()) if len(positions) > 1 else _DOT / self.per_sample * 4
        return min(_DOT, 0.4 * apart * self.per_sample, 0.36 * self.gap)

    def nearest(self, x: float, y: float) -> tuple[int, int] | None:
        """(row, node) nearest to a point: of the nearest row; None where that is empty."""
        row = min(max(0, round((self.height - BOTTOM - y) / self.gap)), len(self.tree) - 1)
        place = self.start + x / self.per_sample - 0.5
        node = nearest_of(self.tree.rows[row].positions, place)
        return None if node is None else (row, node)


def nearest_of(positions: NDArray[np.int64], place: float) -> int | None:
    """Which of some ascending positions is nearest to a place; None of no positions."""
    if not len(positions):
        return None
    after = min(int(np.searchsorted(positions, place)), len(positions) - 1)
    before = max(0, after - 1)
    return min((before, after), key=lambda index: abs(float(positions[index]) - place))
