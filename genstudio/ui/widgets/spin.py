"""A whole number with arrows to step it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSpinBox

__all__ = ["Spin"]


class Spin(QSpinBox):
    """A spin box whose number stands to the right, as in every other field of numbers.

    The margins are set here because a style sheet's padding does not reach the text inside.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.lineEdit().setTextMargins(8, 0, 4, 0)
