"""Rescoring FVSBN: another symbol adds a multiple of its column of weights to what comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from genstudio.models.rescoring_later import LaterRescorer
from genstudio.models.sequence import with_symbol_zero

if TYPE_CHECKING:
    from genstudio.models.fvsbn import FVSBN

__all__ = ["FVSBNRescorer"]


class FVSBNRescorer(LaterRescorer):
    """Kept are the numbers that the symbols enter as and the pre-activations of all steps.

    Args:
        model: whose likelihood it is.
        x: (B, *S) symbols.
        y: (B, L) classes, or None.
    """

    def __init__(self, model: FVSBN, x: Tensor, y: Tensor | None) -> None:
        self._columns = (model.weight * model.mask).permute(2, 0, 1).contiguous()
        self._unit = 1 / (model.space.levels - 1)
        steps = model.in_steps(x)
        seen = torch.tensordot(model.rescaled(steps), self._columns, dims=1)
        self._a = model.biases(y) + seen  # (B, K − 1, D)
        super().__init__(steps, model.space.levels)

    def logits(self, images: slice, step: int, change: Tensor) -> Tensor:
        """By the column's multiple."""
        column = self._columns[step, :, step:] * self._unit
        return with_symbol_zero((self._a[images, None, :, step:] + change * column).flatten(0, 1))
