"""Rescoring tables of counts: only the next k symbols have a changed one in their context.

A symbol is a digit of their contexts, so another one moves each of their rows by a known distance,
and the steps of a block are rescored together by looking up where the rows would be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from genstudio.models.rescoring import BlockRescorer

if TYPE_CHECKING:
    from genstudio.models.counting import CountingModel

__all__ = ["CountsRescorer"]


class CountsRescorer(BlockRescorer):
    """Kept are the symbols, and the row of the table that each is drawn from.

    Args:
        model: whose likelihood it is.
        x: (B, *S) symbols.
    """

    def __init__(self, model: CountingModel, x: Tensor) -> None:
        steps = model.in_steps(x).long()
        self.symbols = steps.cpu().numpy().astype(np.int64)
        self._rows = model.rows(steps).cpu().numpy().astype(np.int64)
        self._table = model.log_table().detach().cpu().numpy()
        # What a symbol counts in the context of the next step, of the one after that, …
        self._digits = model.space.levels ** np.arange(model.depth)
        self.terms = self._table[self._rows, self.symbols].astype(np.float64)
        self._asked: tuple[list[int], NDArray[np.float64], NDArray[np.float64]] | None = None

    def scores(self, step: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """A block of one."""
        return self.block_scores(np.array([step]), weights)[:, 0]

    def put(self, step: int, symbols: NDArray[np.int64]) -> None:
        """A block of one."""
        if self._asked is None or self._asked[0] != [step]:
            raise ValueError(f"the scores of step {step} were not asked for")
        self.put_block(np.array([step]), symbols[:, None])

    def block_scores(
        self, steps: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """By looking up the terms of the steps and of the k after each, for every symbol."""
        if (np.diff(np.sort(steps)) <= len(self._digits)).any():
            raise ValueError("a term sees two steps of the block")
        later, digits = self._later(steps)
        counting = np.where(digits > 0, weights[later], 0.0)
        changes = np.arange(self._table.shape[1]) - self.symbols[:, steps, None]
        rows = self._rows[:, later][:, :, None] + changes[..., None] * digits[:, None]
        own = self._table[self._rows[:, steps]].astype(np.float64)
        those = self._table[rows, self.symbols[:, later][:, :, None]].astype(np.float64)
        self._asked = (steps.tolist(), own, those)
        weighed = self.terms * weights
        now = weighed[:, steps] + (self.terms[:, later] * counting).sum(axis=2)
        others = np.cumsum(weighed[:, ::-1], axis=1)[:, ::-1][:, steps] - now
        alternatives = own * weights[steps, None] + np.einsum("bnvj,nj->bnv", those, counting)
        found: NDArray[np.float64] = others[..., None] + alternatives
        return found

    def put_block(self, steps: NDArray[np.int64], symbols: NDArray[np.int64]) -> None:
        """Take the terms from those that were looked up, and move the rows."""
        if self._asked is None or self._asked[0] != steps.tolist():
            raise ValueError("the scores of this block were not asked for")
        _, own, those = self._asked
        self._asked = None
        later, digits = self._later(steps)
        inside = digits > 0
        taken = np.take_along_axis(those, symbols[..., None, None], axis=2)[:, :, 0]
        self.terms[:, steps] = np.take_along_axis(own, symbols[..., None], axis=2)[..., 0]
        self.terms[:, later[inside]] = taken[:, inside]
        changes = (symbols - self.symbols[:, steps])[..., None] * digits
        self._rows[:, later[inside]] += changes[:, inside]
        self.symbols[:, steps] = symbols

    def select(self, ancestors: NDArray[np.int64]) -> None:
        """Copy rows."""
        self.symbols, self.terms = self.symbols[ancestors], self.terms[ancestors]
        self._rows = self._rows[ancestors]
        self._asked = None

    def _later(self, steps: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of each step (n,) the k after it, and what its symbol counts in their contexts; (n, k).

        Past the end the last step stands, and counts 0.
        """
        later = steps[:, None] + 1 + np.arange(len(self._digits))
        last = self.symbols.shape[1] - 1
        return np.minimum(later, last), np.where(later <= last, self._digits, 0)
