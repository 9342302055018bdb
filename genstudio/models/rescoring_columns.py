"""Rescoring FVSBN and NADE, in which a symbol adds a multiple of its column to what comes later."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from genstudio.models.rescoring_sequence import SequenceRescorer
from genstudio.models.sequence import FlatAutoregressive, with_symbol_zero

if TYPE_CHECKING:
    from genstudio.models.fvsbn import FVSBN
    from genstudio.models.nade import NADE

__all__ = ["FVSBNRescorer", "NADERescorer"]

_NUMBERS = 1 << 23
"""How many numbers the alternatives that are computed together may have."""


class _ColumnsRescorer(SequenceRescorer):
    """Kept are the pre-activations at every step, to which each symbol before it has added.

    Roundings would add up over the changes: the pre-activations are made anew once in D of them.
    """

    def __init__(self, model: FlatAutoregressive, x: Tensor) -> None:
        self._steps = model.space.dimensions
        self._unit = 1 / (model.space.levels - 1)  # by how much a number grows with its symbol
        self._device = x.device
        self._like = next(model.parameters())
        steps = model.in_steps(x)
        self._a = self.activations(model.rescaled(steps))
        self._changes = 0
        self.at_once = max(1, _NUMBERS // self._a[0].numel())
        logits = self.logits(self._a, 0, torch.arange(len(x), device=x.device))
        self.begin(steps, _taken(logits, steps.long()), model.space.levels)

    @abstractmethod
    def activations(self, numbers: Tensor) -> Tensor:
        """(B, D, F) of the numbers (B, D) that the symbols enter as."""

    @abstractmethod
    def column(self, step: int) -> Tensor:
        """(D − step − 1, F) or (1, F): what a symbol adds, times its number, to later steps."""

    @abstractmethod
    def logits(self, a: Tensor, step: int, images: Tensor) -> Tensor:
        """(n, K, m) of pre-activations (n, m, F) from a step on, of these images (n,)."""

    def tail(self, images: NDArray[np.intp], step: int, symbols: NDArray[np.int64]) -> Tensor:
        """All that comes later."""
        which = torch.from_numpy(images).to(self._device)
        a = self._a[which, step:]
        self._add(a, step, self._numbers(symbols - self.symbols[images, step]))
        taken = torch.from_numpy(self.symbols[images, step:]).to(self._device)
        taken[:, 0] = torch.from_numpy(symbols).to(self._device)
        return _taken(self.logits(a, step, which), taken)

    def moved(self, step: int, before: NDArray[np.int64]) -> None:
        """Add the differences."""
        self._changes += 1
        if self._changes % self._steps:
            change = self._numbers(self.symbols[:, step] - before)
            self._add(self._a[:, step:], step, change)
        else:
            self._a = self.activations(self._numbers(self.symbols))

    def copied(self, ancestors: Tensor) -> None:
        """Copy them."""
        self._a = self._a[ancestors.to(self._device)]

    def _add(self, a: Tensor, step: int, change: Tensor) -> None:
        """To what is later than the step; a (n, m, F), change (n,)."""
        a[:, 1:] += change[:, None, None] * self.column(step)

    def _numbers(self, symbols: NDArray[np.int64]) -> Tensor:
        return torch.from_numpy(symbols).to(self._device, self._like.dtype) * self._unit


class FVSBNRescorer(_ColumnsRescorer):
    """The pre-activations are those of the conditionals themselves.

    Args:
        model: whose likelihood it is.
        x: (B, *S) symbols.
        y: (B, L) classes, or None.
    """

    def __init__(self, model: FVSBN, x: Tensor, y: Tensor | None) -> None:
        self._columns = (model.weight * model.mask).permute(2, 1, 0).contiguous()  # (D, D, K − 1)
        self._start = model.biases(y).transpose(1, 2).expand(len(x), -1, -1)
        super().__init__(model, x)

    def activations(self, numbers: Tensor) -> Tensor:
        """One product."""
        added: Tensor = torch.tensordot(numbers, self._columns, dims=1)
        return self._start + added

    def column(self, step: int) -> Tensor:
        """Of the weights."""
        return self._columns[step, step + 1 :]

    def logits(self, a: Tensor, step: int, images: Tensor) -> Tensor:
        """They are there."""
        return with_symbol_zero(a.transpose(1, 2))

    def copied(self, ancestors: Tensor) -> None:
        """With what the classes add."""
        super().copied(ancestors)
        self._start = self._start[ancestors.to(self._device)]


class NADERescorer(_ColumnsRescorer):
    """The pre-activations are those of the hidden layer, which has values of its own at each step.

    Args:
        model: whose likelihood it is.
        x: (B, *S) symbols.
        y: (B, L) classes, or None.
    """

    def __init__(self, model: NADE, x: Tensor, y: Tensor | None) -> None:
        self._model = model
        self._start = model.start_hidden(y).expand(len(x), -1)
        self._out = model.start_out(y).expand(len(x), -1, -1)
        super().__init__(model, x)

    def activations(self, numbers: Tensor) -> Tensor:
        """The sums of the columns before each step."""
        columns = numbers[..., None] * self._model.W
        if self._model.U is not None:
            columns += self._model.U
        found = columns.roll(1, dims=1)
        found[:, 0] = self._start
        return found.cumsum_(1)

    def column(self, step: int) -> Tensor:
        """The same at every step."""
        return self._model.W[step : step + 1]

    def logits(self, a: Tensor, step: int, images: Tensor) -> Tensor:
        """Equations 2 and 3."""
        h = torch.sigmoid(a).transpose(0, 1)
        free = (h @ self._model.V[step:].transpose(1, 2)).transpose(0, 1) + self._out[images, step:]
        return with_symbol_zero(free.transpose(1, 2))

    def copied(self, ancestors: Tensor) -> None:
        """With what the classes add."""
        super().copied(ancestors)
        mine = ancestors.to(self._device)
        self._start, self._out = self._start[mine], self._out[mine]


def _taken(logits: Tensor, symbols: Tensor) -> Tensor:
    """Ln p of symbols (n, m) under (n, K, m)."""
    return -F.cross_entropy(logits, symbols, reduction="none")
