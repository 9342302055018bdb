"""Input-to-state convolutions: what the gates of an LSTM layer are told by the layer's input.

van den Oord et al. (2016), section 3.4: under mask B a map of channel c sees channels up to c
of its own pixel. The four gates o, f, i, g of a map belong to the channel of that map, for its
state is made of all four.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from genstudio.nn.masked import conv_mask

__all__ = ["GateConv", "doubled_content"]


def doubled_content(gates: Tensor) -> Tensor:
    """(…, 4h) with the last gate doubled, as `wavefront_lstm` takes them."""
    o, f, i, g = gates.chunk(4, -1)
    return torch.cat((o, f, i, 2 * g), -1)


class GateConv(nn.Module):
    """A k×1 convolution along the rows under mask B, 4h maps of 2h, for each of G waves.

    Only weights that the mask lets see anything are there: of the k columns those up to the
    centre.
    """

    mask: Tensor

    def __init__(self, waves: int, inputs: int, hidden: int, kernel: int, channels: int) -> None:
        super().__init__()
        centre = kernel // 2
        row = conv_mask("B", kernel, inputs, hidden, channels)[:, :, centre, : centre + 1]
        mask = row.permute(2, 1, 0).repeat(1, 1, 4)  # (columns, 2h, 4h)
        self.register_buffer("mask", mask, persistent=False)
        bound = 1 / math.sqrt(inputs * (centre + 1))
        self.weight = nn.Parameter(torch.empty(waves, *mask.shape).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(waves, 4 * hidden).uniform_(-bound, bound))

    def taps(self) -> tuple[Tensor, Tensor]:
        """The masked weights (G, columns · 2h, 4h), columns from the left, and the bias (G, 4h)."""
        return (self.weight * self.mask).flatten(1, 2), self.bias

    def forward(self, seen: Tensor, told: Tensor | None) -> Tensor:
        """Gates at every position, that of g doubled.

        Args:
            seen: (G, P, B, columns · 2h), the inputs that each position sees, from the left.
            told: (G, B, 4h) of the classes, or None.

        Returns:
            (G, P, B, 4h).
        """
        weight, bias = self.taps()
        rows = seen.flatten(1, 2)
        gates = torch.baddbmm(doubled_content(bias)[:, None], rows, doubled_content(weight))
        gates = gates.view(*seen.shape[:3], -1)
        return gates if told is None else gates + doubled_content(told)[:, None]
