"""The outline of a set of cells as pixels of the screen.

It is made as an image and not as lines to be stroked: so it costs the same for a mask of
scattered pixels, with an edge around every second cell, as for one large hole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.ui.painting.shapes import Cells

__all__ = ["outline"]


def outline(cells: Cells, zoom: int, thick: int = 1) -> NDArray[np.uint8]:
    """1 along the inner side of every edge between a covered cell and one that is not.

    Args:
        cells: (h + 2, w + 2), with a margin of one cell that is only looked at.
        zoom: pixels per cell.
        thick: of the line, in pixels.

    Returns:
        (h · zoom, w · zoom), 0 or 1.
    """
    inner = cells[1:-1, 1:-1]
    height, width = inner.shape
    shown = np.zeros((height, zoom, width, zoom), np.uint8)
    thick = min(thick, zoom)
    shown[:, :thick] |= (inner & ~cells[:-2, 1:-1])[:, None, :, None]
    shown[:, -thick:] |= (inner & ~cells[2:, 1:-1])[:, None, :, None]
    shown[..., :thick] |= (inner & ~cells[1:-1, :-2])[:, None, :, None]
    shown[..., -thick:] |= (inner & ~cells[1:-1, 2:])[:, None, :, None]
    return shown.reshape(height * zoom, width * zoom)
