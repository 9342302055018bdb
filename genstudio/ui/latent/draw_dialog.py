"""A canvas to draw on, encoded as one draws."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.spaces import Grid
from genstudio.ui.latent.desk import words_of_source
from genstudio.ui.latent.picture_view import PictureView
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import named, with_role
from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.ink import Ink
from genstudio.ui.painting.tool import Tool
from genstudio.ui.theme import GAP, HALF, icon

__all__ = ["DrawDialog"]

_LARGE, _SMALL = 280, 140  # pixels of the canvas, and of what comes back
_WORDS = "drawn by hand"


class DrawDialog(QDialog):
    """Draw with the left button, erase with the right one; what comes back follows each stroke."""

    def __init__(self, state: LatentState, space: Grid, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Draw")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state, self._space = state, space
        self.painting = Painting(space.height, space.width, space.channels, space.levels)
        self.canvas = PaintCanvas(self.painting)
        self.canvas.setMinimumSize(_LARGE, _LARGE)
        self.canvas.take(Tool.PENCIL)
        self.canvas.set_ink((space.levels - 1,) * space.channels)
        self.canvas.set_paper((0,) * space.channels)
        self.canvas.set_brush_size(max(1, round(min(space.height, space.width) / 12)))
        self.back = PictureView("What comes back", "Reconstruction of the drawing", _SMALL)
        self.words = with_role(
            QLabel("Draw with the left button,\nerase with the right."), "secondary"
        )
        self.words.setWordWrap(True)
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
        self._lay_out()
        self.painting.image_changed.connect(self._encode)
        self.painting.history_changed.connect(self._allow)
        state.source_changed.connect(self._show_back)
        state.run_changed.connect(self.reject)
        self._allow()

    def _encode(self) -> None:
        self._state.start_from(self.painting.image, words=_WORDS)

    def _clear(self) -> None:
        self.painting.set_image(np.zeros(self._space.shape, np.uint8), words="Clear")

    def _allow(self) -> None:
        self.undo.setEnabled(bool(self.painting.undo_words))

    def _show_back(self) -> None:
        source = self._state.source
        if source is not None and source.words == _WORDS:
            self.back.show_image(source.coded.expected[0], self._space.levels)
            self.words.setText(words_of_source(self._state))

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(HALF)
        right.addWidget(self.back)
        right.addWidget(self.words)
        right.addStretch(1)
        right.addWidget(Ink(self.canvas))
        right.addWidget(self.breadth)
        tools = QHBoxLayout()
        tools.addWidget(self.undo)
        tools.addWidget(self.clear)
        right.addLayout(tools)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.canvas, 1)
        row.addLayout(right)
        done = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        done.rejected.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP)
        column.addLayout(row, 1)
        column.addWidget(done)
