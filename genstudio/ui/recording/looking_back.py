"""The question what a conditional depends on, as it is asked while one looks around."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from genstudio.core.messages import LookBack
from genstudio.ui.recording.asking import Asking
from genstudio.ui.studio import Studio

__all__ = ["LOOK_BACK", "LookingBack", "Question"]

LOOK_BACK = "look back"
"""The channel."""


@dataclass(frozen=True)
class Question:
    """Of which conditional.

    Attributes:
        run: the run folder.
        modified: when its weights were written, nanoseconds; other weights, other answers.
        image: (*S) the symbols before the step; later ones do not matter.
        step: of the symbol whose conditional is asked about.
        labels: (L,) classes, or None.
    """

    run: Path
    modified: int
    image: NDArray[np.uint8]
    step: int
    labels: NDArray[np.int64] | None

    @property
    def key(self) -> tuple[object, ...]:
        """Equal where the answer is."""
        told = None if self.labels is None else self.labels.tobytes()
        return self.run, self.modified, self.image.tobytes(), self.step, told

    def request(self) -> LookBack:
        """The same for the engine."""
        return LookBack(self.run, self.image, self.step, self.labels)


class LookingBack(Asking):
    """`found` gives (`Question`, `LookedBack`)."""

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(studio, parent, LOOK_BACK)
