"""Rescoring tables of counts: only the next k symbols have a changed one in their context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.models.rescoring_sequence import SequenceRescorer

if TYPE_CHECKING:
    from genstudio.models.counting import CountingModel

__all__ = ["CountsRescorer"]


class CountsRescorer(SequenceRescorer):
    """Nothing but the symbols is kept.

    Args:
        model: whose likelihood it is.
        x: (B, *S) symbols.
    """

    at_once = 1 << 14

    def __init__(self, model: CountingModel, x: Tensor) -> None:
        self._model = model
        steps = model.in_steps(x).long()
        self.begin(steps, self._terms(steps, 0), model.space.levels)

    def tail(self, images: NDArray[np.intp], step: int, symbols: NDArray[np.int64]) -> Tensor:
        """Of the step, and of the k after it."""
        depth = self._model.depth
        first = max(0, step - depth)
        nearby = self.symbols[images, first : step + depth + 1]
        nearby[:, step - first] = symbols
        found = self._terms(torch.from_numpy(nearby).to(self._model.device), first)
        return found[:, step - first :]

    def moved(self, step: int, before: NDArray[np.int64]) -> None:
        """Nothing else depends on it."""

    def copied(self, ancestors: Tensor) -> None:
        """Nothing else is kept."""

    def _terms(self, steps: Tensor, first: int) -> Tensor:
        """(n, m) of symbols (n, m) from a step on, as far as their contexts are in them."""
        table = self._model.log_table(self._model.rows(steps, first))
        return table.gather(-1, steps[..., None])[..., 0]
