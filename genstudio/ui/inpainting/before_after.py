"""One completion against what was there: what the hole hid, or the hole itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.spaces import Grid
from genstudio.ui.inpainting.film_colours import hatch, picture
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.curtain import Curtain, Way
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["BeforeAfter", "Case"]

_OCCLUDED, _ORIGINAL = "Occluded", "Original"
_HELPS = {
    Way.SLIDER: "Drag the line over the picture: before on its left, after on its right (← →)",
    Way.BESIDE: "Both at once, at the same size",
    Way.PEEK: "The completion; hold the mouse or Space to see what was before",
}


@dataclass(frozen=True, eq=False)
class Case:
    """An image, its hole, and one completion.

    Attributes:
        space: of all of them.
        image: (*S) uint8, the image; what it is in the hole counts only if `whole`.
        known: (*S) bool.
        completion: (*S) uint8.
        name: what the completion is called.
        whole: whether it is known what the hole hides.
        mask: the colour of the hole, hexadecimal; the accent if empty.
    """

    space: Grid
    image: NDArray[np.uint8]
    known: NDArray[np.bool_]
    completion: NDArray[np.uint8]
    name: str = "Completion"
    whole: bool = True
    mask: str = ""


class BeforeAfter(QWidget):
    """By slider, side by side, or by holding the mouse or Space; before is to choose."""

    def __init__(self) -> None:
        super().__init__()
        self.ways = Segmented((), "Compare by")
        self.ways.offer(list(Way), [_HELPS[way] for way in Way])
        self.before = Segmented((), "Before")
        self.before.offer(
            [_OCCLUDED, _ORIGINAL], ["What the method was given", "What the hole hides"]
        )
        self.curtain = Curtain()
        self._case: Case | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.ways)
        column.addWidget(self.before)
        column.addWidget(self.curtain, 1)
        self.ways.chosen.connect(lambda word: self.curtain.compare_by(Way(word)))
        self.before.chosen.connect(self._redraw)
        theme().changed.connect(self._redraw)
        self.show_case(None)

    def show_case(self, case: Case | None) -> None:
        """Show a completion, or nothing."""
        self._case = case
        button = self.before.button(_ORIGINAL)
        allowed = case is not None and case.whole
        button.setEnabled(allowed)
        button.setToolTip(
            "What the hole hides" if allowed else "What the hole hides is not known of this image"
        )
        if not allowed and self.before.word == _ORIGINAL:
            self.before.choose(_OCCLUDED)
        self._redraw()

    def _redraw(self) -> None:
        case = self._case
        if case is None:
            self.curtain.clear()
            return
        occluded = self.before.word == _OCCLUDED
        known = case.known if occluded else np.ones_like(case.known)
        self.curtain.show_pictures(
            _image(case, case.image, known),
            _image(case, case.completion, np.ones_like(case.known)),
            (self.before.word, case.name),
        )


def _image(case: Case, symbols: NDArray[np.uint8], seen: NDArray[np.bool_]) -> QImage:
    """(*S) symbols, hatched where they are not to be seen."""
    space = case.space
    blank = hatch(space, case.mask)
    page = np.ascontiguousarray(picture(symbols[None], seen, space, blank)[0])
    return QImage(
        page.data, space.width, space.height, 4 * space.width, QImage.Format.Format_RGB32
    ).copy()
