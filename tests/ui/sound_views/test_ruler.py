"""The ruler: round moments, far enough apart, at the pixel of their sample."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from genstudio.ui.sound_views.ruler import TimeRuler, marks_for
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.theme import theme


@pytest.mark.parametrize(
    ("seconds", "width", "step", "names"),
    [
        (0.7, 1200, 0.05, ["0.00 s", "0.05 s", "0.10 s"]),
        (0.005, 1000, 0.0005, ["0.0 ms", "0.5 ms", "1.0 ms"]),
        (0.1, 1000, 0.01, ["0.00 s", "0.01 s", "0.02 s"]),
        (10.0, 1200, 1.0, ["0 s", "1 s", "2 s"]),
        (600.0, 1200, 60.0, ["0:00", "1:00", "2:00"]),
        (7200.0, 900, 900.0, ["0:00", "15:00", "30:00"]),
    ],
)
def test_marks_are_round(seconds: float, width: int, step: float, names: list[str]) -> None:
    marks = marks_for(seconds, width)
    assert marks.step == pytest.approx(step)
    assert [marks.name(mark) for mark in range(3)] == names


def test_an_hour_has_its_own_figure() -> None:
    assert marks_for(7200.0, 900).name(5) == "1:15:00"


@pytest.mark.parametrize("exponent", [place / 7 for place in range(-28, 28)])
def test_marks_are_never_too_near(exponent: float) -> None:
    seconds = 10.0**exponent
    for width in (300, 1000, 2560):
        pixels = marks_for(seconds, width).step / seconds * width
        assert 84 * 0.999 <= pixels <= 84 * 2.51


def test_a_mark_is_at_the_pixel_of_its_sample_and_a_drag_seeks(qtbot: QtBot) -> None:
    ruler = TimeRuler(TimeWindow(8000, 8000))
    qtbot.addWidget(ruler)
    ruler.resize(1000, ruler.sizeHint().height())
    ruler.show()
    shot = ruler.grab().toImage()
    control = theme().colours.control
    bottom = ruler.height() - 3
    marked = [x for x in range(1000) if shot.pixelColor(x, bottom).name() == control]
    assert {100, 200, 900} <= set(marked)
    assert not {99, 101} & set(marked)
    with qtbot.waitSignal(ruler.sought) as caught:
        qtbot.mousePress(ruler, Qt.MouseButton.LeftButton, pos=QPoint(250, 5))
    assert caught.args == [2000]
