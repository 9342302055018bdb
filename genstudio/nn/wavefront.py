"""The LSTM of PixelRNN: van den Oord, Kalchbrenner & Kavukcuoglu (2016), section 3, equation 3.

    [o, f, i, g] = σ(K^ss ⊛ h′ + K^is ⊛ x),   c = f ⊙ c′ + i ⊙ g,   h = o ⊙ tanh c,

with tanh for g. The state goes over the image as a wave: what stands on one front (a row, a
diagonal) is computed together from the front before, whose states are h′ and c′.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["Fronts", "WavefrontLSTM", "wavefront_lstm"]


@dataclass(frozen=True)
class Fronts:
    """The positions of a map in the order of the wave, and where their states are kept.

    States lie in one line, with zeros between the fronts, so that those which a front reads are
    slices of it whatever the borders. Before the first front there are only zeros.

    Attributes:
        sizes: positions on each front; P in all.
        starts: where the states of each front start in the line.
        reaches: where the states start that the first tap of each front reads; tap t's start t
            places later.
        taps: T, how many positions of the front before a position reads.
        carried: the tap from which the cell state c′ comes.
        length: of the line.
    """

    sizes: tuple[int, ...]
    starts: tuple[int, ...]
    reaches: tuple[int, ...]
    taps: int
    carried: int
    length: int

    @classmethod
    def of(
        cls, sizes: list[int], offsets: list[int], taps: int, carried: int, margin: int
    ) -> Fronts:
        """Lay the fronts out in a line.

        Args:
            sizes: positions on each front.
            offsets: for each front, which place of the front before (−1 is the zero just before
                its first position) the first position's first tap reads.
            taps: T.
            carried: the tap from which the cell state comes.
            margin: zeros between two fronts, at least as many as a tap reaches over an end.
        """
        # As if a front of zeros came first: then the first one is a front like any other.
        lengths = [size + margin for size in [sizes[0], *sizes]]
        starts = list(accumulate(lengths, initial=margin))
        reaches = [start + offset for start, offset in zip(starts, offsets, strict=False)]
        return cls(
            tuple(sizes),
            tuple(starts[1:-1]),
            tuple(reaches),
            taps,
            carried,
            starts[-1],
        )

    @cached_property
    def places(self) -> Tensor:
        """(P,) where the state of each position is in the line."""
        return _runs(self.starts, self.sizes)

    @cached_property
    def read(self) -> Tensor:
        """(T, P) where the states are that each position reads."""
        first = _runs(self.reaches, self.sizes)
        return first + torch.arange(self.taps)[:, None]


def _runs(starts: tuple[int, ...], sizes: tuple[int, ...]) -> Tensor:
    runs = [torch.arange(start, start + size) for start, size in zip(starts, sizes, strict=True)]
    return torch.cat(runs)


def wavefront_lstm(gates: Tensor, kernel: Tensor, fronts: Fronts) -> tuple[Tensor, Tensor]:
    """Send G waves over maps of P positions each.

    Args:
        gates: (G, P, B, 4h), K^is ⊛ x of o, f, i and g, positions in the order of the wave;
            that of g doubled, because tanh z = 2σ(2z) − 1: one σ then serves all four.
        kernel: (G, T, h, 4h), K^ss with that of g doubled as well.
        fronts: the order.

    Returns:
        The states h and c, each (G, length of the line, B, h); no gradient flows through c.
    """
    states: tuple[Tensor, Tensor] = WavefrontLSTM.apply(gates, kernel, fronts)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return states


class WavefrontLSTM(torch.autograd.Function):
    """The recurrence, with its gradient written out.

    All that does not depend on the wave is computed for the whole map at once, so that each front
    takes four small steps backwards besides its matrix products.
    """

    @staticmethod
    def forward(ctx: Any, gates: Tensor, kernel: Tensor, fronts: Fronts) -> tuple[Tensor, Tensor]:
        """Front by front."""
        waves, _, batch, wide = gates.shape
        hidden = wide // 4
        h = gates.new_zeros(waves, fronts.length, batch, hidden)
        c = torch.zeros_like(h)
        active = torch.empty_like(gates)  # o, f, i and σ(2z) of g
        tanh_c = gates.new_empty(waves, gates.shape[1], batch, hidden)
        taps = kernel.unbind(1)
        pieces = zip(
            *(torch.split(part, list(fronts.sizes), 1) for part in (gates, active, tanh_c)),
            fronts.sizes,
            fronts.starts,
            fronts.reaches,
            strict=True,
        )
        for z, a, t, size, start, reach in pieces:
            rows = size * batch
            told, flat = z.view(waves, rows, wide), a.view(waves, rows, wide)
            for tap, weight in enumerate(taps, reach):
                read = h.narrow(1, tap, size).view(waves, rows, hidden)
                torch.baddbmm(told, read, weight, out=flat)
                told = flat
            o, f, i, g = a.sigmoid_().split(hidden, 3)
            cell = c.narrow(1, start, size)
            torch.mul(f, c.narrow(1, reach + fronts.carried, size), out=cell)
            cell.addcmul_(i, g, value=2).sub_(i)
            torch.tanh(cell, out=t)
            torch.mul(o, t, out=h.narrow(1, start, size))
        ctx.fronts = fronts
        ctx.save_for_backward(kernel, h, c, active, tanh_c)
        ctx.mark_non_differentiable(c)
        return h, c

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dh: Tensor, _: None) -> tuple[Tensor, Tensor, None]:
        """Front by front from the last; d… is the loss's derivative by …."""
        fronts: Fronts = ctx.fronts
        kernel, h, c, active, tanh_c = ctx.saved_tensors
        waves, positions, batch, wide = active.shape
        hidden = wide // 4
        sizes, read = list(fronts.sizes), fronts.read.to(h.device)
        o, f, i, g = active.split(hidden, 3)
        # By how much each changes with what it is made of, wherever the wave is.
        o_by_z = o * (1 - o) * tanh_c
        c_by_h = o * (1 - tanh_c * tanh_c)
        c_by_z = active.new_empty(waves, positions, batch, 3, hidden)
        torch.mul(f * (1 - f), c.index_select(1, read[fronts.carried]), out=c_by_z[..., 0, :])
        torch.mul(i * (1 - i), 2 * g - 1, out=c_by_z[..., 1, :])
        torch.mul(g * (1 - g), 2 * i, out=c_by_z[..., 2, :])
        dz = torch.empty_like(active)
        dh = dh.clone(memory_format=torch.contiguous_format)
        dc = torch.zeros_like(dh)
        taps = [weight.transpose(1, 2) for weight in kernel.unbind(1)]
        pieces = zip(
            *(torch.split(part, sizes, 1) for part in (f, o_by_z, c_by_h, c_by_z, dz)),
            fronts.sizes,
            fronts.starts,
            fronts.reaches,
            strict=True,
        )
        for f, o_by_z, c_by_h, c_by_z, z, size, start, reach in reversed(list(pieces)):
            rows = size * batch
            state = dh.narrow(1, start, size)
            cell = dc.narrow(1, start, size).addcmul_(state, c_by_h)
            torch.mul(state, o_by_z, out=z[..., :hidden])
            parts = z[..., hidden:].unflatten(3, (3, hidden))
            torch.mul(cell[..., None, :], c_by_z, out=parts)
            dc.narrow(1, reach + fronts.carried, size).addcmul_(cell, f)
            flat = z.view(waves, rows, wide)
            for tap, weight in enumerate(taps, reach):
                dh.narrow(1, tap, size).view(waves, rows, hidden).baddbmm_(flat, weight)
        flat = dz.view(waves, positions * batch, wide)
        by_tap = [
            torch.bmm(h.index_select(1, places).view(waves, -1, hidden).transpose(1, 2), flat)
            for places in read
        ]
        return dz, torch.stack(by_tap, 1), None
