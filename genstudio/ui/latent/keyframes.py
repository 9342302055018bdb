"""The pictures that were kept, and the way through them; no widget."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.interpolation import Way, along
from genstudio.ui.latent.state import LatentState

__all__ = ["WAY", "Keyframe", "Keyframes"]

WAY = "latent way"
"""The channel on which the way is decoded."""


@dataclass(frozen=True, eq=False)
class Keyframe:
    """A place that was kept.

    Attributes:
        code: (Z,) float32.
        image: (*S) float32, what it decodes to.
    """

    code: NDArray[np.float32]
    image: NDArray[np.float32]


class Keyframes(QObject):
    """A way from each kept picture to the next; a position on it counts kept pictures from 0.

    Attributes:
        changed: other pictures are kept, or the way between them is another.
        decoded: `images` are there.
        moved: `position` is another.
        frames: what was kept, in order.
        way: straight, or on a sphere.
        between: how many pictures lie between two kept ones.
        images: (n, *S) float32 at `places`, or None while they are not there.
        position: where one is on the way; None where one is not on it.
    """

    changed = Signal()
    decoded = Signal()
    moved = Signal()

    def __init__(self, state: LatentState) -> None:
        super().__init__(state)
        self.state = state
        self.frames: list[Keyframe] = []
        self.way: Way = "linear"
        self.between = 7
        self.images: NDArray[np.float32] | None = None
        self.position: float | None = None
        self._going = False
        state.run_changed.connect(self.clear)
        state.labels_changed.connect(self._decode)
        state.code_changed.connect(self._left)

    @property
    def last(self) -> float:
        """The position of the last kept picture."""
        return float(max(0, len(self.frames) - 1))

    @property
    def places(self) -> NDArray[np.float64]:
        """(n,) the positions of the pictures on the strip."""
        count = len(self.frames)
        if count < 2:
            return np.arange(count, dtype=np.float64)
        return np.linspace(0, count - 1, (count - 1) * (self.between + 1) + 1)

    @property
    def codes(self) -> NDArray[np.float32]:
        """(k, Z) of what was kept."""
        return np.stack([frame.code for frame in self.frames])

    def codes_at(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, Z) at positions on the way."""
        return along(self.codes, places, self.way)

    def keep(self) -> None:
        """Keep the picture that is shown, as the end of the way."""
        state = self.state
        if state.code is None or state.image is None:
            return
        if self.frames and np.array_equal(self.frames[-1].code, state.code):
            return
        self.frames.append(Keyframe(state.code.copy(), state.image))
        self.position = self.last
        self._renew()

    def put(self, frames: list[Keyframe], way: Way, between: int) -> None:
        """Keep these instead."""
        self.frames, self.way, self.between = frames, way, between
        self.position = None
        self._renew()

    def remove(self, which: int) -> None:
        """Forget a kept picture."""
        del self.frames[which]
        self.position = None
        self._renew()

    def clear(self) -> None:
        """Forget all of them."""
        if self.frames:
            self.frames, self.position = [], None
            self._renew()

    def go_by(self, way: Way) -> None:
        """Choose straight or on a sphere."""
        if way != self.way:
            self.way = way
            self._renew()

    def set_between(self, between: int) -> None:
        """Choose how many pictures lie between two kept ones."""
        if between != self.between:
            self.between = between
            self._renew()

    def go_to(self, position: float) -> None:
        """Go to a position on the way."""
        if not self.frames:
            return
        position = min(max(position, 0.0), self.last)
        self._going = True
        self.state.set_code(self.codes_at(np.array([position]))[0], "Interpolation")
        self._going = False
        self.position = position
        self.moved.emit()

    def _left(self) -> None:
        """Something else moved the code."""
        if not self._going and self.position is not None:
            self.position = None
            self.moved.emit()

    def _renew(self) -> None:
        self.images = None
        self.changed.emit()
        self._decode()

    def _decode(self) -> None:
        if len(self.frames) < 2:
            self.images = np.stack([f.image for f in self.frames]) if self.frames else None
            self.decoded.emit()
            return
        frames = self.frames.copy()

        def found(images: NDArray[np.float32]) -> None:
            if frames == self.frames and len(images) == len(self.places):
                self.images = images
                self.decoded.emit()

        self.state.decode_many(self.codes_at(self.places), found, WAY)
