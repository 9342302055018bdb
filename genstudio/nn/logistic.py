"""Discretized mixtures of logistics: Salimans et al. (2017), PixelCNN++, sections 2.1 and 2.2.

With K levels on −1 … 1 a symbol's bin reaches h = 1/(K − 1) to both sides, and the first and the
last bin reach to infinity (equation 2):

    P(x | π, μ, s) = Σₘ πₘ [σ((x + h − μₘ)/sₘ) − σ((x − h − μₘ)/sₘ)].

The colours of a pixel share the component; later means depend linearly on earlier colours
(equation 3): μ_g + α r, and μ_b + β r + γ g. So p(g | r) is a mixture as well, in which each
component has the weight that it has once red is known: πₘ Pₘ(r), normalised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["LogisticMixture", "log_mass", "outputs_per_component", "scale_floor"]

_NUMBERS = 2**18
"""Of a mixture's logits at once; 1 MB, which stays in the cache."""


def outputs_per_component(channels: int) -> int:
    """π, then μ and ln s of each channel, and α, β, γ where there are three."""
    return 1 + 2 * channels + (3 if channels == 3 else 0)


def scale_floor(levels: int) -> float:
    """The least ln s: h/20, where a bin around the mean holds all but 10⁻⁸ of the mass."""
    return -math.log(levels - 1) - math.log(20)


def log_mass(symbols: Tensor, means: Tensor, log_scales: Tensor, levels: int) -> Tensor:
    """Ln of a logistic's mass in the bin of a symbol, to full precision also far from the mean.

    With b and a the two ends of the bin, σ(b) − σ(a) = σ(b) σ(−a) (1 − e^(a−b)): nothing cancels.

    Args:
        symbols: 0 … levels − 1, of the means' type; all three broadcast.
        means: μ.
        log_scales: ln s.
        levels: K.
    """
    half = 1 / (levels - 1)
    x = symbols * (2 * half) - 1
    precision = torch.exp(-log_scales)
    below = F.logsigmoid((x + half - means) * precision)
    above = F.logsigmoid(-(x - half - means) * precision)
    # ln(1 − e^−Δ); for a small Δ = b − a by its series, which holds where s is beyond all bounds.
    delta = 2 * half * precision
    narrow = math.log(2 * half) - log_scales - delta / 2 + delta.square() / 24
    wide = torch.log(-torch.expm1(-delta.clamp(min=1e-2)))
    width = torch.where(delta < 1e-2, narrow, wide)
    lowest, highest = symbols == 0, symbols == levels - 1
    return (
        torch.where(highest, 0, below)
        + torch.where(lowest, 0, above)
        + torch.where(lowest | highest, 0, width)
    )


@dataclass(frozen=True)
class LogisticMixture:
    """A mixture of M components at every pixel.

    Attributes:
        log_weights: (B, M, H, W), ln π.
        means: (B, M, H, W, C), before the colours are known.
        log_scales: (B, M, H, W, C).
        coefficients: (B, M, H, W, 3), α, β and γ; None for one channel.
        levels: K.
    """

    log_weights: Tensor
    means: Tensor
    log_scales: Tensor
    coefficients: Tensor | None
    levels: int

    @classmethod
    def of(cls, outputs: Tensor, channels: int, levels: int) -> LogisticMixture:
        """From a network's (B, M · `outputs_per_component`, H, W), the M logits of π first."""
        batch, _, height, width = outputs.shape
        parts = outputs.view(batch, outputs_per_component(channels), -1, height, width)
        parts = parts.permute(0, 2, 3, 4, 1)
        weights, means = parts[..., 0], parts[..., 1 : 1 + channels]
        scales = parts[..., 1 + channels : 1 + 2 * channels]
        floor = scale_floor(levels)
        return cls(
            F.log_softmax(weights, dim=1),
            means,
            floor + F.softplus(scales - floor),
            parts[..., 7:] if channels == 3 else None,
            levels,
        )

    def parts(self) -> tuple[Tensor, ...]:
        """The tensors it is made of."""
        always = (self.log_weights, self.means, self.log_scales)
        return always if self.coefficients is None else (*always, self.coefficients)

    def log_prob(self, x: Tensor) -> Tensor:
        """Ln p of every pixel, nats; x (B, H, W, C) symbols, returns (B, H, W)."""
        return torch.logsumexp(self._scores(x)[..., -1], dim=1)

    def surprise(self, x: Tensor) -> Tensor:
        """−ln p of every symbol given the pixel's earlier ones, nats; (B, H, W, C) → the same."""
        return -torch.logsumexp(self._scores(x), dim=1).diff(dim=-1)

    def logits(self, x: Tensor) -> Tensor:
        """Ln p(v) for every symbol v, given the pixel's earlier ones; returns (B, K, H, W, C)."""
        channels = self.means.shape[-1]
        return torch.stack([self.conditional(x, channel) for channel in range(channels)], dim=-1)

    def conditional(self, x: Tensor, channel: int) -> Tensor:
        """The same of one channel; (B, K, H, W)."""
        weights = F.log_softmax(self._scores(x)[..., channel], dim=1)
        means = self._means(x)[..., channel]
        scales = self.log_scales[..., channel]
        every = torch.arange(self.levels, device=x.device).to(means.dtype).view(1, -1, 1, 1)
        # A few components at a time: all of them over a whole batch are M times the memory.
        together = max(1, _NUMBERS // (weights[:, 0].numel() * self.levels))
        mixed: Tensor | None = None
        for w, mean, scale in zip(
            *(torch.split(part, together, dim=1) for part in (weights, means, scales)), strict=True
        ):
            masses = log_mass(every, mean[:, :, None], scale[:, :, None], self.levels)
            part = torch.logsumexp(w[:, :, None] + masses, dim=1)
            mixed = part if mixed is None else torch.logaddexp(mixed, part)
        assert mixed is not None  # noqa: S101 - for the type checker: M ≥ 1
        return mixed

    def _means(self, x: Tensor) -> Tensor:
        """(B, M, H, W, C), each given the earlier colours of the pixel."""
        if self.coefficients is None:
            return self.means
        seen = (x.to(self.means.dtype) * (2 / (self.levels - 1)) - 1)[:, None]
        red, green = seen[..., 0], seen[..., 1]
        alpha, beta, gamma = self.coefficients.unbind(-1)
        shift = torch.stack(
            [torch.zeros_like(alpha), alpha * red, beta * red + gamma * green], dim=-1
        )
        return self.means + shift

    def _scores(self, x: Tensor) -> Tensor:
        """Ln πₘ Pₘ(x₁ … x_c) for c = 0 … C, (B, M, H, W, C + 1)."""
        symbols = x.to(self.means.dtype)[:, None]
        masses = log_mass(symbols, self._means(x), self.log_scales, self.levels)
        return torch.cat([self.log_weights[..., None], masses], dim=-1).cumsum(dim=-1)
