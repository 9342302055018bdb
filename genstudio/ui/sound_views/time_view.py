"""A widget that lies on the axis of time: zoom, pan, playhead, and what is where."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.theme import theme

__all__ = ["TimeView"]

_NOTCH = 120  # eighths of a degree: one step of an ordinary wheel
_ZOOM = 0.8  # for each
_STEPS = 50  # of the arrow keys across what is shown


class TimeView(QWidget):
    """The wheel zooms about the pointer; held with Shift, or turned sideways, it pans.

    The middle button and a drag pan too. +, − and 0 zoom at the playhead, the arrows, Home and
    End seek. All views of one window that are as wide have every sample at the same pixel.

    Attributes:
        sought: the person put the playhead before a sample.
    """

    sought = Signal(int)

    def __init__(self, window: TimeWindow, name: str) -> None:
        super().__init__()
        self.window_of_time = window
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._position = 0
        self._pan_from: float | None = None
        window.changed.connect(self.refresh)
        theme().changed.connect(self.refresh)

    @property
    def position(self) -> int:
        """The sample that the playhead stands before."""
        return self._position

    @property
    def length(self) -> int:
        """How far one can seek: the samples that are there."""
        return self.window_of_time.total

    def refresh(self) -> None:
        """Paint all of it anew."""
        self.update()

    def show_position(self, sample: int) -> None:
        """Move the playhead; only what it leaves and where it comes is painted again."""
        before, self._position = self._position, sample
        left, right = self._line(before), self._line(sample)
        if left != right:
            for x in (left, right):
                self.update(QRect(math.floor(x) - 5, 0, 11, self.height()))
        if self.hasFocus():
            self._describe()

    # --- geometry ---

    @property
    def columns(self) -> int:
        """Device pixels across."""
        return max(1, round(self.width() * self.devicePixelRatioF()))

    @property
    def rows(self) -> int:
        """Device pixels down."""
        return max(1, round(self.height() * self.devicePixelRatioF()))

    def x_of(self, sample: float) -> float:
        """Where a sample begins, pixels from the left."""
        return self.window_of_time.x_of(sample, self.width())

    def sample_at(self, x: float) -> float:
        """What lies so many pixels from the left, in samples."""
        return self.window_of_time.sample_at(x, self.width())

    def _line(self, sample: float) -> float:
        """The left edge of the device pixel in which a place lies; the last one at the end."""
        ratio = self.devicePixelRatioF()
        column = math.floor(self.x_of(sample) * ratio + 1e-6)
        if column == self.columns:
            column -= 1
        return column / ratio

    # --- painting ---

    def paint_playhead(self, painter: QPainter, *, edged: bool = False) -> None:
        """A line over the whole height; edged where what lies under it may be as dark or light."""
        left, colours = self._line(self._position), theme().colours
        if -2 <= left <= self.width():
            if edged:
                painter.fillRect(QRectF(left - 1, 0, 3, self.height()), QColor(colours.surface))
            painter.fillRect(QRectF(left, 0, 1, self.height()), QColor(colours.text))

    def paint_focus(self, painter: QPainter) -> None:
        """The accent around what has the keyboard."""
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme().colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1))

    # --- pointer ---

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        window, turn = self.window_of_time, event.angleDelta()
        sideways = turn.x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways = sideways or turn.y()
        if sideways:
            window.pan(-sideways / _NOTCH * window.span / 10)
        elif turn.y():
            at = self.sample_at(event.position().x())
            window.zoom(at, _ZOOM ** (turn.y() / _NOTCH))
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton:
            self._pan_from = event.position().x()
        elif event.button() is Qt.MouseButton.LeftButton:
            self.press_at(event.position(), event.modifiers())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is None:
            pressed = bool(event.buttons() & Qt.MouseButton.LeftButton)
            self.move_to(event.position(), event.globalPosition(), pressed)
            return
        x = event.position().x()
        window = self.window_of_time
        window.pan((self._pan_from - x) / self.width() * window.span)
        self._pan_from = x

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton:
            self._pan_from = None
        elif event.button() is Qt.MouseButton.LeftButton:
            self.release_at(event.position())

    def press_at(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The left button goes down: seek, unless a view does otherwise."""
        self.seek(math.floor(self.sample_at(point.x())))

    def move_to(self, point: QPointF, on_screen: QPointF, pressed: bool) -> None:
        """The pointer is elsewhere; pressed with the left button."""
        if pressed:
            self.seek(math.floor(self.sample_at(point.x())))

    def release_at(self, point: QPointF) -> None:
        """The left button comes up."""

    # --- keyboard ---

    def seek(self, sample: int) -> None:
        """Wish for the playhead before a sample; what was wished is also shown."""
        sample = min(max(sample, 0), self.length)
        self.show_position(sample)
        self.sought.emit(sample)

    def step(self) -> int:
        """Samples that an arrow key goes."""
        return max(1, (self.window_of_time.last - self.window_of_time.first) // _STEPS)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        window, key = self.window_of_time, event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            by = self.step() if key == Qt.Key.Key_Right else -self.step()
            self._seek_into_view(self._position + by)
        elif key == Qt.Key.Key_Home:
            self._seek_into_view(0)
        elif key == Qt.Key.Key_End:
            self._seek_into_view(self.length)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            window.zoom(self._position, _ZOOM)
        elif key == Qt.Key.Key_Minus:
            window.zoom(self._position, 1 / _ZOOM)
        elif key == Qt.Key.Key_0:
            window.fit()
        else:
            event.ignore()

    def _seek_into_view(self, sample: int) -> None:
        self.seek(sample)
        self.window_of_time.reveal(self._position)

    def words(self) -> str:
        """What a screen reader says of the view."""
        window = self.window_of_time
        here, whole = self._position / window.rate, window.total / window.rate
        return f"Playhead at {here:.3f} s of {whole:.3f} s"

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words())

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._describe()
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
