"""Images with crisp pixels: whole-number zoom, pan, a cursor, layers; one large or many together.

The canvas owns one page of pixels in which the images lie side by side. Whoever draws writes
colours of single pixels into it, so a frame costs what changed and not what is shown.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import QSizePolicy

from genstudio.ui.theme import theme
from genstudio.ui.widgets.page import Page, Pixel
from genstudio.ui.widgets.viewport import Viewport

__all__ = ["Pixel", "PixelCanvas"]

_FEW = 16  # parts up to which painting each alone is less work than painting what lies between
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PixelCanvas(Viewport):
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
    """

    hovered = Signal(object)
    pressed = Signal(object)
    dragged = Signal(object)
    released = Signal()
    clicked = Signal(object)
    cursor_moved = Signal(object)
    activated = Signal(object)

    def __init__(self, name: str = "Canvas") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.cursor_pixel: Pixel | None = None
        self._marks: set[tuple[Pixel, str]] = set()
        self._layers: dict[str, tuple[QImage, float]] = {}
        self._image = QImage()
        self._under: Pixel | None = None
        self._press: Pixel | None = None
        self._pressed_first: Pixel | None = None
        theme().changed.connect(self._recolour)

    # --- what is shown ---

    def set_grid(self, count: int, height: int, width: int, columns: int | None = None) -> None:
        """Show so many images of a size, all blank, no layers; near a square, or in columns."""
        page = Page(count, height, width, columns)
        if page.shape == self._page.shape:
            return
        self._page = page
        self._image = _wrapped(self._page.pixels, QImage.Format.Format_RGB32)
        self._layers.clear()
        self._marks, self.cursor_pixel, self._under = set(), None, None
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

    def set_marks(self, marks: list[Pixel], colour: str = "warn") -> None:
        """Outline these pixels, such as those changed by hand, in a colour of the theme."""
        now, before = ({(mark, colour) for mark in marks}, self._marks)
        changed = now ^ before
        if len(changed) > _FEW:
            self.update()
        else:
            for mark, _ in changed:
                self._update_pixel(mark)
        self._marks = now

    def set_cursor(self, pixel: Pixel | None) -> None:
        """Put the keyboard's cursor somewhere without telling anybody."""
        if pixel != self.cursor_pixel:
            self._update_pixel(self.cursor_pixel)
            self.cursor_pixel = pixel
            self._update_pixel(pixel)

    # --- where ---

    def pixel_at(self, point: QPointF) -> Pixel | None:
        """The pixel at a point of the widget; None between and outside the images."""
        at = self._on_page(point)
        return self._page.pixel_at(math.floor(at.x()), math.floor(at.y()))

    def rect_of(self, pixel: Pixel) -> QRectF:
        """Where a pixel is on the widget."""
        return self._on_widget(QRect(*self._page.place_of(pixel), 1, 1))

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
        region = event.region()
        parts = [region.boundingRect()]
        if region.rectCount() <= _FEW:
            parts = list(region)  # type: ignore[call-overload] # the stubs forget that it iterates
        for rect in parts:
            part = self._within(rect)
            if part.isValid():
                self._paint_part(painter, part)
        colours = theme().colours
        for colour in {colour for _, colour in self._marks}:
            marks = [mark for mark, own in self._marks if own == colour]
            self._outline(painter, marks, QColor(getattr(colours, colour)), 2.0)
        self._paint_pointer(painter)
        if self.cursor_pixel is not None:
            self._outline(painter, [self.cursor_pixel], QColor(colours.accent), 2.0)
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
            self._outline(painter, [self._under], QColor(theme().colours.accent), 1.0)

    def _outline(
        self, painter: QPainter, pixels: list[Pixel], colour: QColor, width: float
    ) -> None:
        """Around each pixel, with a light line outside: one of the two is seen on every grey."""
        origin, zoom, ratio = self._origin(), self.zoom, self.devicePixelRatioF()
        rects = []
        for pixel in pixels:
            x, y = self._page.place_of(pixel)
            left, top = (origin.x() + x * zoom) / ratio, (origin.y() + y * zoom) / ratio
            side = zoom / ratio + width
            rects.append(QRectF(left - width / 2, top - width / 2, side, side))
        painter.setPen(QPen(QColor(255, 255, 255, 200), width + 2, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRects(rects)
        painter.setPen(QPen(colour, width, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRects(rects)

    # --- pointer ---

    def _move_to(self, event: QMouseEvent) -> None:
        pixel = self.pixel_at(event.position())
        self._hover(pixel)
        if self._press is not None and pixel is not None and pixel != self._press:
            self._press = pixel
            self.dragged.emit(pixel)

    def _press_at(self, event: QMouseEvent) -> None:
        pixel = self.pixel_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and pixel is not None:
            self._press = self._pressed_first = pixel
            self.pressed.emit(pixel)

    def _release_at(self, event: QMouseEvent) -> None:
        if self._press is not None:
            self._press = None
            self.released.emit()
            if self.pixel_at(event.position()) == self._pressed_first:
                self.clicked.emit(self._pressed_first)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover(self.pixel_at(event.position()))

    def leaveEvent(self, _: object) -> None:
        self._hover(None)

    def _hover(self, pixel: Pixel | None) -> None:
        if pixel != self._under:
            self._update_pixel(self._under)
            self._under = pixel
            self._update_pixel(pixel)
            self.hovered.emit(pixel)

    # --- keyboard ---

    def _owns(self, event: QKeyEvent) -> bool:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return event.key() in _ENTER or (control and event.key() in _ARROWS) or super()._owns(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and key in _ARROWS and self._page.count:
            self._move_cursor(*_ARROWS[key])
        elif key in _ENTER and self.cursor_pixel is not None:
            self.activated.emit(self.cursor_pixel)
        else:
            super().keyPressEvent(event)

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
