"""A failure, said where it happened: the sentence, the remedy, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QPushButton, QVBoxLayout

from genstudio.ui.theme import HALF, icon

__all__ = ["FailureCard"]


class FailureCard(QFrame):
    """The sentence, the remedy and a button to try again; the traceback behind “Details”.

    Attributes:
        retried: the person wants to try again.
    """

    retried = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.title = QLabel()
        self.title.setProperty("role", "error")
        self.advice = QLabel()
        self._details = ""
        self.retry = QPushButton(icon("refresh"), "Retry")
        self.retry.clicked.connect(self.retried)
        self.details = QPushButton("Details")
        self.details.setProperty("role", "link")
        self.details.clicked.connect(self._show_details)
        column = QVBoxLayout(self)
        column.setContentsMargins(HALF, HALF, HALF, HALF)
        column.setSpacing(HALF // 2)
        for label in (self.title, self.advice):
            label.setWordWrap(True)
            column.addWidget(label)
        row = QHBoxLayout()
        row.addWidget(self.retry)
        row.addWidget(self.details)
        row.addStretch(1)
        column.addLayout(row)

    def say(self, title: str, advice: str, details: str = "", can_retry: bool = True) -> None:
        """Show a failure."""
        self._details = details
        self.title.setText(title)
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))
        self.details.setVisible(bool(details))
        self.retry.setVisible(can_retry)
        self.show()

    def _show_details(self) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, "Details", self.title.text(), parent=self)
        box.setDetailedText(self._details)
        box.open()
