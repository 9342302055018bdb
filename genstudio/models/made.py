"""MADE, masked autoencoder for distribution estimation: Germain, Gregor, Murray, Larochelle (2015).

Every unit k carries a number m(k) of inputs it may see; a connection is kept only where the
numbers allow it (equations 8 and 9, generalised to L layers in section 3.3), so output d sees
inputs before d alone. Connectivity-agnostic training (section 4.2) goes round several draws of m.
At test time the draws are an ensemble, and an ensemble averages likelihoods:

    p(x) = 1/M Σₘ pₘ(x) = Πₜ Σₘ wₘ(x₁ … xₜ₋₁) pₘ(xₜ | x₁ … xₜ₋₁),  wₘ ∝ pₘ(x₁ … xₜ₋₁).

The second form holds because every mask keeps the same order of the symbols; it makes the
ensemble itself an autoregressive model, whose conditionals can be drawn from exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.settings import setting
from genstudio.core.spaces import Grid
from genstudio.core.training import WATCHED
from genstudio.core.uniforms import generator
from genstudio.kernels.base import Kernel
from genstudio.models.sampling import Predictor
from genstudio.models.sequence import FlatAutoregressive, OrderedSettings
from genstudio.nn.condition import LabelEmbedding
from genstudio.nn.masked import MaskedLinear

if TYPE_CHECKING:
    from genstudio.kernels.made import MADEWeights

__all__ = ["MADE"]

_MOST_LAID_OUT = 2**28
"""Weights that are laid out anew for the compiled sampler: a gigabyte."""


class MADEConfig(OrderedSettings):
    """The autoencoder's size and its masks."""

    hidden: int = setting(500, help="Units of each hidden layer.", ge=1, le=8000)
    layers: int = setting(1, help="Hidden layers.", formula="L", ge=1, le=8)
    masks: int = setting(
        1,
        help="How many draws of the connections are trained in turn and averaged when scoring.",
        formula="p(x) = 1/M Σₘ pₘ(x)",
        ge=1,
        le=64,
    )
    direct: bool = setting(
        False, help="Connect inputs to later outputs directly as well (matrix A of the paper)."
    )
    mask_seed: int = setting(0, help="Which draws of the masks.", ge=0, advanced=True)
    conditional: bool = setting(
        False, help="Tell the model the class, so that one can be asked for.", formula="p(x | y)"
    )


class MADE(FlatAutoregressive):
    """A multilayer network whose masks make each output see only the inputs before it."""

    title = "MADE"
    summary = "An autoencoder with masked weights: one matrix product gives every conditional."
    reference = "Germain, Gregor, Murray & Larochelle, MADE, 2015"
    Config = MADEConfig
    presets = (
        Preset(
            name="quick look",
            help="One hidden layer, one mask.",
            config={"hidden": 200, "layers": 1, "masks": 1},
            training={"length": 1500, "unit": "steps", "batch_size": 64, **WATCHED},
        ),
        Preset(
            name="good",
            help="One hidden layer of the paper's smallest size, several epochs.",
            config={"hidden": 500, "layers": 1, "masks": 1},
            training={"length": 20, "unit": "epochs", "batch_size": 100},
        ),
        Preset(
            name="thorough",
            help="Two hidden layers of 2000 units with four masks in turn.",
            config={"hidden": 2000, "layers": 2, "masks": 4},
            training={"length": 60, "unit": "epochs", "batch_size": 100},
        ),
        Preset(
            name="paper: binarized MNIST",
            help="Two hidden layers of 8000 units, 32 masks: 86.64 nats in the paper.",
            config={"hidden": 8000, "layers": 2, "masks": 32, "direct": True},
            training={
                "length": 300,
                "unit": "epochs",
                "batch_size": 100,
                "learning_rate": 5e-4,
                "ema": 0.999,
            },
        ),
    )
    config: MADEConfig
    numbers: Tensor

    def __init__(self, space: Grid, config: MADEConfig) -> None:
        super().__init__(space, config)
        sizes = [space.dimensions, *[config.hidden] * config.layers]
        outputs = space.dimensions * space.levels
        self.hiddens = nn.ModuleList(
            MaskedLinear(inputs, units) for inputs, units in pairwise(sizes)
        )
        self.out = MaskedLinear(config.hidden, outputs)
        self.direct = MaskedLinear(space.dimensions, outputs, bias=False) if config.direct else None
        if self.direct is not None:
            nn.init.zeros_(self.direct.weight)
        self.told = nn.ModuleList(
            LabelEmbedding(space.labels, units)
            for units in ([*sizes[1:], outputs] if config.conditional else [])
        )
        drawn = torch.stack([self._draw_numbers(index) for index in range(config.masks)])
        self.register_buffer("numbers", drawn, persistent=False)
        self._masks: tuple[object, list[Tensor]] | None = None

    @property
    def parameter_formula(self) -> str:
        """Of n symbols with K levels, L layers of h units, not told the class; masked ones too."""
        if self.told:
            return ""
        between = "" if self.config.layers == 1 else " + (L − 1)(h + 1)h"
        levels = "2" if self.space.levels == 2 else "K"
        direct = f" + {levels}n²" if self.config.direct else ""
        return f"(n + 1)h{between} + {levels}n(h + 1){direct}"

    def _draw_numbers(self, index: int) -> Tensor:
        """(L, H) int64: m(k) of every hidden unit under one draw, 1 … D − 1."""
        last = max(1, self.space.dimensions - 1)
        rng = generator(self.config.mask_seed, index)
        low, layers = 1, []
        for _ in range(self.config.layers):
            units = rng.integers(low, last, self.config.hidden, endpoint=True)
            layers.append(torch.from_numpy(units))
            low = int(units.min())  # section 3.3: no unit below the least it is fed
        return torch.stack(layers)

    def masks(self, index: int) -> list[Tensor]:
        """Those of one draw: (H, D), …, (H, H), then (D·K, H) and (D·K, D) of the outputs.

        The masks of all draws together would be many times the weights; one draw's are kept.
        """
        now = (index, self.device, self.out.weight.dtype)
        if self._masks is None or self._masks[0] != now:
            inputs = torch.arange(1, self.space.dimensions + 1, device=self.device)  # m(d) = d
            # Output d of symbol v is row v·D + d.
            wanted = inputs.repeat(self.space.levels)[:, None]
            layers = [inputs, *self.numbers[index]]
            found = [units[:, None] >= below for below, units in pairwise(layers)]  # equation 8
            found += [wanted > layers[-1], wanted > inputs]  # equation 9
            self._masks = (now, [mask.to(self.out.weight.dtype) for mask in found])
        return self._masks[1]

    def member_logits(
        self, index: int, x: Tensor, y: Tensor | None = None, kept: list[Tensor] | None = None
    ) -> Tensor:
        """The conditionals under one draw of the masks, (B, D) → (B, K, D), in step order.

        The values of each hidden layer are added to `kept`.
        """
        y = self.condition(y)
        first = 2 * self.rescaled(x) - 1
        h = first
        *hidden_masks, out_mask, direct_mask = self.masks(index)
        for layer, hidden in enumerate(self.hiddens):
            h = hidden(h, hidden_masks[layer])
            h = F.relu(h if y is None else h + self.told[layer](y))
            if kept is not None:
                kept.append(h)
        out = self.out(h, out_mask)
        if self.direct is not None:
            out = out + self.direct(first, direct_mask)
        if y is not None:
            out = out + self.told[-1](y)
        logits: Tensor = out.view(len(x), self.space.levels, self.space.dimensions)
        return logits

    def sequence_logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, K, D): the ensemble's conditionals, as logarithms that sum to one."""
        members = [self.member_logits(m, x, y) for m in range(self.config.masks)]
        return members[0] if len(members) == 1 else _mixed(torch.stack(members), x)[0]

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """Negative log-likelihood under the draw whose turn it is, nats per datum."""
        x = self.in_steps(x)
        logits = self.member_logits(self.training_step % self.config.masks, x, y)
        losses = F.cross_entropy(logits, x.long(), reduction="none")
        return {"loss": losses.sum() / len(x)}

    def log_prob(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Ln 1/M Σₘ pₘ(x), nats, (B,)."""
        x = self.in_steps(x)
        members = [
            -F.cross_entropy(self.member_logits(m, x, y), x.long(), reduction="none").sum(1)
            for m in range(self.config.masks)
        ]
        return torch.logsumexp(torch.stack(members), dim=0) - math.log(len(members))

    def hidden_biases(self, y: Tensor | None, batch: int) -> list[Tensor]:
        """Of each hidden layer, with what the class adds: (B, H)."""
        biases = [_linear(layer).bias.expand(batch, -1) for layer in self.hiddens]
        y = self.condition(y)
        if y is None:
            return biases
        return [bias + self.told[index](y) for index, bias in enumerate(biases)]

    def out_biases(self, y: Tensor | None, batch: int) -> Tensor:
        """Of the outputs, with what the class adds: (B, D, K)."""
        bias = self.out.bias.expand(batch, -1)
        y = self.condition(y)
        if y is not None:
            bias = bias + self.told[-1](y)
        return bias.view(batch, self.space.levels, -1).transpose(1, 2)

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """Only the units that are new with each symbol."""
        return MADEPredictor(self, x, y)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel | None:
        """The same in machine code, unless the members' own layouts would not fit the memory."""
        from genstudio.kernels.made import MADEKernel  # noqa: PLC0415 - numba takes a while

        steps, levels, units = self.space.dimensions, self.space.levels, self.config.hidden
        per_unit = steps + (self.config.layers - 1) * units + levels * steps
        if self.config.masks * units * per_unit > _MOST_LAID_OUT:
            return None
        weights = self.once_per_weights(self._kernel_weights)
        by_number = self.numbers.argsort(dim=-1, stable=True)
        biases = torch.stack(self.hidden_biases(y, len(x)), dim=1)  # (B, L, H)
        hidden = torch.stack([_by_layer(biases, order) for order in by_number], dim=1)
        start = self.out_biases(y, len(x)).clone(memory_format=torch.contiguous_format)
        return MADEKernel(weights, hidden.numpy(), start.numpy())

    def _kernel_weights(self) -> MADEWeights:
        """Rows and columns in the order of the units' numbers m(k)."""
        from genstudio.kernels.made import MADEWeights  # noqa: PLC0415 - as above

        steps, levels, units = self.space.dimensions, self.space.levels, self.config.hidden
        matrices = [_linear(layer).weight.detach() for layer in self.hiddens]
        out = self.out.weight.detach().view(levels, steps, units).transpose(0, 1)
        by_number = self.numbers.argsort(dim=-1, stable=True)
        between = torch.empty(self.config.masks, self.config.layers - 1, units, units)
        for member, order in enumerate(by_number):
            for layer, (below, here) in enumerate(pairwise(order)):
                between[member, layer] = matrices[layer + 1][here][:, below]
        direct = torch.zeros(0, levels, steps)
        if self.direct is not None:
            direct = self.direct.weight.detach().view(levels, steps, steps).transpose(0, 1)
        known = torch.arange(steps + 1)
        sorted_numbers = self.numbers.sort(dim=-1).values
        ready = torch.searchsorted(
            sorted_numbers, known.expand(*self.numbers.shape[:2], -1).contiguous(), right=True
        )
        return MADEWeights(
            first=torch.stack([matrices[0][order[0]] for order in by_number]).numpy(),
            between=between.numpy(),
            out=torch.stack([out[:, :, order[-1]] for order in by_number]).contiguous().numpy(),
            direct=direct.contiguous().numpy(),
            ready=ready.numpy(),
        )


def _mixed(members: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Logits of M members (M, B, K, D) as those of their ensemble (B, K, D), normalised.

    Also returns ln pₘ(x₁ … xₜ), (M, B, D).
    """
    members = F.log_softmax(members, 2)
    symbols = x.long()[None, :, None].expand(len(members), -1, -1, -1)
    scores = members.gather(2, symbols)[:, :, 0].cumsum(-1)
    past = F.pad(scores, (1, 0))[..., :-1]  # ln pₘ(x₁ … xₜ₋₁)
    weights = F.log_softmax(past, dim=0)  # over the members
    return torch.logsumexp(weights[:, :, None] + members, dim=0), scores


def _linear(layer: nn.Module) -> MaskedLinear:
    assert isinstance(layer, MaskedLinear)  # noqa: S101 - for the type checker
    return layer


def _by_layer(values: Tensor, order: Tensor) -> Tensor:
    """(B, L, H) with the units of each layer in its own order (L, H)."""
    return values.gather(2, order.expand_as(values))


class MADEPredictor(Predictor):
    """The values that are final: a unit's once all it may see is known, and 0 before.

    What is not known yet counts as 0, so that no mask is needed: a unit that is new sees only
    what is final.
    """

    def __init__(self, model: MADE, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = model.in_steps(x)
        self.y = y
        batch, steps = self.x.shape
        self.numbers = torch.zeros(batch, steps, dtype=model.out.weight.dtype, device=model.device)
        self.layers = [_linear(layer).weight for layer in model.hiddens]
        self.biases = model.hidden_biases(y, batch)
        self.start = model.out_biases(y, batch)
        self.values = [
            self.numbers.new_zeros(model.config.masks, batch, model.config.hidden)
            for _ in self.layers
        ]
        self.scores = self.numbers.new_zeros(model.config.masks, batch)
        self.members = self.scores
        # For each member and layer the units by their number, and where each number starts.
        counts = [
            [layer.bincount(minlength=steps + 1).tolist() for layer in member]
            for member in model.numbers.cpu()
        ]
        by_number = model.numbers.argsort(dim=-1, stable=True)
        self.new = [
            [order.split(count) for order, count in zip(*pair, strict=True)]
            for pair in zip(by_number, counts, strict=True)
        ]

    def prefix(self, steps: int) -> Tensor:
        """One pass of each member, of whose units those are kept that saw known symbols alone."""
        self.numbers[:, :steps] = 2 * self.model.rescaled(self.x[:, :steps]) - 1
        members = []
        for member, numbers in enumerate(self.model.numbers):
            kept: list[Tensor] = []
            members.append(self.model.member_logits(member, self.x, self.y, kept))
            for layer, values in enumerate(kept):
                self.values[layer][member] = values * (numbers[layer] <= steps)
        found = members[0]
        if len(members) > 1:
            found, scores = _mixed(torch.stack(members), self.x)
            self.scores = scores[:, :, steps - 1]
        return found[:, :, :steps].transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """The new units, and the output of this step."""
        for member, layers in enumerate(self.new):
            below = self.numbers
            for layer, values in enumerate(self.values):
                new = layers[layer][step]
                if len(new):
                    a = self.biases[layer][:, new] + below @ self.layers[layer][new].T
                    values[member][:, new] = F.relu(a)
                below = values[member]
        rows = slice(step, None, self.x.shape[1])  # of each symbol
        out = self.values[-1] @ self.model.out.weight[rows].T + self.start[:, step]
        if self.model.direct is not None:
            out = out + self.numbers @ self.model.direct.weight[rows].T
        if len(out) == 1:
            return out[0]
        self.members = F.log_softmax(out, dim=-1)
        weights = F.log_softmax(self.scores, dim=0)
        return torch.logsumexp(weights[:, :, None] + self.members, dim=0)

    def put(self, step: int, symbols: Tensor) -> None:
        """An input is known, and each member's share in what is next."""
        self.numbers[:, step] = 2 * self.model.rescaled(symbols) - 1
        if len(self.new) > 1:
            picked = symbols[None, :, None].expand(len(self.new), -1, 1)
            self.scores = self.scores + self.members.gather(2, picked)[:, :, 0]

    def state(self, step: int) -> Iterable[Tensor]:
        """The inputs, the units, the members' scores, and biases where classes tell them apart."""
        yield self.numbers
        yield from (values.transpose(0, 1) for values in self.values)
        yield self.scores.transpose(0, 1)
        if self.y is not None:
            yield from (*self.biases, self.start)
