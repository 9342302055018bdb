"""The transport says what is wished and shows where things are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from genstudio.ui.recording.playback import Playback
from genstudio.ui.theme import theme
from genstudio.ui.widgets.transport import Transport, speed_of, tick_of


@pytest.fixture
def transport(qtbot: QtBot) -> Transport:
    transport = Transport()
    qtbot.addWidget(transport)
    transport.resize(600, 90)
    transport.show()
    return transport


def test_the_slider_spans_one_symbol_a_second_to_all_at_once() -> None:
    assert speed_of(0) == 1.0
    assert math.isinf(speed_of(200))
    speeds = [speed_of(tick) for tick in range(201)]
    assert speeds == sorted(speeds)
    assert speeds[199] == pytest.approx(10_000)


@pytest.mark.parametrize("speed", [1.0, 16.0, 196.0, 3000.0, math.inf])
def test_a_speed_finds_its_place(speed: float) -> None:
    assert speed_of(tick_of(speed)) == pytest.approx(speed, rel=0.03)


def test_buttons_say_what_is_wished(transport: Transport, qtbot: QtBot) -> None:
    for button, signal, arguments in (
        (transport.play, transport.toggled, []),
        (transport.back, transport.stepped, [-1]),
        (transport.forward, transport.stepped, [1]),
        (transport.start, transport.sought, [0]),
        (transport.end, transport.went_live, []),
    ):
        with qtbot.waitSignal(signal) as caught:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert caught.args == arguments


def test_a_click_in_the_scrubber_seeks_there_but_not_beyond_what_is_recorded(
    transport: Transport, qtbot: QtBot
) -> None:
    scrubber = transport.scrubber
    scrubber.show_recording(np.ones(60), 100, 2.0, [])
    left = Qt.MouseButton.LeftButton
    with qtbot.waitSignal(transport.sought) as caught:
        qtbot.mouseClick(scrubber, left, pos=QPoint(scrubber.width() // 2, 20))
    assert caught.args is not None and abs(caught.args[0] - 50) <= 1
    with qtbot.waitSignal(transport.sought) as caught:
        qtbot.mouseClick(scrubber, left, pos=QPoint(scrubber.width() - 6, 20))
    assert caught.args == [60]


def test_the_surprise_is_drawn_in_the_scrubber(transport: Transport) -> None:
    curve = np.zeros(100)
    curve[50:] = 4.0
    scrubber = transport.scrubber
    scrubber.show_recording(curve, 100, 4.0, [])
    shot = scrubber.grab().toImage()
    surface = theme().colours.surface
    assert shot.pixelColor(scrubber.width() // 4, 12).name() == surface
    assert shot.pixelColor(3 * scrubber.width() // 4, 12).name() == theme().colours.control
    scrubber.set_position(100)
    shot = scrubber.grab().toImage()
    assert shot.pixelColor(3 * scrubber.width() // 4, 12).name() == theme().colours.accent


def test_it_follows_the_playback(transport: Transport) -> None:
    playback = Playback()
    playback.open(100, 60, 30, playing=True)
    transport.show_state(playback)
    assert transport.where.text() == "30 / 100"
    assert transport.play.accessibleName() == "Pause"
    assert transport.live.isEnabled()
    playback.grow(100)
    playback.pause()
    transport.show_state(playback)
    assert transport.play.accessibleName() == "Play"
    assert not transport.live.isEnabled() and "complete" in transport.live.toolTip()


def test_space_plays_from_the_scrubber(transport: Transport, qtbot: QtBot) -> None:
    with qtbot.waitSignal(transport.toggled):
        qtbot.keyClick(transport.scrubber, Qt.Key.Key_Space)
