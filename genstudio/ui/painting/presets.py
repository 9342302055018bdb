"""Masks that need no painting: what each of them hides."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from genstudio.ui.painting.shapes import Cells, rectangle

__all__ = ["Preset", "hidden_by"]


class Preset(StrEnum):
    """What is hidden, in words."""

    LEFT = "Left half"
    RIGHT = "Right half"
    TOP = "Top half"
    BOTTOM = "Bottom half"
    CENTRE = "Centre box"
    FRAME = "Frame"
    SCATTER = "Scattered pixels"
    CHECKERBOARD = "Checkerboard"
    ONE = "One pixel"
    ALL_BUT_ONE = "All but one pixel"


def hidden_by(preset: Preset, shape: tuple[int, int], share: float = 0.5, seed: int = 0) -> Cells:
    """The cells (H, W) that a preset hides.

    The left and the right half part the picture between them, as do the top and the bottom, the
    middle row or column of an odd side lying right and below. The centre box takes half of each
    side, the frame an eighth of the shorter one.

    Args:
        preset: which.
        shape: (H, W).
        share: of all pixels, for scattered ones: so many are hidden, rounded.
        seed: for scattered pixels; the same seed scatters the same way.
    """
    height, width = shape
    hidden = np.zeros(shape, np.bool_)
    match preset:
        case Preset.LEFT:
            hidden[:, : width // 2] = True
        case Preset.RIGHT:
            hidden[:, width // 2 :] = True
        case Preset.TOP:
            hidden[: height // 2] = True
        case Preset.BOTTOM:
            hidden[height // 2 :] = True
        case Preset.CENTRE:
            top, left = height // 4, width // 4
            hidden = rectangle(shape, (top, left), (height - 1 - top, width - 1 - left))
        case Preset.FRAME:
            thick = max(1, min(shape) // 8)
            inner = (height - 1 - thick, width - 1 - thick)
            hidden[:] = True
            if inner[0] >= thick and inner[1] >= thick:
                hidden &= ~rectangle(shape, (thick, thick), inner)
        case Preset.SCATTER:
            chosen = np.random.default_rng(seed).permutation(hidden.size)
            hidden.reshape(-1)[chosen[: round(share * hidden.size)]] = True
        case Preset.CHECKERBOARD:
            hidden = np.add.outer(np.arange(height), np.arange(width)) % 2 == 1
        case Preset.ONE:
            hidden[height // 2, width // 2] = True
        case Preset.ALL_BUT_ONE:
            hidden[:] = True
            hidden[height // 2, width // 2] = False
    return hidden
