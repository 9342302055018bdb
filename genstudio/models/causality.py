"""Causality, tested on a trained network: no conditional may depend on its own symbol or later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.models.base import Autoregressive

__all__ = ["Perturbed", "perturbed"]


@dataclass(frozen=True)
class Perturbed:
    """What changing one symbol did to the conditionals.

    Attributes:
        step: whose symbol was changed.
        earlier: the largest change of a logarithm of a probability, in nats, at this step or an
            earlier one; what is not 0 is a look into the future.
        later: likewise at later steps.
    """

    step: int
    earlier: float
    later: float


def perturbed(
    model: Autoregressive, x: Tensor, y: Tensor | None, together: int = 16
) -> Iterator[list[Perturbed]]:
    """Change each symbol of one image in turn, the last step's first; yields some at a time.

    Every symbol v becomes (v + ⌈K/2⌉) mod K, the change that is farthest away. Sums may come out
    in another order in another batch, so the image stands in each batch unchanged as well.

    Args:
        model: in evaluation mode.
        x: (1, *S).
        y: (1, L) classes, or None.
        together: images in one pass.
    """
    space, order = model.space, torch.from_numpy(model.order).to(x.device)
    steps = np.arange(space.dimensions)[::-1]
    for start in range(0, len(steps), together):
        some = steps[start : start + together]
        batch = x.flatten(1).repeat(len(some) + 1, 1)
        rows = torch.arange(len(some), device=x.device)
        places = order[torch.from_numpy(some.copy()).to(x.device)]
        batch[rows, places] = (batch[rows, places] + (space.levels + 1) // 2) % space.levels
        told = None if y is None else y.expand(len(batch), -1)
        with torch.no_grad():
            logits = model.logits(batch.view(-1, *space.shape), told).flatten(2)
            scores = logits.log_softmax(1)[:, :, order]
        changes = (scores[:-1] - scores[-1:]).abs().amax(dim=1).double().cpu().numpy()
        yield [
            Perturbed(int(step), *_split(change, int(step)))
            for step, change in zip(some, changes, strict=True)
        ]


def _split(change: NDArray[np.float64], step: int) -> tuple[float, float]:
    later = change[step + 1 :]
    return float(change[: step + 1].max()), float(later.max()) if len(later) else 0.0
