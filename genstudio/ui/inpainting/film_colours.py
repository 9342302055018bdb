"""Completions as colours: their symbols, a hatch where nothing is drawn yet, marginals as maps."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from genstudio.core.inpainting import Inpainted
from genstudio.core.pictures import to_8bit
from genstudio.core.spaces import Grid
from genstudio.ui.recording.trace_colours import Overlay, Scale, packed, scale_of
from genstudio.ui.theme import theme

__all__ = ["dimmed", "entropy_map", "hatch", "mean_map", "picture"]

_STRIPES = 3  # pixels from one diagonal line of the hatch to the next
_FAINTEST = 0.12  # how much of an image without weight is still seen


def hatch(space: Grid, mask: str = "") -> NDArray[np.uint32]:
    """(H·W,) colours of what is hidden: diagonal lines, one pixel wide.

    Args:
        space: of the images.
        mask: the colour, hexadecimal; the accent unless given.
    """
    colours = theme().colours
    rows, columns = np.divmod(np.arange(space.height * space.width), space.width)
    lines = (rows + columns) % _STRIPES == 0
    line = _mixed(colours.raised, mask or colours.accent, 0.45)
    ground = _mixed(colours.raised, mask or colours.accent, 0.15)
    return np.where(lines, line, ground).astype(np.uint32)


def picture(
    images: NDArray[np.uint8],
    reached: NDArray[np.bool_],
    space: Grid,
    blank: NDArray[np.uint32],
    pixels: NDArray[np.int64] | None = None,
) -> NDArray[np.uint32]:
    """Symbols as they are; a colour that is not drawn yet is 0, a pixel without any is blank.

    Args:
        images: (B, *S).
        reached: (*S), what is known or drawn.
        space: of the images.
        blank: (H·W,).
        pixels: (n,), flat in H·W, which ones; all unless given.

    Returns:
        (B, n).
    """
    symbols = images.reshape(len(images), -1, space.channels)
    drawn = reached.reshape(-1, space.channels)
    if pixels is not None:
        symbols, drawn, blank = symbols[:, pixels], drawn[pixels], blank[pixels]
    if space.channels == 1:
        greys = to_8bit(np.arange(space.levels, dtype=np.uint8), space.levels)
        colours = packed(greys[:, None].repeat(3, axis=1))
        return np.where(drawn[:, 0], colours[symbols[..., 0]], blank)
    shown = packed(np.where(drawn, to_8bit(symbols, space.levels), 0).astype(np.uint8))
    return np.where(drawn.any(axis=1), shown, blank)


def mean_map(found: Inpainted, space: Grid) -> tuple[NDArray[np.uint32], Scale | None]:
    """(H·W,) colours of E[x] / (K − 1); in colour the mean is a picture, and needs no scale."""
    share = found.mean / (space.levels - 1)
    if space.channels == 3:
        return packed(np.round(share * 255).astype(np.uint8)).reshape(-1), None
    scale = scale_of(Overlay.ON, space.levels)
    assert scale is not None  # noqa: S101 - only the picture has none
    return scale.coloured(share.reshape(-1)), scale


def entropy_map(found: Inpainted, space: Grid) -> tuple[NDArray[np.uint32], Scale]:
    """(H·W,) colours of H(p(xᵢ | known)) in bits, the mean over the channels of a pixel."""
    scale = scale_of(Overlay.ENTROPY, space.levels)
    assert scale is not None  # noqa: S101 - only the picture has none
    bits = found.entropy.reshape(-1, space.channels).mean(axis=1) / math.log(2)
    return scale.coloured(bits), scale


def dimmed(weights: NDArray[np.float64], pixels: int) -> NDArray[np.uint32]:
    """(B, pixels) 0xAARRGGBB of the ground, the denser the less an image weighs."""
    share = weights / weights.max()
    alpha = np.round((1 - _FAINTEST) * (1 - share) * 255).astype(np.uint32)
    ground = np.uint32(QColor(theme().colours.ground).rgb() & 0xFFFFFF)
    return np.repeat(((alpha << 24) | ground)[:, None], pixels, axis=1)


def _mixed(one: str, other: str, share: float) -> int:
    """A share of the other colour over the one."""
    below, above = (
        (colour.red(), colour.green(), colour.blue()) for colour in (QColor(one), QColor(other))
    )
    red, green, blue = (round(b + share * (a - b)) for b, a in zip(below, above, strict=True))
    return int(QColor(red, green, blue).rgb())
