"""WaveNet: van den Oord et al. (2016a), WaveNet: A Generative Model for Raw Audio.

Section 2: a stack of causal convolutions of width 2 whose dilation doubles from layer to layer
up to a limit and then starts anew; gated activations told the classes (equations 2 and 3);
residual and skip connections (figure 4); a softmax over the K µ-law levels of each sample.

A sample enters as one number, its companded value f(x) in −1 … 1; before the first there are
zeros. With width 2 the first convolution sees the two samples before the one that is predicted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.draw import Way
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Sequence
from genstudio.core.training import WATCHED
from genstudio.kernels.base import Kernel
from genstudio.models.base import Autoregressive
from genstudio.models.sampling import Predictor, Sampler
from genstudio.nn.condition import LabelEmbedding

if TYPE_CHECKING:
    from genstudio.kernels.wavenet import WaveNetWeights

__all__ = ["WaveNet"]

_POSITIONS = 2**15
"""Samples whose surprise is computed together: the logits of each are K numbers."""


class WaveNetConfig(Settings):
    """The network's size."""

    channels: int = setting(
        32, help="Feature maps of a layer, before and behind its gate.", ge=1, le=512
    )
    layers: int = setting(
        9,
        help="Layers of a cycle; the dilation doubles with each, from 1.",
        formula="d = 1, 2, 4 … 2ˡ⁻¹",
        ge=1,
        le=14,
        label="Layers per cycle",
    )
    cycles: int = setting(3, help="How often the dilations are gone through.", ge=1, le=20)
    skip: int = setting(
        128, help="Feature maps that the skip connections of all layers add up to.", ge=1, le=2048
    )
    head: int = setting(
        128, help="Feature maps of the 1×1 layer before the softmax.", ge=1, le=2048
    )
    conditional: bool = setting(
        False, help="Tell every layer the classes, so that they can be asked for.", formula="p(x|y)"
    )


class Layer(nn.Module):
    """tanh(W_f ∗ x + V_f y) ⊙ σ(W_g ∗ x + V_g y), and what of it is added to x."""

    def __init__(self, config: WaveNetConfig, space: Sequence, dilation: int, last: bool) -> None:
        super().__init__()
        self.dilation = dilation
        self.gates = nn.Conv1d(config.channels, 2 * config.channels, 2, dilation=dilation)
        # Nothing reads what the last layer would add.
        self.residual = None if last else nn.Conv1d(config.channels, config.channels, 1)
        self.told = (
            LabelEmbedding(space.labels, 2 * config.channels) if config.conditional else None
        )

    def forward(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """(B, R, T) → what goes on, and what the skip connection takes, (B, R, T) each."""
        gates = self.gates(F.pad(x, (self.dilation, 0)))
        if self.told is not None and y is not None:
            gates = gates + self.told(y)[:, :, None]
        return self.rest(x, gates)

    def rest(self, x: Tensor, gates: Tensor) -> tuple[Tensor, Tensor]:
        """The same, of gates (B, 2R, T) that are computed."""
        f, g = gates.chunk(2, dim=1)
        z = torch.tanh(f) * torch.sigmoid(g)
        return (x if self.residual is None else x + self.residual(z)), z


class WaveNet(Autoregressive):
    """Dilated causal convolutions over a waveform; every conditional of training in one pass."""

    title = "WaveNet"
    summary = "Dilated causal convolutions: every sample of a sound is predicted from those before."
    reference = "van den Oord et al., WaveNet: A Generative Model for Raw Audio, 2016"
    spaces = (Sequence,)
    Config = WaveNetConfig
    presets = (
        Preset(
            name="quick look",
            help="A small network that hears 64 ms at 8 kHz: long enough to pluck a string.",
            config={
                "channels": 16,
                "layers": 8,
                "cycles": 2,
                "skip": 64,
                "head": 64,
                "conditional": True,
            },
            training={
                "length": 400,
                "unit": "steps",
                "batch_size": 4,
                "learning_rate": 4e-3,
                "ema": 0.98,
                "previews": 4,
                **WATCHED,
                "validation_size": 40,
                "preview_every": 200,
            },
        ),
        Preset(
            name="good",
            help="Hears 192 ms at 8 kHz; an afternoon on a CPU, minutes on a GPU.",
            config={"conditional": True},
            training={
                "length": 8000,
                "unit": "steps",
                "batch_size": 8,
                "ema": 0.998,
                "previews": 4,
                "validation_size": 120,
                "preview_every": 1000,
            },
        ),
        Preset(
            name="thorough",
            help="Forty layers that hear half a second at 8 kHz; for a GPU.",
            config={
                "channels": 32,
                "layers": 10,
                "cycles": 4,
                "skip": 256,
                "head": 256,
                "conditional": True,
            },
            training={
                "length": 60000,
                "unit": "steps",
                "batch_size": 16,
                "learning_rate": 1e-3,
                "ema": 0.999,
                "previews": 4,
                "validate_every": 1000,
                "preview_every": 5000,
                "checkpoint_every": 1000,
            },
        ),
    )
    space: Sequence
    config: WaveNetConfig

    def __init__(self, space: Sequence, config: WaveNetConfig) -> None:
        super().__init__(space, config)
        self.first = nn.Conv1d(1, config.channels, 2)
        count = config.layers * config.cycles
        self.stack = nn.ModuleList(
            Layer(config, space, 2 ** (index % config.layers), last=index == count - 1)
            for index in range(count)
        )
        # The skip connections of all layers are one product.
        self.skip = nn.Conv1d(count * config.channels, config.skip, 1)
        self.hidden = nn.Conv1d(config.skip, config.head, 1)
        self.last = nn.Conv1d(config.head, space.levels, 1)

    @property
    def gated_layers(self) -> list[Layer]:
        """The layers, as what they are."""
        return [layer for layer in self.stack if isinstance(layer, Layer)]

    @property
    def receptive_field(self) -> int:
        """How many samples back a conditional sees: 2 + Σ d."""
        return 2 + sum(layer.dilation for layer in self.gated_layers)

    @property
    def receptive_milliseconds(self) -> float:
        """The same in time."""
        return 1000 * self.receptive_field / self.space.rate

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, T, 1) → (B, K, T, 1)."""
        return self.network(x, y)[..., None]

    def network(self, x: Tensor, y: Tensor | None, kept: list[Tensor] | None = None) -> Tensor:
        """(B, T, 1) → (B, K, T); what each dilated convolution reads is added to `kept`."""
        y = self.condition(y)
        # Two zeros before it, and without its last sample: a place sees the two before it.
        h = self.first(F.pad(self.rescaled(x)[:, None, :, 0], (2, 0))[:, :, :-1])
        gated = []
        for layer in self.stack:
            if kept is not None:
                kept.append(h)
            h, z = layer(h, y)
            gated.append(z)
        return self.ending(torch.cat(gated, dim=1))

    def ending(self, gated: Tensor) -> Tensor:
        """What all layers put out, (B, L·R, T), to logits (B, K, T)."""
        out: Tensor = self.last(F.relu(self.hidden(F.relu(self.skip(gated)))))
        return out

    def surprise(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """A few sounds at a time: a second of the logits of one takes 8 MB."""
        at_once = max(1, _POSITIONS // self.space.length)
        parts = [
            super(WaveNet, self).surprise(
                x[start : start + at_once], None if y is None else y[start : start + at_once]
            )
            for start in range(0, len(x), at_once)
        ]
        return torch.cat(parts)

    def rescaled(self, x: Tensor) -> Tensor:
        """Symbols 0 … K − 1 as numbers −1 … 1: companded values."""
        return x.to(self.first.weight.dtype) * (2 / (self.space.levels - 1)) - 1

    def influences(self, step: int) -> NDArray[np.bool_]:
        """The steps after it, as far as the receptive field reaches."""
        ahead = np.arange(self.space.dimensions) - step
        return (ahead > 0) & (ahead <= self.receptive_field)

    def sampler(self, x: Tensor, y: Tensor | None, way: Way = Way.FASTEST) -> Sampler:
        """As every family's, but on the CPU the fastest way is always the compiled one.

        A sound is so many samples that to compile the kernel first is sooner done than to draw
        one of them with torch.
        """
        if way is Way.FASTEST and x.device.type == "cpu":
            way = Way.COMPILED
        return super().sampler(x, y, way)

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """Each layer's past in a ring; of the network only one position."""
        return WaveNetPredictor(self, x, y)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.wavenet import WaveNetKernel  # noqa: PLC0415 - numba takes a while

        layers = self.gated_layers
        told = torch.zeros(len(x), len(layers), 2 * self.config.channels)
        for index, layer in enumerate(layers):
            if layer.told is not None and y is not None:
                told[:, index] = layer.told(y)
        dilations = np.array([layer.dilation for layer in layers])
        weights = self.once_per_weights(self._kernel_weights)
        return WaveNetKernel(weights, told.numpy(), dilations, self.space.length)

    def _kernel_weights(self) -> WaveNetWeights:
        from genstudio.kernels.wavenet import WaveNetWeights  # noqa: PLC0415 - as above

        layers, channels = self.gated_layers, self.config.channels
        # The last layer has no residual product; zeros stand in its place and are not used.
        none = torch.zeros(channels, channels), torch.zeros(channels)
        residuals = [
            none if r is None else (r.weight[..., 0], _bias(r))
            for r in (layer.residual for layer in layers)
        ]

        def array(tensor: Tensor) -> NDArray[np.float32]:
            return tensor.detach().float().contiguous().numpy()

        return WaveNetWeights(
            first=array(self.first.weight[:, 0]),
            first_bias=array(_bias(self.first)),
            # The older input first, as it lies in a patch.
            gates=array(torch.stack([layer.gates.weight.mT.flatten(1) for layer in layers])),
            gates_bias=array(torch.stack([_bias(layer.gates) for layer in layers])),
            residual=array(torch.stack([weight for weight, _ in residuals])),
            residual_bias=array(torch.stack([bias for _, bias in residuals])),
            skip=array(self.skip.weight[..., 0]),
            skip_bias=array(_bias(self.skip)),
            hidden=array(self.hidden.weight[..., 0]),
            hidden_bias=array(_bias(self.hidden)),
            last=array(self.last.weight[..., 0]),
            last_bias=array(_bias(self.last)),
        )


class WaveNetPredictor(Predictor):
    """The last inputs of each layer, one more than its dilation, in a ring.

    With the one place more, what a step writes is not what it reads.
    """

    def __init__(self, model: WaveNet, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self._x = x
        self._y = y
        batch, width, like = len(x), model.config.channels, model.first.weight
        self._values = like.new_zeros(batch, 2)  # of the two samples before, the older first
        self._rings = [
            like.new_zeros(batch, width, layer.dilation + 1) for layer in model.gated_layers
        ]
        self._told = [
            like.new_zeros(batch, 2 * width) if layer.told is None or y is None else layer.told(y)
            for layer in model.gated_layers
        ]

    def prefix(self, steps: int) -> Tensor:
        """One pass over them, which also fills the rings."""
        kept: list[Tensor] = []
        known = self._x[:, :steps]
        logits = self.model.network(known, self._y, kept)
        for ring, inputs in zip(self._rings, kept, strict=True):
            for at in range(max(0, steps - ring.shape[2]), steps):
                ring[:, :, at % ring.shape[2]] = inputs[:, :, at]
        values = F.pad(self.model.rescaled(known)[..., 0], (2, 0))
        self._values = values[:, -2:].clone()
        return logits.transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """One position of every layer."""
        model, gated = self.model, []
        h = model.first(self._values[:, None])
        for layer, ring, told in zip(model.gated_layers, self._rings, self._told, strict=True):
            size = ring.shape[2]
            ring[:, :, step % size] = h[:, :, 0]
            before = ring[:, :, (step + 1) % size]  # `dilation` steps ago; zeros at the start
            pair = torch.stack([before, h[:, :, 0]], dim=2)
            gates = F.conv1d(pair, layer.gates.weight, layer.gates.bias) + told[:, :, None]
            h, z = layer.rest(h, gates)
            gated.append(z)
        return model.ending(torch.cat(gated, dim=1))[:, :, 0]

    def put(self, step: int, symbols: Tensor) -> None:
        """The newest value takes the place of the one before."""
        newest = self.model.rescaled(symbols)
        self._values = torch.stack([self._values[:, 1], newest], dim=1)

    def state(self, step: int) -> Iterable[Tensor]:
        """All of it: a ring holds nothing older than may be read."""
        return (self._values, *self._rings, *self._told)


def _bias(layer: nn.Conv1d) -> Tensor:
    return torch.zeros(layer.out_channels) if layer.bias is None else layer.bias
