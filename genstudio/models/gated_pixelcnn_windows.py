"""Gated PixelCNN in windows: what a change of one pixel makes new in both stacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genstudio.models.rescoring_windows import WindowedNetwork
from genstudio.nn.stacks import LeftConv2d, RowsConv2d
from genstudio.nn.windows import Affine, Images, KeptMaps, Window, gathered

if TYPE_CHECKING:
    from genstudio.models.gated_pixelcnn import GatedLayer, GatedPixelCNN

__all__ = ["WindowedGatedPixelCNN"]


@dataclass(frozen=True)
class _Layer:
    """The matrices of a layer.

    Attributes:
        vertical: of the rows above, and of its own row but for the first layer.
        horizontal: of the places to the left with the centre, and of the vertical stack.
        out: to the horizontal stack and to the head.
        wide: how many of its outputs go to the horizontal stack.
    """

    vertical: Affine
    horizontal: Affine
    out: Affine
    wide: int


class WindowedGatedPixelCNN(WindowedNetwork):
    """Kept are the image and, after each layer but the last, both stacks and the skips so far.

    Args:
        model: whose weights they are.
        batch: B.
        y: (B, L) classes, or None.
    """

    def __init__(self, model: GatedPixelCNN, batch: int, y: Tensor | None) -> None:
        space, layers, maps = model.space, model.gated_layers, model.config.channels
        like = model.last.weight
        self.space, self.rescaled = space, model.rescaled
        self._margins = [layer.vertical.margin for layer in layers]
        self.kept = [KeptMaps(batch, space, space.channels, self._margins[0], like)]
        for layer in layers[1:]:
            for inputs, margin in ((maps, layer.vertical.margin),) * 2 + ((model.config.head, 0),):
                self.kept.append(KeptMaps(batch, space, inputs, margin, like))
        self._layers = [_matrices(layer) for layer in layers]
        told = [layer.told_both(y) for layer in layers]
        self._told = [tuple(None if t is None else _doubled(t) for t in both) for both in told]
        place = model.location
        self._place = None if place is None else _doubled(place.permute(1, 2, 0))
        self._head = [_point(layer) for layer in (model.hidden, model.last)]

    def windows(self, row: int, column: int) -> list[Window]:
        """Wider by the margin of each layer, in both stacks."""
        found, reach = [Window.below(row, column, 0, self.space)], 0
        for margin in self._margins[:-1]:
            reach += margin
            found += [Window.below(row, column, reach, self.space)] * 3
        return [*found, Window.below(row, column, reach + self._margins[-1], self.space)]

    def run(
        self, images: Images, pixels: Tensor, windows: list[Window]
    ) -> tuple[list[Tensor], Tensor]:
        """Both stacks, layer by layer, and the two 1×1 layers."""
        new = [pixels]
        v = h = s = pixels
        for k, layer in enumerate(self._layers):
            m = self._margins[k]
            at, window = windows[3 * k - 2 if k else 0], windows[3 * k + 1]
            centre = (slice(None), slice(None), slice(m, None), slice(m, m + window.width))
            if k:
                kept_v, kept_h, kept_s = self.kept[3 * k - 2 : 3 * k + 1]
                around_v = kept_v.around(images, v, at, window)
                around_h = kept_h.around(images, h, at, window)
                h, s = around_h[centre], kept_s.around(images, s, at, window)
            else:
                around_v = around_h = self.kept[0].around(images, pixels, at, window)
            above = layer.vertical(gathered(around_v, window, (0, m + bool(k), 2 * m + 1)))
            if not k and self._place is not None:
                above += self._place[window.here]
            told_above, told_left = self._told[k]
            if told_above is not None:
                above += told_above[images, None, None]
            left = layer.horizontal(
                torch.cat([gathered(around_h, window, (m, 1, m + 1)), above], dim=-1)
            )
            if told_left is not None:
                left += told_left[images, None, None]
            out = layer.out(_gated(left))
            stream, skipped = out[..., : layer.wide], out[..., layer.wide :]
            s = s + skipped if k else skipped
            if k + 1 < len(self._layers):
                v, h = _gated(above), h + stream if k else stream
                new += [v, h, s]
        for point in self._head:
            s = point(F.relu(s))
        return new, s

    def select(self, ancestors: Tensor) -> None:
        """With the classes."""
        super().select(ancestors)
        self._told = [
            tuple(None if t is None else t[ancestors] for t in both) for both in self._told
        ]


def _gated(x: Tensor) -> Tensor:
    """Equation 2, with the maps last, of what `_doubled` let through: tanh(a) = 2 σ(2a) − 1."""
    f, g = torch.sigmoid_(x).chunk(2, dim=-1)
    return (2 * f).sub_(1).mul_(g)


def _doubled(before: Tensor) -> Tensor:
    """(…, 2p) with the maps of the tanh doubled: a sigmoid takes a tenth of a tanh's time."""
    f, g = before.chunk(2, dim=-1)
    return torch.cat([2 * f, g], dim=-1)


def _matrices(layer: GatedLayer) -> _Layer:
    across = layer.across.weight[:, :, 0, 0].T
    p = len(across) // 2
    across = torch.cat([across[:p] / 2, across[p:]])  # of doubled maps
    left = torch.cat([_lefts(layer.horizontal), across])
    return _Layer(
        vertical=Affine(_doubled(_rows(layer.vertical)), _doubled(_bias(layer.vertical))),
        horizontal=Affine(_doubled(left), _doubled(_bias(layer.across))),
        out=_point(layer.out),
        wide=layer.wide,
    )


def _rows(layer: RowsConv2d) -> Tensor:
    """(rows · columns · inputs, outputs)."""
    return layer.weight.permute(2, 3, 1, 0).flatten(0, 2)


def _lefts(layer: LeftConv2d) -> Tensor:
    """(columns · inputs, outputs)."""
    return layer.seen[:, :, 0].permute(2, 1, 0).flatten(0, 1)


def _point(layer: LeftConv2d) -> Affine:
    """Of a 1×1 layer."""
    return Affine(_lefts(layer).contiguous(), _bias(layer))


def _bias(layer: nn.Conv2d) -> Tensor:
    assert layer.bias is not None  # noqa: S101 - for the type checker: it is asked of those with one
    return layer.bias
