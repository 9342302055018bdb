"""Diagonals of a map: the skewing of van den Oord et al. (2016), section 3.2, figure 3.

The paper moves row r of an H×W map r places to the right, which makes a column of each diagonal
r + c = d of the map, H + W − 1 of them. Half of that skewed map is empty. Here its columns stand
one after the other without the empty places, so that nothing is computed for them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from genstudio.nn.wavefront import Fronts

__all__ = ["Skew", "diagonal_fronts", "skewed"]


def _first_rows(height: int, width: int) -> list[int]:
    """The uppermost row on each diagonal."""
    return [max(0, d - width + 1) for d in range(height + width - 1)]


def skewed(height: int, width: int) -> Tensor:
    """(H·W,) the places r·W + c of a map, diagonal by diagonal, each from its upper end."""
    return torch.tensor(
        [
            r * width + d - r
            for d, first in enumerate(_first_rows(height, width))
            for r in range(first, min(d, height - 1) + 1)
        ]
    )


def diagonal_fronts(height: int, width: int) -> Fronts:
    """Each position reads, of the diagonal before, the one above (tap 0) and its left (tap 1).

    This is the paper's 2×1 convolution along the columns of the skewed map, under which
    the cell state comes from the same row: from the left.
    """
    firsts = _first_rows(height, width)
    sizes = [min(d, height - 1) - first + 1 for d, first in enumerate(firsts)]
    steps = [0, *(b - a for a, b in pairwise(firsts))]
    return Fronts.of(sizes, [step - 1 for step in steps], taps=2, carried=1, margin=1)


class Skew(nn.Module):
    """To the diagonals of both directions and back.

    The second direction starts at the right-hand corner: its diagonals are those of the map with
    its columns reversed.
    """

    there: Tensor
    there_back: Tensor
    back: Tensor
    back_back: Tensor
    every: Tensor

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.fronts = diagonal_fronts(height, width)
        count, length = height * width, self.fronts.length
        order = skewed(height, width)
        reversed_columns = torch.arange(count).view(height, width).flip(1).flatten()
        both = torch.stack((order, reversed_columns[order]))  # (2, P) the place in the map
        rank = both.argsort(1)  # (2, H·W) where each place stands
        states = self.fronts.places[rank] + torch.tensor([[0], [length]])
        # Seen one row further down; the first row gets what is at 0, a zero before the fronts.
        every = states.clone()
        states[1] = torch.cat((states.new_zeros(width), states[1, : count - width]))
        used = torch.full((2 * length,), -1)
        used[states[0]] = torch.arange(count)
        used[states[1, width:]] = torch.arange(width, count)
        for name, places in {
            "there": both.view(1, -1),
            "there_back": rank + torch.tensor([[0], [count]]),
            "back": states,
            "back_back": used[None],
            "every": every.flatten(),
        }.items():
            self.register_buffer(name, places, persistent=False)

    def forward(self, u: Tensor) -> Tensor:
        """The map (H·W, B, F) along the diagonals of both directions, (2, H·W, B, F)."""
        along = _gathered(u, self.there, self.there_back)
        return along.view(2, *u.shape)

    def joined(self, h: Tensor) -> Tensor:
        """States (2, length of the line, B, h) → the map (H·W, B, h).

        That of the second direction is moved down by one row and added, so that no pixel sees
        what is to the right of it in its own row.
        """
        return _gathered(h.flatten(0, 1), self.back, self.back_back)

    def maps(self, states: Tensor) -> Tensor:
        """States (2, length of the line, B, h) → those at each place of the map, (2, H·W, B, h)."""
        return states.flatten(0, 1)[self.every].view(2, -1, *states.shape[2:])


def _gathered(x: Tensor, there: Tensor, back: Tensor) -> Tensor:
    out: Tensor = _Gathered.apply(x, there, back)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return out


class _Gathered(torch.autograd.Function):
    """Sums of gathered rows, Σₐ x[there[a, p]]; their gradient is one too, by `back`.

    In `back` −1 stands for what no one reads. Scattering would take several times as long.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, there: Tensor, back: Tensor) -> Tensor:
        """(N, …) and there (A, P) → (P, …)."""
        ctx.save_for_backward(back)
        return _summed(x, there)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        """The same the other way."""
        [back] = ctx.saved_tensors
        out = _summed(gradient, back.clamp(min=0))
        if len(back) == 1:
            out.masked_fill_((back[0] < 0).view(-1, *[1] * (out.dim() - 1)), 0)
        return out, None, None


def _summed(x: Tensor, places: Tensor) -> Tensor:
    out = x.index_select(0, places[0])
    for more in places[1:]:
        out += x.index_select(0, more)
    return out
