"""A small button that copies a text."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton

from genstudio.ui.naming import named
from genstudio.ui.theme import icon

__all__ = ["CopyButton"]

_SEEN = 1200  # milliseconds that the tick stays


class CopyButton(QToolButton):
    """Puts its text on the clipboard, and shows a tick for a moment.

    Attributes:
        copied_text: what a press copies.
    """

    def __init__(self, what: str) -> None:
        super().__init__()
        named(self, f"Copy the {what}", f"Copy the {what}", "plain")
        self.copied_text = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setIcon(icon("content-copy", "secondary"))
        self._back = QTimer(self, singleShot=True, interval=_SEEN)
        self._back.timeout.connect(lambda: self.setIcon(icon("content-copy", "secondary")))
        self.clicked.connect(self.copy)

    def copy(self) -> None:
        """Put the text on the clipboard."""
        QGuiApplication.clipboard().setText(self.copied_text)
        self.setIcon(icon("check", "good"))
        self._back.start()
