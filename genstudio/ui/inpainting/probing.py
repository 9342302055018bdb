"""The question what one place would be, as it is asked while the pointer wanders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from genstudio.core.messages import Probe
from genstudio.core.spaces import Grid
from genstudio.ui.recording.asking import Asking
from genstudio.ui.studio import Studio

__all__ = ["PROBE", "Probing", "Question"]

PROBE = "probe"
"""The channel."""


@dataclass(frozen=True)
class Question:
    """Of which place.

    Attributes:
        run: the run folder.
        modified: when its weights were written, nanoseconds; other weights, other answers.
        space: of the image.
        image: (*S) the symbols, all of which count.
        place: the flat index in S.
        known: whether the place is known, and not drawn.
        labels: (L,) classes, or None.
    """

    run: Path
    modified: int
    space: Grid
    image: NDArray[np.uint8]
    place: int
    known: bool
    labels: NDArray[np.int64] | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Equal where the answer is."""
        told = None if self.labels is None else self.labels.tobytes()
        return self.run, self.modified, self.image.tobytes(), self.place, told

    @property
    def symbol(self) -> int:
        """What is there."""
        return int(self.image.reshape(-1)[self.place])

    def request(self) -> Probe:
        """The same for the engine."""
        return Probe(self.run, self.image, self.place, self.labels)


class Probing(Asking):
    """`found` gives (`Question`, `Probed`)."""

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(studio, parent, PROBE)
