"""Images with crisp pixels: whole-number zoom, pan, a cursor, layers; one large or many together.

The canvas owns one page of pixels in which the images lie side by side. Whoever draws writes
colours of single pixels into it, so a frame costs what changed and not what is shown.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.ui.theme import theme
from genstudio.ui.widgets.page import Page, Pixel

__all__ = ["Pixel", "PixelCanvas"]

_LARGEST_ZOOM = 96
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_OWN = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ZOOM = (Qt.Key.Key_0, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus)


class PixelCanvas(QWidget):
    """A grid of images of one size; coordinates are those of the images.

    Ctrl+wheel zooms, holding Space (or the middle button) and dragging pans, Ctrl+arrows move
    the cursor, Enter activates it. All other keys go to whoever holds the canvas.

    Attributes:
        hovered: the `Pixel` under the pointer changed; None outside the images.
        pressed: a `Pixel` was pressed with the left button; painting begins.
        dragged: the pointer reached another `Pixel` while pressed.
        released: the left button was released.
        clicked: pressed and released on the same `Pixel`.
        cursor_moved: the keyboard moved the cursor to a `Pixel`.
        activated: Enter was pressed on the cursor's `Pixel`.
        tapped: Space was pressed and released without a drag between.
        zoom_changed: device pixels per image pixel.
    """

    hovered = Signal(object)
    pressed = Signal(object)
    dragged = Signal(object)
    released = Signal()
    clicked = Signal(object)
    cursor_moved = Signal(object)
    activated = Signal(object)
    tapped = Signal()
    zoom_changed = Signal(int)

    def __init__(self, name: str = "Canvas") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.cursor_pixel: Pixel | None = None
        self._marks: list[Pixel] = []
        self._layers: dict[str, tuple[QImage, float]] = {}
        self._page = Page(0, 0, 0)
        self._image = QImage()
        self._chosen_zoom: int | None = None  # None fits
        self._offset = QPoint()  # of the page's middle from the widget's, device pixels
        self._under: Pixel | None = None
        self._press: Pixel | None = None
        self._pressed_first: Pixel | None = None
        self._drag_from: QPoint | None = None
        self._resting = self.cursor().shape()  # how the pointer looks when it does not pan
        self._space_down = self._space_used = False
        theme().changed.connect(self._recolour)

    # --- what is shown ---

    def set_grid(self, count: int, height: int, width: int) -> None:
        """Show so many images of a size, side by side near a square; all blank, no layers."""
        if (count, height, width) == (self._page.count, self._page.height, self._page.width):
            return
        self._page = Page(count, height, width)
        self._image = _wrapped(self._page.pixels, QImage.Format.Format_RGB32)
        self._layers.clear()
        self._marks, self.cursor_pixel, self._under = [], None, None
        self._chosen_zoom, self._offset = None, QPoint()
        self._recolour()
        self.zoom_changed.emit(self.zoom)

    @property
    def count(self) -> int:
        """How many images there are."""
        return self._page.count

    def write(self, pixels: NDArray[np.integer], colours: NDArray[np.uint32]) -> None:
        """Put 0xffRRGGBB colours (B, n) into pixels (n,), flat in H·W, of every image."""
        if not pixels.size:
            return
        page = self._page
        page.pixels.reshape(-1)[page.index[:, pixels]] = colours
        first, last = int(pixels.min()) // page.width, int(pixels.max()) // page.width
        if page.count > 1 and 2 * (last - first) > page.height:
            self.update()
            return
        origin, zoom, ratio = self._origin(), self.zoom, self.devicePixelRatioF()
        left, right = 0, page.wide  # of the part that changed, image pixels
        if page.count == 1:
            columns = pixels % page.width
            left, right = int(columns.min()), int(columns.max()) + 1
        leftmost = math.floor((origin.x() + left * zoom) / ratio)
        rightmost = math.ceil((origin.x() + right * zoom) / ratio)
        region = QRegion()
        for top in range(0, page.tall, page.height + 1):
            upper = math.floor((origin.y() + (top + first) * zoom) / ratio)
            lower = math.ceil((origin.y() + (top + last + 1) * zoom) / ratio)
            region += QRect(leftmost, upper, rightmost - leftmost, lower - upper)
        self.update(region)

    def write_all(self, colours: NDArray[np.uint32]) -> None:
        """Put colours (B, H·W) into every pixel."""
        self._page.pixels.reshape(-1)[self._page.index] = colours
        self.update()

    def set_layer(
        self, name: str, colours: NDArray[np.uint32] | None, opacity: float = 1.0
    ) -> None:
        """Lay 0xAARRGGBB colours (B, H·W) over the images, not premultiplied; None takes it off.

        Layers lie on each other in the order in which they were first set.
        """
        if colours is None:
            self._layers.pop(name, None)
        else:
            page = np.zeros_like(self._page.pixels)
            page.reshape(-1)[self._page.index] = colours
            self._layers[name] = (_wrapped(page, QImage.Format.Format_ARGB32).copy(), opacity)
        self.update()

    def set_marks(self, marks: list[Pixel]) -> None:
        """Outline these pixels, such as those that were changed by hand."""
        if marks != self._marks:
            self._marks = marks
            self.update()

    def set_cursor(self, pixel: Pixel | None) -> None:
        """Put the keyboard's cursor somewhere without telling anybody."""
        if pixel != self.cursor_pixel:
            self._update_pixel(self.cursor_pixel)
            self.cursor_pixel = pixel
            self._update_pixel(pixel)

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

    def pixel_at(self, point: QPointF) -> Pixel | None:
        """The pixel at a point of the widget; None between and outside the images."""
        at = self._on_page(point)
        return self._page.pixel_at(math.floor(at.x()), math.floor(at.y()))

    def rect_of(self, pixel: Pixel) -> QRectF:
        """Where a pixel is on the widget."""
        return self._on_widget(QRect(*self._page.place_of(pixel), 1, 1))

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

    def _update_pixel(self, pixel: Pixel | None) -> None:
        if pixel is not None and self._page.count:
            self.update(self.rect_of(pixel).toAlignedRect().adjusted(-4, -4, 4, 4))

    # --- painting ---

    def _recolour(self) -> None:
        self._page.fill_gaps(QColor(theme().colours.ground).rgb())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme().colours.ground))
        for rect in event.region():  # type: ignore[attr-defined] # the stubs forget that it iterates
            part = self._within(rect)
            if part.isValid():
                self._paint_part(painter, part)
        colours = theme().colours
        for mark in self._marks:
            self._outline(painter, mark, QColor(colours.warn), 2.0)
        self._paint_pointer(painter)
        if self.cursor_pixel is not None:
            self._outline(painter, self.cursor_pixel, QColor(colours.accent), 2.0)
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_part(self, painter: QPainter, part: QRect) -> None:
        """So many of the page's pixels, and the layers over them."""
        source, target = QRectF(part), self._on_widget(part)
        painter.drawImage(target, self._image, source)
        for layer, opacity in self._layers.values():
            painter.setOpacity(opacity)
            painter.drawImage(target, layer, source)
        if self._layers:
            painter.setOpacity(1.0)

    def _paint_pointer(self, painter: QPainter) -> None:
        """What is under the pointer."""
        if self._under is not None:
            self._outline(painter, self._under, QColor(theme().colours.accent), 1.0)

    def _outline(self, painter: QPainter, pixel: Pixel, colour: QColor, width: float) -> None:
        """Around the pixel, with a light line outside: one of the two is seen on every grey."""
        rect = self.rect_of(pixel).adjusted(-width / 2, -width / 2, width / 2, width / 2)
        painter.setPen(QPen(QColor(255, 255, 255, 200), width + 2, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(rect)
        painter.setPen(QPen(colour, width, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(rect)

    # --- pointer; what pans is dealt with here, the rest is for `_press_at` and its like ---

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

    def _move_to(self, event: QMouseEvent) -> None:
        """The pointer is elsewhere, with or without a button."""
        pixel = self.pixel_at(event.position())
        self._hover(pixel)
        if self._press is not None and pixel is not None and pixel != self._press:
            self._press = pixel
            self.dragged.emit(pixel)

    def _press_at(self, event: QMouseEvent) -> None:
        """A button is pressed."""
        pixel = self.pixel_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and pixel is not None:
            self._press = self._pressed_first = pixel
            self.pressed.emit(pixel)

    def _release_at(self, event: QMouseEvent) -> None:
        """A button is released."""
        if self._press is not None:
            self._press = None
            self.released.emit()
            if self.pixel_at(event.position()) == self._pressed_first:
                self.clicked.emit(self._pressed_first)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover(self.pixel_at(event.position()))

    def leaveEvent(self, _: object) -> None:
        self._hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier or not turn:
            event.ignore()
            return
        step = max(1, round(self.zoom * 0.15))
        self.set_zoom(self.zoom + (step if turn > 0 else -step), event.position())

    def _hover(self, pixel: Pixel | None) -> None:
        if pixel != self._under:
            self._update_pixel(self._under)
            self._under = pixel
            self._update_pixel(pixel)
            self.hovered.emit(pixel)

    # --- keyboard ---

    def event(self, event: QEvent) -> bool:
        """While the canvas has the focus its own keys come before the window's shortcuts."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if key in _OWN or (control and (key in _ARROWS or key in _ZOOM)):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key is Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_down, self._space_used = True, False
        elif control and key in _ARROWS and self._page.count:
            self._move_cursor(*_ARROWS[key])
        elif control and key is Qt.Key.Key_0:
            self.fit()
        elif control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_zoom(self.zoom + max(1, round(self.zoom * 0.15)))
        elif control and key is Qt.Key.Key_Minus:
            self.set_zoom(self.zoom - max(1, round(self.zoom * 0.15)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor_pixel is not None:
            self.activated.emit(self.cursor_pixel)
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

    def _move_cursor(self, down: int, right: int) -> None:
        """One pixel on; over an image's edge into its neighbour, where there is one."""
        moved: Pixel | None = Pixel(0, 0, 0)
        if self.cursor_pixel is not None:
            moved = self._page.neighbour(self.cursor_pixel, down, right)
        if moved is not None:
            self.set_cursor(moved)
            self.cursor_moved.emit(moved)


def _wrapped(page: NDArray[np.uint32], form: QImage.Format) -> QImage:
    """The page's own memory as an image; it shows what is written there."""
    return QImage(page.data, page.shape[1], page.shape[0], page.strides[0], form)
