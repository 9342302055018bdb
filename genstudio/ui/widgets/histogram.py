"""How often each symbol occurs: bars over 0 … K − 1, on a linear or a logarithmic scale."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from genstudio.ui.theme import theme

__all__ = ["SymbolHistogram"]

_SWATCH, _TOP = 8, 6  # pixels: the symbols' own greys below the bars, and the room above them
_WIDEST = 72  # pixels of a bar
_PLAIN_UP_TO = 16  # symbols up to which each is named, if there is room
_NUMBER = 1.7  # width that a symbol's number needs, in heights of text


class SymbolHistogram(QWidget):
    """Counts of the symbols; the pointer or the arrow keys tell the count of one.

    On the logarithmic scale the lowest line is one occurrence, and a symbol that never occurs
    has no bar.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("How often each pixel value occurs")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 120)
        self.counts = np.zeros(0, np.int64)
        self._logarithmic = False
        self._cursor: int | None = None
        theme().changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, 180)

    def show_counts(self, counts: NDArray[np.int64]) -> None:
        """Show counts (K,) of the symbols 0 … K − 1."""
        self.counts = counts
        self._point_at(None)
        self.update()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Choose the scale."""
        self._logarithmic = logarithmic
        self.update()

    def words_of(self, symbol: int) -> str:
        """A symbol's count and share, in words."""
        count, total = int(self.counts[symbol]), max(1, int(self.counts.sum()))
        share = 100 * count / total
        said = "less than 0.01" if 0 < share < 0.01 else f"{share:.2f}"
        return f"Value {symbol} of 0 … {len(self.counts) - 1}: {count:,} times, {said} %"

    # --- geometry ---

    def height_of(self, symbol: int) -> float:
        """The share of the full height that a symbol's bar has, 0 … 1."""
        return self._height(int(self.counts[symbol]))

    def bar_rect(self, symbol: int) -> QRectF:
        """The column of a symbol, from top to bottom of the bars."""
        area = self._area()
        width = area.width() / len(self.counts)
        return QRectF(area.x() + symbol * width, area.y(), width, area.height())

    def _height(self, count: float) -> float:
        most = float(self.counts.max())
        if count <= 0:
            return 0.0
        if not self._logarithmic:
            return count / most
        # Half an occurrence is the ground, so that a symbol seen once still has a bar.
        return math.log(2 * count) / math.log(2 * most)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(9, theme().text_size - 2))
        return font

    def _area(self) -> QRectF:
        line = theme().text_size + 2
        left = 3.4 * theme().text_size
        below = _SWATCH + 2 + line
        return QRectF(left, _TOP, self.width() - left - 2, self.height() - _TOP - below)

    def _symbol_at(self, point: QPointF) -> int | None:
        area = self._area()
        if not len(self.counts) or not area.left() <= point.x() < area.right():
            return None
        return min(
            len(self.counts) - 1, int((point.x() - area.left()) / area.width() * len(self.counts))
        )

    # --- painting ---

    @override
    def paintEvent(self, _: QPaintEvent) -> None:
        if not len(self.counts) or not self.counts.max():
            return
        painter = QPainter(self)
        painter.setFont(self._font())
        self._paint_scale(painter)
        self._paint_bars(painter)
        self._paint_symbols(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme().colours.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_scale(self, painter: QPainter) -> None:
        colours, area = theme().colours, self._area()
        marks = _decades if self._logarithmic else _steps
        for value in marks(int(self.counts.max())):
            y = round(area.bottom() - self._height(value) * area.height()) + 0.5
            painter.setPen(QPen(QColor(colours.hairline), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.secondary))
            painter.drawText(
                QRectF(0, y - 8, area.left() - 6, 16),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                _short(value),
            )

    def _paint_bars(self, painter: QPainter) -> None:
        colours, area = theme().colours, self._area()
        for symbol in range(len(self.counts)):
            column = self.bar_rect(symbol)
            gap = 0.0 if column.width() < 4 else min(4.0, column.width() * 0.15)
            width = min(_WIDEST, max(1.0, column.width() - gap))
            tall = self.height_of(symbol) * area.height()
            if 0 < tall < 1:
                tall = 1.0  # what occurs is seen
            under = symbol == self._cursor
            if under:
                painter.fillRect(column, QColor(colours.raised))
            painter.fillRect(
                QRectF(column.center().x() - width / 2, area.bottom() - tall, width, tall),
                QColor(colours.accent_strong if under else colours.accent),
            )

    def _paint_symbols(self, painter: QPainter) -> None:
        """Each symbol's own grey, and its number where there is room."""
        colours, area, levels = theme().colours, self._area(), len(self.counts)
        y = area.bottom() + 2
        for symbol in range(levels):
            grey = round(symbol * 255 / (levels - 1))
            column = self.bar_rect(symbol)
            painter.fillRect(
                QRectF(column.x(), y, max(1.0, column.width()), _SWATCH), QColor(grey, grey, grey)
            )
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(area.x() + 0.5, y + 0.5, area.width() - 1, _SWATCH - 1))
        painter.setPen(QColor(colours.secondary))
        step = math.ceil(_NUMBER * theme().text_size * levels / area.width())
        named = range(0, levels, step) if levels <= _PLAIN_UP_TO else _few(levels)
        for symbol in named:
            half = painter.fontMetrics().horizontalAdvance(str(symbol)) / 2 + 1
            middle = min(self.bar_rect(symbol).center().x(), self.width() - half)
            painter.drawText(
                QRectF(middle - half, y + _SWATCH + 1, 2 * half, self.height() - y - _SWATCH),
                int(Qt.AlignmentFlag.AlignHCenter),
                str(symbol),
            )

    # --- pointer and keyboard ---

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        symbol = self._symbol_at(event.position())
        self._point_at(symbol)
        if symbol is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.words_of(symbol), self)

    @override
    def leaveEvent(self, _: object) -> None:
        self._point_at(None)

    @override
    def focusOutEvent(self, _: object) -> None:
        self._point_at(None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None or not len(self.counts):
            event.ignore()
            return
        moved = 0 if self._cursor is None else self._cursor + by
        self._point_at(min(max(moved, 0), len(self.counts) - 1))
        if self._cursor is not None:
            corner = self.bar_rect(self._cursor).bottomLeft().toPoint()
            QToolTip.showText(self.mapToGlobal(corner), self.words_of(self._cursor), self)

    def _point_at(self, symbol: int | None) -> None:
        if symbol != self._cursor:
            self._cursor = symbol
            self.setAccessibleDescription("" if symbol is None else self.words_of(symbol))
            self.update()


def _steps(most: int) -> list[int]:
    """Two to five round counts from 0 to the greatest."""
    power = 10 ** max(0, math.floor(math.log10(most)))
    step = next(
        max(1, round(power * factor))
        for factor in (0.1, 0.2, 0.5, 1, 2, 5)
        if most / (power * factor) <= 4
    )
    return list(range(0, most + 1, step))


def _decades(most: int) -> list[int]:
    """Powers of ten up to the greatest count, every second where there are many."""
    powers = math.floor(math.log10(most))
    return [10**power for power in range(0, powers + 1, 1 if powers <= 4 else 2)]


def _few(levels: int) -> tuple[int, ...]:
    return (0, levels // 4, levels // 2, 3 * levels // 4, levels - 1)


def _short(count: int) -> str:
    """A round count in at most five characters: 500, 20 k, 1.5 M."""
    for size, unit in ((10**9, " G"), (10**6, " M"), (10**3, " k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return str(count)
