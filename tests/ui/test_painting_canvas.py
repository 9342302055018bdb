"""Painting with real events: what the hand does is what the painting says, and nothing is lost."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QInputDevice,
    QMouseEvent,
    QPaintEvent,
    QPointingDevice,
    QPointingDeviceUniqueId,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from typing_extensions import override

from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.presets import Preset
from genstudio.ui.painting.shapes import Cell, Cells, disc, ellipse, polygon, rectangle, swept
from genstudio.ui.painting.tool import Tool
from genstudio.ui.widgets.canvas import Pixel

SIZE = 28
SHAPE = (SIZE, SIZE)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


class Watched(PaintCanvas):
    """Remembers which parts of it were painted."""

    painted: QRect

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted = self.painted.united(event.rect())
        super().paintEvent(event)


@pytest.fixture
def painting(qapp: QApplication) -> Painting:
    return Painting(SIZE, SIZE, 1, 4)


@pytest.fixture
def canvas(qtbot: QtBot, painting: Painting) -> Watched:
    canvas = Watched(painting)
    canvas.painted = QRect()
    qtbot.addWidget(canvas)
    canvas.resize(600, 580)
    canvas.show()
    canvas.setFocus()
    return canvas


def point(canvas: PaintCanvas, cell: Cell) -> QPoint:
    """The middle of a cell, which may lie outside the picture."""
    first = canvas.rect_of(Pixel(0, 0, 0))
    side = first.width()
    return (first.center() + QPointF(cell[1] * side, cell[0] * side)).toPoint()


def drag(
    canvas: PaintCanvas,
    qtbot: QtBot,
    cells: list[Cell],
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    qtbot.mousePress(canvas, button, modifiers, point(canvas, cells[0]))
    for cell in cells[1:]:
        move(canvas, cell, button, modifiers)
    qtbot.mouseRelease(canvas, button, modifiers, point(canvas, cells[-1]))


def move(
    canvas: PaintCanvas,
    cell: Cell,
    button: Qt.MouseButton = Qt.MouseButton.NoButton,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    """A movement with keys held: QTest's own carries none."""
    at = QPointF(point(canvas, cell))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        QPointF(canvas.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        button,
        modifiers,
    )
    QApplication.sendEvent(canvas, event)


def hidden(painting: Painting) -> Cells:
    return ~painting.known


# --- the tools ---


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_fast_stroke_has_no_gaps(
    canvas: Watched, painting: Painting, qtbot: QtBot, size: int
) -> None:
    canvas.set_brush_size(size)
    path = [(2, 2), (25, 13), (3, 25), (20, -6), (-8, 12)]  # in jumps, and out of the picture
    drag(canvas, qtbot, path)
    wanted = np.zeros(SHAPE, np.bool_)
    for start, end in pairwise(path):
        wanted |= swept(SHAPE, start, end, size)
    assert np.array_equal(hidden(painting), wanted)
    painting.undo()
    assert painting.known.all() and not painting.undo_words


def test_brush_and_eraser_and_their_opposites(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    canvas.set_brush_size(1)
    row = [(4, 2), (4, 20)]
    all_of_it, none = rectangle(SHAPE, *row), np.zeros(SHAPE, np.bool_)
    for tool, button, modifiers, wanted in (
        (Tool.BRUSH, LEFT, NONE, all_of_it),
        (Tool.BRUSH, RIGHT, NONE, none),
        (Tool.ERASER, RIGHT, NONE, all_of_it),
        (Tool.ERASER, LEFT, NONE, none),
        (Tool.ERASER, LEFT, ALT, all_of_it),
        (Tool.BRUSH, LEFT, ALT, none),
    ):
        canvas.take(tool)
        drag(canvas, qtbot, row, button, modifiers)
        assert np.array_equal(hidden(painting), wanted), (tool, button, modifiers)


def test_shapes_hide_what_lies_between_press_and_release(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    start, end = (20, 22), (5, 3)
    canvas.set_brush_size(3)
    for tool, wanted in (
        (Tool.RECTANGLE, rectangle(SHAPE, start, end)),
        (Tool.ELLIPSE, ellipse(SHAPE, start, end)),
        (Tool.LINE, swept(SHAPE, start, end, 3)),
    ):
        canvas.take(tool)
        qtbot.mousePress(canvas, LEFT, pos=point(canvas, start))
        move(canvas, (9, 9), LEFT)
        assert painting.known.all()  # nothing is done before it is released
        move(canvas, end, LEFT)
        qtbot.mouseRelease(canvas, LEFT, pos=point(canvas, end))
        assert np.array_equal(hidden(painting), wanted), tool
        assert painting.undo_words == tool.value
        drag(canvas, qtbot, [start, end], RIGHT)
        assert painting.known.all()


def test_the_lasso_hides_what_it_goes_around(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    canvas.take(Tool.LASSO)
    path = [(3, 3), (5, 24), (22, 20), (14, 12), (24, 2)]
    drag(canvas, qtbot, path)
    wanted = polygon(SHAPE, [canvas._place(QPointF(point(canvas, cell))) for cell in path])
    assert wanted.sum() > 100
    assert np.array_equal(hidden(painting), wanted)


def test_shift_constrains(canvas: Watched, painting: Painting, qtbot: QtBot) -> None:
    canvas.set_brush_size(1)
    start, end = (4, 4), (10, 20)
    for tool, wanted in (
        (Tool.RECTANGLE, rectangle(SHAPE, start, (20, 20))),
        (Tool.ELLIPSE, ellipse(SHAPE, start, (20, 20))),
        (Tool.LINE, rectangle(SHAPE, start, (4, 20))),
        (Tool.BRUSH, rectangle(SHAPE, start, (4, 20))),
    ):
        canvas.take(tool)
        drag(canvas, qtbot, [start, (5, 7), end], modifiers=SHIFT)
        assert np.array_equal(hidden(painting), wanted), tool
        painting.undo()


def test_pencil_and_picker_use_the_symbols(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    assert canvas.ink == (3,) and canvas.paper == (0,)
    canvas.set_brush_size(1)
    canvas.take(Tool.PENCIL)
    canvas.set_ink((2,))
    drag(canvas, qtbot, [(6, 1), (6, 9)])
    assert (painting.image[6, 1:10, 0] == 2).all() and painting.image.sum() == 18
    assert painting.known.all()
    drag(canvas, qtbot, [(6, 1), (6, 4)], RIGHT)
    assert painting.image.sum() == 10
    canvas.set_ink((1,))
    canvas.take(Tool.PICKER)
    steps = painting.undo_words
    qtbot.mouseClick(canvas, LEFT, pos=point(canvas, (6, 8)))
    qtbot.mouseClick(canvas, RIGHT, pos=point(canvas, (0, 0)))
    assert canvas.ink == (2,) and canvas.paper == (0,) and painting.undo_words == steps
    canvas.swap()
    assert canvas.ink == (0,) and canvas.paper == (2,) and canvas.tool is Tool.PICKER


def test_the_other_button_and_escape_take_back_what_has_begun(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    for give_up in (
        lambda: qtbot.keyClick(canvas, Qt.Key.Key_Escape),
        lambda: qtbot.mousePress(canvas, RIGHT, pos=point(canvas, (9, 9))),
    ):
        qtbot.mousePress(canvas, LEFT, pos=point(canvas, (9, 9)))
        move(canvas, (9, 20), LEFT)
        assert not painting.known.all()
        give_up()
        move(canvas, (20, 20), LEFT)
        for button in (RIGHT, LEFT):
            qtbot.mouseRelease(canvas, button, pos=point(canvas, (20, 20)))
        assert painting.known.all() and not painting.undo_words


def test_a_pen_paints_and_its_other_end_erases(canvas: Watched, painting: Painting) -> None:
    def stroke(tip: QPointingDevice.PointerType) -> None:
        pen = QPointingDevice(
            "pen",
            1,
            QInputDevice.DeviceType.Stylus,
            tip,
            QInputDevice.Capability.Position,
            1,
            2,
            "",
            QPointingDeviceUniqueId(),
        )
        for kind, cell, button, held in (
            (QEvent.Type.MouseButtonPress, (7, 3), LEFT, LEFT),
            (QEvent.Type.MouseMove, (7, 16), Qt.MouseButton.NoButton, LEFT),
            (QEvent.Type.MouseButtonRelease, (7, 16), LEFT, Qt.MouseButton.NoButton),
        ):
            at = QPointF(point(canvas, cell))
            above = QPointF(canvas.mapToGlobal(at))
            event = QMouseEvent(kind, at, at, above, button, held, NONE, pen)
            QApplication.sendEvent(canvas, event)

    canvas.set_brush_size(1)
    stroke(QPointingDevice.PointerType.Pen)
    assert np.array_equal(hidden(painting), rectangle(SHAPE, (7, 3), (7, 16)))
    stroke(QPointingDevice.PointerType.Eraser)
    assert painting.known.all()


# --- the keyboard ---


def walk(canvas: PaintCanvas, qtbot: QtBot, down: int, right: int) -> None:
    vertical = Qt.Key.Key_Down if down > 0 else Qt.Key.Key_Up
    sideways = Qt.Key.Key_Right if right > 0 else Qt.Key.Key_Left
    for _ in range(abs(down)):
        qtbot.keyClick(canvas, vertical, CONTROL)
    for _ in range(abs(right)):
        qtbot.keyClick(canvas, sideways, CONTROL)


def test_everything_is_painted_with_the_keyboard_alone(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    enter = Qt.Key.Key_Return
    canvas.set_brush_size(3)
    qtbot.keyClick(canvas, Qt.Key.Key_Right, CONTROL)  # the cursor appears at (0, 0)
    walk(canvas, qtbot, 5, 6)
    qtbot.keyClick(canvas, enter)
    assert np.array_equal(hidden(painting), disc(SHAPE, (5, 6), 3))
    qtbot.keyClick(canvas, enter, ALT)
    assert painting.known.all()
    canvas.take(Tool.RECTANGLE)
    qtbot.keyClick(canvas, enter)
    walk(canvas, qtbot, 8, -4)
    assert painting.known.all()
    qtbot.keyClick(canvas, enter)
    assert np.array_equal(hidden(painting), rectangle(SHAPE, (5, 6), (13, 2)))
    painting.undo()
    canvas.take(Tool.LASSO)  # from (13, 2), clockwise, and Enter twice at the last corner
    qtbot.keyClick(canvas, enter)
    for down, right in ((-8, 0), (0, 12), (8, 0)):
        walk(canvas, qtbot, down, right)
        qtbot.keyClick(canvas, enter)
    assert painting.known.all()
    qtbot.keyClick(canvas, enter)
    corners = [(2.5, 13.5), (2.5, 5.5), (14.5, 5.5), (14.5, 13.5)]
    assert np.array_equal(hidden(painting), polygon(SHAPE, corners))
    assert painting.undo_words == "Lasso"


def test_the_pointer_leaves_a_shape_of_the_keyboard_alone(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    canvas.take(Tool.RECTANGLE)
    qtbot.keyClick(canvas, Qt.Key.Key_Right, CONTROL)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    walk(canvas, qtbot, 2, 3)
    move(canvas, (25, 25))
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert np.array_equal(hidden(painting), rectangle(SHAPE, (0, 0), (2, 3)))


# --- what is seen ---


def colour_at(canvas: PaintCanvas, cell: Cell) -> QColor:
    return canvas.grab().toImage().pixelColor(point(canvas, cell))


def test_symbols_overlay_and_completion_are_seen(canvas: Watched, painting: Painting) -> None:
    painting.set_image(np.full((SIZE, SIZE, 1), 3, np.uint8))
    painting.preset(Preset.TOP)
    canvas.set_overlay(QColor(200, 100, 0), 0.5)
    below, above = (20, 5), (5, 5)
    assert colour_at(canvas, below) == QColor(255, 255, 255)
    assert colour_at(canvas, above) == QColor(228, 178, 128)
    canvas.set_shown(np.full((SIZE, SIZE, 1), 1, np.uint8))
    assert colour_at(canvas, below) == QColor(255, 255, 255)
    assert colour_at(canvas, above) == QColor(85, 85, 85)
    assert (painting.image == 3).all()
    canvas.set_shown(None)
    canvas.set_symbol_colours(np.array([1, 2, 3, 0x123456], np.uint32) | np.uint32(0xFF000000))
    assert colour_at(canvas, below) == QColor("#123456")
    painting.set_image(np.full((4, 4, 3), 128, np.uint8), 256, keep_mask=False)
    assert colour_at(canvas, (2, 2)) == QColor(128, 128, 128)
    with pytest.raises(ValueError, match="over"):
        canvas.set_shown(np.zeros((5, 5, 3), np.uint8))


def test_the_edge_of_the_mask_is_one_screen_pixel(canvas: Watched, painting: Painting) -> None:
    canvas.set_overlay(QColor(255, 0, 0), 0.0)
    painting.preset(Preset.LEFT)
    shot = canvas.grab().toImage()
    last = canvas.rect_of(Pixel(0, 9, SIZE // 2 - 1)).toRect()
    y = last.center().y()
    assert shot.pixelColor(last.right(), y) == QColor(255, 0, 0)
    assert shot.pixelColor(last.right() - 1, y) == QColor(0, 0, 0)
    assert shot.pixelColor(last.right() + 1, y) == QColor(0, 0, 0)


def test_the_brush_is_outlined_where_it_would_paint(canvas: Watched) -> None:
    plain = canvas.grab().toImage()
    canvas.set_brush_size(5)
    move(canvas, (14, 14))
    outlined = canvas.grab().toImage()
    covered = disc(SHAPE, (14, 14), 5)
    for row, column in np.ndindex(*SHAPE):
        rect = canvas.rect_of(Pixel(0, row, column)).toRect()
        same = plain.copy(rect) == outlined.copy(rect)
        neighbour = covered[max(0, row - 1) : row + 2, column].any()
        neighbour |= covered[row, max(0, column - 1) : column + 2].any()
        all_around = covered[row - 1 : row + 2, column].all()
        all_around = all_around and covered[row, column - 1 : column + 2].all()
        assert same == (not neighbour or bool(covered[row, column] and all_around))
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.grab().toImage() == plain


def test_only_what_changed_is_painted_anew(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    qtbot.waitExposed(canvas)
    canvas.set_brush_size(3)
    qtbot.mousePress(canvas, LEFT, pos=point(canvas, (10, 10)))
    QApplication.processEvents()
    # The pointer may have been elsewhere on it before, where an outline is taken away once.
    move(canvas, (10, 11), LEFT)
    QApplication.processEvents()
    canvas.painted = QRect()
    move(canvas, (10, 12), LEFT)
    QApplication.processEvents()
    side = canvas.zoom
    assert canvas.painted.contains(canvas.rect_of(Pixel(0, 10, 13)).toRect())
    assert canvas.painted.width() <= 9 * side and canvas.painted.height() <= 7 * side
    qtbot.mouseRelease(canvas, LEFT, pos=point(canvas, (10, 12)))


# --- looking around ---


def test_the_wheel_keeps_the_cell_under_the_pointer_and_space_pans(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    cell = Pixel(0, 21, 4)
    at = canvas.rect_of(cell).center()
    for turn in (120, 120, -120, 120):
        event = QWheelEvent(
            at,
            QPointF(canvas.mapToGlobal(at)),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            CONTROL,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        canvas.wheelEvent(event)
        assert canvas.pixel_at(at) == cell
    before = canvas.rect_of(cell).center()
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    qtbot.mousePress(canvas, LEFT, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(130, 90))
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(130, 90))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.rect_of(cell).center() - before == QPointF(30, -10)
    assert painting.known.all()
    assert canvas.cursor().shape() is Qt.CursorShape.CrossCursor
    drag(canvas, qtbot, [(21, 4)])
    assert hidden(painting)[21, 4]


def test_hovering_names_the_pixel(canvas: Watched, qtbot: QtBot) -> None:
    seen: list[object] = []
    canvas.hovered.connect(seen.append)
    move(canvas, (3, 5))
    move(canvas, (-2, 5))
    assert seen == [Pixel(0, 3, 5), None]


def test_a_new_picture_in_the_middle_of_a_stroke(
    canvas: Watched, painting: Painting, qtbot: QtBot
) -> None:
    canvas.take(Tool.RECTANGLE)
    qtbot.mousePress(canvas, LEFT, pos=point(canvas, (9, 9)))
    move(canvas, (20, 20), LEFT)
    painting.set_image(np.ones((6, 6, 1), np.uint8))
    qtbot.mouseRelease(canvas, LEFT, pos=point(canvas, (2, 2)))
    assert painting.known.all() and (painting.image == 1).all()
    assert painting.undo_words == "New picture"
    painting.undo()
    assert painting.shape == SHAPE and not painting.image.any()
    drag(canvas, qtbot, [(9, 9), (12, 12)])
    assert np.array_equal(hidden(painting), rectangle(SHAPE, (9, 9), (12, 12)))
