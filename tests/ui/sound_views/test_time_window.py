"""One axis of time: zoom about a place, pan, and never beyond the sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from genstudio.ui.sound_views.time_window import TimeWindow


def test_it_begins_with_all(qtbot: QtBot) -> None:
    window = TimeWindow()
    with qtbot.waitSignal(window.changed):
        window.open(16_000, 5000)
    assert (window.rate, window.total, window.first, window.last) == (16_000, 5000, 0, 5000)
    assert window.fitted


def test_zooming_keeps_the_sample_under_the_pointer() -> None:
    window = TimeWindow(8000, 10_000)
    x = window.x_of(3000, 640)
    for factor in (0.5, 0.5, 0.7, 1.3):
        window.zoom(3000, factor)
        assert window.x_of(3000, 640) == pytest.approx(x)
    assert window.span == pytest.approx(10_000 * 0.25 * 0.7 * 1.3)


def test_zooming_goes_down_to_single_samples_and_up_to_all() -> None:
    window = TimeWindow(8000, 100_000)
    for _ in range(100):
        window.zoom(777.5, 0.5)
    assert window.span == 8
    assert window.first <= 777 < window.last
    for _ in range(100):
        window.zoom(777.5, 2)
    assert window.fitted


def test_what_is_not_seen_comes_to_the_middle_when_zoomed_about() -> None:
    window = TimeWindow(8000, 10_000)
    window.look_at(0, 1000)
    window.zoom(5000, 0.5)
    assert window.x_of(5000, 100) == pytest.approx(50)


def test_a_growing_sound_stays_whole_if_it_was_and_else_still() -> None:
    window = TimeWindow(8000, 1000)
    window.extend(2000)
    assert (window.first, window.last) == (0, 2000)
    window.look_at(500, 700)
    window.extend(4000)
    assert (window.first, window.last) == (500, 700)
    window.extend(600)  # it was stopped before
    assert (window.first, window.last) == (400, 600)


def test_what_is_revealed_is_seen_and_what_is_seen_stays_where_it_is() -> None:
    window = TimeWindow(8000, 10_000)
    window.look_at(1000, 2000)
    window.reveal(1500)
    assert window.start == 1000
    window.reveal(5000)
    assert window.start == pytest.approx(4900)
    window.reveal(10_000)
    assert window.last == 10_000


@given(
    total=st.integers(1, 10**8),
    moves=st.lists(
        st.one_of(
            st.tuples(st.just("zoom"), st.floats(-1e9, 1e9), st.floats(1e-3, 1e3)),
            st.tuples(st.just("pan"), st.floats(-1e9, 1e9), st.just(0.0)),
            st.tuples(st.just("look_at"), st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)),
        ),
        max_size=8,
    ),
)
def test_nothing_beyond_the_sound_is_ever_shown(
    total: int, moves: list[tuple[str, float, float]]
) -> None:
    window = TimeWindow(8000, total)
    for what, first, second in moves:
        if what == "pan":
            window.pan(first)
        else:
            getattr(window, what)(first, second)
        assert window.start >= 0
        assert window.start + window.span <= total * (1 + 1e-12)
        assert min(8, total) <= window.span
        assert 0 <= window.first < window.last <= total
