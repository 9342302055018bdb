"""A column of parts beside a picture, scrolled where they do not all fit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from genstudio.ui.theme import GAP, HALF

__all__ = ["SideColumn"]


class SideColumn(QScrollArea):
    """Parts of one width, one below the other; the first takes what height is left."""

    def __init__(self, width: int, *parts: QWidget) -> None:
        super().__init__()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, HALF, 0)
        column.setSpacing(GAP)
        for part in parts:
            # As much more than the empty room below as it wants.
            column.addWidget(part, 100 if part is parts[0] else 0)
        column.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(width + HALF)
