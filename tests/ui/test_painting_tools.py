"""The strip of tools: every button has its key, and every key does what its button says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.presets import Preset, hidden_by
from genstudio.ui.painting.tool import Tool
from genstudio.ui.painting.tools import ToolStrip

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


class Bench:
    """A window with a strip, a canvas, and a line to type in."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.painting = Painting(28, 28, 1, 2)
        self.canvas = PaintCanvas(self.painting)
        self.strip = ToolStrip(self.canvas)
        self.line = QLineEdit()
        self.window = QWidget()
        row = QHBoxLayout(self.window)
        for widget in (self.strip, self.canvas, self.line):
            row.addWidget(widget)
        qtbot.addWidget(self.window)
        self.window.resize(800, 700)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitActive(self.window)
        self.canvas.setFocus()

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(QApplication.focusWidget(), key, modifiers)

    @property
    def hidden(self) -> int:
        return int((~self.painting.known).sum())


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


@pytest.mark.parametrize(
    ("key", "tool"),
    [
        (Qt.Key.Key_E, Tool.ERASER),
        (Qt.Key.Key_R, Tool.RECTANGLE),
        (Qt.Key.Key_O, Tool.ELLIPSE),
        (Qt.Key.Key_L, Tool.LASSO),
        (Qt.Key.Key_N, Tool.LINE),
        (Qt.Key.Key_D, Tool.PENCIL),
        (Qt.Key.Key_I, Tool.PICKER),
    ],
)
def test_tools_have_keys_and_buttons(bench: Bench, key: Qt.Key, tool: Tool) -> None:
    button = bench.strip.button(bench.strip.commands.tools[tool])
    brush = bench.strip.button(bench.strip.commands.tools[Tool.BRUSH])
    assert brush.isChecked()
    bench.key(key)
    assert bench.canvas.tool is tool and button.isChecked() and not brush.isChecked()
    bench.key(Qt.Key.Key_B)
    assert bench.canvas.tool is Tool.BRUSH
    bench.qtbot.mouseClick(button, LEFT)
    assert bench.canvas.tool is tool


def test_brush_size_and_swap(bench: Bench) -> None:
    canvas, strip = bench.canvas, bench.strip
    canvas.set_brush_size(1)
    assert not strip.commands.smaller.isEnabled()
    bench.key(Qt.Key.Key_BracketRight)
    bench.key(Qt.Key.Key_BracketRight)
    assert canvas.brush_size == 3 and strip.size_slider.value() == 3
    bench.key(Qt.Key.Key_BracketLeft)
    assert canvas.brush_size == 2 and strip.size_words.text() == "2 px"
    strip.size_slider.setValue(28)
    assert canvas.brush_size == 28 and not strip.commands.larger.isEnabled()
    bench.key(Qt.Key.Key_X)
    assert canvas.tool is Tool.ERASER
    bench.key(Qt.Key.Key_X)
    assert canvas.tool is Tool.BRUSH
    bench.painting.set_image(np.zeros((5, 6, 1), np.uint8))
    assert canvas.brush_size == 6 and strip.size_slider.maximum() == 6


def test_mask_keys_and_history(bench: Bench) -> None:
    strip, undo, redo = bench.strip, bench.strip.commands.undo, bench.strip.commands.redo
    assert not undo.isEnabled() and not redo.isEnabled()
    bench.painting.preset(Preset.ONE)
    assert undo.isEnabled() and "One pixel".lower() in undo.toolTip()
    bench.key(Qt.Key.Key_G)
    assert bench.hidden == 5
    bench.key(Qt.Key.Key_G, SHIFT)
    assert bench.hidden == 1
    bench.key(Qt.Key.Key_V)
    assert bench.hidden == 783
    bench.key(Qt.Key.Key_C)
    assert bench.hidden == 0
    for left in (783, 1, 5, 1, 0):
        bench.key(Qt.Key.Key_Z, CONTROL)
        assert bench.hidden == left
    assert not undo.isEnabled() and redo.isEnabled()
    bench.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert bench.hidden == 1
    bench.qtbot.mouseClick(strip.button(redo), LEFT)
    assert bench.hidden == 5
    bench.qtbot.mouseClick(strip.button(undo), LEFT)
    assert bench.hidden == 1


def test_undo_in_the_middle_of_a_stroke_gives_up_the_stroke(bench: Bench) -> None:
    bench.painting.preset(Preset.ONE)
    middle = bench.canvas.rect().center() - QPoint(60, 60)
    bench.qtbot.mousePress(bench.canvas, LEFT, pos=middle)
    assert bench.hidden > 1
    bench.key(Qt.Key.Key_Z, CONTROL)
    bench.qtbot.mouseRelease(bench.canvas, LEFT, pos=middle)
    assert bench.hidden == 1
    bench.key(Qt.Key.Key_Z, CONTROL)
    assert bench.hidden == 0


def test_a_click_on_a_tool_leaves_the_keyboard_with_the_canvas(bench: Bench) -> None:
    bench.qtbot.mouseClick(bench.strip.button(bench.strip.commands.tools[Tool.LASSO]), LEFT)
    assert bench.canvas.hasFocus()


def test_view_keys(bench: Bench) -> None:
    fitting = bench.canvas.zoom
    assert fitting > 1
    bench.key(Qt.Key.Key_F, SHIFT)
    assert bench.canvas.zoom == 1
    bench.key(Qt.Key.Key_F)
    assert bench.canvas.zoom == fitting


def test_keys_rest_while_the_canvas_is_hidden_and_while_one_types(bench: Bench) -> None:
    bench.line.setFocus()
    bench.key(Qt.Key.Key_E)
    assert bench.canvas.tool is Tool.BRUSH and bench.line.text() == "e"
    bench.strip.setFocus()
    bench.canvas.hide()
    bench.strip.hide()
    bench.window.setFocus()
    bench.qtbot.keyClick(bench.window, Qt.Key.Key_E)
    assert bench.canvas.tool is Tool.BRUSH
    bench.canvas.show()
    bench.qtbot.keyClick(bench.window, Qt.Key.Key_E)
    assert bench.canvas.tool is Tool.ERASER


def leaves(menu: QMenu) -> list[QAction]:
    found: list[QAction] = []
    for action in menu.actions():
        inner = action.menu()
        found += leaves(inner) if isinstance(inner, QMenu) else [action]
    return found


def test_the_menu_offers_every_preset(bench: Bench) -> None:
    actions = {action.text(): action for action in leaves(bench.strip.commands.presets)}
    for preset in Preset:
        if preset is not Preset.SCATTER:
            actions[preset.value].trigger()
            assert np.array_equal(~bench.painting.known, hidden_by(preset, (28, 28)))
    actions["25 %"].trigger()
    first = bench.painting.known
    assert bench.hidden == 196
    actions["25 %"].trigger()
    assert bench.hidden == 196 and not np.array_equal(bench.painting.known, first)


# --- symbols ---


def test_two_symbols_are_two_swatches(bench: Bench) -> None:
    black, white = bench.strip.ink.swatches
    assert (black.colour, white.colour) == (QColor("black"), QColor("white"))
    assert white.is_ink and black.is_paper
    bench.qtbot.mouseClick(black, LEFT)
    bench.qtbot.mouseClick(white, RIGHT)
    assert bench.canvas.ink == (0,) and bench.canvas.paper == (1,)
    assert black.is_ink and white.is_paper
    white.setFocus()
    bench.key(Qt.Key.Key_Space)
    assert bench.canvas.ink == (1,)


@pytest.mark.parametrize(
    ("channels", "levels", "swatches", "sliders"),
    [(1, 4, 4, 0), (1, 16, 16, 0), (1, 256, 2, 1), (3, 8, 2, 3), (3, 256, 2, 3)],
)
def test_symbols_follow_the_picture(
    bench: Bench, channels: int, levels: int, swatches: int, sliders: int
) -> None:
    bench.painting.set_image(np.zeros((8, 8, channels), np.uint8), levels)
    ink = bench.strip.ink
    assert (len(ink.swatches), len(ink.sliders)) == (swatches, sliders)
    assert bench.canvas.ink == (levels - 1,) * channels
    for channel, slider in enumerate(ink.sliders):
        slider.setValue(2 + channel)
    if sliders:
        assert bench.canvas.ink == tuple(range(2, 2 + channels))
        bench.qtbot.mouseClick(ink.swatches[0], LEFT)
        assert bench.canvas.paper == tuple(range(2, 2 + channels))
        assert [slider.value() for slider in ink.sliders] == [0] * channels


def test_the_overlay_is_chosen_by_colour_and_opacity(bench: Bench) -> None:
    overlay = bench.strip.overlay
    overlay.opacity.setValue(30)
    names = {action.text(): action for action in overlay.colour.menu().actions()}
    names["Blue"].trigger()
    assert bench.canvas.overlay == (QColor("#4477aa"), 0.3)


# --- files ---


def test_a_mask_goes_out_and_comes_back(bench: Bench, tmp_path: Path) -> None:
    notices: list[tuple[str, str, str]] = []
    bench.strip.noticed.connect(lambda *notice: notices.append(notice))
    bench.painting.preset(Preset.SCATTER, 0.4, 7)
    known = bench.painting.known
    path = tmp_path / "mask.png"
    bench.strip.files.write(path)
    assert np.array_equal(np.asarray(Image.open(path)) == 255, known)
    bench.painting.clear()
    bench.strip.files.read(path)
    assert np.array_equal(bench.painting.known, known)
    assert [kind for kind, _, _ in notices] == ["good"]
    bench.painting.undo()
    assert bench.hidden == 0


def test_a_mask_of_another_size_is_fitted_and_said(bench: Bench, tmp_path: Path) -> None:
    notices: list[tuple[str, str, str]] = []
    bench.strip.noticed.connect(lambda *notice: notices.append(notice))
    path = tmp_path / "large.png"
    large = hidden_by(Preset.LEFT, (56, 56))
    Image.fromarray(np.where(large, 0, 255).astype(np.uint8)).save(path)
    bench.strip.files.read(path)
    assert np.array_equal(~bench.painting.known, hidden_by(Preset.LEFT, (28, 28)))
    ((kind, title, _),) = notices
    assert kind == "info" and "56×56" in title and "28×28" in title


def test_what_is_no_mask_is_said_and_nothing_changes(bench: Bench, tmp_path: Path) -> None:
    notices: list[tuple[str, str, str]] = []
    bench.strip.noticed.connect(lambda *notice: notices.append(notice))
    path = tmp_path / "words.png"
    path.write_text("words")
    bench.strip.files.read(path)
    bench.strip.files.write(tmp_path / "no folder" / "mask.png")
    assert [kind for kind, _, _ in notices] == ["error", "error"]
    assert not bench.painting.undo_words


def test_a_picture_dropped_on_the_strip_is_a_mask(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    Image.fromarray(np.zeros((28, 28), np.uint8)).save(path)

    def drop(dropped: Path) -> bool:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(dropped))])
        copy = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(QPoint(5, 5), copy, data, LEFT, NONE)
        enter.ignore()
        QApplication.sendEvent(bench.strip, enter)
        if enter.isAccepted():
            QApplication.sendEvent(bench.strip, QDropEvent(QPointF(5, 5), copy, data, LEFT, NONE))
        return enter.isAccepted()

    assert not drop(tmp_path / "words.txt")
    assert bench.hidden == 0
    assert drop(path)
    assert bench.hidden == 784


def test_every_control_has_a_name_and_a_tip(bench: Bench) -> None:
    buttons = bench.strip.findChildren(QAbstractButton)
    assert len(buttons) > 20
    for button in buttons:
        assert button.accessibleName() or button.text()
        assert button.toolTip()
