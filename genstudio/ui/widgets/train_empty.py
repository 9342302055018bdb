"""What stands where the curves will be, before there are any."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.glyph import Glyph

__all__ = ["TrainEmpty"]


class TrainEmpty(QWidget):
    """Says what will be seen here; without the form beside it, how long it takes, and starts it.

    Attributes:
        start_wanted: the person wants to start what the form says.
    """

    start_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._picture = Glyph(64, "chart-bell-curve-cumulative")
        self.words = QLabel()
        self.words.setProperty("role", "title")
        self.more = QLabel(
            "Its loss on training and validation data appears here in bits/dim, step by step, "
            "with samples of what it has learned so far below."
        )
        self.forecast = QLabel()
        self.forecast.setProperty("role", "question")
        self.start = QPushButton(icon("play", "on_accent"), "Start training")
        self.start.setProperty("role", "primary")
        self.start.clicked.connect(self.start_wanted)
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addStretch(2)
        for label in (self._picture, self.words, self.more, self.forecast):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(label is not self._picture)
            label.setMaximumWidth(520)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 8)
            row.addStretch(1)
            column.addLayout(row)
        column.addSpacing(HALF)
        column.addWidget(self.start, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.stand_beside(True)

    def stand_beside(self, form: bool) -> None:
        """The form has an estimate and a button of its own; where it is folded away, these do."""
        self.forecast.setHidden(form)
        self.start.setHidden(form)

    def name(self, family: str, data: str) -> None:
        """Say what would be trained."""
        known = f"Train {family} on {data}" if family else "The engine is starting…"
        self.words.setText(known)

    def tell(self, words: str) -> None:
        """Say how long it would take, or what is in the way."""
        self.forecast.setText(words)
