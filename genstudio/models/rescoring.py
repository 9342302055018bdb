"""Scoring images again after one symbol has changed: what exact conditionals are made of.

p(xᵢ = v | all others) ∝ p(x with xᵢ = v), and of ln p(x) = Σₜ ln p(xₜ | x₁ … xₜ₋₁) only the terms
from i on can move. A family whose terms are computed from few others scores only those again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from genstudio.models.base import Autoregressive

__all__ = ["BlockRescorer", "FullRescorer", "Rescorer", "conditional", "terms_of"]

_IMAGES = 64
"""Images in one pass of the network."""


class Rescorer(ABC):
    """ln p of a batch of whole images, kept up to date while symbols change one at a time.

    Attributes:
        symbols: (B, D) int64, in step order.
        terms: (B, D) float64, ln p(xₜ | x₁ … xₜ₋₁) at temperature 1, in step order, nats.
    """

    symbols: NDArray[np.int64]
    terms: NDArray[np.float64]

    @abstractmethod
    def scores(self, step: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """(B, K): Σ wₜ ln p(xₜ | past) over the steps t ≥ `step`, were its symbol v = 0 … K - 1.

        Args:
            step: whose symbol is in question.
            weights: (D,), how much each term counts.
        """

    @abstractmethod
    def put(self, step: int, symbols: NDArray[np.int64]) -> None:
        """The step whose scores were asked for last has these symbols (B,) from now on."""

    @abstractmethod
    def select(self, ancestors: NDArray[np.int64]) -> None:
        """Every image goes on as a copy of its ancestor; ancestors (B,)."""

    def log_prob(self) -> NDArray[np.float64]:
        """Ln p of the images as they are, nats, (B,)."""
        total: NDArray[np.float64] = self.terms.sum(axis=1)
        return total


class BlockRescorer(Rescorer):
    """One that can score a block at once: steps of which no term of ln p sees two.

    Given all other symbols those of a block are independent, so drawing them together from
    these scores is drawing them one by one.
    """

    @abstractmethod
    def block_scores(
        self, steps: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(B, n, K): of each step (n,) what `scores` would be.

        Raises:
            ValueError: a term sees two of the steps.
        """

    @abstractmethod
    def put_block(self, steps: NDArray[np.int64], symbols: NDArray[np.int64]) -> None:
        """The steps whose scores were asked for last have these symbols (B, n) from now on."""


def terms_of(model: Autoregressive, steps: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n, D): the terms of ln p that may move with the symbol of each step (n,), its own included.

    Steps whose rows have no term in common are independent given all other symbols.
    """
    found = np.stack([model.influences(int(step)) for step in steps])
    found[np.arange(len(steps)), steps] = True
    return found


def conditional(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """p(v) ∝ exp(score(v)); (..., K)."""
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    normalised: NDArray[np.float64] = p / p.sum(axis=-1, keepdims=True)
    return normalised


class FullRescorer(BlockRescorer):
    """One full pass of the network for every symbol that might be: the reference, for any family.

    Args:
        model: whose likelihood it is.
        x: (B, *S) symbols, all of which count.
        y: (B, L) classes, or None.
    """

    def __init__(self, model: Autoregressive, x: Tensor, y: Tensor | None) -> None:
        self._model = model
        self._y = y
        self.symbols = x.flatten(1).cpu().numpy()[:, model.order].astype(np.int64)
        self.terms = self._terms(self.symbols, np.arange(len(x)))
        self._asked: tuple[int, NDArray[np.float64]] | None = None
        self._asked_block: tuple[list[int], NDArray[np.int64], NDArray[np.float64]] | None = None

    def scores(self, step: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """By scoring each image with every other symbol in that place."""
        batch, levels = len(self.symbols), self._model.space.levels
        terms = np.repeat(self.terms[:, None], levels, axis=1)
        images, values = np.nonzero(np.arange(levels) != self.symbols[:, step, None])
        others = self.symbols[images].copy()
        others[:, step] = values
        terms[images, values] = self._terms(others, images)
        self._asked = (step, terms)
        found: NDArray[np.float64] = terms[:, :, step:] @ weights[step:]
        assert found.shape == (batch, levels)  # noqa: S101 - of the contract
        return found

    def put(self, step: int, symbols: NDArray[np.int64]) -> None:
        """Take the terms from those that were computed."""
        if self._asked is None or self._asked[0] != step:
            raise ValueError(f"the scores of step {step} were not asked for")
        self.symbols[:, step] = symbols
        self.terms = self._asked[1][np.arange(len(symbols)), symbols]
        self._asked = self._asked_block = None

    def block_scores(
        self, steps: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """K − 1 passes, in each of which every step has another symbol than it has now."""
        batch, levels = len(self.symbols), self._model.space.levels
        moved = terms_of(self._model, steps)
        owners = moved.sum(axis=0)
        if (owners > 1).any():
            raise ValueError("a term sees two steps of the block")
        # Where no step of the block is seen, a term stays as it is.
        owner = np.where(owners == 1, moved.argmax(axis=0), -1)
        weighed = self.terms * weights
        since = np.cumsum(weighed[:, ::-1], axis=1)[:, ::-1][:, steps]
        still = since - weighed @ moved.T
        terms = np.empty((levels, batch, len(weights)))
        found = np.empty((batch, len(steps), levels))
        everyone = np.arange(batch)
        for offset in range(levels):
            values = (self.symbols[:, steps] + offset) % levels
            if offset == 0:
                terms[offset] = self.terms
            else:
                others = self.symbols.copy()
                others[:, steps] = values
                terms[offset] = self._terms(others, everyone)
            score = still + (terms[offset] * weights) @ moved.T
            np.put_along_axis(found, values[..., None], score[..., None], axis=2)
        self._asked_block = (steps.tolist(), owner, terms)
        return found

    def put_block(self, steps: NDArray[np.int64], symbols: NDArray[np.int64]) -> None:
        """Every term is that of the symbol of the one step that it sees."""
        if self._asked_block is None or self._asked_block[0] != steps.tolist():
            raise ValueError("the scores of this block were not asked for")
        _, owner, terms = self._asked_block
        offsets = (symbols - self.symbols[:, steps]) % self._model.space.levels
        [owned] = np.nonzero(owner >= 0)
        rows = np.arange(len(symbols))[:, None]
        self.terms[:, owned] = terms[offsets[:, owner[owned]], rows, owned]
        self.symbols[:, steps] = symbols
        self._asked = self._asked_block = None

    def select(self, ancestors: NDArray[np.int64]) -> None:
        """Copy rows."""
        self.symbols, self.terms = self.symbols[ancestors], self.terms[ancestors]
        if self._y is not None:
            self._y = self._y[torch.from_numpy(ancestors)]
        self._asked = self._asked_block = None

    @torch.no_grad()
    def _terms(self, symbols: NDArray[np.int64], images: NDArray[np.intp]) -> NDArray[np.float64]:
        """(n, D) of symbols (n, D) in step order, told the classes of these images (n,)."""
        model, order = self._model, self._model.order
        found = np.empty(symbols.shape)
        places = np.empty_like(symbols)
        places[:, order] = symbols
        for start in range(0, len(symbols), _IMAGES):
            part = slice(start, start + _IMAGES)
            x = torch.from_numpy(places[part]).to(model.device).view(-1, *model.space.shape)
            y = None if self._y is None else self._y[torch.from_numpy(images[part])]
            found[part] = -model.surprise(x, y).flatten(1).double().cpu().numpy()[:, order]
        return found
