"""The pictures on the way from one kept picture to the next, to scrub along."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
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
from PySide6.QtWidgets import QWidget

from genstudio.ui.latent.keyframes import Keyframes
from genstudio.ui.latent.painting import fitted, picture
from genstudio.ui.naming import named
from genstudio.ui.theme import theme

__all__ = ["WayStrip"]

_LEAST, _LARGEST = 44, 84  # pixels high
_CROSS = 16
_EMPTY = "Keep two pictures or more (K) to see what lies between them."
_ONE = "Go somewhere else and keep another picture (K)."


class WayStrip(QWidget):
    """Drag along it, or use the arrows; a kept picture has a frame, and a cross to forget it.

    Attributes:
        settled: a drag has ended.
        touched: a person takes the position into their hand.
    """

    settled = Signal()
    touched = Signal()

    def __init__(self, keyframes: Keyframes) -> None:
        super().__init__()
        named(
            self,
            "Interpolation",
            "What lies between the kept pictures. Drag to walk along; Delete forgets the kept\n"
            "picture nearest to where you are",
        )
        self._keyframes = keyframes
        self._pictures: list[QImage] = []
        self._hovered: int | None = None
        self._down = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(_LEAST)
        self.setMaximumHeight(_LARGEST)
        keyframes.changed.connect(self._changed)
        keyframes.decoded.connect(self._changed)
        keyframes.moved.connect(self.update)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, 64)

    def _changed(self) -> None:
        images, space = self._keyframes.images, self._keyframes.state.space
        there = images is not None and space is not None
        if there and images is not None and space is not None:
            self._pictures = [picture(image, space.levels) for image in images]
        elif not self._keyframes.frames:
            self._pictures = []
        self.update()

    # --- where things are ---

    def _side(self) -> float:
        count = max(1, len(self._keyframes.places))
        return min(float(self.height() - 4), (self.width() - 4) / count)

    def position_of(self, position: float) -> float:
        """The middle of what is at a position, pixels from the left."""
        last = self._keyframes.last
        cells = len(self._keyframes.places) - 1
        return 2 + self._side() * (0.5 + (cells * position / last if last else 0.0))

    def position_at(self, x: float) -> float:
        """The position at so many pixels from the left, from 0 to that of the last picture."""
        cells = len(self._keyframes.places) - 1
        if cells <= 0:
            return 0.0
        share = ((x - 2) / self._side() - 0.5) / cells
        return min(1.0, max(0.0, share)) * self._keyframes.last

    def _key_rect(self, which: int) -> QRectF:
        side = self._side()
        return QRectF(self.position_of(which) - side / 2, 2, side, side)

    def cross_rect(self, which: int) -> QRectF:
        """Where a click forgets a kept picture."""
        rect = self._key_rect(which)
        side = min(_CROSS, rect.width() * 0.6)
        return QRectF(rect.right() - side, rect.top(), side, side)

    # --- painting ---

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        frames = self._keyframes.frames
        if not frames:
            painter.setPen(QColor(colours.secondary))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter), _EMPTY)
            self._paint_focus(painter)
            return
        side = self._side()
        for place, image in enumerate(self._pictures):
            painter.drawImage(fitted(image, QRectF(2 + place * side, 2, side, side)), image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent), 2))
        for which in range(len(frames)):
            painter.drawRoundedRect(self._key_rect(which), 3, 3)
        if len(frames) == 1:
            painter.setPen(QColor(colours.secondary))
            rest = self.rect().adjusted(int(side) + 16, 0, 0, 0)
            painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter), _ONE)
        elif self._keyframes.position is not None:
            x = self.position_of(self._keyframes.position)
            painter.setPen(QPen(QColor(colours.surface), 1))
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(QRectF(x - 2.5, 0.5, 5, side + 3), 2, 2)
        if self._hovered is not None and self._hovered < len(frames):
            self._paint_cross(painter, self.cross_rect(self._hovered))
        self._paint_focus(painter)

    def _paint_cross(self, painter: QPainter, rect: QRectF) -> None:
        colours = theme().colours
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.surface))
        painter.drawEllipse(rect)
        painter.setPen(QPen(QColor(colours.text), 1.5))
        inner = rect.adjusted(*([rect.width() * 0.3] * 2), *([-rect.width() * 0.3] * 2))
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.topRight(), inner.bottomLeft())

    def _paint_focus(self, painter: QPainter) -> None:
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme().colours.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    # --- pointer and keyboard ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or not self._keyframes.frames:
            return
        which = self._key_at(event.position())
        if which is not None and self.cross_rect(which).contains(event.position()):
            self._keyframes.remove(which)
            self._hovered = None
            return
        self._down = True
        self.touched.emit()
        self._keyframes.go_to(self.position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._down:
            self._keyframes.go_to(self.position_at(event.position().x()))
            return
        hovered = self._key_at(event.position())
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._down:
            self._down = False
            self.settled.emit()

    def leaveEvent(self, _: object) -> None:
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keyframes = self._keyframes
        here = keyframes.position or 0.0
        step = 1 / (keyframes.between + 1)
        moves = {
            Qt.Key.Key_Left: here - step,
            Qt.Key.Key_Right: here + step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: keyframes.last,
        }
        to = moves.get(Qt.Key(event.key()))
        if to is not None:
            self.touched.emit()
            keyframes.go_to(to)
        elif event.key() == Qt.Key.Key_Delete and keyframes.frames:
            keyframes.remove(min(round(here), len(keyframes.frames) - 1))
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _key_at(self, point: QPointF) -> int | None:
        frames = range(len(self._keyframes.frames))
        return next((w for w in frames if self._key_rect(w).contains(point)), None)
