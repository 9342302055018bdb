"""A conditional distribution as bars, and how one uniform picked a symbol from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from genstudio.ui.theme import theme
from genstudio.ui.widgets.symbol_axis import LINE, SWATCH, paint_symbols

__all__ = ["Conditional", "ConditionalBars"]

_STRIP, _MARK = 14, 6  # heights, pixels
_LOWEST, _HIGHEST = 132, 240  # of the whole, pixels


@dataclass(frozen=True)
class Conditional:
    """One step's distribution.

    Attributes:
        model: (K,) the model's own probabilities.
        drawn_from: (K,) those after temperature and top-k.
        uniform: the number that was drawn, in [0, 1).
        symbol: what came of it.
        given: whether the symbol was put by hand instead.
    """

    model: NDArray[np.float64]
    drawn_from: NDArray[np.float64]
    uniform: float
    symbol: int
    given: bool


class ConditionalBars(QWidget):
    """Bars over the symbols 0 … K − 1; below them the same as shares of [0, 1).

    Filled bars are what was drawn from, hollow ones the model's own where temperature or top-k
    changed it. Below, the uniform's mark stands in the share of the symbol that it picked.

    Attributes:
        symbol_chosen: a symbol was clicked, or chosen with the arrow keys and Enter.
    """

    symbol_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Conditional distribution")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(_LOWEST)
        self.setMaximumHeight(_HIGHEST)
        self.choosable = False
        self._shown: Conditional | None = None
        self._highlighted: int | None = None
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(260, _LOWEST)

    @property
    def shown(self) -> Conditional | None:
        """What is shown."""
        return self._shown

    def show_conditional(self, conditional: Conditional | None) -> None:
        """Show a distribution, or nothing."""
        self._shown = conditional
        if conditional is None or (self._highlighted or 0) >= conditional.model.size:
            self._highlighted = None
        self.update()

    # --- geometry ---

    def _bars(self) -> QRectF:
        below = SWATCH + 2 + LINE + _STRIP + _MARK + LINE
        return QRectF(0, LINE + 1, self.width(), self.height() - LINE - 1 - below)

    def bar_rect(self, symbol: int) -> QRectF:
        """The column of a symbol, from top to bottom of the bars."""
        assert self._shown is not None  # noqa: S101 - there are no bars without one
        area = self._bars()
        width = area.width() / self._shown.model.size
        return QRectF(area.x() + symbol * width, area.y(), width, area.height())

    def _symbol_at(self, point: QPointF) -> int | None:
        if self._shown is None or point.y() > self._bars().bottom() + SWATCH + 2 + LINE:
            return None
        levels = self._shown.model.size
        return min(levels - 1, max(0, int(point.x() / self.width() * levels)))

    # --- painting ---

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.fillRect(self.rect(), QColor(colours.ground))
        small = painter.font()
        small.setPixelSize(11)
        painter.setFont(small)
        area = self._bars()
        if self._shown is None:
            painter.setPen(QColor(colours.secondary))
            painter.drawText(
                self.rect(),
                int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                "Nothing is drawn here yet",
            )
            return
        self._paint_bars(painter, self._shown)
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.drawLine(
            QPointF(0, area.bottom() + 0.5), QPointF(self.width(), area.bottom() + 0.5)
        )
        paint_symbols(painter, area.bottom() + 2, self.width(), self._shown.model.size)
        self._paint_shares(painter, self._shown)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_bars(self, painter: QPainter, shown: Conditional) -> None:
        colours = theme().colours
        area, levels = self._bars(), shown.model.size
        width = area.width() / levels
        gap = 0.0 if width < 3 else min(4.0, width * 0.15)
        top = max(float(shown.model.max()), float(shown.drawn_from.max()))
        changed = not np.allclose(shown.model, shown.drawn_from, atol=1e-4)
        plain, picked = QColor(colours.control), QColor(colours.accent)
        ghost = QPen(QColor(colours.secondary), 1, Qt.PenStyle.DotLine)
        for symbol in range(levels):
            left = area.x() + symbol * width + gap / 2
            tall = float(shown.drawn_from[symbol]) / top * area.height()
            if self._highlighted == symbol and self.choosable:
                painter.fillRect(self.bar_rect(symbol), QColor(colours.raised))
            painter.fillRect(
                QRectF(left, area.bottom() - tall, max(1.0, width - gap), tall),
                picked if symbol == shown.symbol else plain,
            )
            if changed:
                height = float(shown.model[symbol]) / top * area.height()
                painter.setPen(ghost)
                y = area.bottom() - height
                painter.drawLine(QPointF(left, y), QPointF(left + max(1.0, width - gap), y))
        painter.setPen(QColor(colours.secondary))
        painter.drawText(
            QRectF(area.x(), 0, area.width() - 2, LINE),
            int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
            f"highest {top:.3f}",
        )

    def _paint_shares(self, painter: QPainter, shown: Conditional) -> None:
        """The cumulative scale: [0, 1) shared out, and where the uniform fell."""
        colours = theme().colours
        y = self._bars().bottom() + SWATCH + 2 + LINE + 2
        strip = QRectF(0, y, self.width(), _STRIP - 2)
        ends = np.concatenate([[0.0], np.cumsum(shown.drawn_from)]) * strip.width()
        painter.fillRect(strip, QColor(colours.raised))
        low, high = float(ends[shown.symbol]), float(ends[shown.symbol + 1])
        painter.fillRect(
            QRectF(low, y, max(1.0, high - low), strip.height()), QColor(colours.accent)
        )
        painter.setPen(QPen(QColor(colours.surface), 1))
        for end in np.unique(np.round(ends[1:-1])):
            painter.drawLine(QPointF(end, y), QPointF(end, strip.bottom()))
        at = shown.uniform * strip.width()
        tip = strip.bottom() + 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.secondary if shown.given else colours.text))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(at, tip - 3),
                    QPointF(at - 4, tip + _MARK - 1),
                    QPointF(at + 4, tip + _MARK - 1),
                ]
            )
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        words = f"u = {shown.uniform:.3f}" + (", not used: it is given" if shown.given else "")
        wide = painter.fontMetrics().horizontalAdvance(words) + 8
        left = min(max(0.0, at - wide / 2), self.width() - wide)
        painter.setPen(QColor(colours.text))
        painter.drawText(
            QRectF(left, tip + _MARK - 1, wide, LINE + 1),
            int(Qt.AlignmentFlag.AlignCenter),
            words,
        )
        painter.setPen(QColor(colours.secondary))
        ends_rect = QRectF(0, tip + _MARK - 1, self.width(), LINE + 1)
        if left > 12:
            painter.drawText(ends_rect, int(Qt.AlignmentFlag.AlignLeft), "0")
        if left + wide < self.width() - 12:
            painter.drawText(ends_rect, int(Qt.AlignmentFlag.AlignRight), "1")

    # --- choosing ---

    def words_of(self, symbol: int) -> str:
        """A symbol's probabilities, in words; empty when nothing is shown."""
        if self._shown is None:
            return ""
        model, drawn = self._shown.model[symbol], self._shown.drawn_from[symbol]
        text = f"Symbol {symbol}: p = {model:.4f}"
        if abs(model - drawn) > 1e-4:
            text += f", drawn with {drawn:.4f}"
        return text + (". Click to put it here." if self.choosable else ".")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        symbol = self._symbol_at(event.position())
        if symbol != self._highlighted:
            self._highlighted = symbol
            self.update()
        if symbol is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.words_of(symbol), self)

    def leaveEvent(self, _: object) -> None:
        self._highlighted = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        symbol = self._symbol_at(event.position())
        if symbol is not None and self.choosable and event.button() is Qt.MouseButton.LeftButton:
            self.symbol_chosen.emit(symbol)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self._shown is None or not self.choosable:
            event.ignore()
        elif by is not None:
            start = self._shown.symbol if self._highlighted is None else self._highlighted
            self._highlighted = min(max(start + by, 0), self._shown.model.size - 1)
            self.setAccessibleDescription(self.words_of(self._highlighted))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._highlighted is not None:
            self.symbol_chosen.emit(self._highlighted)
        else:
            event.ignore()
