"""NADE, neural autoregressive distribution estimator: Larochelle & Murray (2011).

A feed-forward network for each conditional, all sharing their weights. As equations 2 and 3 of
Uria, Côté, Gregor, Murray & Larochelle (2016), who gather the work:

    p(xₜ = 1 | x₁ … xₜ₋₁) = σ(bₜ + Vₜ hₜ),    hₜ = σ(c + Σ_{j<t} W_{·j} xⱼ)

The pre-activation of hₜ₊₁ is that of hₜ plus one column: all conditionals of an image cost
O(H D). With K > 2 levels the output is a softmax in which symbol 0 has the logit 0.

Order-agnostic training (Uria, Murray & Larochelle 2014) hides a random part of each image, tells
the network which part is known (a second matrix U, multiplied by the mask), and asks for all
that is hidden at once. The network then holds a model for each of the D! orders. It draws in the
one that the settings name; its likelihood is that order's. `ensemble_log_prob` averages the
likelihoods of several orders, which have no conditional in common that could be drawn from.
"""

from __future__ import annotations

import math
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
from genstudio.core.uniforms import generator
from genstudio.kernels.base import Kernel
from genstudio.models.rescoring import Rescorer
from genstudio.models.rescoring_columns import NADERescorer
from genstudio.models.sampling import Predictor
from genstudio.models.sequence import FlatAutoregressive, OrderedSettings, with_symbol_zero
from genstudio.nn.condition import LabelEmbedding

if TYPE_CHECKING:
    from genstudio.kernels.nade import NADEWeights

__all__ = ["NADE"]

_BLOCK = {"cpu": 16, "cuda": 112, "mps": 112}
"""Steps whose pre-activations are computed by one product: few where products cost most, more
where starting one does."""


class NADEConfig(OrderedSettings):
    """The hidden layer, and whether every order is learned."""

    hidden: int = setting(
        500, help="Hidden units, whose weights all conditionals share.", formula="H", ge=1, le=4000
    )
    agnostic: bool = setting(
        False,
        help="Learn to predict any part of the image from any other, "
        "so that one network serves every order.",
        formula="ℓ = D/(D−d+1) Σ_{t≥d} −ln p(xₒ₍ₜ₎ | x_{o<d})",
        label="Order-agnostic",
    )
    orders: int = setting(
        1,
        help="Of how many orders “evaluate” averages the likelihoods; drawing keeps to one order.",
        formula="p(x) = 1/M Σₒ p(x | o)",
        ge=1,
        le=256,
    )
    order_seed: int = setting(0, help="Which random orders.", ge=0, advanced=True)
    conditional: bool = setting(
        False, help="Tell the model the class, so that one can be asked for.", formula="p(x | y)"
    )


class NADE(FlatAutoregressive):
    """One hidden layer that grows with every symbol seen."""

    title = "NADE"
    summary = "A hidden layer that takes in one symbol after another and predicts the next."
    reference = (
        "Larochelle & Murray, The Neural Autoregressive Distribution Estimator, 2011; "
        "Uria, Murray & Larochelle, A Deep and Tractable Density Estimator, 2014"
    )
    Config = NADEConfig
    presets = (
        Preset(
            name="quick look",
            help="A small hidden layer, long enough to draw shapes.",
            config={"hidden": 100},
            training={
                "length": 1000,
                "unit": "steps",
                "batch_size": 32,
                "learning_rate": 5e-3,
                **WATCHED,
            },
        ),
        Preset(
            name="good",
            help="The papers' size, several epochs.",
            config={"hidden": 500},
            training={"length": 15, "unit": "epochs", "batch_size": 100},
        ),
        Preset(
            name="thorough",
            help="The papers' size, until it learns no more.",
            config={"hidden": 500},
            training={"length": 60, "unit": "epochs", "batch_size": 100, "learning_rate": 1e-3},
        ),
        Preset(
            name="paper: binarized MNIST",
            help="500 hidden units in a fixed order: 88.33 nats in the paper.",
            config={"hidden": 500},
            training={
                "length": 200,
                "unit": "epochs",
                "batch_size": 100,
                "learning_rate": 1e-3,
                "ema": 0.999,
            },
        ),
        Preset(
            name="paper: binarized MNIST, 128 orders",
            help="Order-agnostic, likelihoods averaged: 87.71 nats with one hidden layer.",
            config={"hidden": 500, "agnostic": True, "orders": 128},
            training={
                "length": 1000,
                "unit": "epochs",
                "batch_size": 100,
                "learning_rate": 1e-3,
                "ema": 0.999,
            },
        ),
    )
    config: NADEConfig

    def __init__(self, space: Grid, config: NADEConfig) -> None:
        super().__init__(space, config)
        free, steps, hidden = space.levels - 1, space.dimensions, config.hidden
        inwards, outwards = 1 / math.sqrt(steps), 1 / math.sqrt(hidden)
        self.W = nn.Parameter(torch.empty(steps, hidden).uniform_(-inwards, inwards))
        self.c = nn.Parameter(torch.zeros(hidden))
        self.V = nn.Parameter(torch.empty(steps, free, hidden).uniform_(-outwards, outwards))
        self.b = nn.Parameter(torch.zeros(steps, free))
        # What a known symbol adds whatever it is: the mask as an input.
        self.U = (
            nn.Parameter(torch.empty(steps, hidden).uniform_(-inwards, inwards))
            if config.agnostic
            else None
        )
        told = (hidden, steps * free) if config.conditional else ()
        self.told = nn.ModuleList(LabelEmbedding(space.labels, size) for size in told)

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse an average over orders that were not learned.

        Raises:
            UserError: in one sentence.
        """
        super().check(space, config)
        assert isinstance(config, NADEConfig)  # noqa: S101 - for the type checker
        if config.orders > 1 and not config.agnostic:
            raise UserError(
                f"{cls.title} can average {config.orders} orders only where it learns every order.",
                "Turn order-agnostic training on, or ask for one order.",
            )

    def sequence_logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, D) → (B, K, D)."""
        return self._conditionals(x, y, None)

    def _conditionals(self, x: Tensor, y: Tensor | None, order: Tensor | None) -> Tensor:
        """(B, K, D) of symbols (B, D) in step order, taken in another order of the steps if told.

        A block of steps at a time: what the block itself adds to its pre-activations is the
        product of its symbols, those after each step hidden, with its columns of W.
        """
        W: Tensor = self.W  # noqa: N806 - the paper's letter
        V: Tensor = self.V  # noqa: N806
        U: Tensor | None = self.U  # noqa: N806
        b = self.start_out(y)
        if order is not None:
            x, W, V, b = x[:, order], W[order], V[order], b[:, order]  # noqa: N806
            U = None if U is None else U[order]  # noqa: N806
        numbers, a = self.rescaled(x), self.start_hidden(y)
        size = _BLOCK.get(x.device.type, 16)
        below = torch.ones(size, size, dtype=a.dtype, device=a.device).tril(-1)
        found = []
        for first in range(0, x.shape[1], size):
            here = slice(first, first + size)
            block = numbers[:, here]  # (B, T)
            before = below[: block.shape[1], : block.shape[1]]
            within = (before[:, None] * block) @ W[here]  # (T, B, H)
            if U is not None:
                within = within + (before @ U[here])[:, None]
            h = torch.sigmoid(within + a)  # equation 3
            found.append(h @ V[here].transpose(1, 2))  # (T, B, K − 1)
            a = a + block @ W[here]
            if U is not None:
                a = a + U[here].sum(0)
        free = torch.cat(found).transpose(0, 1) + b  # equation 2, (B, D, K − 1)
        return with_symbol_zero(free.transpose(1, 2))

    def start_hidden(self, y: Tensor | None) -> Tensor:
        """c, and what the class adds: (B or 1, H)."""
        y = self.condition(y)
        return self.c[None] if y is None else self.c + self.told[0](y)

    def start_out(self, y: Tensor | None) -> Tensor:
        """b, and what the class adds: (B or 1, D, K − 1)."""
        y = self.condition(y)
        if y is None:
            return self.b[None]
        told: Tensor = self.told[1](y).view(len(y), *self.b.shape)
        return self.b + told

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """Negative log-likelihood in nats per datum, of the order or, order-agnostic, of all."""
        return self._agnostic_loss(x, y) if self.config.agnostic else super().loss(x, y)

    def _agnostic_loss(self, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        """An unbiased estimate of the mean over orders (Uria et al. 2014, section 3)."""
        x = self.in_steps(x)
        known = self._random_known(x)
        mask = known.to(self.W.dtype)
        assert self.U is not None  # noqa: S101 - for the type checker: order-agnostic has it
        a = self.start_hidden(y) + (self.rescaled(x) * mask) @ self.W + mask @ self.U
        out = torch.sigmoid(a) @ self.V.flatten(0, 1).T
        free = out.view(len(x), *self.b.shape) + self.start_out(y)
        logits = with_symbol_zero(free.transpose(1, 2))
        losses = F.cross_entropy(logits, x.long(), reduction="none") * ~known
        share = x.shape[1] / (~known).sum(1)  # D / (D − d + 1)
        return {"loss": (share * losses.sum(1)).mean()}

    def _random_known(self, x: Tensor) -> Tensor:
        """(B, D) bool: the first d − 1 of a random order, d uniform in 1 … D.

        A function of the training step, so that a resumed training hides the same.
        """
        seed = int(generator(self.config.order_seed, 0, self.training_step).integers(2**62))
        source = torch.Generator(x.device).manual_seed(seed)
        rank = torch.rand(x.shape, generator=source, device=x.device).argsort(1).argsort(1)
        count = torch.randint(x.shape[1], (len(x), 1), generator=source, device=x.device)
        return rank < count

    def ensemble_log_prob(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln 1/M Σₒ p(x | o) over the order of the settings and M − 1 random ones, nats, (B,)."""
        if self.config.orders == 1:
            return self.log_prob(x, y)
        steps = self.in_steps(x)
        scores = []
        for index in range(self.config.orders):
            order = None
            if index:
                rng = generator(self.config.order_seed, 1, index)
                order = torch.from_numpy(rng.permutation(steps.shape[1])).to(x.device)
            logits = self._conditionals(steps, y, order)
            taken = steps if order is None else steps[:, order]
            scores.append(-F.cross_entropy(logits, taken.long(), reduction="none").sum(1))
        return torch.logsumexp(torch.stack(scores), dim=0) - math.log(len(scores))

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """Only the column of each new symbol."""
        return NADEPredictor(self, x, y)

    def rescorer(self, x: Tensor, y: Tensor | None = None) -> Rescorer:
        """A column of W for each other symbol; what is left are the later steps' units."""
        with torch.no_grad():
            return NADERescorer(self, x, self.condition(y))

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.nade import NADEKernel  # noqa: PLC0415 - numba takes a while

        fresh = torch.contiguous_format
        return NADEKernel(
            self.once_per_weights(self._kernel_weights),
            self.start_hidden(y).expand(len(x), -1).clone(memory_format=fresh).numpy(),
            self.start_out(y).expand(len(x), -1, -1).clone(memory_format=fresh).numpy(),
        )

    def _kernel_weights(self) -> NADEWeights:
        from genstudio.kernels.nade import NADEWeights  # noqa: PLC0415 - as above

        mask = self.W.new_zeros(0, self.config.hidden) if self.U is None else self.U
        return NADEWeights(*(part.detach().numpy() for part in (self.W, mask, self.V)))


class NADEPredictor(Predictor):
    """The running pre-activation of the hidden layer: O(H) per symbol."""

    def __init__(self, model: NADE, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = model.in_steps(x)
        self.y = y
        self.a = model.start_hidden(y).expand(len(x), -1).clone()
        self.b = model.start_out(y)

    def prefix(self, steps: int) -> Tensor:
        """One pass for the conditionals, one product for the hidden layer."""
        self.a = self.a + self.model.rescaled(self.x[:, :steps]) @ self.model.W[:steps]
        if self.model.U is not None:
            self.a = self.a + self.model.U[:steps].sum(0)
        out = self.model.sequence_logits(self.x, self.y)
        return out[:, :, :steps].transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """Equations 2 and 3."""
        h = torch.sigmoid(self.a)
        return with_symbol_zero(h @ self.model.V[step].T + self.b[:, step])

    def put(self, step: int, symbols: Tensor) -> None:
        """Add the symbol's column."""
        self.a = self.a + self.model.rescaled(symbols)[:, None] * self.model.W[step]
        if self.model.U is not None:
            self.a = self.a + self.model.U[step]

    def state(self, step: int) -> Iterable[Tensor]:
        """The pre-activation, and the biases where the class tells them apart."""
        return (self.a,) if self.y is None else (self.a, self.b)
