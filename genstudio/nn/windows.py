"""Convolutions computed again in a window alone: where a change of one pixel can be felt.

A causal layer carries a change downwards and to the sides by its margin. A `KeptMaps` holds what
a layer reads for the images as they are; the values that are new come with their window, and what
lies around them is taken from what is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from genstudio.core.spaces import Grid

__all__ = ["Affine", "Images", "KeptMaps", "Window", "gathered"]

Images = slice | Tensor
"""Which images of a batch: a slice, or their indices (n,)."""


@dataclass(frozen=True)
class Window:
    """Rows top … bottom − 1 and columns left … right − 1."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def whole(cls, space: Grid) -> Window:
        """All of an image."""
        return cls(0, space.height, 0, space.width)

    @classmethod
    def below(cls, row: int, column: int, reach: int, space: Grid) -> Window:
        """What layers see a pixel in whose margins add up to `reach`: no row above it.

        In its own row they see it from the right alone.
        """
        bottom = min(space.height, row + reach + 1)
        left = column if bottom == row + 1 else max(0, column - reach)
        return cls(row, bottom, left, min(space.width, column + reach + 1))

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def here(self) -> tuple[slice, slice]:
        """To index (H, W) with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


class KeptMaps:
    """A layer's maps of the images as they are, with zeros around for the layer that reads them.

    Args:
        batch: B.
        space: of the images.
        maps: F.
        margin: how far up and to both sides the reader looks.
        like: a tensor of the type and the device that they are to have.
    """

    def __init__(self, batch: int, space: Grid, maps: int, margin: int, like: Tensor) -> None:
        self.margin = margin
        size = (batch, space.height + margin, space.width + 2 * margin, maps)
        self._padded = like.new_zeros(size)

    def around(self, images: Images, new: Tensor, at: Window, window: Window) -> Tensor:
        """What is read for a window: (A, B, h + margin, w + 2 margin, F).

        Args:
            images: B of them.
            new: (A, B, h', w', F), what would be new in each of A alternatives.
            at: the window of `new`, inside the other one.
            window: h × w.
        """
        m = self.margin
        rows = slice(window.top, window.bottom + m)
        columns = slice(window.left, window.right + 2 * m)
        kept = self._padded[images, rows, columns]
        found = new.new_empty((len(new), *kept.shape))
        row, column = at.top - window.top + m, at.left - window.left + m
        below, right = row + at.height, column + at.width
        # What is new is most of it, and is written once.
        found[:, :, :row] = kept[:, :row]
        found[:, :, below:] = kept[:, below:]
        found[:, :, row:below, :column] = kept[:, row:below, :column]
        found[:, :, row:below, right:] = kept[:, row:below, right:]
        found[:, :, row:below, column:right] = new
        return found

    def put(self, images: Tensor, new: Tensor, at: Window) -> None:
        """What is new in these images (n,) is so from now on; (n, h, w, F)."""
        m = self.margin
        self._padded[images, at.top + m : at.bottom + m, at.left + m : at.right + m] = new

    def select(self, ancestors: Tensor) -> None:
        """Every image becomes a copy of its ancestor; (B,)."""
        moved = (ancestors != torch.arange(len(ancestors), device=ancestors.device)).nonzero()[:, 0]
        self._padded[moved] = self._padded[ancestors[moved]]


@dataclass(frozen=True)
class Affine:
    """A layer as a matrix: (…, inputs) → (…, outputs).

    Attributes:
        matrix: (inputs, outputs).
        bias: (outputs,).
    """

    matrix: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """One product for all pixels of all images."""
        out = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.matrix)
        return out.view(*x.shape[:-1], -1)


def gathered(around: Tensor, window: Window, *parts: tuple[int, int, int]) -> Tensor:
    """What a kernel sees at each place of a window, (A, B, h, w, seen · F).

    Args:
        around: (A, B, h', w', F), whose corner is where the kernel's corner is for the first place.
        window: h × w.
        parts: (first row, rows, columns) of the kernel, each read row by row from its left edge.
    """
    a, b, _, _, maps = around.shape
    image, row, column = around.stride()[1:4]
    size = (a, b, window.height, window.width)
    seen = sum(rows * columns for _, rows, columns in parts)
    found = around.new_empty((*size, seen * maps))
    first = 0
    for top, rows, columns in parts:
        view = around.as_strided(
            (*size, rows, columns * maps),
            (around.stride(0), image, row, column, row, 1),
            around.storage_offset() + top * row,
        )
        last = first + rows * columns * maps
        found[..., first:last].view(*size, rows, columns * maps).copy_(view)
        first = last
    return found
