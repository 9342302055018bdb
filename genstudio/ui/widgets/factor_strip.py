"""The chain rule written out, p(x) = p(x₁) p(x₂|x₁) …; each factor can be chosen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from genstudio.ui.theme import HALF, theme

__all__ = ["FactorStrip", "factor_words", "past_words", "symbol"]

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_BEGINNING = "p(x) ="
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


def symbol(i: int) -> str:
    """The i-th symbol, such as "x₄"."""
    return f"x{i}".translate(_SUBSCRIPTS)


def past_words(i: int) -> str:
    """What the i-th factor is given, such as "x₁…x₃"; empty for the first."""
    if i <= 3:
        return "".join(symbol(j) for j in range(1, i))
    return f"{symbol(1)}…{symbol(i - 1)}"


def factor_words(i: int) -> str:
    """The i-th factor, such as "p(x₄|x₁…x₃)"."""
    past = past_words(i)
    return f"p({symbol(i)}|{past})" if past else f"p({symbol(i)})"


class FactorStrip(QWidget):
    """A row of factors, the chosen one highlighted; below each, its parameters in a full table.

    Attributes:
        chosen: the person chose the i-th factor, i from 1.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The factors of the chain rule")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.count = 0
        self.factor = 1
        self._hovered: int | None = None
        theme().changed.connect(self._take_theme)

    def show_factors(self, count: int) -> None:
        """Write out n factors; the chosen one stays, or the last is."""
        self.count = count
        self.choose(self.factor)

    def choose(self, factor: int) -> None:
        """Highlight a factor without telling anybody."""
        self.factor = min(max(1, factor), max(1, self.count))
        self.setAccessibleDescription(self.words_of(self.factor))
        self.update()

    def words_of(self, i: int) -> str:
        """What a factor is, in words."""
        size = 2 ** (i - 1)
        return f"{factor_words(i)}: {size:,} parameter{'s' if size > 1 else ''} in a full table"

    @override
    def sizeHint(self) -> QSize:
        return QSize(600, 2 * HALF + 2 * theme().text_size + 8)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.sizeHint().height())

    def rects(self) -> list[QRectF]:
        """Where each factor stands; they move together where there is little room."""
        metrics = QFontMetricsF(self._font())
        x = metrics.horizontalAdvance(_BEGINNING) + HALF
        widths = [metrics.horizontalAdvance(factor_words(i + 1)) for i in range(self.count)]
        gap = min(2.0 * HALF, max(2.0, (self.width() - x - sum(widths)) / max(1, self.count)))
        rects = []
        for width in widths:
            rects.append(QRectF(x, 0, width + gap, self.height()))
            x += width + gap
        return rects

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme().text_size + (0 if self.count > 9 else 2))
        return font

    def _take_theme(self) -> None:
        self.updateGeometry()
        self.update()

    @override
    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, rects = theme().colours, self.rects()
        font = self._font()
        line = font.pixelSize() + HALF
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRectF(0, 0, self.width(), line), middle, _BEGINNING)
        small = QFont(font)
        small.setPixelSize(max(9, theme().text_size - 2))
        for i, rect in enumerate(rects, 1):
            if i in (self.factor, self._hovered):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.selection if i == self.factor else colours.raised))
                painter.drawRoundedRect(rect, 6, 6)
            painter.setFont(font)
            painter.setPen(QColor(colours.accent if i == self.factor else colours.text))
            painter.drawText(QRectF(rect.x(), 0, rect.width(), line), _CENTRE, factor_words(i))
            painter.setFont(small)
            painter.setPen(QColor(colours.secondary))
            below = QRectF(rect.x(), line, rect.width(), rect.height() - line)
            painter.drawText(below, _CENTRE, f"{2 ** (i - 1):,}")
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    # --- pointer and keyboard ---

    def _at(self, point: QPointF) -> int | None:
        return next((i for i, rect in enumerate(self.rects(), 1) if rect.contains(point)), None)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        i = self._at(event.position())
        if i is not None:
            self._take(i)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._at(event.position())
        self.update()
        if self._hovered is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.words_of(self._hovered), self)

    @override
    def leaveEvent(self, _: object) -> None:
        self._hovered = None
        self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        places = {
            Qt.Key.Key_Left: self.factor - 1,
            Qt.Key.Key_Right: self.factor + 1,
            Qt.Key.Key_Home: 1,
            Qt.Key.Key_End: self.count,
        }
        wanted = places.get(Qt.Key(event.key()))
        if wanted is None:
            event.ignore()
        else:
            self._take(wanted)

    def _take(self, i: int) -> None:
        before = self.factor
        self.choose(i)
        if self.factor != before:
            self.chosen.emit(self.factor)
