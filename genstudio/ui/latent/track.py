"""A slider on a strip of what the decoder makes of each of its values."""

from __future__ import annotations

from collections.abc import Sequence

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
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider

from genstudio.ui.latent.painting import fitted
from genstudio.ui.theme import theme

__all__ = ["Track"]

_TICKS = 10_000  # of the slider, for screen readers
_ROOM = QSize(96, 28)
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -10,
    Qt.Key.Key_PageUp: 10,
}


class Track(QAbstractSlider):
    """Press anywhere and drag; the arrows and the wheel go by steps, Home goes back.

    Attributes:
        dragged: to so far along, from 0 to 1.
        stepped: by so many small steps, up or down.
        homed: back to where it started.
        settled: a drag has ended.
        thumbnails: how many there are on the strip, evenly from its one end to the other.
    """

    dragged = Signal(float)
    stepped = Signal(int)
    homed = Signal()
    settled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, _TICKS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(_ROOM)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.thumbnails = 5
        self._pictures: Sequence[QImage] = ()
        self._share = self._home = 0.5
        self._still = False
        theme().changed.connect(self.update)

    def show_pictures(self, pictures: Sequence[QImage]) -> None:
        """The strip; none while they are not there."""
        self._pictures = pictures
        self.update()

    def show_share(self, share: float, home: float) -> None:
        """Where the handle is, and where Home brings it; nobody is told."""
        self._share, self._home = share, home
        self.blockSignals(True)
        self.setValue(round(_TICKS * min(1.0, max(0.0, share))))
        self.blockSignals(False)
        self.update()

    def hold(self, still: bool) -> None:
        """Whether it holds still."""
        self._still = still
        shape = Qt.CursorShape.ForbiddenCursor if still else Qt.CursorShape.SizeHorCursor
        self.setCursor(shape)
        self.update()

    def sizeHint(self) -> QSize:
        return _ROOM

    # --- where things are ---

    def _cell(self) -> float:
        return self.width() / self.thumbnails

    def position_of(self, share: float) -> float:
        """Where a share is, pixels from the left: the first and last are amid their pictures."""
        return self._cell() * (0.5 + (self.thumbnails - 1) * min(1.0, max(0.0, share)))

    def share_at(self, x: float) -> float:
        """The share at so many pixels from the left, from 0 to 1."""
        share = (x / self._cell() - 0.5) / (self.thumbnails - 1)
        return min(1.0, max(0.0, share))

    # --- painting ---

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.fillRect(self.rect(), QColor(colours.raised))
        painter.setOpacity(0.45 if self._still else 1.0)
        for place, image in enumerate(self._pictures[: self.thumbnails]):
            cell = QRectF(place * self._cell(), 0, self._cell(), self.height())
            painter.drawImage(fitted(image, cell), image)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_home(painter)
        self._paint_handle(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_home(self, painter: QPainter) -> None:
        x, bottom = self.position_of(self._home), float(self.height())
        corners = [QPointF(x - 4, bottom), QPointF(x + 4, bottom), QPointF(x, bottom - 5)]
        painter.setPen(QPen(QColor(theme().colours.surface), 1))
        painter.setBrush(QColor(theme().colours.secondary))
        painter.drawPolygon(QPolygonF(corners))

    def _paint_handle(self, painter: QPainter) -> None:
        colours = theme().colours
        x = self.position_of(self._share)
        bar = QRectF(x - 2.5, 0.5, 5, self.height() - 1)
        beyond = not 0 <= self._share <= 1
        painter.setPen(QPen(QColor(colours.surface), 1))
        painter.setBrush(QColor(colours.secondary if self._still or beyond else colours.accent))
        painter.drawRoundedRect(bar, 2, 2)

    # --- pointer and keyboard ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.dragged.emit(self.share_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.dragged.emit(self.share_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.settled.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.homed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        if turn:
            self.stepped.emit(1 if turn > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self.stepped.emit(step)
        elif event.key() == Qt.Key.Key_Home:
            self.homed.emit()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
