"""Row LSTM: van den Oord, Kalchbrenner & Kavukcuoglu (2016), Pixel Recurrent Neural Networks.

Section 3.1: the state goes down the image, a whole row at a time. K^is is a k×1 convolution
along the row with mask B, K^ss a k×1 convolution over the states of the row above. A pixel sees
a triangle above it, which widens by (k − 1)/2 places to either side with each row.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from genstudio.core.capabilities import Preset
from genstudio.core.settings import setting
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
from genstudio.nn.wavefront import Fronts, wavefront_lstm

__all__ = ["RowLSTM", "RowLSTMConfig"]


class RowLSTMConfig(PixelRNNConfig):
    """The network's size."""

    kernel: Literal[3, 5, 7] = setting(
        3, help="Width of both convolutions; a wider one sees a broader triangle.", formula="k"
    )


def row_fronts(height: int, width: int, kernel: int) -> Fronts:
    """Each position reads k positions of the row above, and goes on from the middle one."""
    half = kernel // 2
    return Fronts.of([width] * height, [-half] * height, taps=kernel, carried=half, margin=half)


class RowLayer(LSTMLayer):
    """A wave from the top to the bottom; its fronts are the rows."""

    def __init__(self, config: RowLSTMConfig, space: Grid) -> None:
        super().__init__(config, space, waves=1, kernel=config.kernel, taps=config.kernel)
        self.reach = config.kernel // 2
        self.fronts = row_fronts(space.height, space.width, config.kernel)

    def forward(self, u: Tensor, y: Tensor | None, kept: list[Past] | None) -> Tensor:
        """(B, 2h, H, W) → the same; what the layer leaves is added to `kept`."""
        u = u.permute(2, 3, 0, 1)
        height, width = u.shape[:2]
        padded = F.pad(u, (0, 0, 0, 0, self.reach, 0))
        seen = torch.cat([padded.narrow(1, k, width) for k in range(self.reach + 1)], -1)
        gates = self.gates(seen.flatten(0, 1)[None], self.classes(y))
        h, c = wavefront_lstm(gates, doubled_content(self.state), self.fronts)

        def rows(states: Tensor) -> Tensor:
            """(1, length of the line, B, h) → (H, W, B, h): the rows without the zeros between."""
            stride = width + self.reach
            line = states[0].narrow(0, self.fronts.starts[0], height * stride)
            return line.view(height, stride, *line.shape[1:]).narrow(1, 0, width)

        if kept is not None:
            kept.append(Past(u, rows(h)[None], rows(c)[None]))
        return self.risen(u, rows(h)).permute(2, 3, 0, 1)


class RowLSTM(PixelRNN):
    """An LSTM that reads the image row by row, all pixels of a row at once."""

    title = "Row LSTM"
    summary = "A recurrent network goes down the image row by row; a pixel sees a triangle above."
    reference = "van den Oord, Kalchbrenner & Kavukcuoglu, Pixel Recurrent Neural Networks, 2016"
    Config = RowLSTMConfig
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
            help="Seven layers of 16 maps in batches of 16; the paper reports 80.54 nats.",
            config={"hidden": 16, "layers": 7, "head": 32, "kernel": 3},
            training={"length": 40, "unit": "epochs", "batch_size": 16, "ema": 0.999},
        ),
    )
    config: RowLSTMConfig

    def layer(self) -> LSTMLayer:
        """A wave from the top to the bottom."""
        return RowLayer(self.config, self.space)

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """Only what each new pixel adds."""
        return RowLSTMPredictor(self, x, y)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.row_lstm import RowLSTMKernel  # noqa: PLC0415 - numba takes a while

        return RowLSTMKernel(*self.kernel_parts(x, y))

    def kernel_taps(self, state: Tensor) -> Tensor:
        """From the left, as they are."""
        return state


class RowLSTMPredictor(PixelRNNPredictor):
    """A column of each layer from the states of the row above."""

    def __init__(self, model: RowLSTM, x: Tensor, y: Tensor | None) -> None:
        super().__init__(model, x, y)
        self.reach = model.config.kernel // 2

    def states(self, layer: int, row: int, column: int) -> Tensor:
        """Equation 3 at one pixel."""
        past = self.past[layer]

        def near(map_: Tensor, r: int, columns: range) -> list[Tensor]:
            """Places of a row, zeros beyond its ends."""
            inside = [r >= 0 and 0 <= k < self.width for k in columns]
            return [
                map_[r, k] if here else torch.zeros_like(map_[0, 0])
                for k, here in zip(columns, inside, strict=True)
            ]

        around = range(column - self.reach, column + self.reach + 1)
        seen = torch.cat(near(past.u, row, around[: self.reach + 1]), 1)
        [above] = near(past.c[0], row - 1, range(column, column + 1))
        h, c = self.update(layer, 0, seen, near(past.h[0], row - 1, around), above)
        past.h[0, row, column] = h
        past.c[0, row, column] = c
        return h
