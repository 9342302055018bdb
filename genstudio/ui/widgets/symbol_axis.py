"""The axis of symbols 0 … K − 1 below bars: each one's own grey, and numbers where they fit."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from genstudio.ui.theme import theme

__all__ = ["LINE", "PLAIN_UP_TO", "SWATCH", "paint_symbols"]

SWATCH, LINE = 8, 13
"""Heights of the greys and of a line of numbers, pixels."""

PLAIN_UP_TO = 16
"""Levels up to which every symbol has its number."""


def paint_symbols(painter: QPainter, y: float, wide: float, levels: int) -> None:
    """Paint the axis, SWATCH + LINE high, from the left edge."""
    width = wide / levels
    for symbol in range(levels):
        grey = round(symbol * 255 / (levels - 1))
        painter.fillRect(
            QRectF(symbol * width, y, max(1.0, width), SWATCH), QColor(grey, grey, grey)
        )
    painter.setPen(QPen(QColor(theme().colours.hairline), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0.5, y + 0.5, wide - 1, SWATCH - 1))
    painter.setPen(QColor(theme().colours.secondary))
    words = range(levels) if levels <= PLAIN_UP_TO else (0, levels // 2, levels - 1)
    for symbol in words:
        middle = (symbol + 0.5) * width
        half = width / 2 if levels <= PLAIN_UP_TO else max(width / 2, 14.0)
        left = min(max(0.0, middle - half), wide - 2 * half)
        painter.drawText(
            QRectF(left, y + SWATCH, 2 * half, LINE),
            int(Qt.AlignmentFlag.AlignCenter),
            str(symbol),
        )
