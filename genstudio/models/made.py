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
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.settings import setting
from genstudio.core.spaces import Grid
from genstudio.core.uniforms import generator
from genstudio.models.sequence import FlatAutoregressive, OrderedSettings
from genstudio.nn.condition import LabelEmbedding
from genstudio.nn.masked import MaskedLinear

__all__ = ["MADE"]


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
            training={"length": 1500, "unit": "steps", "batch_size": 64},
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
    )
    config: MADEConfig

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
        for index in range(config.masks):
            for name, mask in self._draw_masks(index).items():
                self.register_buffer(f"{name}_{index}", mask, persistent=False)

    @property
    def parameter_formula(self) -> str:
        """Of n symbols with K levels, L layers of h units, not told the class; masked ones too."""
        if self.told:
            return ""
        between = "" if self.config.layers == 1 else " + (L − 1)(h + 1)h"
        levels = "2" if self.space.levels == 2 else "K"
        direct = f" + {levels}n²" if self.config.direct else ""
        return f"(n + 1)h{between} + {levels}n(h + 1){direct}"

    def _draw_masks(self, index: int) -> dict[str, Tensor]:
        """The masks of one draw: {"mask0": (hidden, D), …, "maskL": (D·K, hidden), "maskA"}."""
        space, config = self.space, self.config
        last = max(1, space.dimensions - 1)
        rng = generator(config.mask_seed, index)
        seen = torch.arange(1, space.dimensions + 1)  # input d has m = d
        # Output d of symbol v is row v·D + d; it needs m < d (equation 9).
        wanted = seen.repeat(space.levels)
        masks = {"maskA": (wanted[:, None] > seen[None]).float()} if config.direct else {}
        for layer in range(config.layers):
            low = min(int(seen.min()), last)  # section 3.3: no unit below the least it is fed
            units = torch.from_numpy(rng.integers(low, last, config.hidden, endpoint=True))
            masks[f"mask{layer}"] = (units[:, None] >= seen[None]).float()  # equation 8
            seen = units
        masks[f"mask{config.layers}"] = (wanted[:, None] > seen[None]).float()
        return masks

    def member_logits(self, index: int, x: Tensor, y: Tensor | None = None) -> Tensor:
        """The conditionals under one draw of the masks, (B, D) → (B, K, D), in step order."""
        y = self.condition(y)
        first = 2 * self.rescaled(x) - 1
        h = first
        for layer, hidden in enumerate(self.hiddens):
            h = hidden(h, self.get_buffer(f"mask{layer}_{index}"))
            h = F.relu(h if y is None or not self.told else h + self.told[layer](y))
        out = self.out(h, self.get_buffer(f"mask{len(self.hiddens)}_{index}"))
        if self.direct is not None:
            out = out + self.direct(first, self.get_buffer(f"maskA_{index}"))
        if y is not None and self.told:
            out = out + self.told[-1](y)
        logits: Tensor = out.view(len(x), self.space.levels, self.space.dimensions)
        return logits

    def sequence_logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, K, D): the ensemble's conditionals, as logarithms that sum to one."""
        if self.config.masks == 1:
            return self.member_logits(0, x, y)
        members = torch.stack(
            [F.log_softmax(self.member_logits(m, x, y), 1) for m in range(self.config.masks)]
        )  # (M, B, K, D)
        symbols = x.long()[None, :, None].expand(len(members), -1, -1, -1)
        scores = members.gather(2, symbols)[:, :, 0]  # (M, B, D), ln pₘ(xₜ | past)
        past = F.pad(scores.cumsum(-1), (1, 0))[..., :-1]  # ln pₘ(x₁ … xₜ₋₁)
        weights = F.log_softmax(past, dim=0)  # over the members
        return torch.logsumexp(weights[:, :, None] + members, dim=0)

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
