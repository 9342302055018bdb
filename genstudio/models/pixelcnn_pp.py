"""PixelCNN++: Salimans, Karpathy, Chen & Kingma (2017), a PixelCNN with a likelihood for colours.

Each pixel is one mixture of discretized logistics (sections 2.1 and 2.2, in `nn.logistic`), so the
network sees and predicts whole pixels. Two streams of gated residual blocks go through it: u sees
every row above, v also the pixels to the left (figure 2). Causality comes from shifting, not from
masks: u's kernels are 2×3, ending at their own row, v's are 2×2, ending at their own place.

Each stream is a U (sections 2.3 and 2.4): going down, a convolution of stride 2 halves the sides,
a side of n becoming ⌈n/2⌉; going up, a transposed one doubles them, cut to what they were. The
place (i, j) of level l stands at pixel (2ˡi, 2ˡj) and sees what is before that pixel. Of K layers,
layer K + 1 − i sees through a shortcut what layer i made.

Weight normalisation, which the paper does not argue for, is left out: averaged weights and clipped
gradients train as well here, and there is nothing to initialise from data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid, Label
from genstudio.models.base import Autoregressive
from genstudio.models.sampling import Predictor
from genstudio.nn.condition import LabelEmbedding
from genstudio.nn.logistic import LogisticMixture, outputs_per_component

__all__ = ["PixelCNNPP"]


class PixelCNNPPConfig(Settings):
    """The network's size."""

    channels: int = setting(32, help="Feature maps of each of the two streams.", ge=2, le=256)
    blocks: int = setting(
        1, help="Residual blocks of each stream at each resolution, down and up.", ge=1, le=8
    )
    resolutions: int = setting(
        3,
        help="How many sizes of the image are looked at; each is half the one before.",
        formula="⌈n/2ˡ⌉, l = 0 … R − 1",
        ge=1,
        le=5,
    )
    components: int = setting(
        5,
        help="Logistic distributions in the mixture of a pixel.",
        formula="p = Σₘ πₘ pₘ",
        ge=1,
        le=30,
    )
    dropout: float = setting(
        0.0,
        help="Share of features left out inside a block while training; 0.5 in the paper.",
        ge=0,
        le=0.9,
    )
    conditional: bool = setting(
        False, help="Tell the model the class, so that one can be asked for.", formula="p(x | y)"
    )


def concat_elu(x: Tensor) -> Tensor:
    """ELU of x and of −x beside each other; (B, F, H, W) → (B, 2F, H, W)."""
    return F.elu(torch.cat([x, -x], dim=1))


class ShiftedConv2d(nn.Conv2d):
    """A convolution whose kernel ends at the place it is for.

    Attributes:
        around: zeros to the left, right, top and bottom that make it so; −1 cuts a line off,
            and shifts the output away from it.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: tuple[int, int],
        around: tuple[int, int, int, int],
        stride: int = 1,
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride)
        self.around = around


class Reading(ABC):
    """Where a stream is computed, and what its layers read there.

    Attributes:
        levels: how many resolutions have a place there.
    """

    levels: int

    @abstractmethod
    def around(self, layer: ShiftedConv2d, level: int, x: Tensor) -> Tensor:
        """The surroundings that a layer reads, of which x is what is new."""

    @abstractmethod
    def leave(self, level: int, x: Tensor) -> None:
        """What a level made, for the finer level above it."""

    @abstractmethod
    def finer(self, up: nn.ConvTranspose2d, level: int) -> Tensor:
        """What the coarser level left, at the places of this one."""


class Everywhere(Reading):
    """The whole image at once; what each layer reads is kept."""

    def __init__(self, space: Grid, levels: int) -> None:
        self.levels = levels
        self.sides = [sides(space, level) for level in range(levels)]
        self.read: dict[nn.Module, Tensor] = {}
        self.left: dict[int, Tensor] = {}

    def around(self, layer: ShiftedConv2d, level: int, x: Tensor) -> Tensor:
        """All of x, with zeros around."""
        self.read[layer] = x
        return F.pad(x, layer.around)

    def leave(self, level: int, x: Tensor) -> None:
        """All of it."""
        self.left[level] = x

    def finer(self, up: nn.ConvTranspose2d, level: int) -> Tensor:
        """All of it, cut to size."""
        height, width = self.sides[level]
        whole: Tensor = up(self.left[level + 1])
        return whole[:, :, :height, :width]


def sides(space: Grid, level: int) -> tuple[int, int]:
    """Height and width of a level's maps."""
    return -(-space.height // 2**level), -(-space.width // 2**level)


class Block(nn.Module):
    """A gated residual block: x + a ⊙ σ(b), with a and b from two convolutions of concat-ELUs.

    Args:
        channels: of x.
        kernel: of the convolutions.
        around: the zeros that they need.
        beside: how many other maps of as many channels are seen, each through a 1×1 layer.
        labels: the classes that it is told.
        dropout: between the convolutions.
    """

    def __init__(
        self,
        channels: int,
        kernel: tuple[int, int],
        around: tuple[int, int, int, int],
        beside: int,
        labels: tuple[Label, ...],
        dropout: float,
    ) -> None:
        super().__init__()
        self.first = ShiftedConv2d(2 * channels, channels, kernel, around)
        self.beside = nn.ModuleList(
            nn.Conv2d(2 * channels, channels, 1, bias=False) for _ in range(beside)
        )
        self.second = ShiftedConv2d(2 * channels, 2 * channels, kernel, around)
        self.told = LabelEmbedding(labels, 2 * channels) if labels else None
        self.dropout = dropout

    def forward(
        self, x: Tensor, beside: list[Tensor], y: Tensor | None, level: int, reading: Reading
    ) -> Tensor:
        """(B, F, H, W) → the same; `beside` holds more of that shape."""
        c = self.first(reading.around(self.first, level, concat_elu(x)))
        for layer, other in zip(self.beside, beside, strict=True):
            c = c + layer(concat_elu(other))
        c = F.dropout(concat_elu(c), self.dropout, self.training)
        c = self.second(reading.around(self.second, level, c))
        if self.told is not None and y is not None:
            c = c + self.told(y)[:, :, None, None]
        a, b = c.chunk(2, dim=1)
        return x + a * torch.sigmoid(b)


class Stream(nn.Module):
    """One of the two U-shaped stacks of blocks.

    Blocks are counted from 0; the first half goes down, the second comes up.

    Args:
        config: the network's size.
        labels: the classes that it is told.
        width: of the kernels: 3, one to each side, or 2, one to the left.
        second: whether it sees the blocks of another stream.
    """

    def __init__(
        self, config: PixelCNNPPConfig, labels: tuple[Label, ...], width: int, second: bool
    ) -> None:
        super().__init__()
        maps, self.resolutions, self.per_level = (
            config.channels,
            config.resolutions,
            config.blocks,
        )
        self.half = self.resolutions * self.per_level
        kernel, around = (2, width), (1, width - 2, 1, 0)
        self.blocks = nn.ModuleList(
            Block(maps, kernel, around, int(index >= self.half) + second, labels, config.dropout)
            for index in range(2 * self.half)
        )
        self.downs = nn.ModuleList(
            ShiftedConv2d(maps, maps, kernel, around, stride=2) for _ in range(self.resolutions - 1)
        )
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(maps, maps, 2, stride=2) for _ in range(self.resolutions - 1)
        )

    def level(self, block: int) -> int:
        """The resolution of a block; 0 is the image's own."""
        return min(block, 2 * self.half - 1 - block) // self.per_level

    def forward(
        self, x: Tensor, seen: dict[int, Tensor], y: Tensor | None, reading: Reading
    ) -> dict[int, Tensor]:
        """What each block makes, (B, F, H, W) of its level, from the first layer's output.

        `seen` holds the same of the other stream, and nothing if there is none to see.
        """
        made: dict[int, Tensor] = {}

        def through(level: int, first: int, x: Tensor) -> Tensor:
            for index in range(first, first + self.per_level):
                beside = [seen[index]] if seen else []
                if index >= self.half:
                    beside.append(made[2 * self.half - 1 - index])
                x = made[index] = self.blocks[index](x, beside, y, level, reading)
            return x

        for level in range(reading.levels):
            x = through(level, level * self.per_level, x)
            if level + 1 < self.resolutions:
                down = self.downs[level]
                patch = reading.around(down, level, x)  # type: ignore[arg-type]  # of ModuleList
                x = down(patch) if level + 1 < reading.levels else x
        for level in reversed(range(reading.levels)):
            if level + 1 < self.resolutions:
                x = reading.finer(self.ups[level], level)  # type: ignore[arg-type]  # as above
            x = through(level, 2 * self.half - (level + 1) * self.per_level, x)
            reading.leave(level, x)
        return made


class PixelCNNPP(Autoregressive):
    """Whole pixels predicted as mixtures of logistics, by a U of shifted convolutions."""

    title = "PixelCNN++"
    summary = "A mixture of logistics for each pixel, from a network that looks at several sizes."
    reference = "Salimans, Karpathy, Chen & Kingma, PixelCNN++, 2017"
    spaces = (Grid,)
    Config = PixelCNNPPConfig
    presets = (
        Preset(
            name="quick look",
            help="A small network, long enough to draw shapes in colour.",
            config={"channels": 16, "blocks": 1, "resolutions": 2},
            training={"length": 600, "unit": "steps", "batch_size": 16},
        ),
        Preset(
            name="good",
            help="Clear samples of shapes in colour; some forty minutes on two cores.",
            config={"channels": 32, "blocks": 1, "resolutions": 3},
            training={"length": 6000, "unit": "steps", "batch_size": 16, "ema": 0.998},
        ),
        Preset(
            name="thorough",
            help="Twice as deep and wide, trained for a night on a CPU or an hour on a GPU.",
            config={"channels": 64, "blocks": 2, "resolutions": 3, "components": 10},
            training={"length": 40, "unit": "epochs", "batch_size": 32, "ema": 0.9995},
        ),
        Preset(
            name="the paper's size",
            help="36 layers of 160 maps for natural images of 32×32; days on several GPUs.",
            config={
                "channels": 160,
                "blocks": 5,
                "resolutions": 3,
                "components": 10,
                "dropout": 0.5,
            },
            training={"length": 500, "unit": "epochs", "batch_size": 64, "ema": 0.9995},
        ),
    )
    space: Grid
    config: PixelCNNPPConfig

    def __init__(self, space: Grid, config: PixelCNNPPConfig) -> None:
        super().__init__(space, config)
        inputs, maps = space.channels + 1, config.channels
        labels = space.labels if config.conditional else ()
        self.first_u = ShiftedConv2d(inputs, maps, (2, 3), (1, 1, 2, -1))
        self.first_v = ShiftedConv2d(inputs, maps, (2, 1), (1, -1, 1, 0))
        self.u = Stream(config, labels, 3, second=False)
        self.v = Stream(config, labels, 2, second=True)
        per_component = outputs_per_component(space.channels)
        self.last = nn.Conv2d(2 * maps, config.components * per_component, 1)
        self._spread()

    @torch.no_grad()
    def _spread(self) -> None:
        """Start near the uniform distribution, with the components side by side."""
        self.last.weight.mul_(0.1)
        m, c = self.config.components, self.space.channels
        assert self.last.bias is not None  # noqa: S101 - for the type checker
        parts = self.last.bias.view(-1, m)
        parts.zero_()
        parts[1 : 1 + c] = (torch.arange(m) * 2 + 1) / m - 1
        parts[1 + c : 1 + 2 * c] = -torch.tensor(float(m)).log()

    def mixture(self, x: Tensor, y: Tensor | None = None) -> LogisticMixture:
        """The distribution of every pixel given those before it; x (B, H, W, C)."""
        image, everywhere = self.image(x), Everywhere(self.space, self.config.resolutions)
        seen = self.u(self.first_u(everywhere.around(self.first_u, 0, image)), {}, y, everywhere)
        made = self.v(self.first_v(everywhere.around(self.first_v, 0, image)), seen, y, everywhere)
        return self.head(made)

    def head(self, made: dict[int, Tensor]) -> LogisticMixture:
        """The last layer."""
        outputs = self.last(concat_elu(made[len(self.v.blocks) - 1]))
        return LogisticMixture.of(outputs, self.space.channels, self.space.levels)

    def image(self, x: Tensor) -> Tensor:
        """Symbols as numbers −1 … 1, and a map of ones, since beyond the border all is zero."""
        numbers = x.to(self.last.weight.dtype) * (2 / (self.space.levels - 1)) - 1
        maps = torch.cat([numbers, torch.ones_like(numbers[..., :1])], dim=-1)
        return maps.permute(0, 3, 1, 2)

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, K, H, W, C), logarithms of probabilities; large where K is, so scores avoid them."""
        return self.mixture(x, y).logits(x)

    def surprise(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """−ln p(xₜ | x₁ … xₜ₋₁) at each place, nats, (B, H, W, C), straight from the mixture."""
        return self.mixture(x, y).surprise(x)

    def log_prob(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """The sum of the pixels' log-likelihoods, nats, (B,)."""
        return self.mixture(x, y).log_prob(x).flatten(1).sum(dim=1)

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """Mean negative log-likelihood, nats per datum; what is dropped depends on the step."""
        if not (self.training and self.config.dropout):
            return super().loss(x, y)
        devices = [x.device] if x.device.type == "cuda" else []
        # A resumed training drops the same features as one that was never stopped.
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(self.training_step)
            return super().loss(x, y)
