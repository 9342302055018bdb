"""A widget that looks at a page of pixels: whole-number zoom, pan, and what is where."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from genstudio.ui.widgets.page import Page

__all__ = ["Viewport"]

_LARGEST_ZOOM = 96
_ZOOM = (Qt.Key.Key_0, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus)


class Viewport(QWidget):
    """Ctrl+wheel zooms; holding Space, or the middle button, and dragging pans.

    What is done with the other buttons is for `_press_at`, `_move_to` and `_release_at`.

    Attributes:
        tapped: Space was pressed and released without a drag between.
        zoom_changed: device pixels per image pixel.
    """

    tapped = Signal()
    zoom_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._page = Page(0, 0, 0)
        self._chosen_zoom: int | None = None  # None fits
        self._offset = QPoint()  # of the page's middle from the widget's, device pixels
        self._drag_from: QPoint | None = None
        self._resting = self.cursor().shape()  # how the pointer looks when it does not pan
        self._space_down = self._space_used = False

    # --- zoom ---

    @property
    def zoom(self) -> int:
        """Device pixels per image pixel, a whole number."""
        return self._fitting() if self._chosen_zoom is None else self._chosen_zoom

    def fit(self) -> None:
        """The largest whole-number zoom at which all is seen; follows the widget's size."""
        self._chosen_zoom, self._offset = None, QPoint()
        self.update()
        self.zoom_changed.emit(self.zoom)

    def set_zoom(self, zoom: int, about: QPointF | None = None) -> None:
        """Choose the zoom; the point `about` (default: the middle) stays where it is."""
        zoom = max(1, min(zoom, _LARGEST_ZOOM))
        ratio = self.devicePixelRatioF()
        middle = QPointF(self.width() / 2, self.height() / 2)
        away = ((about or middle) - middle) * ratio
        kept = (away - QPointF(self._offset)) / self.zoom
        self._offset = (away - kept * zoom).toPoint()
        self._chosen_zoom = zoom
        self.update()
        self.zoom_changed.emit(zoom)

    # --- geometry; a page rectangle counts image pixels, a device one screen pixels ---

    def _fitting(self) -> int:
        ratio = self.devicePixelRatioF()
        tall, wide = self._page.tall, self._page.wide
        return max(1, min(int(self.width() * ratio) // wide, int(self.height() * ratio) // tall))

    def _origin(self) -> QPoint:
        ratio, zoom = self.devicePixelRatioF(), self.zoom
        tall, wide = self._page.tall, self._page.wide
        return QPoint(
            int(self.width() * ratio - wide * zoom) // 2 + self._offset.x(),
            int(self.height() * ratio - tall * zoom) // 2 + self._offset.y(),
        )

    def _on_page(self, point: QPointF) -> QPointF:
        """Where a point of the widget is, in pixels from the page's upper left corner."""
        return (point * self.devicePixelRatioF() - QPointF(self._origin())) / self.zoom

    def _on_widget(self, part: QRect) -> QRectF:
        """Where so many of the page's pixels are on the widget."""
        origin, ratio = self._origin(), self.devicePixelRatioF()
        scale, left, top = self.zoom / ratio, origin.x() / ratio, origin.y() / ratio
        return QRectF(
            left + part.x() * scale,
            top + part.y() * scale,
            part.width() * scale,
            part.height() * scale,
        )

    def _within(self, rect: QRect) -> QRect:
        """The pixels of the page that a rectangle of the widget shows, whole or in part."""
        first = self._on_page(QPointF(rect.topLeft()))
        last = self._on_page(QPointF(rect.x() + rect.width(), rect.y() + rect.height()))
        x, y = max(0, int(first.x())), max(0, int(first.y()))
        right = min(self._page.wide, math.ceil(last.x()))
        bottom = min(self._page.tall, math.ceil(last.y()))
        return QRect(x, y, right - x, bottom - y)

    # --- pointer ---

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            self._move_to(event)
            return
        here = (event.position() * self.devicePixelRatioF()).toPoint()
        if self._chosen_zoom is None:
            self._chosen_zoom = self.zoom
        self._offset += here - self._drag_from
        self._drag_from = here
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        panning = event.button() is Qt.MouseButton.MiddleButton or (
            self._space_down and event.button() is Qt.MouseButton.LeftButton
        )
        if not panning:
            self._press_at(event)
            return
        self._drag_from = (event.position() * self.devicePixelRatioF()).toPoint()
        self._space_used = True
        self._resting = self.cursor().shape()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            self._release_at(event)
            return
        self._drag_from = None
        self.setCursor(self._resting)

    def _press_at(self, event: QMouseEvent) -> None:
        """A button is pressed that does not pan."""

    def _move_to(self, event: QMouseEvent) -> None:
        """The pointer is elsewhere, with or without a button."""

    def _release_at(self, event: QMouseEvent) -> None:
        """A button is released."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or not turn:
            event.ignore()
            return
        step = max(1, round(self.zoom * 0.15))
        self.set_zoom(self.zoom + (step if turn > 0 else -step), event.position())

    # --- keyboard ---

    def event(self, event: QEvent) -> bool:
        """While it has the focus its own keys come before the window's shortcuts."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._owns(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def _owns(self, event: QKeyEvent) -> bool:
        """Whether a key is this widget's own."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return event.key() == Qt.Key.Key_Space or (control and event.key() in _ZOOM)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key is Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_down, self._space_used = True, False
        elif control and key is Qt.Key.Key_0:
            self.fit()
        elif control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_zoom(self.zoom + max(1, round(self.zoom * 0.15)))
        elif control and key is Qt.Key.Key_Minus:
            self.set_zoom(self.zoom - max(1, round(self.zoom * 0.15)))
        elif key is not Qt.Key.Key_Space:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space:
            event.ignore()
        elif not event.isAutoRepeat():
            tapped = self._space_down and not self._space_used
            self._space_down = False
            if tapped:
                self.tapped.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space_down = False
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._chosen_zoom is None:
            self.zoom_changed.emit(self.zoom)
