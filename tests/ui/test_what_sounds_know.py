"""Entropy along time and what may come next: exact at any zoom, read by pointer and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from genstudio.core.uniforms import generator
from genstudio.data.companding import expanded, quantised
from genstudio.ui.sound_views.entropy_strip import EntropyStrip
from genstudio.ui.sound_views.next_sample import NextSampleColumn, Placement, borders
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.theme import theme
from genstudio.ui.widgets.bars import Conditional

LEVELS = 256


INSIDE = range(1, 95)
"""Rows of pixels of a strip without the frame around what has the keyboard."""


def bits(length: int) -> np.ndarray:
    return generator(5).uniform(0, 8, length).astype(np.float32)


@pytest.fixture
def strip(qtbot: QtBot) -> EntropyStrip:
    strip = EntropyStrip(TimeWindow(1000, 3000))
    qtbot.addWidget(strip)
    strip.resize(200, 96)
    strip.show()
    return strip


def shot(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def turn(widget: QWidget, at: QPoint, by: int, held: Qt.KeyboardModifier) -> None:
    """Turn the wheel over a widget."""
    event = QWheelEvent(
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, by),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_mean_least_and_most_are_those_of_every_value_however_they_came(
    strip: EntropyStrip,
) -> None:
    values = bits(3000)
    strip.load(values[:1])
    for first in range(1, 3000, 137):
        strip.append(values[first : first + 137])
    ends = np.sort(generator(6).choice(np.arange(1, 3001), 80, replace=False))
    begins = np.append(0, ends[:-1])
    mean, low, high = strip.summary(begins, ends)
    parts = [values[a:b] for a, b in zip(begins, ends, strict=True)]
    np.testing.assert_allclose(mean, [part.astype(float).mean() for part in parts], atol=1e-9)
    np.testing.assert_array_equal(low, [part.min() for part in parts])
    np.testing.assert_array_equal(high, [part.max() for part in parts])


def test_each_column_is_coloured_from_the_least_to_the_most_of_its_samples(
    strip: EntropyStrip,
) -> None:
    values = bits(3000)
    strip.load(values)
    picture = shot(strip)
    below = range(int(strip.y_of(8)), 95)  # the words
    surface, line = (QColor(getattr(theme().colours, n)).name() for n in ("surface", "hairline"))
    for column in (1, 60, 121, 198):
        part = values[15 * column : 15 * column + 15].astype(float)  # 3000 samples, 200 columns
        rows = [y for y in below if picture.pixelColor(column, y).name() not in (surface, line)]
        assert strip.y_of(part.max()) == pytest.approx(rows[0], abs=1.5)
        # The line that leads to the next column's mean may reach further down.
        after = values[15 * column + 15 : 15 * column + 30].astype(float).mean()
        lowest = max(strip.y_of(part.min()), strip.y_of(after))
        assert lowest == pytest.approx(rows[-1], abs=2)


def test_near_enough_each_sample_has_a_bar_as_high_as_its_entropy(strip: EntropyStrip) -> None:
    values = bits(3000)
    strip.load(values)
    strip.window_of_time.look_at(1000, 1010)
    picture, accent = shot(strip), theme().colours.accent
    for sample in range(1000, 1010):
        x = int(strip.x_of(sample + 0.5))
        tall = sum(picture.pixelColor(x, y).name() == accent for y in INSIDE)
        assert tall == pytest.approx(strip.y_of(0) - strip.y_of(float(values[sample])), abs=1.5)


def test_the_pointer_reads_one_sample_near_and_all_of_a_column_afar(
    strip: EntropyStrip, qtbot: QtBot
) -> None:
    values = bits(3000)
    strip.load(values)
    part = values[900:915].astype(float)
    words = strip.words_of(907)
    assert words.startswith("Samples 900 to 914 (0.900 s)")
    assert f"mean {part.mean():.2f} bits, from {part.min():.2f} to {part.max():.2f}" in words
    turn(strip, QPoint(60, 50), 120, Qt.KeyboardModifier.NoModifier)
    assert strip.window_of_time.span == pytest.approx(2400)
    strip.window_of_time.look_at(900, 920)
    assert strip.words_of(907) == f"Sample 907 (0.9070 s): {values[907]:.2f} bits"
    with qtbot.waitSignal(strip.sought) as caught:
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(75, 50))
    assert caught.args == [907]


def test_the_playhead_reads_too_and_goes_by_keys(strip: EntropyStrip, qtbot: QtBot) -> None:
    values = bits(3000)
    strip.load(values)
    strip.window_of_time.look_at(0, 40)
    strip.setFocus()
    qtbot.waitUntil(strip.hasFocus)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert f"Sample 1 (0.0010 s): {values[1]:.2f} bits" in strip.accessibleDescription()
    qtbot.keyClick(strip, Qt.Key.Key_0)
    assert strip.window_of_time.fitted


def test_what_is_not_drawn_yet_is_not_known(strip: EntropyStrip) -> None:
    strip.load(bits(1500))
    assert strip.words_of(2000) == "Sample 2,000 (2.000 s): its entropy is not known"
    picture, accent = shot(strip), theme().colours.accent
    assert not any(
        picture.pixelColor(x, y).name() == accent for x in range(101, 199) for y in INSIDE
    )


# --- what may come next ---


def conditional(symbol: int = 140, uniform: float = 0.5) -> Conditional:
    p = generator(7).dirichlet(np.ones(LEVELS))
    return Conditional(p, p, uniform, symbol, given=False)


@pytest.fixture
def column(qtbot: QtBot) -> NextSampleColumn:
    column = NextSampleColumn()
    qtbot.addWidget(column)
    column.resize(220, 300)
    column.show()
    return column


def test_a_levels_share_of_the_axis_is_what_is_quantised_to_it() -> None:
    ends = borders(LEVELS, Placement.AMPLITUDE)
    assert (ends[0], ends[-1]) == (-1, 1)
    inside = 1e-9
    np.testing.assert_array_equal(quantised(ends[:-1] + inside, LEVELS), np.arange(LEVELS))
    np.testing.assert_array_equal(quantised(ends[1:] - inside, LEVELS), np.arange(LEVELS))


@pytest.mark.parametrize("placement", list(Placement))
@pytest.mark.parametrize("rows", [37, 300, 600])
def test_each_row_of_pixels_has_the_probability_that_falls_into_it(
    column: NextSampleColumn, placement: Placement, rows: int
) -> None:
    shown = conditional()
    column.set_placement(placement)
    column.show_conditional(shown)
    ends = borders(LEVELS, placement)
    naive = np.zeros(rows)
    for row in range(rows):
        top, bottom = 1 - 2 * row / rows, 1 - 2 * (row + 1) / rows
        for level in range(LEVELS):
            shared = min(top, ends[level + 1]) - max(bottom, ends[level])
            naive[row] += shown.model[level] * max(0.0, shared) / (ends[level + 1] - ends[level])
    np.testing.assert_allclose(column.row_masses(shown.model, rows), naive, atol=1e-12)
    assert naive.sum() == pytest.approx(1)


@pytest.mark.parametrize("level", [0, 3, 128, 200, 255])
def test_a_level_is_as_high_as_its_sample_in_a_waveform_or_in_even_steps(
    column: NextSampleColumn, level: int
) -> None:
    column.show_conditional(conditional(level))
    amplitude = float(expanded(np.array([level], np.uint8), LEVELS)[0])
    rect = column.level_rect(level)
    assert rect.top() - 1e-9 <= 150 * (1 - amplitude) <= rect.bottom() + 1e-9
    column.set_placement(Placement.EVEN)
    assert column.level_rect(level).center().y() == pytest.approx(300 * (1 - (level + 0.5) / 256))


def test_the_drawn_level_and_its_share_are_accented_and_the_mark_stands_in_it(
    column: NextSampleColumn,
) -> None:
    p = np.full(LEVELS, 0.5 / (LEVELS - 1))
    p[40] = 0.5
    uniform = float(p[:40].sum() + 0.25)
    column.set_placement(Placement.EVEN)
    column.show_conditional(Conditional(p, p, uniform, 40, given=False), 17)
    picture, accent = shot(column), theme().colours.accent
    middle = int(column.level_rect(40).center().y())
    assert picture.pixelColor(20, middle).name() == accent
    strip = 220 - 60 - 5  # left of the words
    rows = [y for y in range(1, 299) if picture.pixelColor(strip, y).name() == accent]
    assert rows[0] == pytest.approx(300 * (1 - p[:41].sum()), abs=1)
    assert rows[-1] + 1 == pytest.approx(300 * (1 - p[:40].sum()), abs=1)
    text = theme().colours.text
    mark = [y for y in range(300) if picture.pixelColor(220 - 60 + 5, y).name() == text]
    assert rows[0] < min(mark) < 300 * (1 - uniform) < max(mark) + 1 < rows[-1]


def test_pointer_and_keys_read_a_level(column: NextSampleColumn, qtbot: QtBot) -> None:
    shown = conditional(140)
    column.show_conditional(shown)
    column.set_placement(Placement.EVEN)
    qtbot.mouseMove(column, QPoint(30, int(column.level_rect(200).center().y())))
    qtbot.waitUntil(lambda: column.cursor_level == 200)
    assert f"p = {shown.model[200]:.4f}" in column.accessibleDescription()
    qtbot.mouseMove(column, QPoint(30, int(column.level_rect(60).center().y())))
    qtbot.waitUntil(lambda: column.cursor_level == 60)
    qtbot.keyClick(column, Qt.Key.Key_End)
    assert column.accessibleDescription().startswith("Level 255 of 0 to 255, amplitude +1.0000")
    qtbot.keyClick(column, Qt.Key.Key_PageDown)
    qtbot.keyClick(column, Qt.Key.Key_Down)
    assert column.cursor_level == 238


def test_keys_set_out_from_the_drawn_level_and_values_follow_the_samples(
    column: NextSampleColumn, qtbot: QtBot
) -> None:
    column.show_conditional(conditional(140))
    qtbot.keyClick(column, Qt.Key.Key_Up)
    qtbot.keyClick(column, Qt.Key.Key_Down)
    assert "drawn by u = 0.500" in column.accessibleDescription()
    other = np.full(LEVELS, 1 / LEVELS)
    column.show_conditional(Conditional(other, other, 0.1, 25, given=False))
    assert column.accessibleDescription().startswith("Level 140")
    assert "p = 0.0039" in column.accessibleDescription()
    assert "drawn by" not in column.accessibleDescription()


def test_levels_closer_than_a_pixel_are_read_together_too(column: NextSampleColumn) -> None:
    shown = conditional(140)
    column.show_conditional(shown)
    words = column.words_of(126)
    first, last = (int(word) for word in words.split("Levels ")[1].split(" share")[0].split(" to "))
    assert first < 126 < last
    rows = [column.level_rect(level).center().y() // 1 for level in range(first - 1, last + 2)]
    assert rows[0] != rows[1] and len(set(rows[1:-1])) == 1 and rows[-2] != rows[-1]
    assert f"{shown.model[first : last + 1].sum():.4f} together" in words
    assert "share" not in column.words_of(250)


def test_a_colder_drawing_shows_the_models_own_as_well(column: NextSampleColumn) -> None:
    model = conditional().model
    colder = model**2 / (model**2).sum()
    column.show_conditional(Conditional(model, colder, 0.5, 140, given=False))
    assert f"p = {model[10]:.4f}, drawn with {colder[10]:.4f}" in column.words_of(10)


def test_both_follow_the_theme(strip: EntropyStrip, column: NextSampleColumn, qtbot: QtBot) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        theme().choose(scheme)
        grounds.append(
            [shot(w).pixelColor(w.width() // 2, 12).lightness() for w in (strip, column)]
        )
    theme().choose("system")
    assert min(grounds[0]) > 200 and max(grounds[1]) < 60
