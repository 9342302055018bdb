"""The two stacks of van den Oord et al. (2016b), figure 2: rows above, and places to the left.

Half of a masked n×n kernel is zeros. Its two other parts are convolutions of their own here: the
rows above as a ⌊n/2⌋×n kernel, the places to the left as a 1×(⌊n/2⌋ + 1) one; the input is padded
on the side that they look to. Nothing is multiplied by a zero of the mask but at the centre, where
red, green and blue are told apart.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.nn.masked import conv_mask

__all__ = ["LeftConv2d", "RowsConv2d", "gated"]


def gated(x: Tensor) -> Tensor:
    """Equation 2, tanh(W_f ∗ x) ⊙ σ(W_g ∗ x): (B, 2p, …) → (B, p, …), W_f's maps the first."""
    f, g = x.chunk(2, dim=1)
    return torch.tanh(f) * torch.sigmoid(g)


class RowsConv2d(nn.Conv2d):
    """(B, inputs, H, W) → (B, outputs, H, W): the ⌊n/2⌋ rows above, n places wide, all channels.

    With `own` the row itself as well, for an input that is made of rows above already.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, own: bool) -> None:
        self.own = own
        self.margin = kernel // 2
        super().__init__(inputs, outputs, (self.margin + own, kernel))

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name nn.Conv2d gives it
        """Convolve what lies above."""
        above = input if self.own else input[:, :, :-1]
        return super().forward(F.pad(above, (self.margin, self.margin, self.margin, 0)))


class LeftConv2d(nn.Conv2d):
    """(B, inputs, H, W) → (B, Σ outputs, H, W): ⌊n/2⌋ places to the left, and the centre's past.

    Each group of the outputs, like the inputs, is dealt to the image's channels in turn, and at
    the centre masked as in `conv_mask`. A kernel of 1 is a masked 1×1 convolution.
    """

    mask: Tensor

    def __init__(
        self,
        kind: Literal["A", "B"],
        inputs: int,
        outputs: tuple[int, ...],
        kernel: int,
        channels: int,
        bias: bool = True,
    ) -> None:
        self.margin = kernel // 2
        super().__init__(inputs, sum(outputs), (1, self.margin + 1), bias=bias)
        masks = [conv_mask(kind, kernel, inputs, maps, channels) for maps in outputs]
        centre = slice(self.margin, self.margin + 1)
        mask = torch.cat(masks)[:, :, centre, : self.margin + 1]
        self.register_buffer("mask", mask, persistent=False)

    @property
    def seen(self) -> Tensor:
        """The weight under its mask, (outputs, inputs, 1, ⌊n/2⌋ + 1)."""
        return self.weight * self.mask

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name nn.Conv2d gives it
        """Convolve what lies to the left."""
        return F.conv2d(F.pad(input, (self.margin, 0)), self.seen, self.bias)
