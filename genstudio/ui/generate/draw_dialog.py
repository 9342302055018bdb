"""An image drawn by hand, to be scored by a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from genstudio.core.spaces import Grid
from genstudio.ui.naming import with_role
from genstudio.ui.painting.drawing_board import DrawingBoard
from genstudio.ui.theme import GAP

__all__ = ["DrawDialog"]

_WORDS = (
    "Draw with the left button, erase with the right. The model then says how much each pixel "
    "surprises it:\n−log₂ p(xᵢ | x₁ … xᵢ₋₁)"
)


class DrawDialog(QDialog):
    """The board, and a button that hands the image over.

    Attributes:
        drawn: the image, (*S) uint8.
    """

    drawn = Signal(object)

    def __init__(self, space: Grid, image: NDArray[np.uint8] | None, parent: QWidget) -> None:
        """`image` is drawn on; by default an empty one."""
        super().__init__(parent)
        self.setWindowTitle("Draw an image to score")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = with_role(QLabel(_WORDS), "secondary")
        words.setWordWrap(True)
        words.setMinimumWidth(176)
        self.board = DrawingBoard(space, words)
        if image is not None:
            self.board.painting.set_image(image, words="Begin")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.score = buttons.addButton("Score it", QDialogButtonBox.ButtonRole.AcceptRole)
        with_role(self.score, "primary")
        buttons.accepted.connect(self._hand_over)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.board, 1)
        column.addWidget(buttons)

    def _hand_over(self) -> None:
        self.drawn.emit(self.board.painting.image)
        self.accept()
