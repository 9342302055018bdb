"""The spectrogram: what is painted, where, and in pieces."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from genstudio.core.uniforms import generator
from genstudio.ui.recording.trace_colours import lookup
from genstudio.ui.sound_views.spectrogram import SpectrogramView
from genstudio.ui.sound_views.spectrum import decibels, levels_of
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.waveform import WaveformView
from genstudio.ui.theme import theme


@pytest.fixture
def view(qtbot: QtBot) -> SpectrogramView:
    view = SpectrogramView(TimeWindow(8000, 4000))
    qtbot.addWidget(view)
    view.resize(500, 257)
    view.show()
    return view


def finish(view: SpectrogramView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: view.complete)


def sound(count: int) -> np.ndarray:
    return (generator(4).normal(size=count) * 2000).astype(np.int16)


@pytest.mark.parametrize(
    ("first", "last"), [(0, 4000), (1000, 3013), (0, 900), (500.25, 920.75), (2000, 2010)]
)
def test_a_column_shows_the_greatest_of_the_frames_whose_middle_lies_in_it(
    view: SpectrogramView, qtbot: QtBot, first: float, last: float
) -> None:
    samples = sound(3000)
    view.load(samples)
    window = view.window_of_time
    window.look_at(first, last)
    finish(view, qtbot)
    shown = view.column_levels()
    width = window.span / 500
    hop = 2 ** int(np.floor(np.log2(max(width, 1))))
    for column in (0, 3, 123, 250, 377, 499):
        low, high = window.start + column * width, window.start + (column + 1) * width
        frames = [k * hop for k in range(4000 // hop + 1) if low <= k * hop + 0.5 < high]
        if not frames:  # nearer than a sample: the one that is seen
            frames = [int(np.floor((low + high) / 2))]
        known = [each for each in frames if each < 3000]
        if not known:
            assert not shown[:, column].any()
            continue
        expected = np.max([decibels(samples, at, 1, 1, 256)[0] for at in known], axis=0)
        assert np.abs(shown[:, column].astype(int) - levels_of(expected)).max() <= 1


def test_it_is_aligned_to_the_pixel_with_the_waveform(view: SpectrogramView, qtbot: QtBot) -> None:
    """A click in silence: as much energy before as after it, in the column of its sample."""
    wave = WaveformView(view.window_of_time)
    qtbot.addWidget(wave)
    wave.resize(500, 101)
    wave.show()
    for at in (1000, 1003, 2222, 3999 - 300):
        samples = np.zeros(4000, np.int16)
        samples[at] = 30_000
        for each in (wave, view):
            each.load(samples)
        finish(view, qtbot)
        shot = wave.grab().toImage()
        accent = theme().colours.accent
        painted = [x for x in range(500) if shot.pixelColor(x, 20).name() == accent]
        loud = view.column_levels().astype(float).max(axis=0)
        loud -= loud.min()
        middle = float((loud * np.arange(500)).sum() / loud.sum())
        assert painted[0] == int(at / 8)
        assert middle == pytest.approx(at / 8, abs=0.1)


def test_a_tone_is_a_line_at_its_frequency(view: SpectrogramView, qtbot: QtBot) -> None:
    tone = np.sin(2 * np.pi * 1500 * np.arange(4000) / 8000) * 3000
    view.load(tone.astype(np.int16))
    finish(view, qtbot)
    shot = view.grab().toImage()
    light = [QColor(shot.pixel(250, y)).lightness() for y in range(257)]
    assert int(np.argmax(light)) == pytest.approx((1 - 1500 / 4000) * 257, abs=1)
    level = levels_of(np.array([20 * np.log10(3000 / 32768)]))[0]
    assert max(light) == pytest.approx(QColor(int(lookup("magma")[level])).lightness(), abs=2)


def test_it_is_made_in_pieces_and_what_is_there_is_shown_meanwhile(
    view: SpectrogramView, qtbot: QtBot
) -> None:
    samples = sound(2**21)
    view.window_of_time.open(8000, len(samples))
    view.load(samples)
    view.grab()  # painting does not wait for it
    assert not view.complete
    finish(view, qtbot)
    before = view.grab().toImage()
    view.window_of_time.zoom(2**20, 1 / 64)
    assert not view.complete
    meanwhile = view.grab().toImage()
    for x in (1, 130, 380, 498):  # eight columns of before, stretched to the whole width
        was = int(250 + (x + 0.5 - 250) / 64)
        for y in (50, 100, 200):
            assert meanwhile.pixelColor(x, y) == before.pixelColor(was, y)


def test_a_growing_sound_is_the_same_as_one_that_was_there(
    view: SpectrogramView, qtbot: QtBot
) -> None:
    samples = sound(3210)
    view.load(samples)
    finish(view, qtbot)
    expected = view.column_levels()
    view.load(samples[:100])
    for part in np.array_split(samples[100:], 23):
        view.append(part)
        finish(view, qtbot)
    assert np.array_equal(view.column_levels(), expected)
    assert not expected[:, -90:].any()


def test_a_click_seeks(view: SpectrogramView, qtbot: QtBot) -> None:
    view.load(sound(3000))
    with qtbot.waitSignal(view.sought) as caught:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 80))
    assert caught.args == [800]


def test_a_place_in_words(view: SpectrogramView) -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000) * 32_767
    view.load(tone.astype(np.int16))
    assert view.words_at(2000, 1003.0) == "0.250 s, 1,003 Hz: 0 dB"
    view.load(np.zeros(4000, np.int16))
    assert view.words_at(2000, 3000.0) == "0.250 s, 3,000 Hz: below −100 dB"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_playhead_is_seen_on_whatever_lies_under_it(
    view: SpectrogramView, qtbot: QtBot, scheme: str
) -> None:
    view.load(np.zeros(4000, np.int16))
    finish(view, qtbot)
    view.show_position(2000)
    theme().choose(scheme)
    try:
        shot, colours = view.grab().toImage(), theme().colours
        around = [shot.pixelColor(x, 128).name() for x in (249, 250, 251)]
        assert around == [colours.surface, colours.text, colours.surface]
    finally:
        theme().choose("system")
