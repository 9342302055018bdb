"""The waveform: where every sample is painted, and what the mouse and the keys wish."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from genstudio.core.uniforms import generator
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.waveform import WaveformView
from genstudio.ui.theme import theme
from tests.ui.sound_views.conftest import Turn

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[WaveformView]:
    """800 samples on an axis of 1000, two to a pixel."""
    window = TimeWindow(8000, 1000)
    holder = QWidget()
    QPushButton(holder).setGeometry(0, 120, 50, 20)  # has the focus, whose frame is not looked for
    view = WaveformView(window)
    view.setParent(holder)
    view.resize(500, 101)
    qtbot.addWidget(holder)
    view.load((generator(2).normal(size=800) * 6000).clip(-32768, 32767).astype(np.int16))
    holder.show()
    yield view


def inked(view: WaveformView, x: int, colour: str) -> list[int]:
    """Rows of a column that have a colour."""
    shot = view.grab().toImage()
    return [y for y in range(view.height()) if shot.pixelColor(x, y).name() == colour]


def drag(view: WaveformView, start: int, *stops: int) -> None:
    QTest.mousePress(view, LEFT, pos=QPoint(start, 50))
    for stop in stops:
        QTest.mouseMove(view, QPoint(stop, 50))
    QTest.mouseRelease(view, LEFT, pos=QPoint(stops[-1], 50))


def test_every_column_is_painted_from_its_lowest_to_its_highest(view: WaveformView) -> None:
    view.show_position(0)
    for x in (1, 77, 250, 399):
        near = view.samples[max(0, 2 * x - 1) : 2 * x + 2] / 32768
        rows = np.round((1 - near) / 2 * 100).astype(int)
        assert inked(view, x, theme().colours.accent) == list(range(rows.min(), rows.max() + 1))


def test_what_is_not_there_yet_is_shaded(view: WaveformView) -> None:
    assert len(inked(view, 450, theme().colours.raised)) == 100  # but for the line of silence
    view.append(np.zeros(200, np.int16))
    assert not inked(view, 450, theme().colours.raised)


def test_from_nearby_each_sample_has_a_dot_in_its_middle(view: WaveformView) -> None:
    view.window_of_time.look_at(100, 120)
    for sample in (101, 110, 118):
        x = round((sample - 100 + 0.5) * 25)
        y = round((1 - view.samples[sample] / 32768) / 2 * 100)
        assert view.grab().toImage().pixelColor(x, y).name() == theme().colours.accent


def test_the_line_is_painted_between_dots_and_columns(view: WaveformView) -> None:
    view.window_of_time.look_at(0, 300)  # less than a pixel each would be columns
    shot = view.grab().toImage()
    surface = theme().colours.surface
    assert all(
        any(shot.pixelColor(x, y).name() != surface for y in range(101) if y != 50)
        for x in range(5, 495)
    )


@pytest.mark.parametrize(("x", "sample"), [(0, 0), (100, 200), (399, 798), (480, 800)])
def test_a_click_seeks_to_the_sample_under_it_and_no_further_than_there_are_any(
    view: WaveformView, qtbot: QtBot, x: int, sample: int
) -> None:
    with qtbot.assertNotEmitted(view.selected), qtbot.waitSignal(view.sought) as caught:
        qtbot.mouseClick(view, LEFT, pos=QPoint(x, 50))
    assert caught.args == [sample]
    assert view.position == sample


def test_the_playhead_is_a_line_at_its_sample(view: WaveformView) -> None:
    view.show_position(500)
    text = theme().colours.text
    assert len(inked(view, 250, text)) == 101
    assert not inked(view, 249, text) and not inked(view, 251, text)
    view.show_position(1000)
    assert len(inked(view, 499, text)) == 101


def test_a_drag_selects_from_one_border_to_the_other(view: WaveformView, qtbot: QtBot) -> None:
    told: list[tuple[int, int]] = []
    view.selected.connect(lambda first, last: told.append((first, last)))
    with qtbot.assertNotEmitted(view.sought):
        drag(view, 200, 150, 100)  # backwards is as good
    assert told[-1] == (200, 400)
    assert view.selection == (200, 400)
    drag(view, 300, 480)
    assert view.selection == (600, 800)


def test_the_edges_of_a_selection_can_be_dragged(view: WaveformView) -> None:
    view.show_selection((200, 400))
    drag(view, 201, 180, 150)  # the right edge, taken hold of beside it
    assert view.selection == (200, 300)
    drag(view, 100, 50)
    assert view.selection == (100, 300)
    drag(view, 50, 170)  # across the other edge
    assert view.selection == (300, 340)


def test_a_click_beside_the_selection_clears_it_and_one_within_does_not(
    view: WaveformView, qtbot: QtBot
) -> None:
    view.show_selection((200, 400))
    with qtbot.assertNotEmitted(view.selected):
        qtbot.mouseClick(view, LEFT, pos=QPoint(150, 50))
    with qtbot.waitSignal(view.selected) as caught:
        qtbot.mouseClick(view, LEFT, pos=QPoint(300, 50))
    assert caught.args == [600, 600]
    assert view.selection is None


def test_shift_and_a_click_lengthen_the_selection(view: WaveformView, qtbot: QtBot) -> None:
    view.show_selection((200, 400))
    held = Qt.KeyboardModifier.ShiftModifier
    with qtbot.assertNotEmitted(view.sought), qtbot.waitSignal(view.selected) as caught:
        qtbot.mouseClick(view, LEFT, held, QPoint(300, 50))
    assert caught.args == [200, 600]


def test_the_seam_is_dragged_and_told_all_along(view: WaveformView, qtbot: QtBot) -> None:
    view.show_seam(300)
    told: list[int] = []
    view.seam_moved.connect(told.append)
    with qtbot.assertNotEmitted(view.sought), qtbot.assertNotEmitted(view.selected):
        drag(view, 151, 160, 200, 490)
    assert told == [320, 400, 800]
    assert view.seam == 800


def test_what_was_given_has_another_colour(view: WaveformView) -> None:
    view.show_seam(400)
    colours = theme().colours
    assert inked(view, 120, colours.secondary) and not inked(view, 120, colours.accent)
    assert inked(view, 280, colours.accent) and not inked(view, 280, colours.secondary)


def test_the_receptive_field_is_marked_where_it_lies(view: WaveformView) -> None:
    view.show_field((200, 400))
    shot = view.grab().toImage()
    bottom = [shot.pixelColor(x, 99).name() for x in range(500)]
    marked = [x for x, name in enumerate(bottom) if name == theme().colours.warn]
    assert marked == list(range(100, 200))


def test_the_wheel_zooms_about_the_pointer(view: WaveformView, turn: Turn) -> None:
    window = view.window_of_time
    under = view.sample_at(300)
    turn(view, 300, y=240)
    assert window.span == pytest.approx(640)
    assert view.sample_at(300) == pytest.approx(under)
    turn(view, 300, y=-240)
    assert window.fitted


def test_the_wheel_pans_with_shift_or_sideways(view: WaveformView, turn: Turn) -> None:
    window = view.window_of_time
    window.look_at(400, 600)
    turn(view, 10, y=120, held=Qt.KeyboardModifier.ShiftModifier)
    assert (window.first, window.last) == (380, 580)
    turn(view, 10, x=-240)
    assert (window.first, window.last) == (420, 620)


def test_the_middle_button_drags_the_sound_along(view: WaveformView) -> None:
    view.window_of_time.look_at(400, 600)
    middle = Qt.MouseButton.MiddleButton
    QTest.mousePress(view, middle, pos=QPoint(300, 50))
    QTest.mouseMove(view, QPoint(250, 50))
    QTest.mouseRelease(view, middle, pos=QPoint(250, 50))
    assert (view.window_of_time.first, view.window_of_time.last) == (420, 620)


def test_the_keys_seek_select_zoom_and_move_the_seam(view: WaveformView, qtbot: QtBot) -> None:
    window = view.window_of_time
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    view.show_seam(400)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.position == 20  # a fiftieth of what is shown
    qtbot.keyClick(view, Qt.Key.Key_Right, shift)
    qtbot.keyClick(view, Qt.Key.Key_Right, shift)
    assert view.selection == (20, 60)
    qtbot.keyClick(view, Qt.Key.Key_Left, shift)
    assert view.selection == (20, 40)
    for _ in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Left, shift)
    assert view.selection == (0, 20)
    with qtbot.waitSignal(view.seam_moved) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Left, control)
    assert caught.args == [380]
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert window.span == pytest.approx(800)
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert window.fitted
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.position == 800
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.position == 0


def test_what_the_keys_reach_is_seen(view: WaveformView, qtbot: QtBot) -> None:
    view.window_of_time.look_at(0, 50)
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.window_of_time.start <= 800 <= view.window_of_time.last


def test_a_screen_reader_is_told_where_things_are(view: WaveformView, qtbot: QtBot) -> None:
    view.show_seam(400)
    view.show_selection((80, 160))
    view.window().activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.accessibleName() == "Waveform"
    expected = "Playhead at 0.003 s of 0.125 s; chosen 0.010 to 0.020 s; seam at 0.050 s"
    assert view.accessibleDescription() == expected


def test_a_sample_in_words(view: WaveformView) -> None:
    view.load(np.array([0, -16384], np.int16))
    assert view.words_of(1) == "0.0001 s, sample 1: −0.5000"


def test_nothing_is_painted_of_no_sound(view: WaveformView) -> None:
    view.load(np.zeros(0, np.int16))
    for span in (1000, 20):
        view.window_of_time.look_at(0, span)
        assert not inked(view, 250, theme().colours.accent)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_theme(view: WaveformView, scheme: str) -> None:
    theme().choose(scheme)
    try:
        assert inked(view, 100, theme().colours.accent)
    finally:
        theme().choose("system")
