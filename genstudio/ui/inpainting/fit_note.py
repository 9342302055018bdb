"""How a picture became an image of the model's: the two side by side, and the sizes in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from genstudio.core.messages import Fitted
from genstudio.core.pictures import to_8bit
from genstudio.core.spaces import Grid
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import HALF, icon
from genstudio.ui.widgets.glyph import Glyph

__all__ = ["FitNote"]

_SIDE = 48  # pixels, of the two pictures


class FitNote(QFrame):
    """Stays until it is closed, or another image comes."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.before = QLabel()
        self.after = QLabel()
        self.words = with_role(QLabel(wordWrap=True), "secondary")
        close = named(QToolButton(), "Close this note", "Close this note", "plain")
        close.setIcon(icon("close"))
        close.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(HALF, 4, HALF, 4)
        row.setSpacing(HALF)
        row.addWidget(self.before)
        row.addWidget(Glyph(16, "arrow-right"))
        row.addWidget(self.after)
        row.addWidget(self.words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, found: Fitted, name: str, space: Grid) -> None:
        """Show how a picture was fitted to a space."""
        self.before.setPixmap(_thumbnail(found.original, smooth=True))
        self.after.setPixmap(_thumbnail(to_8bit(found.image, space.levels), smooth=False))
        self.words.setText(f"{name[:1].upper() + name[1:]} is {_done(found, space)}.")
        self.show()


def _done(found: Fitted, space: Grid) -> str:
    size = f"{found.width}×{found.height}"
    target = f"{space.width}×{space.height}"
    levels = f"{space.levels} {'colours a channel' if space.channels == 3 else 'greys'}"
    if (found.width, found.height) == (space.width, space.height):
        return f"{size} as the model's images are; its pixels were rounded to {levels}"
    how = "its middle was cut out and made" if found.cropped else "it was made"
    return f"{size}: {how} {target}, as the model's images are, in {levels}"


def _thumbnail(pixels: NDArray[np.uint8], smooth: bool) -> QPixmap:
    """(h, w, 1 or 3) 8-bit pixels as a picture that fits."""
    if pixels.shape[-1] == 1:
        pixels = pixels.repeat(3, axis=-1)
    tall, wide, _ = pixels.shape
    image = QImage(
        np.ascontiguousarray(pixels).tobytes(), wide, tall, 3 * wide, QImage.Format.Format_RGB888
    )
    mode = Qt.TransformationMode.SmoothTransformation
    if not smooth and max(tall, wide) <= _SIDE:
        mode = Qt.TransformationMode.FastTransformation
    return QPixmap.fromImage(image.scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, mode))
