"""The ruler of time: round moments, in seconds or milliseconds as near as one looks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy
from typing_extensions import override

from genstudio.ui.sound_views.time_view import TimeView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.theme import theme

__all__ = ["Marks", "TimeRuler", "marks_for"]

_APART = 84  # pixels between two named marks, at the least
_MINUTE = 60.0
_LONG = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)  # seconds between marks


@dataclass(frozen=True)
class Marks:
    """How a ruler is divided.

    Attributes:
        step: seconds between two named marks.
        parts: into how many the room between them is divided.
        clock: whether moments are named by minutes and seconds.
    """

    step: float
    parts: int
    clock: bool

    def name(self, mark: int) -> str:
        """What the mark at `mark` steps is called: "0.25 s", "12.5 ms", "1:30"."""
        at = mark * self.step
        if self.clock:
            minutes, seconds = divmod(round(at), 60)
            hours, minutes = divmod(minutes, 60)
            return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
        if self.step >= 0.01:
            return f"{at:.{max(0, -_power(self.step))}f} s"
        return f"{at * 1000:.{max(0, -_power(self.step) - 3)}f} ms"


def marks_for(seconds: float, width: float) -> Marks:
    """The division of a ruler so many pixels wide that shows so many seconds."""
    least = seconds * _APART / max(width, 1.0)
    if least > 1:
        step = next((each for each in _LONG if each >= least), _LONG[-1])
        for_minutes = 6 if step % 30 == 0 else 5
        return Marks(float(step), for_minutes, seconds >= _MINUTE)
    power = 10.0 ** math.floor(math.log10(least))
    factor = next(each for each in (1, 2, 5, 10) if each * power >= least * (1 - 1e-9))
    return Marks(factor * power, 4 if factor == 2 else 5, False)


class TimeRuler(TimeView):
    """Lies on the axis of time; a press or a drag seeks."""

    def __init__(self, window: TimeWindow) -> None:
        super().__init__(window, "Time")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # the waveform's keys do the same

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, theme().text_size + 9)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        colours, window = theme().colours, self.window_of_time
        painter.fillRect(event.rect(), QColor(colours.ground))
        marks = marks_for(window.span / window.rate, self.width())
        samples = marks.step * window.rate
        font = self.font()
        font.setPixelSize(theme().text_size - 2)
        painter.setFont(font)
        tick, text = QPen(QColor(colours.control), 1), QPen(QColor(colours.secondary), 1)
        first = math.floor(window.start / samples)
        last = math.ceil((window.start + window.span) / samples)
        for mark in range(first, last + 1):
            for part in range(marks.parts):
                left = self._line((mark + part / marks.parts) * samples)
                tall = self.height() if part == 0 else 4
                painter.fillRect(QRectF(left, 0, 1, tall), tick.color())
            x = self.x_of(mark * samples)
            painter.setPen(text)
            room = QRectF(x + 4, 2, _APART, self.height() - 2)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), marks.name(mark))
        self.paint_playhead(painter)
        self.paint_focus(painter)


def _power(step: float) -> int:
    """The place of the first digit that is not 0: 0 of 1, −2 of 0.05."""
    return math.floor(math.log10(step) + 1e-9)
