"""What a datum is given a code, p(x | z): places are independent, each by two numbers or K.

A decoder puts out n numbers for each place, (B, n, *S). Whether they are the logit of a coin, the
logits of K symbols, or mean and scale of a logistic distribution that is cut into K bins
(Salimans et al. 2017, section 2.1), fits the number of levels.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor
from torch.nn import functional as F

from genstudio.nn.logistic import log_mass, scale_floor

__all__ = ["Bernoulli", "Categorical", "DiscretizedLogistic", "Observation"]


class Observation(ABC):
    """A distribution of symbols 0 … K − 1 at each place.

    Attributes:
        levels: K.
        outputs: n, the numbers that a place takes.
    """

    outputs: int

    def __init__(self, levels: int) -> None:
        self.levels = levels

    @abstractmethod
    def log_prob(self, out: Tensor, x: Tensor) -> Tensor:
        """Ln p at each place, nats; out (B, n, *S) and x (B, *S) symbols, returns (B, *S)."""

    def log_probs(self, out: Tensor) -> Tensor:
        """Ln p of every symbol at each place, nats, (B, K, *S)."""
        here = torch.zeros_like(out[:, 0], dtype=torch.long)
        return torch.stack([self.log_prob(out, here + v) for v in range(self.levels)], dim=1)

    @abstractmethod
    def expected(self, out: Tensor) -> Tensor:
        """The mean of the symbol at each place, (B, *S), from 0 to K − 1."""

    @abstractmethod
    def draw(self, out: Tensor, u: Tensor) -> Tensor:
        """Symbols (B, *S) by inverse CDF from uniforms u (B, *S) in [0, 1)."""


class Bernoulli(Observation):
    """A coin: σ(a) is the probability of symbol 1."""

    outputs = 1

    def log_prob(self, out: Tensor, x: Tensor) -> Tensor:
        """Ln σ(a) or ln σ(−a)."""
        return -F.binary_cross_entropy_with_logits(out[:, 0], x.to(out.dtype), reduction="none")

    def expected(self, out: Tensor) -> Tensor:
        """σ(a)."""
        return torch.sigmoid(out[:, 0])

    def draw(self, out: Tensor, u: Tensor) -> Tensor:
        """1 where u is not below the probability of 0."""
        return (u.double() >= torch.sigmoid(-out[:, 0].double())).long()


class Categorical(Observation):
    """A softmax over the symbols."""

    def __init__(self, levels: int) -> None:
        super().__init__(levels)
        self.outputs = levels

    def log_prob(self, out: Tensor, x: Tensor) -> Tensor:
        """Ln softmax(a)ₓ."""
        return -F.cross_entropy(out, x.long(), reduction="none")

    def expected(self, out: Tensor) -> Tensor:
        """Σ v p(v)."""
        every = torch.arange(self.levels, device=out.device, dtype=out.dtype)
        return torch.einsum("bkhwc,k->bhwc", out.softmax(dim=1), every)

    def draw(self, out: Tensor, u: Tensor) -> Tensor:
        """The smallest v with u < p(0) + … + p(v)."""
        below = out.double().softmax(dim=1).cumsum(dim=1)[:, :-1]
        return (u.double()[:, None] >= below).sum(dim=1)


class DiscretizedLogistic(Observation):
    """A logistic distribution on −1 … 1, cut into bins; the outermost reach to infinity."""

    outputs = 2

    def log_prob(self, out: Tensor, x: Tensor) -> Tensor:
        """Ln of the mass of the bin."""
        means, log_scales = self._split(out)
        return log_mass(x.to(out.dtype), means, log_scales, self.levels)

    def expected(self, out: Tensor) -> Tensor:
        """Σᵥ P(x ≥ v), v = 1 … K − 1: how the mean of whole numbers from 0 on can be written."""
        means, log_scales = self._split(out)
        precision = torch.exp(-log_scales)
        total = torch.zeros_like(means)
        for edge in self._edges(out):
            total = total + torch.sigmoid((means - edge) * precision)
        return total

    def draw(self, out: Tensor, u: Tensor) -> Tensor:
        """The bin that the logistic's quantile μ + s ln(u / (1 − u)) lies in."""
        means, log_scales = (part.double() for part in self._split(out))
        value = means + log_scales.exp() * torch.logit(u.double())
        bins = torch.floor((value + 1) * ((self.levels - 1) / 2) + 0.5)
        return bins.clamp(0, self.levels - 1).long()

    def _split(self, out: Tensor) -> tuple[Tensor, Tensor]:
        """The mean, and ln s, bounded from below as in the mixtures."""
        floor = scale_floor(self.levels)
        return out[:, 0], floor + F.softplus(out[:, 1] - floor)

    def _edges(self, out: Tensor) -> Tensor:
        """(K − 1,) where one bin ends and the next begins."""
        every = torch.arange(1, self.levels, device=out.device, dtype=out.dtype)
        return (2 * every - 1) / (self.levels - 1) - 1
