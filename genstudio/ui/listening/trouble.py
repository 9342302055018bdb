"""What went wrong, in the panel: the sentence, and a button that tries again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from genstudio.ui.naming import with_role
from genstudio.ui.theme import HALF

__all__ = ["Trouble"]


class Trouble(QWidget):
    """A sentence and a remedy; hidden while all is well.

    Attributes:
        retried: the person wants to try again.
        about_device: whether what is shown is about a device.
    """

    retried = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sentence = with_role(QLabel(wordWrap=True), "error")
        self.retry = QPushButton("Try again")
        self.retry.clicked.connect(self.retried)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HALF)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.retry)
        self.about_device = False
        self.hide()

    def say(self, sentence: str, details: str = "", about_device: bool = False) -> None:
        """Show a sentence, or nothing where it is empty."""
        self.about_device = about_device
        self.sentence.setText(sentence)
        self.sentence.setToolTip(details)
        self.setVisible(bool(sentence))
