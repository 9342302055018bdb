"""Two distributions over the same symbols: paired bars, or two curves where there are many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from genstudio.ui.theme import theme
from genstudio.ui.widgets.symbol_axis import LINE, PLAIN_UP_TO, SWATCH, paint_symbols

__all__ = ["PairedBars"]

_LOWEST, _HIGHEST = 132, 240  # of the whole, pixels
_HEAD, _MARK = 18, 7  # the legend; the mark below the symbol that is there


class PairedBars(QWidget):
    """The first distribution in the accent, the second in grey; ← → read them symbol by symbol."""

    def __init__(self, first: str, second: str, empty: str) -> None:
        super().__init__()
        self.setAccessibleName(f"{first} and {second}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(_LOWEST)
        self.setMaximumHeight(_HIGHEST)
        self.names = (first, second)
        self._empty = empty
        self._pair: NDArray[np.float64] | None = None
        self._symbol: int | None = None
        self._read: int | None = None
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(260, _LOWEST)

    @property
    def pair(self) -> NDArray[np.float64] | None:
        """(2, K), what is shown."""
        return self._pair

    def show_pair(self, pair: NDArray[np.float64] | None, symbol: int | None = None) -> None:
        """Show two distributions.

        Args:
            pair: (2, K), or None for none; a row of NaN is left out.
            symbol: the one that is marked.
        """
        self._pair, self._symbol = pair, symbol
        if pair is None or (self._read or 0) >= pair.shape[1]:
            self._read = None
        self.update()

    def words_of(self, symbol: int) -> str:
        """A symbol's two probabilities; empty when nothing is shown."""
        if self._pair is None:
            return ""
        told = [
            f"{name} {p:.4f}"
            for name, p in zip(self.names, self._pair[:, symbol], strict=True)
            if np.isfinite(p)
        ]
        return f"Symbol {symbol}: {', '.join(told)}"

    # --- geometry ---

    def area(self) -> QRectF:
        """Where the bars are."""
        below = SWATCH + 2 + LINE + _MARK
        return QRectF(0, _HEAD + LINE, self.width(), self.height() - _HEAD - LINE - below)

    def bar_rect(self, which: int, symbol: int) -> QRectF:
        """The bar of a symbol in the first (0) or second (1) distribution."""
        assert self._pair is not None  # noqa: S101 - there are no bars without
        area = self.area()
        width = area.width() / self._pair.shape[1]
        gap = min(8.0, width * 0.2)
        tall = float(np.nan_to_num(self._pair[which, symbol])) / self._top() * area.height()
        each = (width - gap) / 2
        left = symbol * width + gap / 2 + which * each
        return QRectF(left, area.bottom() - tall, each, tall)

    def _top(self) -> float:
        assert self._pair is not None  # noqa: S101 - who asks has looked
        return max(float(np.nanmax(self._pair)), 1e-12)

    # --- painting ---

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.fillRect(self.rect(), QColor(colours.ground))
        small = painter.font()
        small.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(small)
        if self._pair is None:
            painter.setPen(QColor(colours.secondary))
            painter.drawText(
                self.rect(),
                int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                self._empty,
            )
        else:
            self._paint_pair(painter, self._pair)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_pair(self, painter: QPainter, pair: NDArray[np.float64]) -> None:
        colours, area, levels = theme().colours, self.area(), pair.shape[1]
        self._paint_legend(painter, pair)
        if self._read is not None:
            wide = area.width() / levels
            column = QRectF(self._read * wide, area.y(), max(1.0, wide), area.height())
            painter.fillRect(column, QColor(colours.raised))
        if levels <= PLAIN_UP_TO:
            self._paint_bars(painter, pair)
        else:
            self._paint_curves(painter, pair)
        painter.setPen(QPen(QColor(colours.hairline), 1))
        line = area.bottom() + 0.5
        painter.drawLine(QPointF(0, line), QPointF(self.width(), line))
        paint_symbols(painter, area.bottom() + 2, self.width(), levels)
        if self._symbol is not None:
            self._paint_mark(painter, (self._symbol + 0.5) * area.width() / levels)

    def _paint_legend(self, painter: QPainter, pair: NDArray[np.float64]) -> None:
        colours, left = theme().colours, 0.0
        for name, colour, row in zip(self.names, self._colours(), pair, strict=True):
            if not np.isfinite(row).all():
                continue
            painter.fillRect(QRectF(left, 4, 10, 10), colour)
            wide = painter.fontMetrics().horizontalAdvance(name)
            painter.setPen(QColor(colours.text))
            painter.drawText(
                QRectF(left + 14, 0, wide + 4, _HEAD), int(Qt.AlignmentFlag.AlignVCenter), name
            )
            left += wide + 28
        if pair.shape[1] > PLAIN_UP_TO:
            painter.setPen(QColor(colours.secondary))
            painter.drawText(
                QRectF(0, _HEAD - 2, self.width() - 2, LINE),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                f"highest {self._top():.3f}",
            )

    def _paint_bars(self, painter: QPainter, pair: NDArray[np.float64]) -> None:
        for which, (colour, row) in enumerate(zip(self._colours(), pair, strict=True)):
            if not np.isfinite(row).all():
                continue
            for symbol, p in enumerate(row):
                bar = self.bar_rect(which, symbol)
                painter.fillRect(bar, colour)
                words = f"{p:.3f}" if bar.width() >= 34 else f"{p:.2f}"
                if painter.fontMetrics().horizontalAdvance(words) <= bar.width() + 2:
                    painter.setPen(QColor(theme().colours.text))
                    above = QRectF(bar.x() - 4, bar.y() - LINE, bar.width() + 8, LINE)
                    painter.drawText(above, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_curves(self, painter: QPainter, pair: NDArray[np.float64]) -> None:
        """As steps; the second one is filled, so that the first is seen over it."""
        area, levels = self.area(), pair.shape[1]
        edges = np.repeat(np.arange(levels + 1) * area.width() / levels, 2)[1:-1]
        for which in (1, 0):
            row = pair[which]
            if not np.isfinite(row).all():
                continue
            heights = np.repeat(area.bottom() - row / self._top() * area.height(), 2)
            points = [QPointF(x, y) for x, y in zip(edges, heights, strict=True)]
            colour = self._colours()[which]
            if which:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                ends = [QPointF(area.right(), area.bottom()), QPointF(area.x(), area.bottom())]
                painter.drawPolygon(QPolygonF([*points, *ends]))
            else:
                painter.setPen(QPen(colour, 1.5))
                painter.drawPolyline(QPolygonF(points))

    def _paint_mark(self, painter: QPainter, at: float) -> None:
        """A small triangle that points up at the symbol that is there."""
        tip = self.height() - _MARK
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().colours.text))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(at, tip),
                    QPointF(at - 4, tip + _MARK - 1),
                    QPointF(at + 4, tip + _MARK - 1),
                ]
            )
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    @staticmethod
    def _colours() -> tuple[QColor, QColor]:
        return QColor(theme().colours.accent), QColor(theme().colours.secondary)

    # --- reading ---

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pair is None:
            return
        levels = self._pair.shape[1]
        self._read = min(levels - 1, max(0, int(event.position().x() / self.width() * levels)))
        self.update()
        QToolTip.showText(event.globalPosition().toPoint(), self.words_of(self._read), self)

    def leaveEvent(self, _: object) -> None:
        self._read = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self._pair is None or by is None:
            event.ignore()
            return
        start = (self._symbol or 0) if self._read is None else self._read
        self._read = min(max(start + by, 0), self._pair.shape[1] - 1)
        self.setAccessibleDescription(self.words_of(self._read))
        self.update()
