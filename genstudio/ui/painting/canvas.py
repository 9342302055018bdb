"""The canvas to paint on: the picture, what is hidden in it, and the tool under the pointer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPointingDevice,
    QPolygonF,
)

from genstudio.ui.painting.colours import blended, greys, symbol_colours
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.edges import outline
from genstudio.ui.painting.gesture import Gesture, Place, cell_of
from genstudio.ui.painting.shapes import Cells
from genstudio.ui.painting.tool import FREEHAND, Tool
from genstudio.ui.theme import CLASS_COLOURS, theme
from genstudio.ui.widgets.canvas import Pixel, PixelCanvas

__all__ = ["PaintCanvas"]

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_EDGE_FROM = 3  # device pixels per pixel from which an edge leaves something of a pixel to see
_NOTHING = QRect()
_LIGHT = QColor(255, 255, 255, 220)


class PaintCanvas(PixelCanvas):
    """Shows a painting and paints on it, with the pointer or with the keyboard.

    The left button uses the tool; the right one, Alt or a pen's eraser do the opposite: reveal
    instead of hide (the eraser hides), and paint with `paper` instead of `ink`. Shift makes
    squares, circles and straight lines. Ctrl+arrows move a cursor and Enter uses the tool there:
    a shape has its first corner where Enter is pressed first and is done where it is pressed
    next, a lasso where it is pressed twice. Escape gives up what has begun.

    Attributes:
        painting: what is painted on.
        tool_changed: another `Tool` is in the hand.
        brush_size_changed: the brush has another diameter, in pixels.
        ink_changed: the ink or the paper is another symbol.
    """

    tool_changed = Signal(object)
    brush_size_changed = Signal(int)
    ink_changed = Signal()

    def __init__(self, painting: Painting) -> None:
        super().__init__("Picture and mask")
        self.painting = painting
        self.ink: tuple[int, ...] = ()
        self.paper: tuple[int, ...] = ()
        self._tool, self._size = Tool.BRUSH, 3
        self._palette: NDArray[np.uint32] | None = None
        self._shown: NDArray[np.uint8] | None = None
        self._overlay, self._opacity = QColor(CLASS_COLOURS[1]), 0.65
        self._gesture: Gesture | None = None
        self._by_keys = False  # whether Enter began the gesture
        self._at: Place | None = None  # of the pointer or the cursor
        self._outlined: Cells = np.zeros((0, 0), np.bool_)
        self._outlined_box = _NOTHING
        self.setCursor(Qt.CursorShape.CrossCursor)
        painting.image_changed.connect(self._repaint_cells)
        painting.mask_changed.connect(self._repaint_cells)
        self.cursor_moved.connect(lambda pixel: self._aim(_middle(pixel)))
        self._drawn_form: tuple[int, ...] = ()
        self._fit_painting()

    # --- the hand ---

    @property
    def tool(self) -> Tool:
        """What is in the hand."""
        return self._tool

    def take(self, tool: Tool) -> None:
        """Take another tool; what has begun with the old one is given up."""
        if tool is not self._tool:
            self.give_up()
            self._tool = tool
            self._outline_tool()
            self.tool_changed.emit(tool)

    @property
    def brush_size(self) -> int:
        """Diameter of the brush, in pixels."""
        return self._size

    def set_brush_size(self, size: int) -> None:
        """Choose the diameter of the brush, 1 to the longer side of the picture."""
        size = max(1, min(size, max(self.painting.shape)))
        if size != self._size:
            self._size = size
            self._outline_tool()
            self.brush_size_changed.emit(size)

    def set_ink(self, symbols: tuple[int, ...]) -> None:
        """Choose the symbol that the pencil paints, one per channel."""
        if symbols != self.ink:
            self.ink = symbols
            self.ink_changed.emit()

    def set_paper(self, symbols: tuple[int, ...]) -> None:
        """Choose the symbol that the pencil's opposite paints."""
        if symbols != self.paper:
            self.paper = symbols
            self.ink_changed.emit()

    def swap(self) -> None:
        """The brush for the eraser; with the pencil or the picker in hand, the ink for the paper.

        Any other tool is laid aside for the brush.
        """
        if self._tool in (Tool.PENCIL, Tool.PICKER):
            self.ink, self.paper = self.paper, self.ink
            self.ink_changed.emit()
        else:
            self.take(Tool.ERASER if self._tool is Tool.BRUSH else Tool.BRUSH)

    # --- how it is shown ---

    @property
    def palette_colours(self) -> NDArray[np.uint32]:
        """(K,) 0xffRRGGBB of the symbols of a picture with one channel."""
        return greys(self.painting.levels) if self._palette is None else self._palette

    def set_symbol_colours(self, colours: NDArray[np.uint32] | None) -> None:
        """Show the K symbols of pictures with one channel in these 0xffRRGGBB; None in greys."""
        self._palette = colours
        self._redraw()
        self.ink_changed.emit()

    @property
    def overlay(self) -> tuple[QColor, float]:
        """The colour that lies over hidden pixels, and its opacity from 0 to 1."""
        return self._overlay, self._opacity

    def set_overlay(self, colour: QColor, opacity: float) -> None:
        """Choose what lies over hidden pixels."""
        self._overlay, self._opacity = colour, opacity
        self._redraw()

    def set_shown(self, image: NDArray[np.uint8] | None) -> None:
        """Show the symbols (H, W, C) of another picture where pixels are hidden; None none.

        Nothing lies over them then but the edge of the mask. The painting is as it was.

        Raises:
            ValueError: it is of another shape than the painting.
        """
        if image is not None and image.shape != self.painting.image.shape:
            raise ValueError(f"{image.shape} over {self.painting.image.shape}")
        self._shown = image
        self._redraw()

    # --- the pointer ---

    def _press_at(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        painting = self._gesture is not None and not self._by_keys
        self.give_up()
        if painting:  # the other button takes back what this one has begun
            return
        modifiers = event.modifiers()
        tip = event.pointingDevice().pointerType()
        opposite = (
            event.button() is Qt.MouseButton.RightButton
            or bool(modifiers & Qt.KeyboardModifier.AltModifier)
            or tip is QPointingDevice.PointerType.Eraser
        )
        self._begin(self._place(event.position()), opposite)

    def _move_to(self, event: QMouseEvent) -> None:
        self._hover(self.pixel_at(event.position()))
        if self._gesture is None or not self._by_keys:
            self._aim(self._place(event.position()), _constrains(event.modifiers()))

    def _release_at(self, event: QMouseEvent) -> None:
        held = Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton
        if self._gesture is not None and not self._by_keys and not event.buttons() & held:
            self._aim(self._place(event.position()), _constrains(event.modifiers()))
            self._finish()

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        if self._gesture is None:
            self._at = None
            self._outline_tool()

    def _place(self, point: QPointF) -> Place:
        at = self._on_page(point)
        return at.x(), at.y()

    # --- the keyboard ---

    def event(self, event: QEvent) -> bool:
        """Escape is the canvas's own while something has begun."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._gesture is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape and self._gesture is not None:
            self.give_up()
        elif key in _ENTER and self.cursor_pixel is not None:
            self._enter(_middle(self.cursor_pixel), event.modifiers())
        else:
            super().keyPressEvent(event)

    def _enter(self, at: Place, modifiers: Qt.KeyboardModifier) -> None:
        """Use the tool at the cursor."""
        gesture = self._gesture
        if gesture is None:
            self._begin(at, bool(modifiers & Qt.KeyboardModifier.AltModifier))
            self._by_keys = self._gesture is not None
            if self._tool in FREEHAND:
                self._finish()
            return
        done = self._tool is not Tool.LASSO or at == gesture.path[-1]
        self._advance(at, _constrains(modifiers))
        if done:
            self._finish()

    # --- from press to release ---

    def _begin(self, at: Place, opposite: bool) -> None:
        self._at, self._by_keys = at, False
        if self._tool is Tool.PICKER:
            self._pick(at, opposite)
            return
        size, shape = self._size, self.painting.shape
        self._gesture = Gesture(self._tool, opposite, shape, size, at)
        self.painting.begin(self._words(opposite))
        self._advance(at, False)

    def _aim(self, at: Place, constrained: bool = False) -> None:
        """The pointer or the cursor is elsewhere."""
        before, self._at = self._at, at
        gesture = self._gesture
        if gesture is None:
            if before is None or cell_of(before) != cell_of(at):
                self._outline_tool()
        elif self._by_keys and gesture.tool is Tool.LASSO:
            self.update()  # its corners come with Enter, but its path ends at the cursor
        else:
            self._advance(at, constrained)

    def _advance(self, at: Place, constrained: bool) -> None:
        gesture = self._gesture
        if gesture is None:
            return
        if gesture.tool is Tool.LASSO:
            self.update(self._lasso().boundingRect().toAlignedRect().adjusted(-4, -4, 4, 4))
        covered = gesture.move(at, constrained)
        if gesture.tool in FREEHAND:
            self._apply(gesture, covered)
        if gesture.tool is Tool.LASSO:
            self.update(self._lasso().boundingRect().toAlignedRect().adjusted(-4, -4, 4, 4))
        self._outline_tool()

    def _finish(self) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return
        if gesture.tool not in FREEHAND:
            self._apply(gesture, gesture.covered())
        self.painting.end()
        self._put_away(gesture)

    def give_up(self) -> None:
        """Take back what has begun and is not done."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            self.painting.cancel()
            self._put_away(gesture)

    def _put_away(self, gesture: Gesture) -> None:
        if gesture.tool is Tool.LASSO:
            self.update()
        self._outline_tool()

    def _apply(self, gesture: Gesture, cells: Cells) -> None:
        if gesture.tool is Tool.PENCIL:
            self.painting.paint_picture(cells, self.paper if gesture.opposite else self.ink)
        else:
            self.painting.paint_mask(cells, (gesture.tool is Tool.ERASER) != gesture.opposite)

    def _words(self, opposite: bool) -> str:
        if not opposite:
            return self._tool.value
        return f"{self._tool.value} ({'paper' if self._tool is Tool.PENCIL else 'opposite'})"

    def _pick(self, at: Place, opposite: bool) -> None:
        row, column = cell_of(at)
        height, width = self.painting.shape
        if 0 <= row < height and 0 <= column < width:
            symbols = tuple(int(symbol) for symbol in self.painting.image[row, column])
            (self.set_paper if opposite else self.set_ink)(symbols)

    # --- what is drawn where ---

    def _fit_painting(self) -> None:
        """Begin with a painting of a size, of channels or of levels that are new."""
        painting = self.painting
        self.set_grid(1, *painting.shape)
        channels = painting.image.shape[2]
        if self._palette is not None and len(self._palette) != painting.levels:
            self._palette = None
        if self._shown is not None and self._shown.shape != painting.image.shape:
            self._shown = None
        if len(self.ink) != channels or max(self.ink + self.paper) >= painting.levels:
            self.ink, self.paper = (painting.levels - 1,) * channels, (0,) * channels
        self._drawn_form = (*painting.image.shape, painting.levels)
        self.set_brush_size(self._size)
        self._outline_tool()
        self._redraw()
        self.ink_changed.emit()

    def _redraw(self) -> None:
        self._recolour_cells(np.arange(self.painting.known.size))
        self.update()

    def _repaint_cells(self, cells: Cells) -> None:
        """Draw the cells that changed, and the edges beside them."""
        painting = self.painting
        if self._drawn_form != (*painting.image.shape, painting.levels):
            gesture, self._gesture = self._gesture, None
            self._fit_painting()
            if gesture is not None:  # it was for a picture that is gone
                self._put_away(gesture)
            return
        self._recolour_cells(np.flatnonzero(cells))
        self._update_cells(_box_of(cells))

    def _recolour_cells(self, pixels: NDArray[np.int64]) -> None:
        painting = self.painting
        channels, levels = painting.image.shape[2], painting.levels
        hidden = ~painting.known.reshape(-1)[pixels]
        symbols = painting.image.reshape(-1, channels)[pixels]
        if self._shown is not None:
            symbols = np.where(hidden[:, None], self._shown.reshape(-1, channels)[pixels], symbols)
        colours = symbol_colours(symbols, levels, self.palette_colours)
        if self._shown is None and hidden.any():
            colours[hidden] = blended(colours[hidden], self._overlay.rgb(), self._opacity)
        self.write(pixels, colours[None])

    def _update_cells(self, box: QRect) -> None:
        """Paint a part of the picture anew, with the edges around it."""
        if box.isValid():
            grown = box.adjusted(-1, -1, 1, 1)
            self.update(self._on_widget(grown).toAlignedRect().adjusted(-1, -1, 1, 1))

    def _outline_tool(self) -> None:
        """Find what the tool covers now, and show its outline."""
        gesture = self._gesture
        self._update_cells(self._outlined_box)
        self._outlined_box = _NOTHING
        if gesture is None and self._at is not None:
            # A lasso that has not begun covers nothing: the pixel it would begin in is outlined.
            tool = Tool.PICKER if self._tool is Tool.LASSO else self._tool
            gesture = Gesture(tool, False, self.painting.shape, self._size, self._at)
        if gesture is not None and gesture.tool is not Tool.LASSO:
            self._outlined = gesture.covered()
            self._outlined_box = _box_of(self._outlined)
            self._update_cells(self._outlined_box)

    def _paint_part(self, painter: QPainter, part: QRect) -> None:
        super()._paint_part(painter, part)
        if self.zoom >= _EDGE_FROM and self.count:
            hidden = ~self.painting.known
            if hidden.any():
                margin = _part_of(np.pad(hidden, 1), part.adjusted(0, 0, 2, 2))
                self._paint_outline(painter, margin, part, self._overlay)

    def _paint_pointer(self, painter: QPainter) -> None:
        """The outline of what the tool covers: dark within, light around, so seen on any grey."""
        gesture = self._gesture
        if gesture is not None and gesture.tool is Tool.LASSO:
            self._paint_lasso(painter)
        elif self._outlined_box.isValid():
            covered = np.pad(_part_of(self._outlined, self._outlined_box), 2)
            part = self._outlined_box.adjusted(-1, -1, 1, 1)
            self._paint_outline(painter, ~covered, part, _LIGHT)
            self._paint_outline(painter, covered, part, QColor(theme().colours.accent))

    def _paint_outline(self, painter: QPainter, cells: Cells, part: QRect, colour: QColor) -> None:
        """The inner outline of cells (h + 2, w + 2) of a part with a margin."""
        thick = max(1, round(self.devicePixelRatioF()))
        pixels = np.ascontiguousarray(outline(cells, self.zoom, thick))
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable([0, colour.rgba()])
        painter.drawImage(self._on_widget(part), image)

    def _lasso(self) -> QPolygonF:
        """The lasso's path on the widget."""
        path = self._gesture.path if self._gesture is not None else []
        if self._by_keys and self._at is not None:
            path = [*path, self._at]
        corner = self._on_widget(QRect(0, 0, 1, 1))
        left, top, scale = corner.x(), corner.y(), corner.width()
        return QPolygonF([QPointF(left + x * scale, top + y * scale) for x, y in path])

    def _paint_lasso(self, painter: QPainter) -> None:
        path = self._lasso()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        accent = QColor(theme().colours.accent)
        for colour, width in ((_LIGHT, 3.0), (accent, 1.0)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(path)
        painter.setPen(QPen(accent, 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(path.last(), path.first())


def _constrains(modifiers: Qt.KeyboardModifier) -> bool:
    return bool(modifiers & Qt.KeyboardModifier.ShiftModifier)


def _middle(pixel: Pixel) -> Place:
    return pixel.column + 0.5, pixel.row + 0.5


def _box_of(cells: Cells) -> QRect:
    """The smallest rectangle around the cells; none where there is no cell."""
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    if not rows.size:
        return _NOTHING
    top, left = int(rows[0]), int(columns[0])
    return QRect(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


def _part_of(cells: Cells, part: QRect) -> Cells:
    rows = slice(part.y(), part.y() + part.height())
    return cells[rows, part.x() : part.x() + part.width()]
