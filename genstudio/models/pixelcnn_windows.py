"""PixelCNN in windows: what a change of one pixel makes new in each layer, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor
from torch.nn import functional as F

from genstudio.models.rescoring_windows import WindowedNetwork
from genstudio.nn.masked import MaskedConv2d
from genstudio.nn.windows import Affine, Images, KeptMaps, Window, gathered

if TYPE_CHECKING:
    from genstudio.models.pixelcnn import PixelCNN

__all__ = ["WindowedPixelCNN"]


class WindowedPixelCNN(WindowedNetwork):
    """Kept are the image, and of each block what it adds to and what its 3×3 convolution reads.

    Args:
        model: whose weights they are.
        batch: B.
        y: (B, L) classes, or None.
    """

    def __init__(self, model: PixelCNN, batch: int, y: Tensor | None) -> None:
        space, like = model.space, model.first.weight
        blocks = model.residual_blocks
        self.space, self.rescaled = space, model.rescaled
        self._margins = [model.first.kernel_size[0] // 2, *(1 for _ in blocks)]
        self.kept = [KeptMaps(batch, space, space.channels, self._margins[0], like)]
        for block in blocks:
            narrow = block.spatial.in_channels
            self.kept.append(KeptMaps(batch, space, model.config.channels, 0, like))
            self.kept.append(KeptMaps(batch, space, narrow, 1, like))
        self._first = _affine(model.first)
        self._place = (
            None if model.location is None else model.location.permute(1, 2, 0).contiguous()
        )
        self._blocks = [tuple(map(_affine, (b.down, b.spatial, b.up))) for b in blocks]
        self._told = [None if b.told is None or y is None else b.told(y) for b in blocks]
        self._head = [_affine(layer) for layer in (model.hidden1, model.hidden2, model.last)]

    def windows(self, row: int, column: int) -> list[Window]:
        """Wider by the margin of each convolution."""
        found, reach = [Window.below(row, column, 0, self.space)], 0
        for margin in self._margins[:-1]:
            reach += margin
            found += [Window.below(row, column, reach, self.space)] * 2
        return [*found, Window.below(row, column, reach + self._margins[-1], self.space)]

    def run(
        self, images: Images, pixels: Tensor, windows: list[Window]
    ) -> tuple[list[Tensor], Tensor]:
        """The 7×7 convolution, the blocks and the two 1×1 layers."""
        image, *maps = self.kept
        at, window = windows[0], windows[1]
        around = image.around(images, pixels, at, window)
        h = self._first(_seen(around, image.margin, window))
        if self._place is not None:
            h += self._place[window.here]
        new = [pixels]
        for index, (down, spatial, up) in enumerate(self._blocks):
            at, window = window, windows[2 * index + 3]
            kept_h, kept_a = maps[2 * index : 2 * index + 2]
            a = down(F.relu(h)).relu_()
            new += [h, a]
            b = spatial(_seen(kept_a.around(images, a, at, window), kept_a.margin, window))
            told = self._told[index]
            if told is not None:
                b += told[images, None, None]
            h = kept_h.around(images, h, at, window)
            h.flatten(0, -2).addmm_(b.relu_().flatten(0, -2), up.matrix)
            h += up.bias
        for layer in self._head:
            h = layer(F.relu(h))
        return new, h

    def select(self, ancestors: Tensor) -> None:
        """With the classes."""
        super().select(ancestors)
        self._told = [None if told is None else told[ancestors] for told in self._told]


def _seen(around: Tensor, margin: int, window: Window) -> Tensor:
    """The rows above, and what is left of the centre with the centre."""
    return gathered(around, window, (0, margin, 2 * margin + 1), (margin, 1, margin + 1))


def _affine(layer: MaskedConv2d) -> Affine:
    """What it makes of `_seen`: no row for a place that no mask lets through."""
    matrix, bias = layer.taps()
    kernel = layer.kernel_size[0]
    seen = kernel * (kernel // 2) + kernel // 2 + 1
    return Affine(matrix[: seen * layer.in_channels].contiguous(), bias)
