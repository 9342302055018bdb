"""The transport of a sound: play, loop, where the playhead is, how loud, on which device."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from genstudio.ui.listening.player import Player
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import CONTROL, HALF, icon

__all__ = ["SoundTransport", "amplitude_of", "clock"]

_LOUDEST = 100
_QUIETEST = -40.0  # dB just above the slider's end, which is silence


def clock(samples: int, rate: int) -> str:
    """A time as minutes, seconds and hundredths."""
    hundredths = samples * 100 // rate
    return f"{hundredths // 6000}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def amplitude_of(tick: int) -> float:
    """The amplitude at a place of the slider: even steps in dB, and silence at its end."""
    if tick <= 0:
        return 0.0
    return float(10 ** (_QUIETEST * (1 - tick / _LOUDEST) / 20))


class SoundTransport(QWidget):
    """Buttons, time and volume; it says what is wished.

    Attributes:
        toggled: play or pause.
        sought: to a sample.
        went_to_end: to the newest sample.
        loop_chosen: whether to begin again at the end.
        volume_chosen: an amplitude, 0 … 1.
    """

    toggled = Signal()
    sought = Signal(int)
    went_to_end = Signal()
    loop_chosen = Signal(bool)
    volume_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.start = _button("skip-previous", "To the start (Home)")
        self.play = _button("play", "Play (Space)")
        self.end = _button("skip-next", "To the newest sample (End)")
        self.loop = _button("repeat", "Begin again at the end (L)")
        self.loop.setCheckable(True)
        self.where = with_role(QLabel(), "tabular")
        self.where.setFixedSize(132, 20)  # fixed, so that a new number lays out nothing
        self.words = with_role(QLabel(), "secondary")
        self.mute = _button("volume-high", "Silence (M)")
        self.mute.setCheckable(True)
        self.volume = named(QSlider(Qt.Orientation.Horizontal), "Volume")
        self.volume.setRange(0, _LOUDEST)
        self.volume.setFixedWidth(88)
        self.volume.setValue(_LOUDEST)
        self._playing: bool | None = None
        self._lay_out()
        self.start.clicked.connect(lambda: self.sought.emit(0))
        self.play.clicked.connect(self.toggled)
        self.end.clicked.connect(self.went_to_end)
        self.loop.clicked.connect(self.loop_chosen)
        self.volume.valueChanged.connect(self._turned)
        self.mute.toggled.connect(lambda _: self._turned())
        self._turned()

    def show_player(self, player: Player, rate: int) -> None:
        """Follow the playhead and what it does."""
        if rate:
            self.where.setText(f"{clock(player.position, rate)} / {clock(player.length, rate)}")
        if player.playing != self._playing:
            self._playing = player.playing
            self.play.setIcon(icon("pause" if player.playing else "play"))
            word = "Pause" if player.playing else "Play"
            self.play.setAccessibleName(word)
            self.play.setToolTip(f"{word} (Space)")
        self.loop.setChecked(player.loop)

    def say(self, words: str) -> None:
        """What goes on, beside the time."""
        if words != self.words.text():
            self.words.setText(words)
            self.words.setToolTip(words)

    @property
    def amplitude(self) -> float:
        """How loud, 0 … 1."""
        return 0.0 if self.mute.isChecked() else amplitude_of(self.volume.value())

    def _turned(self) -> None:
        amplitude = self.amplitude
        self.mute.setIcon(icon("volume-off" if amplitude == 0 else "volume-high"))
        shown = "silent" if self.volume.value() == 0 else f"{_decibels(self.volume.value()):.0f} dB"
        self.volume.setToolTip(f"Volume: {shown}".replace("-", "−"))
        self.volume_chosen.emit(amplitude)

    def _lay_out(self) -> None:
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(2)
        for button in (self.start, self.play, self.end, self.loop):
            self.row.addWidget(button)
        self.row.addSpacing(HALF)
        self.row.addWidget(self.where)
        self.row.addWidget(self.words, 1)
        self.row.addSpacing(HALF)
        self.row.addWidget(self.mute)
        self.row.addWidget(self.volume)


def _decibels(tick: int) -> float:
    return _QUIETEST * (1 - tick / _LOUDEST)


def _button(name: str, words: str) -> QToolButton:
    button = named(QToolButton(), words.partition(" (")[0], words, role="plain")
    button.setIcon(icon(name))
    button.setFixedSize(CONTROL, CONTROL)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
