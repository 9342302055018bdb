"""FVSBN, fully visible sigmoid belief network: Frey (1998), also logistic autoregression.

Every conditional is a logistic regression on the symbols before it (Neal 1992; Frey, Hinton &
Dayan 1996):

    p(xₜ = 1 | x₁ … xₜ₋₁) = σ(bₜ + Σ_{j<t} Wₜⱼ xⱼ)

and with K > 2 levels a multinomial one, in which symbol 0 has the logit 0. Symbols enter as
numbers 0 … 1. The likelihood is concave in the weights: what is learned does not depend on where
training starts, so it starts from zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.errors import UserError
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid, Space
from genstudio.core.training import WATCHED
from genstudio.kernels.base import Kernel
from genstudio.models.rescoring import Rescorer
from genstudio.models.rescoring_columns import FVSBNRescorer
from genstudio.models.sampling import Predictor
from genstudio.models.sequence import FlatAutoregressive, OrderedSettings, with_symbol_zero
from genstudio.nn.condition import LabelEmbedding

if TYPE_CHECKING:
    from genstudio.kernels.fvsbn import FVSBNWeights

__all__ = ["FVSBN"]

_MOST_WEIGHTS = 200_000_000


class FVSBNConfig(OrderedSettings):
    """There is nothing to choose but the order: the data decide the size."""

    conditional: bool = setting(
        False, help="Tell the model the class, so that one can be asked for.", formula="p(x | y)"
    )


class FVSBN(FlatAutoregressive):
    """One logistic regression per symbol."""

    title = "FVSBN"
    summary = "Logistic regression of every pixel on those before it: no hidden units."
    reference = "Frey, Graphical Models for Machine Learning and Digital Communication, 1998"
    Config = FVSBNConfig
    presets = (
        Preset(
            name="quick look",
            help="Strokes appear within a minute.",
            training={
                "length": 1500,
                "unit": "steps",
                "batch_size": 64,
                "learning_rate": 5e-3,
                **WATCHED,
            },
        ),
        Preset(
            name="good",
            help="Several epochs: close to the best that these regressions can do.",
            training={"length": 15, "unit": "epochs", "batch_size": 100, "learning_rate": 3e-3},
        ),
        Preset(
            name="thorough",
            help="To the end of what the likelihood's slope allows.",
            training={"length": 60, "unit": "epochs", "batch_size": 100, "learning_rate": 2e-3},
        ),
        Preset(
            name="paper: binarized MNIST",
            help="Long enough for the published 97.45 nats on the fixed binarization.",
            training={
                "length": 100,
                "unit": "epochs",
                "batch_size": 100,
                "learning_rate": 1e-3,
                "ema": 0.999,
            },
        ),
    )
    config: FVSBNConfig
    mask: Tensor

    def __init__(self, space: Grid, config: FVSBNConfig) -> None:
        super().__init__(space, config)
        free, steps = space.levels - 1, space.dimensions
        self.weight = nn.Parameter(torch.zeros(free, steps, steps))
        self.bias = nn.Parameter(torch.zeros(free, steps))
        self.told = LabelEmbedding(space.labels, free * steps) if config.conditional else None
        self.register_buffer("mask", torch.ones(steps, steps).tril(-1), persistent=False)

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse images whose every pair of symbols would be too many weights.

        Raises:
            UserError: in one sentence.
        """
        super().check(space, config)
        weights = (space.levels - 1) * space.dimensions**2
        if weights > _MOST_WEIGHTS:
            raise UserError(
                f"{cls.title} of {space} would hold {weights / 1e6:,.0f} million weights, "
                "one for each pair of symbols and level.",
                "Choose smaller images or fewer levels.",
            )

    @property
    def parameter_count(self) -> int:
        """(K − 1) · D(D + 1)/2, and what the classes add; the masked half is not counted."""
        free, steps = self.space.levels - 1, self.space.dimensions
        return super().parameter_count - free * steps * (steps + 1) // 2

    @property
    def parameter_formula(self) -> str:
        """Of n symbols with K levels, not told the class."""
        if self.told is not None:
            return ""
        return "n(n + 1)/2" if self.space.levels == 2 else "(K − 1)n(n + 1)/2"

    def sequence_logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, D) → (B, K, D)."""
        weight = (self.weight * self.mask).flatten(0, 1)
        seen = F.linear(self.rescaled(x), weight).view(len(x), *self.bias.shape)
        return with_symbol_zero(seen + self.biases(y))

    def biases(self, y: Tensor | None) -> Tensor:
        """What each logit starts from, (B or 1, K − 1, D)."""
        y = self.condition(y)
        if self.told is None or y is None:
            return self.bias[None]
        told: Tensor = self.told(y).view(len(y), *self.bias.shape)
        return self.bias + told

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """Every known symbol adds its column."""
        return FVSBNPredictor(self, x, y)

    def rescorer(self, x: Tensor, y: Tensor | None = None) -> Rescorer:
        """A column of the weights for each other symbol."""
        with torch.no_grad():
            return FVSBNRescorer(self, x, self.condition(y))

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.fvsbn import FVSBNKernel  # noqa: PLC0415 - numba takes a while

        start = self.biases(y).expand(len(x), -1, -1).transpose(1, 2)
        return FVSBNKernel(
            self.once_per_weights(self._kernel_weights),
            start.clone(memory_format=torch.contiguous_format).numpy(),
        )

    def _kernel_weights(self) -> FVSBNWeights:
        from genstudio.kernels.fvsbn import FVSBNWeights  # noqa: PLC0415 - as above

        columns = (self.weight * self.mask).detach().permute(2, 1, 0).contiguous()
        return FVSBNWeights(columns.numpy())


class FVSBNPredictor(Predictor):
    """Pre-activations of all steps to come; a symbol adds its column of the weights to them."""

    def __init__(self, model: FVSBN, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = model.in_steps(x)
        self.y = y
        with torch.no_grad():
            self.columns = (model.weight * model.mask).permute(2, 0, 1).contiguous()
            self.a = model.biases(y).expand(len(x), -1, -1).clone()

    def prefix(self, steps: int) -> Tensor:
        """One product of the known symbols with their columns."""
        symbols = self.model.rescaled(self.x[:, :steps])
        self.a += torch.tensordot(symbols, self.columns[:steps], dims=1)
        return with_symbol_zero(self.a[:, :, :steps]).transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """Nothing is left to compute."""
        return with_symbol_zero(self.a[:, :, step])

    def put(self, step: int, symbols: Tensor) -> None:
        """Add the symbol's column to what comes later."""
        later = slice(step + 1, None)
        value = self.model.rescaled(symbols)[:, None, None]
        self.a[:, :, later] += value * self.columns[step, :, later]

    def state(self, step: int) -> Iterable[Tensor]:
        """The logits to come."""
        return (self.a[:, :, step:],)
