"""A canvas to draw on, encoded as one draws."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from genstudio.core.spaces import Grid
from genstudio.ui.latent.desk import words_of_source
from genstudio.ui.latent.picture_view import PictureView
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import with_role
from genstudio.ui.painting.drawing_board import DrawingBoard
from genstudio.ui.theme import GAP

__all__ = ["DrawDialog"]

_SMALL = 140  # pixels of what comes back
_WORDS = "drawn by hand"
_LINES = 3


class DrawDialog(QDialog):
    """What comes back of the drawing follows each stroke."""

    def __init__(self, state: LatentState, space: Grid, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Draw")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state, self._space = state, space
        self.back = PictureView("What comes back", "Reconstruction of the drawing", _SMALL)
        self.words = with_role(
            QLabel("Draw with the left button,\nerase with the right."), "secondary"
        )
        self.words.setWordWrap(True)
        # Room for what will be said there, so that the first stroke moves nothing.
        self.words.setMinimumHeight(_LINES * self.words.fontMetrics().lineSpacing())
        self.board = DrawingBoard(space, self.back, self.words)
        done = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        done.rejected.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.board, 1)
        column.addWidget(done)
        self.board.painting.image_changed.connect(self._encode)
        state.source_changed.connect(self._show_back)
        state.run_changed.connect(self.reject)

    def _encode(self) -> None:
        self._state.start_from(self.board.painting.image, words=_WORDS)

    def _show_back(self) -> None:
        source = self._state.source
        if source is not None and source.words == _WORDS:
            self.back.show_image(source.coded.expected[0], self._space.levels)
            self.words.setText(words_of_source(self._state))
