"""A stack of shifted convolutions in the shape of a U, over a whole image or place by place.

A layer is causal when its kernel ends at the place that it is for. The same code runs over the
whole image and, for drawing, over one row or one place: a `Reading` says what each layer reads.

Going down, a convolution of stride 2 halves the sides, a side of n becoming ⌈n/2⌉; going up, a
transposed one doubles them, cut to what they were. The place (i, j) of level l stands at pixel
(2ˡi, 2ˡj), and what is there sees only what is before that pixel.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.spaces import Grid, Label
from genstudio.nn.condition import LabelEmbedding

__all__ = [
    "Everywhere",
    "Onward",
    "Reading",
    "Shape",
    "ShiftedConv2d",
    "Stream",
    "concat_elu",
    "sides",
]


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
        self.read: dict[ShiftedConv2d, Tensor] = {}
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


@dataclass(frozen=True)
class Shape:
    """How large a stream is.

    Attributes:
        channels: F, its feature maps.
        blocks: at each resolution, down and up.
        resolutions: R.
        dropout: the share of features left out inside a block while training.
    """

    channels: int
    blocks: int
    resolutions: int
    dropout: float


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

    @property
    def points(self) -> list[nn.Conv2d]:
        """The 1×1 layers, as what they are."""
        return [layer for layer in self.beside if isinstance(layer, nn.Conv2d)]

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
        out: Tensor = x + a * torch.sigmoid(b)
        return out


class Stream(nn.Module):
    """One of the two U-shaped stacks of blocks.

    Blocks are counted from 0; the first half goes down, the second comes up.

    Args:
        shape: its size.
        labels: the classes that it is told.
        width: of the kernels: 3, one to each side, or 2, one to the left.
        second: whether it sees the blocks of another stream.
    """

    def __init__(self, shape: Shape, labels: tuple[Label, ...], width: int, second: bool) -> None:
        super().__init__()
        maps = self.channels = shape.channels
        self.resolutions, self.per_level = shape.resolutions, shape.blocks
        self.depth = self.resolutions * self.per_level
        kernel, around = (2, width), (1, width - 2, 1, 0)
        self.blocks = nn.ModuleList(
            Block(maps, kernel, around, int(index >= self.depth) + second, labels, shape.dropout)
            for index in range(2 * self.depth)
        )
        self.downs = nn.ModuleList(
            ShiftedConv2d(maps, maps, kernel, around, stride=2) for _ in range(self.resolutions - 1)
        )
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(maps, maps, 2, stride=2) for _ in range(self.resolutions - 1)
        )

    @property
    def gated(self) -> list[Block]:
        """The blocks, as what they are."""
        return [block for block in self.blocks if isinstance(block, Block)]

    @property
    def strided(self) -> list[ShiftedConv2d]:
        """The layers that go down, as what they are."""
        return [layer for layer in self.downs if isinstance(layer, ShiftedConv2d)]

    @property
    def raising(self) -> list[nn.ConvTranspose2d]:
        """The layers that come up, as what they are."""
        return [layer for layer in self.ups if isinstance(layer, nn.ConvTranspose2d)]

    def shifted(self) -> list[tuple[ShiftedConv2d, int]]:
        """Every layer that reads surroundings, with the level that it reads."""
        found = [(layer, level) for level, layer in enumerate(self.strided)]
        for index, block in enumerate(self.gated):
            found += [(layer, self.level(index)) for layer in (block.first, block.second)]
        return found

    def level(self, block: int) -> int:
        """The resolution of a block; 0 is the image's own."""
        return min(block, 2 * self.depth - 1 - block) // self.per_level

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
                if index >= self.depth:
                    beside.append(made[2 * self.depth - 1 - index])
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
            x = through(level, 2 * self.depth - (level + 1) * self.per_level, x)
            reading.leave(level, x)
        return made


class Onward(Reading):
    """One row or one place at a time, in order; of every layer's reading the past is kept.

    Args:
        stream: whose layers read.
        space: of the images.
        batch: B.
    """

    def __init__(self, stream: Stream, space: Grid, batch: int) -> None:
        self._resolutions = stream.resolutions
        self._sides = [sides(space, level) for level in range(stream.resolutions)]
        self._maps: dict[ShiftedConv2d, Tensor] = {}
        self._levels = dict(stream.shifted())
        for layer, level in self._levels.items():
            left, right, top, _ = layer.around
            height, width = self._sides[level]
            size = (batch, layer.in_channels, height + top, width + left + right)
            self._maps[layer] = layer.weight.new_zeros(size)
        self._left = [
            stream.gated[0].first.weight.new_zeros(batch, stream.channels, 1, width)
            for _, width in self._sides
        ]
        self.at(0, None)

    def at(self, row: int, column: int | None) -> None:
        """Go to a pixel, or to a whole row; a level has a place there if both divide by 2ˡ."""
        self._row, self._column = row, column
        self.levels = 1
        while self.levels < self._resolutions and not (row | (column or 0)) % 2**self.levels:
            self.levels += 1

    def refill(self, everywhere: Everywhere, row: int) -> None:
        """Take over what a pass over the whole image read; places that are still to come too.

        Each of those is computed anew, in order, before it is read.
        """
        for layer, kept in self._maps.items():
            x, left = everywhere.read[layer], layer.around[0]
            kept[:, :, 1:, left : left + x.shape[3]] = x
        for level, kept in enumerate(self._left):
            kept.copy_(everywhere.left[level][:, :, row >> level][:, :, None])

    def state(self, row: int) -> Iterator[Tensor]:
        """Views (B, …) of all that differs between images and may be read in a row or later."""
        for layer, kept in self._maps.items():
            i = row >> self._levels[layer]
            yield kept[:, :, i : i + 2]
        yield from self._left

    def around(self, layer: ShiftedConv2d, level: int, x: Tensor) -> Tensor:
        """The row above and this one, as far as the kernel reaches."""
        i, j, width = self._place(level)
        left = layer.around[0]
        kept = self._maps[layer]
        kept[:, :, i + 1, left + j : left + j + width] = x[:, :, 0]
        return kept[:, :, i : i + 2, j : j + width + layer.kernel_size[1] - 1]

    def leave(self, level: int, x: Tensor) -> None:
        """Keep it: the finer level comes back for it in its next row."""
        _, j, width = self._place(level)
        self._left[level][..., j : j + width] = x

    def finer(self, up: nn.ConvTranspose2d, level: int) -> Tensor:
        """The quarters of the coarser places that are these."""
        i, j, width = self._place(level)
        coarse: Tensor = up(self._left[level + 1][..., j // 2 : (j + width + 1) // 2])
        return coarse[:, :, i % 2 : i % 2 + 1, j % 2 : j % 2 + width]

    def _place(self, level: int) -> tuple[int, int, int]:
        """Row, first column and width, at a level."""
        if self._column is None:
            return self._row >> level, 0, self._sides[level][1]
        return self._row >> level, self._column >> level, 1
