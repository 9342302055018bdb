"""Rescoring families that read an image as one sequence: terms from the changed step on.

What such a family keeps, and how it computes the terms of later steps from that, is its own.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.models.rescoring import Rescorer

__all__ = ["SequenceRescorer"]


class SequenceRescorer(Rescorer):
    """Write `tail`, `moved` and `copied`; call `begin` once what they need is there."""

    at_once: int
    """How many alternatives are computed together."""

    def begin(self, steps: Tensor, terms: Tensor, levels: int) -> None:
        """Start from symbols (B, D) in step order, and their terms (B, D)."""
        self.symbols = steps.cpu().numpy().astype(np.int64)
        self.terms = terms.double().cpu().numpy()
        self._levels = levels
        self._asked: tuple[int, NDArray[np.float64]] | None = None

    @abstractmethod
    def tail(self, images: NDArray[np.intp], step: int, symbols: NDArray[np.int64]) -> Tensor:
        """The terms from a step on as far as they can change, were these its symbols.

        Args:
            images: (n,) which, with repeats.
            step: whose symbol is other.
            symbols: (n,).

        Returns:
            (n, m), of the steps step … step + m − 1, nats.
        """

    @abstractmethod
    def moved(self, step: int, before: NDArray[np.int64]) -> None:
        """Take in that a step had the symbols `before`, (B,), and has those in `symbols` now."""

    @abstractmethod
    def copied(self, ancestors: Tensor) -> None:
        """Every image becomes a copy of its ancestor; (B,)."""

    @torch.no_grad()
    def scores(self, step: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """By the tail of each other symbol."""
        batch = len(self.symbols)
        images, values = np.nonzero(np.arange(self._levels) != self.symbols[:, step, None])
        parts = [
            self.tail(
                images[first : first + self.at_once], step, values[first : first + self.at_once]
            )
            for first in range(0, len(images), self.at_once)
        ]
        reach = parts[0].shape[1]
        terms = np.repeat(self.terms[:, None, step : step + reach], self._levels, axis=1)
        terms[images, values] = torch.cat(parts).double().cpu().numpy()
        self._asked = (step, terms)
        beyond = self.terms[:, step + reach :] @ weights[step + reach :]
        found: NDArray[np.float64] = terms @ weights[step : step + reach] + beyond[:, None]
        assert found.shape == (batch, self._levels)  # noqa: S101 - of the contract
        return found

    @torch.no_grad()
    def put(self, step: int, symbols: NDArray[np.int64]) -> None:
        """Take the terms from those that were computed."""
        if self._asked is None or self._asked[0] != step:
            raise ValueError(f"the scores of step {step} were not asked for")
        terms = self._asked[1][np.arange(len(symbols)), symbols]
        self._asked = None
        before = self.symbols[:, step].copy()
        self.symbols[:, step] = symbols
        self.terms[:, step : step + terms.shape[1]] = terms
        self.moved(step, before)

    def select(self, ancestors: NDArray[np.int64]) -> None:
        """Copy rows."""
        self.symbols, self.terms = self.symbols[ancestors], self.terms[ancestors]
        self.copied(torch.from_numpy(ancestors))
        self._asked = None
