"""How far a stack of masked convolutions carries a symbol: the places and channels that feel it.

Fields are (H, W, C) bool: whether the maps of channel c at a place depend on the symbol at all.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Field", "carried", "centred"]

Field = NDArray[np.bool_]


def carried(field: Field, above: range, left: range, side: int) -> NDArray[np.bool_]:
    """(H, W): which places see any channel of the field elsewhere than at their own place.

    Args:
        field: of the layer's input.
        above: how many rows up those rows lie that are seen from `side` places to the left to
            `side` places to the right; 0 is the row itself.
        left: how many places to the left those lie that are seen in the row itself.
        side: see `above`.
    """
    height, width, _ = field.shape
    anywhere = field.any(axis=2)
    up = max(above, default=0)
    reach = max(side, max(left, default=0))
    padded = np.pad(anywhere, ((up, 0), (reach, reach)))
    found = np.zeros_like(anywhere)
    seen = [(row, column) for row in above for column in range(-side, side + 1)]
    for row, column in [*seen, *((0, -back) for back in left)]:
        first = reach + column
        found |= padded[up - row : up - row + height, first : first + width]
    return found


def centred(field: Field, kind: Literal["A", "B"]) -> Field:
    """(H, W, C): what a kernel sees at its centre: channels before, with B its own too."""
    upto = np.logical_or.accumulate(field, axis=2)
    if kind == "B":
        return upto
    before = np.zeros_like(upto)
    before[..., 1:] = upto[..., :-1]
    return before
