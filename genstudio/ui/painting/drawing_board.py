"""A canvas to draw an image on, with what a hand needs beside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from genstudio.core.spaces import Grid
from genstudio.ui.naming import named
from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.ink import Ink
from genstudio.ui.painting.tool import Tool
from genstudio.ui.theme import GAP, HALF, icon

__all__ = ["DrawingBoard"]

_LARGE = 280  # pixels of the canvas


class DrawingBoard(QWidget):
    """Draw with the left button, erase with the right one.

    Args:
        space: of the image.
        parts: what stands beside the canvas, above the ink.

    Attributes:
        painting: the image and its history.
        canvas: what is drawn on.
    """

    def __init__(self, space: Grid, *parts: QWidget) -> None:
        super().__init__()
        self._space = space
        self.painting = Painting(space.height, space.width, space.channels, space.levels)
        self.canvas = PaintCanvas(self.painting)
        self.canvas.setMinimumSize(_LARGE, _LARGE)
        self.canvas.take(Tool.PENCIL)
        self.canvas.set_ink((space.levels - 1,) * space.channels)
        self.canvas.set_paper((0,) * space.channels)
        self.canvas.set_brush_size(max(1, round(min(space.height, space.width) / 12)))
        self.breadth = named(
            QSlider(Qt.Orientation.Horizontal), "Brush size", "How broad the line is"
        )
        self.breadth.setRange(1, max(2, min(space.height, space.width) // 3))
        self.breadth.setValue(self.canvas.brush_size)
        self.breadth.valueChanged.connect(self.canvas.set_brush_size)
        self.clear = QPushButton(icon("eraser"), "Clear")
        self.clear.clicked.connect(self._clear)
        self.undo = QPushButton(icon("undo"), "Undo")
        self.undo.clicked.connect(self.painting.undo)
        self._lay_out(parts)
        self.painting.history_changed.connect(self._allow)
        self._allow()

    def _clear(self) -> None:
        self.painting.set_image(np.zeros(self._space.shape, np.uint8), words="Clear")

    def _allow(self) -> None:
        self.undo.setEnabled(bool(self.painting.undo_words))

    def _lay_out(self, parts: tuple[QWidget, ...]) -> None:
        right = QVBoxLayout()
        right.setSpacing(HALF)
        for part in parts:
            right.addWidget(part)
        right.addStretch(1)
        right.addWidget(Ink(self.canvas))
        right.addWidget(self.breadth)
        tools = QHBoxLayout()
        tools.addWidget(self.undo)
        tools.addWidget(self.clear)
        right.addLayout(tools)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.canvas, 1)
        row.addLayout(right)
