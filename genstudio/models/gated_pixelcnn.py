"""Gated PixelCNN: van den Oord et al. (2016b), Conditional Image Generation with PixelCNN Decoders.

Two stacks (section 2.2, figure 2). The vertical one sees all rows above, a cone without a blind
spot; the horizontal one sees the row to the left and, through a 1×1 convolution, the vertical one
at its place. Layer k of either is gated (equation 2), and told the class y (equation 4):

    u = W_{k,f} ∗ x + V_{k,f} y,   w = W_{k,g} ∗ x + V_{k,g} y,   out = tanh(u) ⊙ σ(w)

Residual connections run along the horizontal stack alone, and each of its layers feeds a skip
connection; their sum goes through two 1×1 layers into a softmax over the K levels. Within a pixel
red is drawn first, then green given red, then blue given both.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid
from genstudio.models.base import Autoregressive
from genstudio.nn.condition import LabelEmbedding
from genstudio.nn.stacks import LeftConv2d, RowsConv2d, gated

__all__ = ["GatedPixelCNN"]

FIRST = 7
"""The kernel of the first layer, as wide as PixelCNN's."""


class GatedPixelCNNConfig(Settings):
    """The network's size."""

    channels: int = setting(
        48, help="Feature maps of each stack, after the gates.", formula="p", ge=6, le=1024
    )
    layers: int = setting(
        8,
        help="Gated layers; each lets a pixel see further up and to both sides.",
        ge=1,
        le=40,
    )
    kernel: Literal[3, 5, 7] = setting(
        3, help="Side of the masked kernels after the first layer, which has 7.", formula="n × n"
    )
    head: int = setting(
        64, help="Feature maps of the skip connections and of the 1×1 layer.", ge=6, le=2048
    )
    location: bool = setting(
        False,
        help="Learn a bias for every place, so that the model knows how far down it is; the "
        "paper's location-dependent bias, with a map that is learned.",
        formula="V ∗ s",
    )
    conditional: bool = setting(
        False, help="Tell the model the class, so that one can be asked for.", formula="p(x | y)"
    )


class GatedLayer(nn.Module):
    """Figure 2: one layer of both stacks; the first has mask A and nothing to add its output to."""

    def __init__(self, config: GatedPixelCNNConfig, space: Grid, index: int) -> None:
        super().__init__()
        first, p, channels = index == 0, config.channels, space.channels
        self.wide = 0 if index == config.layers - 1 else p  # the last only feeds the skips
        inputs, kernel = (channels, FIRST) if first else (p, config.kernel)
        self.vertical = RowsConv2d(inputs, 2 * p, kernel, own=not first)
        self.across = nn.Conv2d(2 * p, 2 * p, 1)
        self.horizontal = LeftConv2d(
            "A" if first else "B", inputs, (p, p), kernel, channels, bias=False
        )
        self.out = LeftConv2d("B", p, (self.wide, config.head), 1, channels)
        self.residual = not first
        self.told = LabelEmbedding(space.labels, 4 * p) if config.conditional else None

    def forward(
        self, v: Tensor, h: Tensor, y: Tensor | None, location: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Both stacks' (B, p, H, W) → the same, and what is skipped to the head, (B, G, H, W)."""
        above = self.vertical(v)
        if location is not None:
            above = above + location
        # Equation 4 for both stacks.
        told_above, told_left = self.told_both(y)
        if told_above is not None:
            above = above + told_above[:, :, None, None]
        left = self.horizontal(h) + self.across(above)
        if told_left is not None:
            left = left + told_left[:, :, None, None]
        out = self.out(gated(left))
        stream, skipped = out[:, : self.wide], out[:, self.wide :]
        return gated(above), h + stream if self.residual and self.wide else stream, skipped

    def told_both(self, y: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
        """V y of the vertical and of the horizontal stack, (B, 2p) each."""
        if self.told is None or y is None:
            return None, None
        above, left = self.told(y).chunk(2, dim=1)
        return above, left


class GatedPixelCNN(Autoregressive):
    """A vertical and a horizontal stack of gated convolutions; no blind spot."""

    title = "Gated PixelCNN"
    summary = "Two stacks of gated convolutions: one for the rows above, one for the row so far."
    reference = (
        "van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves & Kavukcuoglu, "
        "Conditional Image Generation with PixelCNN Decoders, 2016"
    )
    spaces = (Grid,)
    Config = GatedPixelCNNConfig
    presets = (
        Preset(
            name="quick look",
            help="A small network, long enough to draw shapes.",
            config={"channels": 32, "layers": 5, "head": 32, "location": True},
            training={"length": 600, "unit": "steps", "batch_size": 16},
        ),
        Preset(
            name="good",
            help="Clear samples, of a class that is asked for; an hour on two cores.",
            config={"channels": 48, "layers": 8, "head": 64, "location": True},
            training={"length": 10000, "unit": "steps", "batch_size": 32, "ema": 0.998},
        ),
        Preset(
            name="thorough",
            help="Below PixelCNN's nats; a night on a CPU or minutes on a GPU.",
            config={"channels": 128, "layers": 10, "head": 128, "location": True},
            training={"length": 40, "unit": "epochs", "batch_size": 64, "ema": 0.999},
        ),
        Preset(
            name="paper, ImageNet 32×32",
            help="The paper's largest: 20 layers of 384 maps with 5×5 kernels; for several GPUs.",
            config={"channels": 384, "layers": 20, "kernel": 5, "head": 1024},
            training={"length": 200_000, "unit": "steps", "batch_size": 1024},
        ),
    )
    space: Grid
    config: GatedPixelCNNConfig

    def __init__(self, space: Grid, config: GatedPixelCNNConfig) -> None:
        super().__init__(space, config)
        c = space.channels
        size = (2 * config.channels, space.height, space.width)
        self.location = nn.Parameter(torch.zeros(size)) if config.location else None
        self.layers = nn.ModuleList(GatedLayer(config, space, k) for k in range(config.layers))
        self.hidden = LeftConv2d("B", config.head, (config.head,), 1, c)
        self.last = LeftConv2d("B", config.head, (space.levels * c,), 1, c)
        # Maps beside each other in memory: twice the training speed on a CPU.
        for parameter in self.parameters():
            if parameter.dim() == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    @property
    def gated_layers(self) -> list[GatedLayer]:
        """The layers, as what they are."""
        return [layer for layer in self.layers if isinstance(layer, GatedLayer)]

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, H, W, C) → (B, K, H, W, C)."""
        return self.split(self.network(x, y))

    def network(
        self, x: Tensor, y: Tensor | None, kept: list[tuple[Tensor, Tensor]] | None = None
    ) -> Tensor:
        """(B, H, W, C) → (B, K·C, H, W); what each layer's two stacks read is added to `kept`."""
        y = self.condition(y)
        image = self.rescaled(x).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        v = h = image
        location, skips = self.location, []
        for layer in self.layers:
            if kept is not None:
                kept.append((v, h))
            v, h, skipped = layer(v, h, y, location)
            location = None  # the first layer's alone
            skips.append(skipped)
        out: Tensor = self.last(F.relu(self.hidden(F.relu(sum(skips)))))
        return out

    def rescaled(self, x: Tensor) -> Tensor:
        """Symbols 0 … K − 1 as numbers −1 … 1."""
        return x.to(self.last.weight.dtype) * (2 / (self.space.levels - 1)) - 1

    def split(self, flat: Tensor) -> Tensor:
        """(B, K·C, H, W) → (B, K, H, W, C): map m holds level m // C of channel m mod C."""
        batch, _, height, width = flat.shape
        grid = flat.view(batch, self.space.levels, self.space.channels, height, width)
        return grid.permute(0, 1, 3, 4, 2)
