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
from genstudio.models.gated_pixelcnn_windows import WindowedGatedPixelCNN
from genstudio.models.rescoring import Rescorer
from genstudio.models.rescoring_windows import WindowRescorer
from genstudio.models.sampling import Predictor, probabilities
from genstudio.nn.condition import LabelEmbedding
from genstudio.nn.cones import carried, centred
from genstudio.nn.masked import by_channel, channel_starts
from genstudio.nn.stacks import LeftConv2d, RowsConv2d, gated

if TYPE_CHECKING:
    from genstudio.kernels.gated_pixelcnn import GatedPixelCNNWeights

__all__ = ["GatedPixelCNN"]

FIRST = 7
"""The kernel of the first layer, as wide as PixelCNN's."""


class GatedPixelCNNConfig(Settings):
    """The network's size."""

    channels: int = setting(
        40, help="Feature maps of each stack, after the gates.", formula="p", ge=6, le=1024
    )
    layers: int = setting(
        7,
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
            training={"length": 600, "unit": "steps", "batch_size": 16, **WATCHED},
        ),
        Preset(
            name="good",
            help="Clear samples, of a class that is asked for; an hour on two cores.",
            config={"channels": 40, "layers": 7, "head": 64, "location": True},
            training={"length": 8000, "unit": "steps", "batch_size": 32, "ema": 0.998},
        ),
        Preset(
            name="thorough",
            help="Ten layers of 128 maps, for a GPU.",
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
        # Maps beside each other in memory: a tenth off a training step on a CPU.
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

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """The vertical stack a row at a time, the horizontal one a pixel at a time."""
        return GatedPixelCNNPredictor(self, x, y)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.gated_pixelcnn import (  # noqa: PLC0415 - numba takes a while
            GatedPixelCNNKernel,
            Past,
        )

        layers, maps = self.gated_layers, self.config.channels
        width = self.space.width
        order, gates = self._orders()
        told_above = torch.zeros(len(layers), len(x), 2 * maps)
        told_left = torch.zeros_like(told_above)
        for k, layer in enumerate(layers):
            above, left = layer.told_both(y)
            told_above[k] = _bias(layer.vertical) + (0 if above is None else above)
            told_left[k] = (_bias(layer.across) + (0 if left is None else left))[..., gates]

        def full_pass(row: int) -> Past:
            kept: list[tuple[Tensor, Tensor]] = []
            with torch.no_grad():
                out = self.split(self.network(x, y, kept))
            margin = self.config.kernel // 2
            rows = torch.zeros(len(layers) - 1, len(x), margin, width, maps)
            lefts = torch.zeros(len(layers) - 1, len(x), width, maps)
            for k, (v, h) in enumerate(kept[1:]):
                above = v[:, :, max(0, row - margin) : row].permute(0, 2, 3, 1)
                rows[k, :, margin - above.shape[1] :] = above
                lefts[k] = h[:, order, row].transpose(1, 2)
            p = probabilities(out.flatten(2).transpose(1, 2))
            return Past(p, kept[0][0].permute(0, 2, 3, 1).numpy(), rows.numpy(), lefts.numpy())

        return GatedPixelCNNKernel(
            self.once_per_weights(self._kernel_weights),
            told_above.numpy(),
            told_left.numpy(),
            full_pass,
            self.space.shape,
            self.space.levels,
        )

    def rescorer(self, x: Tensor, y: Tensor | None = None) -> Rescorer:
        """Each layer only in the window that a change can reach."""
        y = self.condition(y)
        with torch.no_grad():
            return WindowRescorer(WindowedGatedPixelCNN(self, len(x), y), x)

    def influences(self, step: int) -> NDArray[np.bool_]:
        """The cone below it, and what follows in its row."""
        left = np.zeros(self.space.shape, np.bool_)
        left.flat[step] = True
        above = left
        for k, layer in enumerate(self.gated_layers):
            m = layer.vertical.margin
            seen = carried(above, range(0 if k else 1, m + 1), range(0), m)
            row = carried(left, range(0), range(1, m + 1), 0)
            left = (seen | row)[..., None] | centred(left, "B" if k else "A")
            above = np.broadcast_to(seen[..., None], left.shape)
        return left.ravel()

    def _orders(self) -> tuple[Tensor, Tensor]:
        """The horizontal stack's maps by their image channel, and those before the gates.

        Of the latter channel c has its tanh's and then its σ's.
        """
        maps, channels = self.config.channels, self.space.channels
        order, starts = by_channel(maps, channels), channel_starts(maps, channels)
        pairs = []
        for c in range(channels):
            mine = order[starts[c] : starts[c + 1]]
            pairs += [mine, maps + mine]
        return order, torch.cat(pairs)

    def _kernel_weights(self) -> GatedPixelCNNWeights:
        """Every matrix with its rows and columns as the kernel keeps the maps."""
        from genstudio.kernels.gated_pixelcnn import (  # noqa: PLC0415 - as above
            GatedPixelCNNWeights,
        )

        layers, c, p = self.gated_layers, self.space.channels, self.config.channels
        order, gates = self._orders()
        g = self.config.head
        by_head, by_out = by_channel(g, c), by_channel(self.space.levels * c, c)
        side = self.config.kernel

        def points(layer: LeftConv2d, outputs: Tensor, inputs: Tensor) -> Tensor:
            return layer.seen.detach()[:, :, 0, 0][outputs][:, inputs]

        first, rest = layers[0], layers[1:]
        outs = [layer.out for layer in layers]
        place = torch.zeros(2 * p, *self.space.shape[:2])
        place = place if self.location is None else self.location.detach()
        skip_bias = torch.stack([_bias(layer.out)[layer.wide :] for layer in layers]).sum(0)
        return GatedPixelCNNWeights(
            first_above=_rows(first.vertical).contiguous().numpy(),
            above=_stacked([_rows(k.vertical) for k in rest], side // 2 + 1, 2 * p, side * p),
            location=place.permute(1, 2, 0).contiguous().numpy(),
            across=_stacked([k.across.weight[gates, :, 0, 0] for k in layers], 2 * p, 2 * p),
            first_left=_lefts(first.horizontal, gates, torch.arange(c)).contiguous().numpy(),
            left=_stacked(
                [_lefts(k.horizontal, gates, order) for k in rest], 2 * p, (side // 2 + 1) * p
            ),
            residual=_stacked([points(out, order, order) for out in outs[:-1]], p, p),
            residual_bias=_stacked([_bias(out)[order] for out in outs[:-1]], p),
            skip=_stacked([points(k.out, k.wide + by_head, order) for k in layers], g, p),
            skip_bias=skip_bias[by_head].numpy(),
            hidden=points(self.hidden, by_head, by_head).contiguous().numpy(),
            hidden_bias=_bias(self.hidden)[by_head].numpy(),
            last=points(self.last, by_out, by_head).contiguous().numpy(),
            last_bias=_bias(self.last)[by_out].numpy(),
            starts=channel_starts(p, c),
            starts_head=channel_starts(g, c),
        )


def _rows(layer: RowsConv2d) -> Tensor:
    """(rows, outputs, places · inputs), a matrix for each row of the kernel."""
    return layer.weight.detach().permute(2, 0, 3, 1).flatten(2)


def _lefts(layer: LeftConv2d, outputs: Tensor, inputs: Tensor) -> Tensor:
    """(outputs, places · inputs) of a horizontal kernel."""
    return layer.seen.detach()[outputs][:, inputs][:, :, 0].transpose(1, 2).flatten(1)


def _bias(layer: nn.Conv2d) -> Tensor:
    assert layer.bias is not None  # noqa: S101 - for the type checker: it is asked of those with one
    return layer.bias.detach()


def _stacked(parts: list[Tensor], *shape: int) -> NDArray[np.float32]:
    """(number of parts, *shape), also for none."""
    if not parts:
        return np.zeros((0, *shape), np.float32)
    return torch.stack(parts).detach().contiguous().numpy()


class GatedPixelCNNPredictor(Predictor):
    """The network one pixel at a time, with torch.

    Kept are the image, padded; of the vertical stack what each kernel reads for one row,
    `rows[k]` (B, p, m + 1, W + 2 m), and what it gives to the horizontal stack in that row,
    `above[k]` (B, 2p, W); of the horizontal stack the row so far, `left[k]` (B, p, W + m).
    """

    def __init__(self, model: GatedPixelCNN, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = x.clone()
        self.y = y
        self.row = -1
        height, width, channels = model.space.shape
        p, m = model.config.channels, model.config.kernel // 2
        self.margin = m
        layers = model.gated_layers
        blank = model.rescaled(x[:, :1, :1]).new_zeros
        first = FIRST // 2
        self.image = blank(len(x), channels, height + first, width + 2 * first)
        self.rows = [blank(len(x), p, m + 1, width + 2 * m) for _ in layers[1:]]
        self.left = [blank(len(x), p, width + m) for _ in layers[1:]]
        self.above: list[Tensor] = []
        with torch.no_grad():
            self.told = [layer.told_both(y) for layer in layers]
            self.taps = [layer.horizontal.seen[:, :, 0].flatten(1).T for layer in layers]
            outs = [*(layer.out for layer in layers), model.hidden, model.last]
            self.points = [(_bias(out), out.seen[:, :, 0, 0].T) for out in outs]

    def prefix(self, steps: int) -> Tensor:
        """One pass of the whole network, whose layers are the past of what follows."""
        model, m = self.model, self.margin
        kept: list[tuple[Tensor, Tensor]] = []
        out = model.split(model.network(self.x, self.y, kept))
        width = model.space.width
        row = min(steps // (width * model.space.channels), model.space.height - 1)
        first = FIRST // 2
        # What follows the prefix comes of unknown symbols; each place is computed anew, in
        # order, before it is read.
        self.image[:, :, first:, first : first + width] = kept[0][0]
        for k, (v, h) in enumerate(kept[1:]):
            self.rows[k][:, :, 1:, m : m + width] = F.pad(v, (0, 0, m, 0))[:, :, row : row + m]
            self.left[k][:, :, m:] = h[:, :, row]
        self.row = row - 1
        return out.flatten(2)[:, :, :steps].transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """One place of every horizontal layer; (B, K)."""
        model, m = self.model, self.margin
        pixel, channel = divmod(step, model.space.channels)
        row, column = divmod(pixel, model.space.width)
        if row != self.row:
            self._begin(row)
        first, p = FIRST // 2, model.config.channels
        patch = self.image[:, :, row + first, column : column + first + 1]
        stream, skips = patch.new_zeros(()), patch.new_zeros(())
        for k, layer in enumerate(model.gated_layers):
            if k:
                patch = self.left[k - 1][:, :, column : column + m + 1]
            before = torch.addmm(self.above[k][:, :, column], patch.flatten(1), self.taps[k])
            bias, weight = self.points[k]
            out = torch.addmm(bias, gated(before), weight)
            skips = skips + out[:, layer.wide :]
            if layer.wide:
                stream = stream + out[:, :p]
                self.left[k][:, :, column + m] = stream
        for bias, weight in self.points[-2:]:
            skips = torch.addmm(bias, F.relu(skips), weight)
        return skips.view(len(skips), -1, model.space.channels)[:, :, channel]

    def put(self, step: int, symbols: Tensor) -> None:
        """Write into the image."""
        pixel, channel = divmod(step, self.model.space.channels)
        row, column = divmod(pixel, self.model.space.width)
        first = FIRST // 2
        self.image[:, channel, row + first, column + first] = self.model.rescaled(symbols)

    def state(self, step: int) -> Iterable[Tensor]:
        """The rows that are kept anyway, and those of the image that the first layer sees."""
        row = step // (self.model.space.width * self.model.space.channels)
        yield self.image[:, :, row : row + FIRST // 2 + 1]
        yield from (*self.rows, *self.left, *self.above)
        yield from (told for pair in self.told for told in pair if told is not None)

    def _begin(self, row: int) -> None:
        """The vertical stack of a row, whose symbols it does not see."""
        model, m = self.model, self.margin
        self.above = []
        window = self.image[:, :, row : row + FIRST // 2]
        for k, layer in enumerate(model.gated_layers):
            above = F.conv2d(window, layer.vertical.weight, layer.vertical.bias)
            if k == 0 and model.location is not None:
                above = above + model.location[:, row : row + 1]
            told_above, told_left = self.told[k]
            if told_above is not None:
                above = above + told_above[:, :, None, None]
            left = layer.across(above)[:, :, 0]
            self.above.append(left if told_left is None else left + told_left[:, :, None])
            if layer.wide:
                window = self.rows[k]
                window[:, :, :m] = window[:, :, 1:].clone()
                window[:, :, m:, m : m + model.space.width] = gated(above)
        self.row = row
