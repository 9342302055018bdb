"""A dataset of sounds, opened in a form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from genstudio.core.spaces import Sequence
from genstudio.core.training import DataSpec
from genstudio.data.base import ImageData, Pixels, SplitName
from genstudio.data.companding import symbols_of

__all__ = ["SoundData", "Sounds"]

Sounds = tuple[NDArray[np.int16], NDArray[np.int64]]
"""Windows of 16-bit samples (N, length) and their labels (N, L)."""


class SoundData(ImageData):
    """Sounds, whose symbols are µ-law levels (N, length, 1); nothing is read before it is asked.

    Args:
        spec: what was asked for.
        space: what one datum is in that form.
        sounds: reads one split; raises `UserError` when it is not here.
        missing: one sentence for each split that is not here.
        notes: sentences on what was found and left out.
    """

    def __init__(
        self,
        spec: DataSpec,
        space: Sequence,
        sounds: Callable[[SplitName], Sounds],
        missing: Callable[[], tuple[str, ...]] = tuple,
        notes: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        def companded(name: SplitName) -> Pixels:
            samples, labels = sounds(name)
            return symbols_of(samples, space.levels)[..., None], labels

        super().__init__(spec, space, companded, missing, notes)

    def _reduced(self, pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Companded samples are symbols already."""
        return pictures
