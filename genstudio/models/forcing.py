"""Conditionals of a recording given its real past: what a model would say next, all along.

One pass over the network gives them all, however long the recording is: it is read in pieces,
each with as much before it as a conditional sees.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.models.base import Autoregressive
from genstudio.models.sampling import probabilities

__all__ = ["conditionals"]

_PIECE = 2**13
"""Samples whose conditionals are computed together."""


def conditionals(
    model: Autoregressive, x: Tensor, y: Tensor | None, piece: int = _PIECE
) -> Iterator[NDArray[np.float32]]:
    """p(xₜ | x₁ … xₜ₋₁) of one sound, piece by piece: (m, K) each, one after the other.

    Args:
        model: of sounds; one that does not say how far it sees is given the whole past.
        x: (1, n, 1) symbols, of any length.
        y: (1, L) classes, or None.
        piece: samples at a time.
    """
    for start in range(0, x.shape[1], piece):
        sees = start if model.receptive_field is None else model.receptive_field
        first = max(0, start - sees)
        with torch.no_grad():
            logits = model.logits(x[:, first : start + piece], y)[0, :, start - first :, 0]
        yield probabilities(logits.T)
