"""The tree behind one sample as numbers: what leads where, and how bright each part is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["DECADES", "Dilations", "Edges", "TreeRow", "shares"]

DECADES = 4
"""Powers of ten between the two ends of the logarithmic scale of brightness."""


@dataclass(frozen=True, eq=False)
class TreeRow:
    """Nodes of one layer.

    Attributes:
        dilation: a node at p is made of those at p and p − dilation in the row below; 0 of the
            samples, which are made of nothing.
        positions: (m,) int64, ascending.
        magnitudes: (m,) float, of the gradient at each node; none is negative.
        name: of the row, in words.
    """

    dilation: int
    positions: NDArray[np.int64]
    magnitudes: NDArray[np.floating]
    name: str = ""


class Edges(NamedTuple):
    """(e,) each: indices of nodes in a row and in the row below, and whether they lie apart."""

    above: NDArray[np.intp]
    below: NDArray[np.intp]
    back: NDArray[np.bool_]


class Dilations:
    """Rows from the samples, row 0, to the root."""

    def __init__(self, rows: Sequence[TreeRow]) -> None:
        self.rows = tuple(rows)
        self._edges = [self._edges_of(row) for row in range(len(self.rows))]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def first(self) -> int:
        """The earliest sample that is seen."""
        return min((int(row.positions[0]) for row in self.rows if len(row.positions)), default=0)

    @cached_property
    def root(self) -> int:
        """Where the output lies: at the newest sample that it sees, or would."""
        placed = [row.positions[-1] for row in self.rows if len(row.positions)]
        return int(max(placed, default=0))

    def edges(self, row: int) -> Edges:
        """From the nodes of a row to what they are made of; of row 0 none."""
        return self._edges[row]

    def below(self, row: int, node: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """A node and, row by row downwards, the positions that it is made of."""
        places = self.rows[row].positions[node : node + 1]
        yield row, places
        for lower in range(row - 1, -1, -1):
            places = self._those_of(lower, places, -self.rows[lower + 1].dilation)
            yield lower, places

    def above(self, row: int, node: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Row by row upwards the positions that a node is a part of, without itself."""
        places = self.rows[row].positions[node : node + 1]
        for upper in range(row + 1, len(self.rows)):
            places = self._those_of(upper, places, self.rows[upper].dilation)
            yield upper, places

    def _those_of(self, row: int, places: NDArray[np.int64], by: int) -> NDArray[np.int64]:
        """The positions of a row that are among some places or lie `by` from one of them."""
        wanted = np.zeros(self.root - self.first + 1, np.bool_)
        for moved in (places, places + by):
            inside = moved - self.first
            wanted[inside[(inside >= 0) & (inside < len(wanted))]] = True
        positions = self.rows[row].positions
        return positions[wanted[positions - self.first]]

    def _edges_of(self, row: int) -> Edges:
        if row == 0:
            return Edges(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.bool_))
        here, lower = self.rows[row], self.rows[row - 1].positions
        above, below, lies_back = [], [], []
        for back in {0, here.dilation}:
            wanted = here.positions - back
            found = np.searchsorted(lower, wanted)
            there = found < len(lower)
            there[there] = lower[found[there]] == wanted[there]
            above.append(np.flatnonzero(there))
            below.append(found[there])
            lies_back.append(np.full(len(below[-1]), back > 0))
        return Edges(*(np.concatenate(each) for each in (above, below, lies_back)))


def shares(magnitudes: NDArray[np.floating], logarithmic: bool) -> NDArray[np.float64]:
    """(m,) brightness 0 … 1: of the strongest in the row, or of its logarithm's DECADES."""
    most = float(magnitudes.max()) if len(magnitudes) else 0.0
    if most <= 0:
        return np.zeros(len(magnitudes))
    share = magnitudes.astype(np.float64) / most
    if not logarithmic:
        return share
    with np.errstate(divide="ignore"):
        return np.clip(1 + np.log10(share) / DECADES, 0.0, 1.0)
