"""Pictures one after the other as a recording, so that they can be written as an animation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.core.spaces import Grid

__all__ = ["Slides"]

_LEVELS = 256


class Slides:
    """Pages of B pictures each; every step of the recording shows another page.

    Args:
        pages: (n, B, H, W, C) uint8, 0 … 255.
        hold: steps for which each page stays.
    """

    def __init__(self, pages: NDArray[np.uint8], hold: int = 1) -> None:
        count, self.count, height, width, channels = pages.shape
        self.space = Grid(height=height, width=width, channels=channels, levels=_LEVELS)
        self.length = count * hold
        self._pages, self._hold = pages, hold

    def images(self, steps: int | None = None, /) -> NDArray[np.uint8]:
        """(B, H, W, C) after so many steps; by default after the last."""
        last = self.length if steps is None else max(1, steps)
        page: NDArray[np.uint8] = self._pages[(last - 1) // self._hold]
        return page
