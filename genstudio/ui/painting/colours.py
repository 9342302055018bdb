"""The colours in which symbols and what hides them are shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.core.pictures import to_8bit
from genstudio.ui.recording.trace_colours import packed

__all__ = ["blended", "greys", "symbol_colours"]


def greys(levels: int) -> NDArray[np.uint32]:
    """(K,) 0xffRRGGBB of the symbols of a grey picture, black to white."""
    grey = to_8bit(np.arange(levels, dtype=np.uint8), levels)
    return packed(np.repeat(grey[:, None], 3, axis=1))


def symbol_colours(
    symbols: NDArray[np.uint8], levels: int, palette: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """(n,) 0xffRRGGBB of pixels.

    Args:
        symbols: (n, C); three are red, green and blue.
        levels: K.
        palette: (K,) colours of the symbols of a picture with one channel.
    """
    if symbols.shape[1] == 3:
        return packed(to_8bit(symbols, levels))
    return palette[symbols[:, 0]]


def blended(below: NDArray[np.uint32], above: int, opacity: float) -> NDArray[np.uint32]:
    """0xffRRGGBB colours (n,) under one that lies over them, rounded."""
    shifts = np.array([16, 8, 0], np.uint32)
    channels = (below[:, None] >> shifts) & 255
    over = (np.uint32(above) >> shifts) & 255
    mixed = np.round(channels * (1 - opacity) + over * opacity)
    return packed(mixed.astype(np.uint8))
