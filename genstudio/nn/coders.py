"""The two networks of the autoencoders: a datum to a few numbers, and back.

The multilayer kind is a stack of matrices. The convolutional kind halves the sides of its maps
with every 3×3 convolution of stride 2 and doubles their number; a last matrix leads to the code,
where there are dense layers through them, as in Salimans, Kingma & Welling (2015), section 5.
The decoder is the mirror image: each of its layers has the shape of the transpose of the
encoder's, so the two may be tied, W′ = Wᵀ (Vincent et al. 2008, section 2.2).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid
from genstudio.nn.condition import LabelEmbedding

__all__ = ["CoderSettings", "DecoderNetwork", "EncoderNetwork"]


class CoderSettings(Settings):
    """The size and the kind of both networks."""

    network: Literal["multilayer", "convolutional"] = setting(
        "multilayer",
        help="Matrices over all pixels at once, or convolutions that halve the image step by step.",
    )
    hidden: int = setting(
        200, help="Units of each hidden layer of matrices.", formula="h", ge=1, le=8000
    )
    layers: int = setting(
        2,
        help="Hidden layers on the way to the code, and as many back; 0 leaves one matrix each.",
        formula="L",
        ge=0,
        le=6,
    )
    channels: int = setting(
        32,
        help="Feature maps of the first convolution; each further one has twice as many.",
        ge=1,
        le=256,
    )
    dense: int = setting(
        0,
        help="Hidden layers of matrices between the convolutions and the code, and as many back.",
        ge=0,
        le=4,
        label="Dense layers",
    )
    activation: Literal["relu", "tanh"] = setting(
        "relu", help="What bends the hidden layers: max(0, a) or tanh a.", advanced=True
    )


def _activated(h: Tensor, config: CoderSettings, linear: bool) -> Tensor:
    if linear:
        return h
    return F.relu(h) if config.activation == "relu" else torch.tanh(h)


class EncoderNetwork(nn.Module):
    """(B, H, W, C) in 0 … 1 → (B, outputs).

    Attributes:
        layers: convolutions, then matrices.
        sides: height and width before each convolution, and after the last.
    """

    def __init__(
        self,
        space: Grid,
        config: CoderSettings,
        outputs: int,
        linear: bool = False,
        conditional: bool = False,
        per_symbol: int = 1,
    ) -> None:
        super().__init__()
        self.config, self.linear = config, linear
        self.sides = [(space.height, space.width)]
        inputs = space.channels * per_symbol
        if config.network == "convolutional":
            maps = [inputs, *[config.channels * 2**i for i in range(max(1, config.layers))]]
            convolutions = [
                nn.Conv2d(before, after, 3, stride=2, padding=1) for before, after in pairwise(maps)
            ]
            for _ in convolutions:
                height, width = self.sides[-1]
                self.sides.append((-(-height // 2), -(-width // 2)))
            height, width = self.sides[-1]
            sizes = [maps[-1] * height * width, *[config.hidden] * config.dense, outputs]
        else:
            convolutions = []
            pixels = space.height * space.width
            sizes = [inputs * pixels, *[config.hidden] * config.layers, outputs]
        matrices = [nn.Linear(before, after) for before, after in pairwise(sizes)]
        self.layers = nn.ModuleList([*convolutions, *matrices])
        # Told to the first layer, as numbers that are added to each of its maps or units.
        first = maps[1] if convolutions else sizes[1]
        self.told = LabelEmbedding(space.labels, first) if conditional else None

    def weights(self) -> list[Tensor]:
        """Of every layer, from the datum to the code; biases left out."""
        return [layer.weight for layer in self.layers if isinstance(layer, nn.Conv2d | nn.Linear)]

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Y is (B, L), or None where the network is not told it."""
        h = x.permute(0, 3, 1, 2)
        for index, layer in enumerate(self.layers):
            if index:
                h = _activated(h, self.config, self.linear)
            h = layer(h if isinstance(layer, nn.Conv2d) else h.flatten(1))
            if index == 0 and self.told is not None and y is not None:
                told = self.told(y)
                h = h + (told[:, :, None, None] if h.dim() == 4 else told)
        return h


class DecoderNetwork(nn.Module):
    """(B, code) → (B, n, H, W, C): n numbers for each symbol of the datum.

    Its layers are those of an encoder from n·C maps, backwards and transposed.

    Attributes:
        numbers: what all its layers together put out for one datum.
        dropout: the share of its hidden units that is left out while training.
    """

    def __init__(
        self,
        space: Grid,
        config: CoderSettings,
        code: int,
        per_symbol: int = 1,
        linear: bool = False,
        conditional: bool = False,
        tied: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.config, self.linear, self.dropout = config, linear, dropout
        self.space, self.per_symbol = space, per_symbol
        mirror = EncoderNetwork(space, config, code, linear, per_symbol=per_symbol)
        self.sides = mirror.sides
        shapes = [weight.shape for weight in mirror.weights()][::-1]
        outs = [shape[1] for shape in shapes]
        areas = iter([height * width for height, width in self.sides[-2::-1]])
        self.numbers = sum(
            shape[1] if len(shape) == 2 else shape[1] * next(areas) for shape in shapes
        )
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(size)) for size in outs)
        self.weights = nn.ParameterList()
        for shape in [] if tied else shapes:
            weight = nn.Parameter(torch.empty(shape))
            inputs = weight[:, 0].numel()  # of one output, as it is used transposed
            nn.init.uniform_(weight, -math.sqrt(3 / inputs), math.sqrt(3 / inputs))
            self.weights.append(weight)
        self.told = LabelEmbedding(space.labels, outs[0]) if conditional else None

    def forward(
        self, z: Tensor, y: Tensor | None = None, tied_to: EncoderNetwork | None = None
    ) -> Tensor:
        """Decode z (B, code); `tied_to` gives the weights where the network is tied."""
        weights = list(self.weights) if tied_to is None else tied_to.weights()[::-1]
        h, sides = z, self.sides[::-1]
        for index, (weight, bias) in enumerate(zip(weights, self.biases, strict=True)):
            if index:
                h = F.dropout(_activated(h, self.config, self.linear), self.dropout, self.training)
            if weight.dim() == 2:
                h = F.linear(h, weight.t(), bias)
            else:
                maps = h.view(len(h), -1, *sides[0])
                # A side of 2n − 1 or of 2n was halved to n.
                odd = [large - (2 * small - 1) for small, large in zip(*sides[:2], strict=True)]
                h = F.conv_transpose2d(maps, weight, bias, stride=2, padding=1, output_padding=odd)
                sides = sides[1:]
            if index == 0 and self.told is not None and y is not None:
                h = h + self.told(y)
        grid = h.reshape(len(h), self.per_symbol, self.space.channels, *self.space.shape[:2])
        return grid.permute(0, 1, 3, 4, 2)
