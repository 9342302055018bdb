"""PixelCNN: van den Oord, Kalchbrenner & Kavukcuoglu (2016), Pixel Recurrent Neural Networks.

Section 3.3 and table 1: a 7×7 convolution with mask A, residual blocks around a 3×3
convolution with mask B (figure 5, left), two 1×1 layers, and a softmax over the K levels of
each symbol (section 3.6). Within a pixel red is drawn first, then green given red, then blue
given both (equation 2).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid
from genstudio.core.training import WATCHED
from genstudio.kernels.base import Kernel
from genstudio.models.base import Autoregressive
from genstudio.models.pixelcnn_windows import WindowedPixelCNN
from genstudio.models.rescoring import Rescorer
from genstudio.models.rescoring_windows import WindowRescorer
from genstudio.models.sampling import Predictor
from genstudio.nn.condition import LabelEmbedding
from genstudio.nn.cones import carried, centred
from genstudio.nn.masked import MaskedConv2d, by_channel, channel_starts

if TYPE_CHECKING:
    from genstudio.kernels.pixelcnn import PixelCNNWeights

__all__ = ["PixelCNN"]

FIRST = 7
"""The kernel of the first layer."""


class PixelCNNConfig(Settings):
    """The network's size; `channels` is 2h in the paper's figure 5."""

    channels: int = setting(
        64, help="Feature maps that pass from block to block.", formula="2h", ge=6, le=512
    )
    blocks: int = setting(
        7, help="Residual blocks; each lets a pixel see one more row and column.", ge=0, le=30
    )
    head: int = setting(
        64, help="Feature maps of the two 1×1 layers before the softmax.", ge=6, le=2048
    )
    location: bool = setting(
        False,
        help="Learn a bias for every place, so that the model knows how far down it is; "
        "not in the paper, where that has to be counted.",
    )
    conditional: bool = setting(
        False, help="Tell the model the class, so that one can be asked for.", formula="p(x | y)"
    )


class Block(nn.Module):
    """A residual block: ReLU, 1×1 down to h, masked 3×3, 1×1 back up to 2h, plus the input."""

    def __init__(self, config: PixelCNNConfig, space: Grid) -> None:
        super().__init__()
        wide, narrow, channels = config.channels, max(3, config.channels // 2), space.channels
        self.down = MaskedConv2d("B", wide, narrow, 1, channels)
        self.spatial = MaskedConv2d("B", narrow, narrow, 3, channels)
        self.up = MaskedConv2d("B", narrow, wide, 1, channels)
        self.told = LabelEmbedding(space.labels, narrow) if config.conditional else None

    def forward(self, h: Tensor, y: Tensor | None, kept: list[Tensor] | None) -> Tensor:
        """(B, 2h, H, W) → the same; what the 3×3 convolution reads is added to `kept`."""
        a = F.relu(self.down(F.relu(h)))
        if kept is not None:
            kept.append(a)
        b = self.spatial(a)
        if self.told is not None and y is not None:
            b = b + self.told(y)[:, :, None, None]
        out: Tensor = h + self.up(F.relu(b))
        return out


class PixelCNN(Autoregressive):
    """Masked convolutions over the image; every conditional of training in one pass."""

    title = "PixelCNN"
    summary = "Masked convolutions: every pixel is predicted from those above and to the left."
    reference = "van den Oord, Kalchbrenner & Kavukcuoglu, Pixel Recurrent Neural Networks, 2016"
    spaces = (Grid,)
    Config = PixelCNNConfig
    presets = (
        Preset(
            name="quick look",
            help="A small network, long enough to draw shapes.",
            config={"channels": 32, "blocks": 4, "head": 32, "location": True},
            training={"length": 600, "unit": "steps", "batch_size": 16, **WATCHED},
        ),
        Preset(
            name="good",
            help="Clear samples; the size of the models that come with GenStudio.",
            config={"channels": 64, "blocks": 9, "head": 64, "location": True},
            training={"length": 6000, "unit": "steps", "batch_size": 32, "ema": 0.998},
        ),
        Preset(
            name="thorough",
            help="The paper's depth, trained for a night on a CPU or minutes on a GPU.",
            config={"channels": 128, "blocks": 15, "head": 128},
            training={"length": 40, "unit": "epochs", "batch_size": 64},
        ),
    )
    space: Grid
    config: PixelCNNConfig

    def __init__(self, space: Grid, config: PixelCNNConfig) -> None:
        super().__init__(space, config)
        c = space.channels
        self.first = MaskedConv2d("A", c, config.channels, FIRST, c)
        size = (config.channels, space.height, space.width)
        self.location = nn.Parameter(torch.zeros(size)) if config.location else None
        self.blocks = nn.ModuleList(Block(config, space) for _ in range(config.blocks))
        self.hidden1 = MaskedConv2d("B", config.channels, config.head, 1, c)
        self.hidden2 = MaskedConv2d("B", config.head, config.head, 1, c)
        self.last = MaskedConv2d("B", config.head, space.levels * c, 1, c)
        # Maps beside each other in memory: 1.4 times the training speed on a CPU.
        for parameter in self.parameters():
            if parameter.dim() == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    @property
    def residual_blocks(self) -> list[Block]:
        """The blocks, as what they are."""
        return [block for block in self.blocks if isinstance(block, Block)]

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, H, W, C) → (B, K, H, W, C)."""
        return self._split(self.network(x, y))

    def network(self, x: Tensor, y: Tensor | None, kept: list[Tensor] | None = None) -> Tensor:
        """(B, H, W, C) → (B, K·C, H, W); what each masked k×k layer reads is added to `kept`."""
        y = self.condition(y)
        image = self.rescaled(x).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        if kept is not None:
            kept.append(image)
        h = self.first(image)
        if self.location is not None:
            h = h + self.location
        for block in self.blocks:
            h = block(h, y, kept)
        out: Tensor = self.last(F.relu(self.hidden2(F.relu(self.hidden1(F.relu(h))))))
        return out

    def depths(self) -> list[tuple[str, nn.Module]]:
        """The 7×7 convolution and the blocks."""
        blocks = [(f"block {index}", block) for index, block in enumerate(self.blocks, 1)]
        return [("7×7, mask A", self.first), *blocks]

    def broken(self) -> PixelCNN:
        """Mask B in place of mask A."""
        copied = copy.deepcopy(self)
        copied.first.unmask_self()
        return copied

    def rescaled(self, x: Tensor) -> Tensor:
        """Symbols 0 … K − 1 as numbers −1 … 1."""
        return x.to(self.first.weight.dtype) * (2 / (self.space.levels - 1)) - 1

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """Only what each new pixel adds."""
        return PixelCNNPredictor(self, x, y)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.pixelcnn import PixelCNNKernel  # noqa: PLC0415 - numba takes a while

        blocks, batch = self.residual_blocks, len(x)
        narrow = blocks[0].spatial.in_channels if blocks else 1
        order = by_channel(narrow, self.space.channels)
        told = torch.zeros(len(blocks), batch, narrow)
        for index, block in enumerate(blocks):
            if block.told is not None and y is not None:
                told[index] = block.told(y)[:, order]

        return PixelCNNKernel(
            self.once_per_weights(self._kernel_weights),
            told.numpy(),
            self.space.shape,
            self.space.levels,
        )

    def rescorer(self, x: Tensor, y: Tensor | None = None) -> Rescorer:
        """Each layer only in the window that a change can reach."""
        y = self.condition(y)
        with torch.no_grad():
            return WindowRescorer(WindowedPixelCNN(self, len(x), y), x)

    def influences(self, step: int) -> NDArray[np.bool_]:
        """The cone below it, without the blind spot."""
        field = np.zeros(self.space.shape, np.bool_)
        field.flat[step] = True
        kind: Literal["A", "B"] = "A"
        for margin in (FIRST // 2, *(1 for _ in self.blocks)):
            around = carried(field, range(1, margin + 1), range(1, margin + 1), margin)
            field = around[..., None] | centred(field, kind)
            kind = "B"
        return field.ravel()

    def _kernel_weights(self) -> PixelCNNWeights:
        """Every matrix with its rows and columns in the order of the maps' channels."""
        from genstudio.kernels.pixelcnn import PixelCNNWeights  # noqa: PLC0415 - as above

        c, blocks = self.space.channels, self.residual_blocks
        wide, head = self.config.channels, self.config.head
        narrow = blocks[0].spatial.in_channels if blocks else 1
        by_wide, by_narrow, by_head = (by_channel(maps, c) for maps in (wide, narrow, head))
        by_out = by_channel(self.space.levels * c, c)

        def rows(layer: MaskedConv2d, outputs: Tensor, inputs: Tensor) -> Tensor:
            """(outputs, places seen · inputs) of a masked convolution, row by row to its own."""
            kernel = layer.kernel_size[0]
            seen = (layer.weight * layer.mask)[outputs][:, inputs].flatten(2)
            return seen[:, :, : kernel * kernel // 2 + 1].permute(0, 2, 1).flatten(1)

        def points(
            layers: list[MaskedConv2d], outputs: Tensor, inputs: Tensor
        ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            """Weights (L, outputs, inputs) and biases (L, outputs) of 1×1 convolutions."""
            matrices = [rows(layer, outputs, inputs) for layer in layers]
            return _stacked(matrices, (len(outputs), len(inputs))), _stacked(
                [_bias(layer)[outputs] for layer in layers], (len(outputs),)
            )

        spatial = [rows(block.spatial, by_narrow, by_narrow) for block in blocks]
        down, down_bias = points([block.down for block in blocks], by_narrow, by_wide)
        up, up_bias = points([block.up for block in blocks], by_wide, by_narrow)
        hidden1, hidden1_bias = points([self.hidden1], by_head, by_wide)
        hidden2, hidden2_bias = points([self.hidden2], by_head, by_head)
        last, last_bias = points([self.last], by_out, by_head)
        height, width, _ = self.space.shape
        place = torch.zeros(wide, height, width) if self.location is None else self.location
        return PixelCNNWeights(
            first=rows(self.first, by_wide, torch.arange(c)).contiguous().numpy(),
            first_bias=_bias(self.first)[by_wide].numpy(),
            location=place[by_wide].permute(1, 2, 0).contiguous().numpy(),
            down=down,
            down_bias=down_bias,
            spatial=_stacked(spatial, (narrow, 5 * narrow)),
            spatial_bias=_stacked([_bias(block.spatial)[by_narrow] for block in blocks], (narrow,)),
            up=up,
            up_bias=up_bias,
            hidden1=hidden1[0],
            hidden1_bias=hidden1_bias[0],
            hidden2=hidden2[0],
            hidden2_bias=hidden2_bias[0],
            last=last[0],
            last_bias=last_bias[0],
            starts_wide=channel_starts(wide, c),
            starts_narrow=channel_starts(narrow, c),
            starts_head=channel_starts(head, c),
        )

    def _split(self, flat: Tensor) -> Tensor:
        """(B, K·C, H, W) → (B, K, H, W, C): map m holds level m // C of channel m mod C."""
        batch, _, height, width = flat.shape
        grid = flat.view(batch, self.space.levels, self.space.channels, height, width)
        return grid.permute(0, 1, 3, 4, 2)


def _bias(layer: MaskedConv2d) -> Tensor:
    assert layer.bias is not None  # noqa: S101 - for the type checker: every one of ours has one
    return layer.bias.detach()


def _stacked(parts: list[Tensor], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """(L, *shape), also for L = 0."""
    return torch.stack(parts).contiguous().numpy() if parts else np.zeros((0, *shape), np.float32)


class PixelCNNPredictor(Predictor):
    """The network one pixel at a time: each layer's past is kept, only its new column computed.

    Per pixel this costs one matrix product per layer instead of one convolution over the image.
    `seen[l]` is what the l-th masked k×k layer reads, padded: (B, H + k//2, W + 2(k//2), maps).
    """

    def __init__(self, model: PixelCNN, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = x.clone()
        self.y = y
        self.channels = model.space.channels
        self.width = model.space.width
        blocks = model.residual_blocks
        spatial = [model.first, *(block.spatial for block in blocks)]
        self.margins = [layer.kernel_size[0] // 2 for layer in spatial]
        with torch.no_grad():
            self.taps = [layer.taps() for layer in spatial]
            self.points = [(block.down.taps(), block.up.taps()) for block in blocks]
            self.head = [layer.taps() for layer in (model.hidden1, model.hidden2, model.last)]
            self.told = [
                block.told(y) if block.told is not None and y is not None else None
                for block in blocks
            ]
        self.seen = [
            x.new_zeros(
                (
                    len(x),
                    model.space.height + margin,
                    self.width + 2 * margin,
                    layer.in_channels,
                ),
                dtype=layer.weight.dtype,
            )
            for layer, margin in zip(spatial, self.margins, strict=True)
        ]

    def prefix(self, steps: int) -> Tensor:
        """One pass of the whole network, whose layers are kept as the past of what follows."""
        kept: list[Tensor] = []
        out = self.model._split(self.model.network(self.x, self.y, kept))
        for seen, layer, margin in zip(self.seen, kept, self.margins, strict=True):
            # Places after the prefix hold what unknown symbols led to; each is computed anew,
            # in order, before it is read.
            seen[:, margin:, margin : margin + self.width] = layer.permute(0, 2, 3, 1)
        return out.flatten(2)[:, :, :steps].transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """The column of one pixel through every layer; (B, K)."""
        pixel, channel = divmod(step, self.channels)
        row, column = divmod(pixel, self.width)
        self._put_image(row, column)
        h = self._masked(0, row, column)
        if self.model.location is not None:
            h = h + self.model.location[:, row, column]
        for index, ((down, down_bias), (up, up_bias)) in enumerate(self.points):
            a = F.relu(torch.addmm(down_bias, F.relu(h), down))
            margin = self.margins[index + 1]
            self.seen[index + 1][:, row + margin, column + margin] = a
            b = self._masked(index + 1, row, column)
            told = self.told[index]
            b = b if told is None else b + told
            h = h + torch.addmm(up_bias, F.relu(b), up)
        for weight, bias in self.head:
            h = torch.addmm(bias, F.relu(h), weight)
        return h.view(len(h), -1, self.channels)[:, :, channel]

    def put(self, step: int, symbols: Tensor) -> None:
        """Write into the image."""
        self.x.flatten(1)[:, step] = symbols

    def state(self, step: int) -> Iterable[Tensor]:
        """The rows that a pixel's convolutions see."""
        row = step // (self.width * self.channels)
        yield self.x[:, max(0, row - 1) : row + 1]
        for seen, margin in zip(self.seen, self.margins, strict=True):
            yield seen[:, row : row + margin + 1]
        yield from (told for told in self.told if told is not None)

    def _put_image(self, row: int, column: int) -> None:
        """Bring the first layer's reading up to date: this pixel and the one before it."""
        margin = self.margins[0]
        previous = (row, column - 1) if column else (row - 1, self.width - 1)
        for r, c in (previous, (row, column)):
            if r >= 0:
                self.seen[0][:, r + margin, c + margin] = self.model.rescaled(self.x[:, r, c])

    def _masked(self, layer: int, row: int, column: int) -> Tensor:
        seen, (taps, bias) = self.seen[layer], self.taps[layer]
        margin = self.margins[layer]
        patch = seen[:, row : row + margin + 1, column : column + 2 * margin + 1]
        return torch.addmm(bias, patch.reshape(len(patch), -1), taps)
