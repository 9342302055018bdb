"""Masked layers: a connection that would let a symbol see itself or its future is multiplied by 0.

The mask is applied to the weight at call time and never written into it, so the gradient of a
masked weight is zero and what is saved is what was learned.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["MaskedConv2d", "MaskedLinear", "by_channel", "channel_starts", "conv_mask"]


def conv_mask(
    kind: Literal["A", "B"], kernel: int, inputs: int, outputs: int, channels: int
) -> Tensor:
    """The mask of van den Oord et al. (2016), section 3.4, figure 2.

    Feature maps belong to the image's channels in turn (map m to channel m mod `channels`).
    Rows above and places to the left are seen whole. At the centre a map of channel c sees
    channels before c, and with mask B also c itself:

        kernel 3, grey      A:  1 1 1     B:  1 1 1
                                1 0 0         1 1 0
                                0 0 0         0 0 0

    Returns:
        (outputs, inputs, kernel, kernel) of 0 and 1.
    """
    centre = kernel // 2
    mask = torch.zeros(outputs, inputs, kernel, kernel)
    mask[:, :, :centre] = 1
    mask[:, :, centre, :centre] = 1
    target = torch.arange(outputs)[:, None] % channels
    source = torch.arange(inputs)[None] % channels
    mask[:, :, centre, centre] = (source < target if kind == "A" else source <= target).float()
    return mask


def by_channel(maps: int, channels: int) -> Tensor:
    """The maps in the order of the channels that they belong to; map m belongs to m mod C."""
    return torch.arange(maps).view(1, -1).remainder(channels).argsort(stable=True)[0]


def channel_starts(maps: int, channels: int) -> NDArray[np.int64]:
    """Where the maps of each channel start in that order, and where the last one's end."""
    counts = [len(range(channel, maps, channels)) for channel in range(channels)]
    return np.cumsum([0, *counts])


class MaskedConv2d(nn.Conv2d):
    """A convolution (B, inputs, H, W) → (B, outputs, H, W) under a mask of `conv_mask`."""

    mask: Tensor

    def __init__(
        self, kind: Literal["A", "B"], inputs: int, outputs: int, kernel: int, channels: int
    ) -> None:
        super().__init__(inputs, outputs, kernel, padding=kernel // 2)
        self.channels = channels
        mask = conv_mask(kind, kernel, inputs, outputs, channels)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name nn.Conv2d gives it
        """Convolve with the masked weight."""
        return F.conv2d(input, self.weight * self.mask, self.bias, padding=self.padding)

    def unmask_self(self) -> None:
        """Mask B in place of mask A, so that a symbol sees itself: what must not be."""
        outputs, inputs, kernel, _ = self.weight.shape
        self.mask = conv_mask("B", kernel, inputs, outputs, self.channels).to(self.mask)

    def taps(self) -> tuple[Tensor, Tensor]:
        """The seen part of the kernel as a matrix ((k//2 + 1) · k · inputs, outputs), and the bias.

        Rows run over (row above … centre, column, input), the order in which
        a patch (B, k//2 + 1, k, inputs) flattens; what is masked within it is 0.
        """
        seen = (self.weight * self.mask)[:, :, : self.kernel_size[0] // 2 + 1]
        matrix = seen.permute(2, 3, 1, 0).reshape(-1, self.out_channels).contiguous()
        return matrix, matrix.new_zeros(()) if self.bias is None else self.bias


class MaskedLinear(nn.Linear):
    """A linear layer whose mask is an argument, so that one weight can serve many masks."""

    def forward(self, input: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]  # noqa: A002 - a mask more than nn.Linear
        """(…, in) → (…, out) with weight · mask; mask (out, in)."""
        return F.linear(input, self.weight * mask, self.bias)
