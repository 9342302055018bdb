"""The transport: where the playhead is in the recording, how fast it moves, where to go."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from genstudio.ui.recording.playback import INSTANT, Playback
from genstudio.ui.theme import HALF, icon, theme

__all__ = ["Scrubber", "Transport", "speed_of", "tick_of"]

_TICKS = 200
_FASTEST = 10_000.0


def speed_of(tick: int) -> float:
    """Symbols a second at a place of the slider: 1 … 10 000 by factors, then instantaneous."""
    return INSTANT if tick >= _TICKS else float(_FASTEST ** (tick / (_TICKS - 1)))


def tick_of(speed: float) -> int:
    """The place of the slider for a speed."""
    if math.isinf(speed):
        return _TICKS
    share = math.log(min(max(speed, 1.0), _FASTEST)) / math.log(_FASTEST)
    return round(share * (_TICKS - 1))


class Scrubber(QWidget):
    """The recording from its first step to its last, with a curve drawn in it.

    Attributes:
        sought: the person put the playhead at a position, 0 … total.
        words_at: what the tooltip says of a position, 1 … length; surprise unless set.
    """

    sought = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Position in the recording")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._total = self._length = self._position = 0
        self._curve: NDArray[np.floating] = np.zeros(0)
        self._top = 1.0
        self._marks: list[int] = []
        self._borders: list[int] = []
        self.words_at: Callable[[int], str] = self._surprise_at
        self._dim, self._bright = QImage(), QImage()
        theme().changed.connect(self._redraw)

    def sizeHint(self) -> QSize:
        return QSize(400, 44)

    def show_recording(
        self,
        curve: NDArray[np.floating],
        total: int,
        top: float,
        marks: list[int],
        borders: Sequence[int] = (),
    ) -> None:
        """Show a curve.

        Args:
            curve: (length,) values ≥ 0 of the steps recorded so far, such as surprise in bits.
            total: steps of the whole recording.
            top: the value at the upper edge; more is cut off.
            marks: steps that were changed by hand.
            borders: positions at which a part of the recording ends.
        """
        self._curve, self._length, self._total, self._top = curve, len(curve), total, top
        self._marks, self._borders = marks, list(borders)
        self._redraw()

    def set_position(self, position: int) -> None:
        """Move the playhead; only what it passed is painted again."""
        before, after = round(self._x(self._position)), round(self._x(position))
        self._position = position
        if before != after:  # a step of a long recording is less than a pixel
            left, right = sorted((before, after))
            self.update(left - 5, 0, right - left + 10, self.height())

    @property
    def position(self) -> int:
        """Where the playhead is."""
        return self._position

    def _x(self, position: int) -> float:
        return 4 + (self.width() - 8) * (position / self._total if self._total else 0.0)

    def _position_at(self, x: float) -> int:
        share = (x - 4) / max(1, self.width() - 8)
        return max(0, min(self._length, round(share * self._total)))

    def _redraw(self) -> None:
        """The curve as two pictures, one for each side of the playhead."""
        colours = theme().colours
        self._dim = self._drawn(colours.control)
        self._bright = self._drawn(colours.accent)
        self.update()

    def _drawn(self, colour: str) -> QImage:
        wide, tall = max(1, self.width() - 8), max(1, self.height() - 8)
        surface = np.uint32(QColor(theme().colours.surface).rgb())
        page = np.full((tall, wide), surface, np.uint32)
        reach = int(wide * self._length / self._total) if self._total else 0
        if reach and self._length:
            starts = np.minimum(np.arange(reach) * self._length // reach, self._length - 1)
            if self._length <= reach:
                heights = self._curve[starts]
            else:
                heights = np.maximum.reduceat(self._curve, starts)
            rows = np.minimum(heights / self._top, 1.0) * (tall - 2) + 1
            filled = np.arange(tall)[::-1, None] < rows[None, :]
            page[:, :reach][filled] = np.uint32(QColor(colour).rgb())
        return QImage(page.data, wide, tall, wide * 4, QImage.Format.Format_RGB32).copy()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        colours = theme().colours
        x, live = self._x(self._position), self._x(self._length)
        painter.fillRect(self.rect(), QColor(colours.ground))
        split = round(x) - 4
        painter.drawImage(QPointF(4, 4), self._bright, QRectF(0, 0, split, self._bright.height()))
        painter.drawImage(
            QPointF(4 + split, 4),
            self._dim,
            QRectF(split, 0, self._dim.width() - split, self._dim.height()),
        )
        if self._length < self._total:  # what is not recorded yet
            painter.fillRect(
                QRectF(live, 4, self.width() - 4 - live, self.height() - 8), QColor(colours.raised)
            )
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.drawRect(QRectF(3.5, 3.5, self.width() - 7, self.height() - 7))
        self._paint_borders(painter)
        painter.setPen(QPen(QColor(colours.warn), 2))
        for mark in self._marks:
            at = self._x(mark + 1)
            painter.drawLine(QPointF(at, 4), QPointF(at, self.height() - 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.text))
        painter.drawRect(QRectF(round(x) - 1, 0, 2, self.height()))
        painter.drawRect(QRectF(round(x) - 4, 0, 8, 4))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(QRectF(3.5, 3.5, self.width() - 7, self.height() - 7))

    def _paint_borders(self, painter: QPainter) -> None:
        """Where parts end; lines that would lie closer than four pixels are left out."""
        painter.setPen(QPen(QColor(theme().colours.secondary), 1))
        last = -math.inf
        for border in self._borders:
            at = round(self._x(border)) + 0.5
            if at - last >= 4:
                painter.drawLine(QPointF(at, 4), QPointF(at, 10))
                last = at

    def _surprise_at(self, position: int) -> str:
        bits = self._curve[position - 1]
        return f"Step {position} of {self._total}: {bits:.2f} bits of surprise"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.sought.emit(self._position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = self._position_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.sought.emit(position)
        elif self._length:
            words = self.words_at(max(1, position))
            QToolTip.showText(event.globalPosition().toPoint(), words, self)


class Transport(QWidget):
    """Buttons, scrubber, speed and loop of a `Playback`; it says what is wished.

    Attributes:
        sought: a position.
        toggled: play or pause.
        stepped: by so many steps.
        went_live: to the live edge.
        speed_chosen: symbols a second.
        loop_chosen: whether to begin again at the end.
    """

    sought = Signal(int)
    toggled = Signal()
    stepped = Signal(int)
    went_live = Signal()
    speed_chosen = Signal(float)
    loop_chosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.scrubber = Scrubber()
        self.unit = "symbol"
        self.start = _button("skip-previous", "To the start", "Home")
        self.back = _button("step-backward", "One symbol back", "←")
        self.play = _button("play", "Play", "Space")
        self.forward = _button("step-forward", "One symbol forward", "→")
        self.end = _button("skip-next", "To the end of what is recorded", "End")
        self.loop = _button("repeat", "Begin again at the end", "L")
        self.loop.setCheckable(True)
        self.live = _button("", "Show every symbol as it is drawn", "End")
        self.live.setText("Live")
        self.where = QLabel()
        self.where.setFixedSize(84, 20)  # fixed, so that a new number lays out nothing
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setAccessibleName("Speed")
        self.speed.setRange(0, _TICKS)
        self.speed.setFixedWidth(80)
        self.pace = QLabel()
        self.pace.setProperty("role", "secondary")
        self.pace.setFixedSize(84, 20)
        self._lay_out()
        self._playing: bool | None = None
        self.set_unit(self.unit)
        self.scrubber.sought.connect(self.sought)
        self.start.clicked.connect(lambda: self.sought.emit(0))
        self.end.clicked.connect(self.went_live)
        self.live.clicked.connect(self.went_live)
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.forward.clicked.connect(lambda: self.stepped.emit(1))
        self.play.clicked.connect(self.toggled)
        self.loop.clicked.connect(self.loop_chosen)
        self.speed.valueChanged.connect(self._speed_moved)
        self._speed_moved(self.speed.value())

    def set_unit(self, unit: str, total: int = 0) -> None:
        """Say what a step is, and make room for counting to so many of them."""
        self.unit = unit
        for button, words in ((self.back, "back"), (self.forward, "forward")):
            button.setAccessibleName(f"One {unit} {words}")
            button.setToolTip(f"One {unit} {words} ({'←' if words == 'back' else '→'})")
        self.speed.setToolTip(f"How many {unit}s a second; far right shows all at once")
        widest = self.where.fontMetrics().horizontalAdvance(f"{total} / {total}") + 4
        self.where.setFixedWidth(max(84, widest))
        self._say_pace(speed_of(self.speed.value()))
        self._say_live()

    def show_state(self, playback: Playback) -> None:
        """Follow the playhead, in words too; while it plays the scrubber alone does so faster."""
        self.scrubber.set_position(playback.position)
        self.where.setText(f"{playback.position} / {playback.total}")
        if playback.playing != self._playing:
            self._playing = playback.playing
            self.play.setIcon(icon("pause" if playback.playing else "play"))
            word = "Pause" if playback.playing else "Play"
            self.play.setAccessibleName(word)
            self.play.setToolTip(f"{word} (Space)")
        growing = playback.length < playback.total
        if self.live.isEnabled() != growing:
            self.live.setEnabled(growing)
            self._say_live()

    def show_speed(self, speed: float) -> None:
        """Put the slider to a speed without telling anybody."""
        self.speed.blockSignals(True)
        self.speed.setValue(tick_of(speed))
        self.speed.blockSignals(False)
        self._say_pace(speed)

    def _say_live(self) -> None:
        self.live.setToolTip(
            f"Show every {self.unit} as it is drawn (End)"
            if self.live.isEnabled()
            else "The recording is complete: nothing is being drawn"
        )

    def _speed_moved(self, tick: int) -> None:
        self._say_pace(speed_of(tick))
        self.speed_chosen.emit(speed_of(tick))

    def _say_pace(self, speed: float) -> None:
        self.pace.setText(
            "all at once"
            if math.isinf(speed)
            else f"{speed:,.0f}".replace(",", " ") + f" {self.unit}{'' if speed < 1.5 else 's'}/s"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2)
        for button in (self.start, self.back, self.play, self.forward, self.end):
            row.addWidget(button)
        row.addSpacing(HALF)
        row.addWidget(self.where)
        row.addStretch(1)
        row.addWidget(self.loop)
        row.addWidget(self.live)
        row.addSpacing(HALF)
        row.addWidget(self.speed)
        row.addSpacing(HALF)
        row.addWidget(self.pace)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.scrubber)
        column.addLayout(row)


def _button(name: str, words: str, key: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "plain")
    if name:
        button.setIcon(icon(name))
        button.setFixedSize(28, 28)
    button.setAccessibleName(words)
    button.setToolTip(f"{words} ({key})")
    return button
