"""Two pictures of one size, compared: one drawn over the other, beside it, or in its place."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.ui.theme import HALF, theme

__all__ = ["Curtain", "Way"]

_WORDS = 20  # height of the words below, pixels
_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Way(StrEnum):
    """How the two are compared."""

    SLIDER = "Slider"
    BESIDE = "Side by side"
    PEEK = "Peek"


class Curtain(QWidget):
    """Crisp pixels at a whole-number zoom.

    Drag, or use ← → Home End, to move the slider; hold Space, or in `Way.PEEK` the mouse, to see
    the first picture alone.

    Attributes:
        split_changed: how much of the width shows the first picture, 0 … 1.
        peeking_changed: whether the first picture is held up.
    """

    split_changed = Signal(float)
    peeking_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Before and after")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setMouseTracking(True)
        self.way = Way.SLIDER
        self.split = 0.5
        self.peeking = False
        self._pictures: tuple[QImage, QImage] | None = None
        self._names = ("", "")
        self._dragging = False
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    # --- what is shown ---

    def show_pictures(self, before: QImage, after: QImage, names: tuple[str, str]) -> None:
        """Show two pictures of one size, and what they are called."""
        self._pictures, self._names = (before, after), names
        self._describe()
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._pictures = None
        self.update()

    def compare_by(self, way: Way) -> None:
        """Choose how they are compared."""
        self.way = way
        self._peek(False)
        self._point(None)
        self._describe()
        self.update()

    def move_split(self, split: float) -> None:
        """Put the slider somewhere, 0 … 1."""
        split = min(1.0, max(0.0, split))
        if split != self.split:
            self.split = split
            self._describe()
            self.update()
            self.split_changed.emit(split)

    def picture_rect(self, which: int = 0) -> QRectF:
        """Where the first (0) or second (1) picture is; in one place unless side by side."""
        if self._pictures is None:
            return QRectF()
        size, ratio = self._pictures[0].size(), self.devicePixelRatioF()
        across = 2 if self.way is Way.BESIDE else 1
        wide = (self.width() - HALF * (across - 1)) * ratio / across
        tall = (self.height() - _WORDS) * ratio
        zoom = max(1, min(int(wide) // size.width(), int(tall) // size.height()))
        width, height = size.width() * zoom / ratio, size.height() * zoom / ratio
        left = (self.width() - across * width - HALF * (across - 1)) / 2
        left += (width + HALF) * which * (across - 1)
        top = (self.height() - _WORDS - height) / 2
        # Whole device pixels: nothing is interpolated.
        return QRectF(int(left * ratio) / ratio, int(top * ratio) / ratio, width, height)

    def _describe(self) -> None:
        before, after = self._names
        words = f"{before} and {after}, side by side"
        if self.peeking:
            words = before
        elif self.way is Way.SLIDER:
            words = f"{before} on the left {100 * self.split:.0f} %, {after} on the right"
        elif self.way is Way.PEEK:
            words = f"{after}; hold Space to see {before}"
        self.setAccessibleDescription(words)

    # --- painting ---

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.fillRect(self.rect(), QColor(colours.ground))
        if self._pictures is None:
            painter.setPen(QColor(colours.secondary))
            painter.drawText(
                self.rect(),
                int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                "There is no completion to compare yet",
            )
            return
        small = painter.font()
        small.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(small)
        before, after = self._pictures
        here, there = self.picture_rect(0), self.picture_rect(1)
        beside = self.way is Way.BESIDE
        if beside or self.peeking:
            painter.drawImage(here, before)
        if not self.peeking or beside:
            painter.drawImage(there, after)
        if self.way is Way.SLIDER and not self.peeking:
            self._paint_split(painter, here, before)
        self._paint_words(painter, here, there)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_split(self, painter: QPainter, here: QRectF, before: QImage) -> None:
        at = here.x() + self.split * here.width()
        painter.save()
        painter.setClipRect(QRectF(here.x(), here.y(), at - here.x(), here.height()))
        painter.drawImage(here, before)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(theme().colours.accent)
        painter.setPen(QPen(QColor(255, 255, 255, 200), 4))
        painter.drawLine(QPointF(at, here.top()), QPointF(at, here.bottom()))
        painter.setPen(QPen(accent, 2))
        painter.drawLine(QPointF(at, here.top()), QPointF(at, here.bottom()))
        painter.setPen(QPen(QColor(theme().colours.on_accent), 1.5))
        painter.setBrush(accent)
        painter.drawEllipse(QPointF(at, here.center().y()), 8, 8)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_words(self, painter: QPainter, here: QRectF, there: QRectF) -> None:
        painter.setPen(QColor(theme().colours.secondary))
        before, after = self._names
        left = QRectF(here.x(), here.bottom(), here.width(), _WORDS)
        right = QRectF(there.x(), there.bottom(), there.width(), _WORDS)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        leading = middle | int(Qt.AlignmentFlag.AlignLeft)
        if self.way is Way.BESIDE:
            painter.drawText(left, leading, before)
            painter.drawText(right, leading, after)
        elif self.way is Way.PEEK or self.peeking:
            painter.drawText(left, leading, before if self.peeking else f"{after} (hold to peek)")
        else:
            painter.drawText(left, leading, before)
            painter.drawText(right, middle | int(Qt.AlignmentFlag.AlignRight), after)

    # --- pointer and keyboard ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._pictures is None:
            return
        if self.way is Way.PEEK:
            self._peek(True)
        elif self.way is Way.SLIDER:
            self._dragging = True
            self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position().toPoint())
        if self._dragging:
            self._drag(event.position())

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        self._dragging = False
        if self.way is Way.PEEK:
            self._peek(False)

    def event(self, event: QEvent) -> bool:
        """While this has the focus, Space is its own before it is the window's."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            own = event.key() == Qt.Key.Key_Space or Qt.Key(event.key()) in _KEYS
            if own and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._pictures is None:
            event.ignore()
        elif key is Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._peek(True)
        elif self.way is Way.SLIDER and key in _KEYS:
            self.move_split(self.split + _KEYS[key] / self._pictures[0].width())
        elif self.way is Way.SLIDER and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.move_split(float(key is Qt.Key.Key_End))
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space:
            event.ignore()
        elif not event.isAutoRepeat():
            self._peek(False)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._peek(False)
        super().focusOutEvent(event)

    def _drag(self, point: QPointF) -> None:
        here = self.picture_rect()
        self.move_split((point.x() - here.x()) / here.width())

    def _peek(self, peeking: bool) -> None:
        if peeking != self.peeking:
            self.peeking = peeking
            self._describe()
            self.update()
            self.peeking_changed.emit(peeking)

    def _point(self, point: QPoint | None) -> None:
        """The pointer says that the slider can be drawn."""
        over = point is not None and self.picture_rect().contains(QPointF(point))
        if over and self.way is Way.SLIDER:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.unsetCursor()
