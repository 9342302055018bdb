"""The canvas: crisp pixels at whole numbers, and events in the images' own coordinates."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from pytestqt.qtbot import QtBot

from genstudio.ui.widgets.canvas import Pixel, PixelCanvas

RED, BLUE = 0xFFFF0000, 0xFF0000FF


@pytest.fixture
def canvas(qtbot: QtBot) -> PixelCanvas:
    canvas = PixelCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    canvas.set_grid(4, 5, 6)
    canvas.write_all(np.full((4, 30), RED, np.uint32))
    return canvas


def centre(canvas: PixelCanvas, pixel: Pixel) -> QPoint:
    return canvas.rect_of(pixel).center().toPoint()


def test_it_fits_at_a_whole_number(canvas: PixelCanvas) -> None:
    # two rows and columns of 5×6 with one pixel between: 11 high, 13 wide
    assert canvas.zoom == min(400 // 13, 300 // 11)
    canvas.resize(130, 300)
    canvas.set_grid(1, 5, 6)
    assert canvas.zoom == canvas.width() // 6


def test_every_pixel_is_a_square_of_one_colour(canvas: PixelCanvas) -> None:
    canvas.write(np.array([7]), np.full((4, 1), BLUE, np.uint32))
    shot = canvas.grab().toImage()
    for image in range(4):
        rect = canvas.rect_of(Pixel(image, 1, 1)).toRect()
        assert rect.width() == rect.height() == canvas.zoom
        for corner in (rect.topLeft(), rect.bottomRight()):
            assert shot.pixel(corner) == BLUE
        assert shot.pixel(rect.topLeft() - QPoint(1, 0)) == RED
        assert shot.pixel(rect.bottomRight() + QPoint(0, 1)) == RED


@pytest.mark.parametrize("pixel", [Pixel(0, 0, 0), Pixel(1, 4, 5), Pixel(2, 3, 0), Pixel(3, 4, 5)])
def test_a_place_and_its_pixel_are_inverse(canvas: PixelCanvas, pixel: Pixel) -> None:
    assert canvas.pixel_at(QPointF(centre(canvas, pixel))) == pixel
    canvas.set_zoom(9, QPointF(10, 20))
    assert canvas.pixel_at(canvas.rect_of(pixel).center()) == pixel


def test_between_and_outside_is_nothing(canvas: PixelCanvas) -> None:
    right = canvas.rect_of(Pixel(0, 0, 5))
    assert canvas.pixel_at(right.center() + QPointF(canvas.zoom, 0)) is None
    assert canvas.pixel_at(QPointF(0, 0)) is None


def test_hover_press_drag_and_click(canvas: PixelCanvas, qtbot: QtBot) -> None:
    seen: list[tuple[str, object]] = []
    canvas.hovered.connect(lambda pixel: seen.append(("hovered", pixel)))
    canvas.pressed.connect(lambda pixel: seen.append(("pressed", pixel)))
    canvas.dragged.connect(lambda pixel: seen.append(("dragged", pixel)))
    canvas.clicked.connect(lambda pixel: seen.append(("clicked", pixel)))
    first, second = Pixel(1, 2, 3), Pixel(1, 2, 4)
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(canvas, left, pos=centre(canvas, first))
    assert seen == [("pressed", first), ("clicked", first)]
    seen.clear()
    qtbot.mousePress(canvas, left, pos=centre(canvas, first))
    qtbot.mouseMove(canvas, centre(canvas, second))
    qtbot.mouseRelease(canvas, left, pos=centre(canvas, second))
    assert ("dragged", second) in seen
    assert ("clicked", second) not in seen and ("clicked", first) not in seen


def test_ctrl_wheel_zooms_about_the_pointer(canvas: PixelCanvas) -> None:
    pixel = Pixel(3, 4, 5)
    point = canvas.rect_of(pixel).center()
    before = canvas.zoom
    event = QWheelEvent(
        point,
        canvas.mapToGlobal(point),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    canvas.wheelEvent(event)
    assert canvas.zoom > before
    assert canvas.pixel_at(point) == pixel
    canvas.fit()
    assert canvas.zoom == before


def test_space_taps_and_drags(canvas: PixelCanvas, qtbot: QtBot) -> None:
    canvas.setFocus()
    with qtbot.waitSignal(canvas.tapped):
        qtbot.keyClick(canvas, Qt.Key.Key_Space)
    pixel = Pixel(0, 0, 0)
    before = canvas.rect_of(pixel).center()
    tapped: list[bool] = []
    canvas.tapped.connect(lambda: tapped.append(True))
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(112, 95))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(112, 95))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.rect_of(pixel).center() - before == QPointF(12, -5)
    assert not tapped


def test_the_cursor_walks_and_crosses_images(canvas: PixelCanvas, qtbot: QtBot) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Right, control)
    assert canvas.cursor_pixel == Pixel(0, 0, 0)
    qtbot.keyClick(canvas, Qt.Key.Key_Left, control)
    assert canvas.cursor_pixel == Pixel(0, 0, 0)
    for _ in range(6):
        qtbot.keyClick(canvas, Qt.Key.Key_Right, control)
    assert canvas.cursor_pixel == Pixel(1, 0, 0)
    for _ in range(5):
        qtbot.keyClick(canvas, Qt.Key.Key_Down, control)
    assert canvas.cursor_pixel == Pixel(3, 0, 0)
    with qtbot.waitSignal(canvas.activated) as caught:
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert caught.args == [Pixel(3, 0, 0)]


def test_layers_lie_over_the_images(canvas: PixelCanvas) -> None:
    mask = np.zeros((4, 30), np.uint32)
    mask[2, 0] = BLUE
    canvas.set_layer("mask", mask)
    covered = canvas.rect_of(Pixel(2, 0, 0)).center().toPoint()
    beside = canvas.rect_of(Pixel(2, 0, 1)).center().toPoint()
    shot = canvas.grab().toImage()
    assert shot.pixel(covered) == BLUE and shot.pixel(beside) == RED
    canvas.set_layer("mask", None)
    assert canvas.grab().toImage().pixel(covered) == RED
