"""The canvas to paint on: what the tool under the pointer does to the picture and its mask."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPointingDevice,
    QPolygonF,
)
from PySide6.QtWidgets import QApplication

from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.gesture import Gesture, Place, cell_of
from genstudio.ui.painting.shapes import Cells
from genstudio.ui.painting.tool import FREEHAND, Tool
from genstudio.ui.painting.view import PaintingView, box_of, part_of
from genstudio.ui.theme import theme
from genstudio.ui.widgets.canvas import Pixel

__all__ = ["PaintCanvas"]

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LIGHT = QColor(255, 255, 255, 220)


class PaintCanvas(PaintingView):
    """Shows a painting and paints on it, with the pointer or with the keyboard.

    The left button uses the tool; the right one, Alt or a pen's eraser do the opposite: reveal
    instead of hide (the eraser hides), and paint with `paper` instead of `ink`. Shift makes
    squares, circles and straight lines. Ctrl+arrows move a cursor and Enter uses the tool there:
    a shape has its first corner where Enter is pressed first and is done where it is pressed
    next, a lasso where it is pressed twice. Escape gives up what has begun.

    Attributes:
        tool_changed: another `Tool` is in the hand.
        brush_size_changed: the brush has another diameter, in pixels.
        ink_changed: the ink or the paper is another symbol.
    """

    tool_changed = Signal(object)
    brush_size_changed = Signal(int)
    ink_changed = Signal()

    def __init__(self, painting: Painting) -> None:
        self.ink: tuple[int, ...] = ()
        self.paper: tuple[int, ...] = ()
        self._tool, self._size = Tool.BRUSH, 3
        self._gesture: Gesture | None = None
        self._by_keys = False  # whether Enter began the gesture
        self._button = Qt.MouseButton.NoButton  # or else the one that did
        self._at: Place | None = None  # of the pointer or the cursor
        self._outlined: Cells = np.zeros((0, 0), np.bool_)
        self._outlined_box = QRect()
        super().__init__(painting)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.cursor_moved.connect(lambda pixel: self._aim(_middle(pixel)))

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
        self._button = event.button()
        _every_point(True)
        self._begin(self._place(event.position()), opposite)

    def _move_to(self, event: QMouseEvent) -> None:
        self._hover(self.pixel_at(event.position()))
        if self._gesture is None or not self._by_keys:
            self._aim(self._place(event.position()), _constrains(event.modifiers()))

    def _release_at(self, event: QMouseEvent) -> None:
        if self._gesture is not None and not self._by_keys and event.button() is self._button:
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

    def _owns(self, event: QKeyEvent) -> bool:
        begun = self._gesture is not None
        return (begun and event.key() == Qt.Key.Key_Escape) or super()._owns(event)

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
        if covered is not None:
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

    def undo(self) -> None:
        """Give up what has begun, or else take back the last step."""
        if self._gesture is None:
            self.painting.undo()
        else:
            self.give_up()

    def give_up(self) -> None:
        """Take back what has begun and is not done."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            self.painting.cancel()
            self._put_away(gesture)

    def _put_away(self, gesture: Gesture) -> None:
        _every_point(False)
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
        gesture, self._gesture = self._gesture, None  # it was for a picture that is gone
        channels, levels = self.painting.image.shape[2], self.painting.levels
        if self._form[2:] != (channels, levels):
            self.ink, self.paper = (levels - 1,) * channels, (0,) * channels
        super()._fit_painting()
        self.set_brush_size(self._size)
        self._outlined_box = QRect()
        if gesture is not None:
            self._put_away(gesture)
        self._outline_tool()
        self.ink_changed.emit()

    def _outline_tool(self) -> None:
        """Find what the tool covers now, and show its outline."""
        gesture = self._gesture
        self._update_cells(self._outlined_box)
        self._outlined_box = QRect()
        if gesture is None and self._at is not None:
            # A lasso that has not begun covers nothing: the pixel it would begin in is outlined.
            tool = Tool.PICKER if self._tool is Tool.LASSO else self._tool
            gesture = Gesture(tool, False, self.painting.shape, self._size, self._at)
        if gesture is not None and gesture.tool is not Tool.LASSO:
            self._outlined = gesture.covered()
            self._outlined_box = box_of(self._outlined)
            self._update_cells(self._outlined_box)

    def _paint_pointer(self, painter: QPainter) -> None:
        """The outline of what the tool covers: dark within, light around, so seen on any grey."""
        gesture = self._gesture
        if gesture is not None and gesture.tool is Tool.LASSO:
            self._paint_lasso(painter)
        elif self._outlined_box.isValid():
            covered = np.pad(part_of(self._outlined, self._outlined_box), 2)
            part = self._outlined_box.adjusted(-1, -1, 1, 1)
            self._paint_outline(painter, ~covered, part, _LIGHT)
            self._paint_outline(painter, covered, part, QColor(theme().colours.accent))

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


def _every_point(wanted: bool) -> None:
    """Whether X11 hands on every movement of the pointer, not only the newest of those that wait.

    Else a quick curve becomes a straight line where the program was busy for a moment.
    """
    attribute = Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents
    QApplication.setAttribute(attribute, not wanted)


def _constrains(modifiers: Qt.KeyboardModifier) -> bool:
    return bool(modifiers & Qt.KeyboardModifier.ShiftModifier)


def _middle(pixel: Pixel) -> Place:
    return pixel.column + 0.5, pixel.row + 0.5
