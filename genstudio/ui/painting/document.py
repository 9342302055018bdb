"""A picture and its mask, and everything that was ever done to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.errors import UserError
from genstudio.ui.painting.history import Picture, Step
from genstudio.ui.painting.presets import Preset, hidden_by
from genstudio.ui.painting.shapes import Cells, grow, resized, shrink

__all__ = ["Painting"]


class Painting(QObject):
    """What is painted on: symbols, and which pixels are known. All of it can be undone.

    Every change makes new arrays, so whoever holds `image` or `known` keeps what they were. What
    is done between `begin` and `end` is one step of the history; what is done otherwise is a step
    of its own. New work after an undo replaces what was undone.

    Attributes:
        image_changed: (H, W), True where symbols changed; of a new size where that changed.
        mask_changed: likewise, where known became hidden or hidden known.
        history_changed: there is more, or less, to undo or redo.
    """

    image_changed = Signal(object)
    mask_changed = Signal(object)
    history_changed = Signal()

    def __init__(
        self, height: int = 28, width: int = 28, channels: int = 1, levels: int = 2
    ) -> None:
        super().__init__()
        image = np.zeros((height, width, channels), np.uint8)
        self._now = Picture(image, levels, np.ones((height, width), np.bool_))
        self._steps: list[Step] = []
        self._done = 0  # so many of the steps are in force
        self._begun: tuple[str, Picture] | None = None

    # --- what there is ---

    @property
    def image(self) -> NDArray[np.uint8]:
        """(H, W, C) symbols, read only."""
        return self._now.image

    @property
    def levels(self) -> int:
        """K; symbols are 0 … K − 1."""
        return self._now.levels

    @property
    def known(self) -> Cells:
        """(H, W), True where a pixel is known, read only; all its channels are, or none is."""
        return self._now.known

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self._now.shape

    # --- one step ---

    def begin(self, words: str) -> None:
        """What follows is one step, until `end`."""
        self.end()
        self._begun = (words, self._now)

    def end(self) -> None:
        """The step is done; one that changed nothing is not remembered."""
        if self._begun is None:
            return
        words, before = self._begun
        self._begun = None
        step = Step(words, before, self._now)
        if not step.empty:
            self._steps[self._done :] = [step]
            self._done += 1
            self.history_changed.emit()

    def cancel(self) -> None:
        """Take back what was done since `begin`."""
        if self._begun is not None:
            _, before = self._begun
            self._begun = None
            self._become(before)

    @contextmanager
    def _step(self, words: str) -> Iterator[None]:
        """A step of its own, or a part of the one that has begun."""
        if self._begun is not None:
            yield
            return
        self.begin(words)
        yield
        self.end()

    # --- history ---

    @property
    def undo_words(self) -> str:
        """What `undo` takes back; empty where there is nothing."""
        return self._steps[self._done - 1].words if self._done else ""

    @property
    def redo_words(self) -> str:
        """What `redo` does again; empty where there is nothing."""
        return self._steps[self._done].words if self._done < len(self._steps) else ""

    @property
    def history_size(self) -> int:
        """Bytes that the whole history takes."""
        return sum(step.size for step in self._steps)

    def undo(self) -> None:
        """Take back the last step; one that has only begun counts."""
        self.end()
        if self._done:
            self._done -= 1
            self._become(self._steps[self._done].undo(self._now))
            self.history_changed.emit()

    def redo(self) -> None:
        """Do again what was taken back last."""
        self.end()
        if self._done < len(self._steps):
            self._become(self._steps[self._done].redo(self._now))
            self._done += 1
            self.history_changed.emit()

    # --- what can be done ---

    def set_image(
        self,
        image: NDArray[np.uint8],
        levels: int | None = None,
        keep_mask: bool = True,
        words: str = "New picture",
    ) -> None:
        """Another picture; what has begun is done with it, and goes on with the new one.

        Args:
            image: (H, W, C) symbols, C 1 or 3.
            levels: K; as before unless given.
            keep_mask: whether the mask stays, fitted where the size is another; else all is known.
            words: what the history calls it.

        Raises:
            ValueError: it is no picture of such symbols.
        """
        levels = self.levels if levels is None else levels
        if image.ndim != 3 or image.shape[2] not in (1, 3) or not image.size:
            raise ValueError(f"no picture has the shape {image.shape}")
        if int(image.max()) >= levels:
            raise ValueError(f"symbol {image.max()} of {levels} levels")
        shape = image.shape[:2]
        known = resized(self.known, shape) if keep_mask else np.ones(shape, np.bool_)
        begun = self._begun
        self.end()
        with self._step(words):
            self._become(Picture(np.array(image, np.uint8), levels, known))
        if begun is not None:
            self.begin(begun[0])

    def set_mask(self, known: Cells, words: str = "New mask") -> None:
        """Another mask, (H, W), True where known.

        Raises:
            UserError: it is of another size than the picture.
        """
        if known.shape != self.shape:
            sizes = [f"{shape[1]}×{shape[0]}" for shape in (known.shape, self.shape)]
            raise UserError(f"The mask is {sizes[0]}, but the picture is {sizes[1]}.")
        with self._step(words):
            self._become(replace(self._now, known=np.array(known, np.bool_)))

    def paint_mask(self, cells: Cells, known: bool, words: str = "") -> None:
        """Hide the cells, or make them known again."""
        words = words or ("Reveal" if known else "Hide")
        self.set_mask(self.known | cells if known else self.known & ~cells, words)

    def paint_picture(self, cells: Cells, symbols: Sequence[int], words: str = "Pencil") -> None:
        """Put a symbol per channel into the cells.

        Raises:
            ValueError: the symbols are not C of the levels.
        """
        if len(symbols) != self.image.shape[2] or not all(0 <= s < self.levels for s in symbols):
            raise ValueError(f"{tuple(symbols)} in a picture of {self.levels} levels")
        image = self.image.copy()
        image[cells] = np.array(symbols, np.uint8)
        with self._step(words):
            self._become(replace(self._now, image=image))

    def preset(self, preset: Preset, share: float = 0.5, seed: int = 0) -> None:
        """Hide what a preset hides, and nothing else; see `hidden_by`."""
        self.set_mask(~hidden_by(preset, self.shape, share, seed), preset.value)

    def invert(self) -> None:
        """What was known is hidden, what was hidden known."""
        self.set_mask(~self.known, "Invert")

    def clear(self) -> None:
        """Hide nothing."""
        self.set_mask(np.ones(self.shape, np.bool_), "Clear")

    def grow(self, diagonal: bool = False) -> None:
        """Hide the neighbours of what is hidden as well."""
        self.set_mask(~grow(~self.known, diagonal), "Grow")

    def shrink(self, diagonal: bool = False) -> None:
        """Make known what has a known neighbour."""
        self.set_mask(~shrink(~self.known, diagonal), "Shrink")

    def _become(self, new: Picture) -> None:
        """Show another moment; say which cells differ."""
        old, self._now = self._now, new
        if old.image.shape != new.image.shape or old.levels != new.levels:
            self.image_changed.emit(np.ones(new.shape, np.bool_))
            self.mask_changed.emit(np.ones(new.shape, np.bool_))
            return
        for before, after, changed in (
            (old.image, new.image, self.image_changed),
            (old.known, new.known, self.mask_changed),
        ):
            if before is not after:
                cells = before != after if before.ndim == 2 else (before != after).any(axis=2)
                if cells.any():
                    changed.emit(cells)
