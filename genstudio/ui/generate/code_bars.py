"""The numbers of a code as bars, in so many columns as there is room for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from genstudio.core.pictures import diverging
from genstudio.ui.theme import theme
from genstudio.ui.words import decimal

__all__ = ["CodeBars"]

_ROW = 18
_NAME, _NUMBER = 30, 48  # pixels beside each bar
_MOST = 12  # rows that are seen without scrolling


class CodeBars(QScrollArea):
    """A bar for each dimension, from zero to its number; scrolled where there are many."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Code")
        self.bars = _Bars()
        self.setWidget(self.bars)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.show_code(np.zeros(0), 1.0)

    def show_code(self, code: NDArray[np.floating], reach: float) -> None:
        """Show the numbers (Z,) of a code, on a scale from −reach to reach."""
        self.bars.code, self.bars.reach = code, reach
        self.bars.setMinimumHeight(len(code) * _ROW)
        self.setMinimumHeight(min(len(code), _MOST) * _ROW)
        self.setAccessibleDescription(", ".join(decimal(float(value)) for value in code[:_MOST]))
        self.bars.update()

    def mark(self, dimension: int | None) -> None:
        """Set off one dimension, such as that under the pointer."""
        if dimension != self.bars.marked:
            self.bars.marked = dimension
            if dimension is not None:
                self.ensureVisible(0, dimension * _ROW + _ROW // 2, 0, _ROW)
            self.bars.update()

    def sizeHint(self) -> QSize:
        return QSize(240, min(max(1, len(self.bars.code)), _MOST) * _ROW)


class _Bars(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.code: NDArray[np.floating] = np.zeros(0)
        self.reach = 1.0
        self.marked: int | None = None
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.fillRect(event.rect(), QColor(colours.ground))
        first = event.rect().top() // _ROW
        last = math.ceil((event.rect().bottom() + 1) / _ROW)
        wide = max(8, self.width() - _NAME - _NUMBER)
        middle = _NAME + wide / 2
        painter.setPen(QColor(colours.hairline))
        painter.drawLine(round(middle), 0, round(middle), min(self.height(), len(self.code) * _ROW))
        for dimension in range(first, min(last, len(self.code))):
            value = float(self.code[dimension])
            top = dimension * _ROW
            if dimension == self.marked:
                painter.fillRect(QRectF(0, top, self.width(), _ROW), QColor(colours.raised))
            share = max(-1.0, min(1.0, value / self.reach))
            bar = QRectF(middle, top + 4, share * wide / 2, _ROW - 8).normalized()
            painter.fillRect(bar, QColor(*map(int, diverging()[255 if value > 0 else 0])))
            painter.setPen(QColor(colours.secondary))
            vertical = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, _NAME, _ROW), int(vertical), str(dimension + 1))
            painter.setPen(QColor(colours.text))
            painter.drawText(
                QRectF(self.width() - _NUMBER, top, _NUMBER - 4, _ROW),
                int(vertical | Qt.AlignmentFlag.AlignRight),
                decimal(value),
            )
