"""What the two PixelRNNs share: van den Oord, Kalchbrenner & Kavukcuoglu (2016), table 1.

A 7×7 convolution with mask A, residual LSTM layers (figure 5, right: 2h maps in, h of the state,
a 1×1 convolution back up to 2h, plus the input), two times ReLU and a 1×1 convolution with
mask B, and a softmax over the K levels of each symbol.

In memory maps lie as (H, W, B, features), whatever their shape is called: then what a wave
computes at once is one block.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid
from genstudio.models.base import Autoregressive
from genstudio.models.sampling import Predictor, probabilities
from genstudio.nn.condition import LabelEmbedding
from genstudio.nn.gates import GateConv, doubled_content
from genstudio.nn.masked import MaskedConv2d, by_channel, channel_starts

if TYPE_CHECKING:
    from genstudio.kernels.pixelrnn import LayerPast, PixelRNNWeights

    KernelParts: TypeAlias = tuple[
        PixelRNNWeights,
        NDArray[np.float32],
        Callable[[], tuple[NDArray[np.float32], NDArray[np.float32], LayerPast]],
        tuple[int, int, int],
        int,
    ]

__all__ = ["LSTMLayer", "Past", "PixelRNN", "PixelRNNConfig", "PixelRNNPredictor"]


class PixelRNNConfig(Settings):
    """The network's size."""

    hidden: int = setting(
        16,
        help="Maps of each layer's state; twice as many pass between them.",
        formula="h",
        ge=3,
        le=256,
    )
    layers: int = setting(3, help="LSTM layers, each with a residual connection.", ge=1, le=12)
    head: int = setting(32, help="Maps of the two 1×1 layers before the softmax.", ge=6, le=2048)
    conditional: bool = setting(
        False, help="Tell the model the class, so that one can be asked for.", formula="p(x | y)"
    )


@dataclass(frozen=True)
class Past:
    """What a pass of the network leaves of one layer, for those who go on from there.

    Attributes:
        u: (H, W, B, 2h), the layer's input.
        h: (G, H, W, B, h), the states.
        c: (G, H, W, B, h), the cell states.
    """

    u: Tensor
    h: Tensor
    c: Tensor


class LSTMLayer(nn.Module, ABC):
    """One layer of G waves, each of whose positions reads T positions of the front before.

    Attributes:
        gates: K^is.
        state: (G, T, h, 4h), K^ss; unmasked, for all that it reads is of earlier pixels.
        up: the 1×1 convolution to 2h maps.
        told: what the gates are told of the class.
    """

    def __init__(
        self, config: PixelRNNConfig, space: Grid, waves: int, kernel: int, taps: int
    ) -> None:
        super().__init__()
        h, channels = config.hidden, space.channels
        self.waves = waves
        self.gates = GateConv(waves, 2 * h, h, kernel, channels)
        bound = (taps * h) ** -0.5
        self.state = nn.Parameter(torch.empty(waves, taps, h, 4 * h).uniform_(-bound, bound))
        self.up = MaskedConv2d("B", h, 2 * h, 1, channels)
        self.told = LabelEmbedding(space.labels, waves * 4 * h) if config.conditional else None

    def classes(self, y: Tensor | None) -> Tensor | None:
        """What the gates of each wave are told, (G, B, 4h)."""
        if self.told is None or y is None:
            return None
        told: Tensor = self.told(y)
        return torch.unflatten(told, 1, (self.waves, -1)).transpose(0, 1)

    def risen(self, u: Tensor, h: Tensor) -> Tensor:
        """The layer's output: u (…, 2h) plus the states h (…, h) taken up to 2h maps."""
        weight, bias = self.up.taps()
        return u + (h @ weight + bias)

    @abstractmethod
    def forward(self, u: Tensor, y: Tensor | None, kept: list[Past] | None) -> Tensor:
        """(B, 2h, H, W) → the same; what the layer leaves is added to `kept`."""


class FirstConv(MaskedConv2d):
    """The 7×7 convolution with mask A, as a product with what each place sees."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name nn.Conv2d gives it
        """(B, C, H, W) → (B, 2h, H, W)."""
        weight, bias = self.taps()
        padded = F.pad(input.permute(2, 3, 0, 1), (0, 0, 0, 0, 3, 3, 3, 0))
        seen = padded.unfold(0, 4, 1).unfold(1, 7, 1)  # (H, W, B, C, 4, 7)
        out = seen.permute(0, 1, 2, 4, 5, 3).flatten(3) @ weight + bias
        return out.permute(2, 3, 0, 1)


class PixelRNN(Autoregressive):
    """A 7×7 convolution, LSTM layers, and a head; a family says what its layers are."""

    spaces = (Grid,)
    space: Grid
    config: PixelRNNConfig

    def __init__(self, space: Grid, config: PixelRNNConfig) -> None:
        super().__init__(space, config)
        c, wide, head = space.channels, 2 * config.hidden, config.head
        self.first = FirstConv("A", c, wide, 7, c)
        self.layers = nn.ModuleList(self.layer() for _ in range(config.layers))
        self.hidden1 = MaskedConv2d("B", wide, head, 1, c)
        self.hidden2 = MaskedConv2d("B", head, head, 1, c)
        self.last = MaskedConv2d("B", head, space.levels * c, 1, c)

    @abstractmethod
    def layer(self) -> LSTMLayer:
        """A new layer."""

    @property
    def lstm_layers(self) -> list[LSTMLayer]:
        """The layers, as what they are."""
        return [layer for layer in self.layers if isinstance(layer, LSTMLayer)]

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, H, W, C) → (B, K, H, W, C)."""
        return self.network(self.rescaled(x), y)

    def network(self, image: Tensor, y: Tensor | None, kept: list[Past] | None = None) -> Tensor:
        """(B, H, W, C) of −1 … 1 → (B, K, H, W, C); what each layer leaves is added to `kept`."""
        y = self.condition(y)
        u = self.first(image.permute(0, 3, 1, 2))
        for layer in self.layers:
            u = layer(u, y, kept)
        return self.top(u.permute(2, 3, 0, 1)).permute(2, 3, 0, 1, 4)

    def depths(self) -> list[tuple[str, nn.Module]]:
        """The 7×7 convolution and the layers."""
        layers = [(f"layer {index}", layer) for index, layer in enumerate(self.layers, 1)]
        return [("7×7, mask A", self.first), *layers]

    def broken(self) -> Self:
        """Mask B in place of mask A."""
        copied = copy.deepcopy(self)
        copied.first.unmask_self()
        return copied

    def rescaled(self, x: Tensor) -> Tensor:
        """Symbols 0 … K − 1 as numbers −1 … 1."""
        return x.to(self.first.weight.dtype) * (2 / (self.space.levels - 1)) - 1

    def top(self, u: Tensor) -> Tensor:
        """The head: (…, 2h) → logits (…, K, C); map m is of level m // C and channel m mod C."""
        for layer in (self.hidden1, self.hidden2, self.last):
            weight, bias = layer.taps()
            u = F.relu(u) @ weight + bias
        return torch.unflatten(u, -1, (self.space.levels, self.space.channels))

    @abstractmethod
    def kernel_taps(self, state: Tensor) -> Tensor:
        """K^ss (G, T, h, 4h) with its taps in the order in which the kernel keeps states."""

    def kernel_parts(self, x: Tensor, y: Tensor | None) -> KernelParts:
        """What the compiled sampler of either family is made of."""
        from genstudio.kernels.pixelrnn import LayerPast  # noqa: PLC0415 - numba takes a while

        c = self.space.channels
        wide, narrow = (by_channel(n * self.config.hidden, c) for n in (2, 1))
        gates = self._gate_order()
        told = []
        for layer in self.lstm_layers:
            classes, bias = layer.classes(y), layer.gates.bias[:, None]
            known = bias.expand(-1, len(x), -1) if classes is None else bias + classes
            told.append(doubled_content(known)[..., gates])

        def full_pass() -> tuple[NDArray[np.float32], NDArray[np.float32], LayerPast]:
            kept: list[Past] = []
            image = self.rescaled(x)
            with torch.no_grad():
                out = self.network(image, y, kept)
            # (H, W, B, maps) of each layer → (B, L, H, W, maps), and with G after L.
            u = torch.stack([past.u for past in kept])[..., wide].permute(3, 0, 1, 2, 4)
            h, cells = (
                torch.stack(maps)[..., narrow].permute(4, 0, 1, 2, 3, 5)
                for maps in ([past.h for past in kept], [past.c for past in kept])
            )
            p = probabilities(out.flatten(2).transpose(1, 2))
            return p, image.numpy(), LayerPast(u.numpy(), h.numpy(), cells.numpy())

        return (
            self.once_per_weights(self._kernel_weights),
            torch.stack(told).detach().contiguous().numpy(),
            full_pass,
            self.space.shape,
            self.space.levels,
        )

    def _gate_order(self) -> Tensor:
        """(4h,) the four gates of each map in turn, maps in the order of their channels."""
        h = self.config.hidden
        return (by_channel(h, self.space.channels)[:, None] + torch.arange(4) * h).flatten()

    def _kernel_weights(self) -> PixelRNNWeights:
        """Every matrix with its rows and columns in the order of the maps' channels."""
        from genstudio.kernels.pixelrnn import PixelRNNWeights  # noqa: PLC0415 - as above

        c, levels = self.space.channels, self.space.levels
        sizes = (2 * self.config.hidden, self.config.hidden, self.config.head)
        wide, narrow, head = (by_channel(size, c) for size in sizes)
        gates = self._gate_order()

        def matrix(layer: MaskedConv2d, outputs: Tensor, inputs: Tensor) -> Tensor:
            return layer.taps()[0].T[outputs][:, inputs]

        def bias(layer: MaskedConv2d, outputs: Tensor) -> Tensor:
            return layer.taps()[1][outputs]

        def plain(*parts: Tensor) -> NDArray[np.float32]:
            return torch.stack(parts).detach().contiguous().numpy()

        inputs, states = [], []
        for layer in self.lstm_layers:
            seen = doubled_content(layer.gates.taps()[0])[..., gates]  # (G, columns · 2h, 4h)
            seen = torch.unflatten(seen, 1, (-1, len(wide)))[:, :, wide]
            inputs.append(seen.flatten(1, 2).transpose(1, 2))
            taps = self.kernel_taps(doubled_content(layer.state))[:, :, narrow][..., gates]
            states.append(taps.flatten(1, 2).transpose(1, 2))
        first, first_bias = self.first.taps()  # (4 · 7 · C, 2h)
        layers, last = self.lstm_layers, by_channel(levels * c, c)
        starts = [channel_starts(size, c) for size in sizes]
        return PixelRNNWeights(
            first=plain(*torch.unflatten(first[:, wide], 0, (4, -1)).transpose(1, 2)),
            first_bias=plain(first_bias[wide])[0],
            input=plain(*inputs),
            state=plain(*states),
            up=plain(*(matrix(layer.up, wide, narrow) for layer in layers)),
            up_bias=plain(*(bias(layer.up, wide) for layer in layers)),
            hidden1=plain(matrix(self.hidden1, head, wide))[0],
            hidden1_bias=plain(bias(self.hidden1, head))[0],
            hidden2=plain(matrix(self.hidden2, head, head))[0],
            hidden2_bias=plain(bias(self.hidden2, head))[0],
            last=plain(matrix(self.last, last, head))[0],
            last_bias=plain(bias(self.last, last))[0],
            starts_wide=starts[0],
            starts_narrow=starts[1],
            starts_head=starts[2],
        )


class PixelRNNPredictor(Predictor):
    """The network one pixel at a time; how a layer goes on from its past is the family's."""

    def __init__(self, model: PixelRNN, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = x.clone()
        self.y = y
        height, width, self.channels = model.space.shape
        self.width = width
        dtype = model.first.weight.dtype
        self.image = x.new_zeros((len(x), height + 3, width + 6, self.channels), dtype=dtype)
        layers = model.lstm_layers
        with torch.no_grad():
            self.first = model.first.taps()
            self.input = [layer.gates.taps() for layer in layers]
            self.told = [layer.classes(y) for layer in layers]
            shape = (height, width, len(x))
            self.past = [
                Past(
                    u=x.new_zeros((*shape, 2 * model.config.hidden), dtype=dtype),
                    h=x.new_zeros((layer.waves, *shape, model.config.hidden), dtype=dtype),
                    c=x.new_zeros((layer.waves, *shape, model.config.hidden), dtype=dtype),
                )
                for layer in layers
            ]

    @abstractmethod
    def states(self, layer: int, row: int, column: int) -> Tensor:
        """What the layer's states (B, h) at a pixel come to, which are kept as its past."""

    def begin_row(self, row: int) -> None:
        """All of the row above is known now."""

    def prefix(self, steps: int) -> Tensor:
        """One pass of the whole network, whose layers are kept as the past of what follows."""
        # Places after the prefix hold what unknown symbols led to; each is computed anew, in
        # order, before it is read.
        self.past = []
        image = self.model.rescaled(self.x)
        self.image[:, 3:, 3 : 3 + self.width] = image
        out = self.model.network(image, self.y, self.past)
        return out.flatten(2)[:, :, :steps].transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """The column of one pixel through every layer; (B, K)."""
        pixel, channel = divmod(step, self.channels)
        row, column = divmod(pixel, self.width)
        if column == channel == 0:
            self.begin_row(row)
        weight, bias = self.first
        patch = self.image[:, row : row + 4, column : column + 7]
        u = torch.addmm(bias, patch.flatten(1), weight)
        for index, layer in enumerate(self.model.lstm_layers):
            self.past[index].u[row, column] = u
            u = layer.risen(u, self.states(index, row, column))
        return self.model.top(u)[..., channel]

    def put(self, step: int, symbols: Tensor) -> None:
        """Write into the image."""
        pixel, channel = divmod(step, self.channels)
        row, column = divmod(pixel, self.width)
        self.image[:, row + 3, column + 3, channel] = self.model.rescaled(symbols)

    def state(self, step: int) -> Iterable[Tensor]:
        """The rows of the image that a pixel sees, and three of each layer.

        At the start of a row a layer may still have to go over the one above, from that above it.
        """
        row = step // (self.width * self.channels)
        near = slice(max(0, row - 2), row + 1)
        yield self.image[:, row : row + 4]
        for past in self.past:
            yield past.u[near].movedim(2, 0)
            yield past.h[:, near].movedim(3, 0)
            yield past.c[:, near].movedim(3, 0)
        yield from (told.transpose(0, 1) for told in self.told if told is not None)

    def update(
        self, layer: int, wave: int, seen: Tensor, before: list[Tensor], c: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Equation 3 at one position.

        Args:
            layer: which.
            wave: which of the layer's directions.
            seen: (B, columns · 2h), the inputs that the position sees.
            before: T states (B, h) of the front before.
            c: (B, h), c′.

        Returns:
            h and c, (B, h).
        """
        weight, bias = self.input[layer]
        told = self.told[layer]
        kernel = self.model.lstm_layers[layer].state[wave].flatten(0, 1)
        z = torch.addmm(bias[wave], seen, weight[wave])
        z = torch.addmm(z if told is None else z + told[wave], torch.cat(before, 1), kernel)
        o, f, i, g = z.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
