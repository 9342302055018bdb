"""Diagonal BiLSTM of PixelRNN: van den Oord, Kalchbrenner & Kavukcuoglu (2016).

Section 3.2: two states go over the image along its diagonals, from either corner at the top.
K^is is a 1×1 convolution with mask B, K^ss a 2×1 convolution along the columns of the skewed map:
a state is made of the one above and the one beside it. The map of the second direction is moved
down by one row before both are added, so that no pixel sees what is to its right. So each pixel
sees all that was drawn before it, but for the last pixel of the row above: mask A hides that from
the states of its own row, and only the 7×7 convolution sees it, from three columns away at most.
"""

from __future__ import annotations

import torch
from torch import Tensor

from genstudio.core.capabilities import Preset
from genstudio.core.spaces import Grid
from genstudio.core.training import WATCHED
from genstudio.kernels.base import Kernel
from genstudio.models.pixelrnn import (
    LSTMLayer,
    Past,
    PixelRNN,
    PixelRNNConfig,
    PixelRNNPredictor,
)
from genstudio.models.sampling import Predictor
from genstudio.nn.gates import doubled_content
from genstudio.nn.skew import Skew
from genstudio.nn.wavefront import wavefront_lstm

__all__ = ["DiagonalBiLSTM"]


class DiagonalLayer(LSTMLayer):
    """Two waves from the upper corners to the lower ones; their fronts are the diagonals."""

    def __init__(self, config: PixelRNNConfig, space: Grid) -> None:
        super().__init__(config, space, waves=2, kernel=1, taps=2)
        self.skew = Skew(space.height, space.width)

    def forward(self, u: Tensor, y: Tensor | None, kept: list[Past] | None) -> Tensor:
        """(B, 2h, H, W) → the same; what the layer leaves is added to `kept`."""
        u = u.permute(2, 3, 0, 1)
        size = u.shape[:2]
        gates = self.gates(self.skew(u.flatten(0, 1)), self.classes(y))
        h, c = wavefront_lstm(gates, doubled_content(self.state), self.skew.fronts)
        if kept is not None:
            maps = [self.skew.maps(states).view(2, *size, *h.shape[2:]) for states in (h, c)]
            kept.append(Past(u, *maps))
        return self.risen(u, self.skew.joined(h).view(*size, *h.shape[2:])).permute(2, 3, 0, 1)


class DiagonalBiLSTM(PixelRNN):
    """LSTMs along the diagonals in two directions, which together see the whole past."""

    title = "Diagonal BiLSTM"
    summary = "Recurrent networks run along the diagonals from both sides and see the whole past."
    reference = "van den Oord, Kalchbrenner & Kavukcuoglu, Pixel Recurrent Neural Networks, 2016"
    Config = PixelRNNConfig
    presets = (
        Preset(
            name="quick look",
            help="Two small layers, long enough to draw shapes.",
            config={"hidden": 16, "layers": 2, "head": 32},
            training={"length": 800, "unit": "steps", "batch_size": 16, **WATCHED},
        ),
        Preset(
            name="good",
            help="Three wider layers: clear samples.",
            config={"hidden": 32, "layers": 3, "head": 32},
            training={"length": 8000, "unit": "steps", "batch_size": 16, "ema": 0.998},
        ),
        Preset(
            name="thorough",
            help="Seven layers of the same width, for a night.",
            config={"hidden": 32, "layers": 7, "head": 64},
            training={"length": 20, "unit": "epochs", "batch_size": 16, "ema": 0.999},
        ),
        Preset(
            name="paper: binarized MNIST",
            help="Seven layers of 16 maps in batches of 16; the paper reports 79.20 nats.",
            config={"hidden": 16, "layers": 7, "head": 32},
            training={"length": 40, "unit": "epochs", "batch_size": 16, "ema": 0.999},
        ),
    )

    def layer(self) -> LSTMLayer:
        """Two waves from the upper corners."""
        return DiagonalLayer(self.config, self.space)

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """Only what each new pixel adds."""
        return DiagonalBiLSTMPredictor(self, x, y)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.diagonal_bilstm import DiagonalBiLSTMKernel  # noqa: PLC0415 - numba takes a while

        return DiagonalBiLSTMKernel(*self.kernel_parts(x, y))

    def kernel_taps(self, state: Tensor) -> Tensor:
        """As along a row: beside, above for the first direction, above, beside for the second."""
        return torch.stack((state[0].flip(0), state[1]))


class DiagonalBiLSTMPredictor(PixelRNNPredictor):
    """The first direction pixel by pixel; the second for a whole row once that is known."""

    def states(self, layer: int, row: int, column: int) -> Tensor:
        """Of the first direction here plus of the second one row above."""
        h = self._advance(layer, 0, row, column, column - 1)
        return h + self.past[layer].h[1, row - 1, column] if row else h

    def begin_row(self, row: int) -> None:
        """The second direction over the row above, from the right."""
        if row:
            for layer in range(len(self.past)):
                for column in reversed(range(self.width)):
                    self._advance(layer, 1, row - 1, column, column + 1)

    def _advance(self, layer: int, wave: int, row: int, column: int, beside: int) -> Tensor:
        past = self.past[layer]
        h, c = past.h[wave], past.c[wave]
        nothing = torch.zeros_like(h[0, 0])
        inside = 0 <= beside < self.width
        before = [h[row - 1, column] if row else nothing, h[row, beside] if inside else nothing]
        new = self.update(
            layer, wave, past.u[row, column], before, c[row, beside] if inside else nothing
        )
        h[row, column], c[row, column] = new
        return new[0]
