"""The Record button: a sound from the microphone, to listen to and to be gone on with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton

from genstudio.ui.listening.loudness import decibels
from genstudio.ui.theme import icon, theme

__all__ = ["Hearing", "RecordButton"]

_LOOK = 50  # milliseconds between two looks at the microphone
_MOST = 60  # seconds, after which a recording ends by itself
_QUIET = -60.0  # dB, where the level begins


class Hearing(Protocol):
    """What is asked of a `genstudio.audio.microphone.Microphone`."""

    @property
    def status(self) -> Any:
        """A `MicrophoneStatus`."""

    @property
    def level(self) -> float:
        """The RMS of the last moment, 0 … 1."""

    def start(self, rate: int, device: str | None = None) -> None:
        """Begin."""

    def samples(self, start: int = 0) -> NDArray[np.int16]:
        """What there is so far."""

    def stop(self) -> NDArray[np.int16]:
        """End; all of it."""

    def close(self) -> None:
        """End the process."""


class RecordButton(QPushButton):
    """Starts and ends a recording; while it goes on, shows how long and how loud it is.

    The microphone is made when it is first needed.

    Attributes:
        recorded: the samples, (n,) int16.
        failed: one sentence.
        rate: samples a second that are wanted.
        device: by name; None is the system's usual one.
        recording: whether it goes on.
    """

    recorded = Signal(object)
    failed = Signal(str)

    def __init__(self, make: Callable[[], Hearing]) -> None:
        super().__init__()
        self._make = make
        self._microphone: Hearing | None = None
        self.rate = 8000
        self.device: str | None = None
        self.recording = False
        self._level = 0.0
        self._timer = QTimer(self, interval=_LOOK)
        self._timer.timeout.connect(self.look)
        self.clicked.connect(self.toggle)
        self._say()

    def toggle(self) -> None:
        """Start or end."""
        if self.recording:
            self.finish()
        else:
            if self._microphone is None:
                self._microphone = self._make()
            self._microphone.start(self.rate, self.device)
            self.recording = True
            self._timer.start()
            self._say()

    def finish(self) -> None:
        """End the recording and hand it over."""
        if self._microphone is None or not self.recording:
            return
        samples = self._microphone.stop()
        self._rest()
        if len(samples):
            self.recorded.emit(samples)

    def look(self) -> None:
        """See how it goes."""
        microphone = self._microphone
        if microphone is None:
            return
        status = microphone.status
        if status.state == "failed":
            self._rest()
            self.failed.emit(status.problem)
            return
        self._level = microphone.level
        length = len(microphone.samples())
        self.setText(f"Stop {length / self.rate:.1f} s")
        self.update()
        if length >= _MOST * self.rate:
            self.finish()

    def close_microphone(self) -> None:
        """End its process."""
        self._rest()
        if self._microphone is not None:
            self._microphone.close()
            self._microphone = None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.recording or self._level <= 0:
            return
        share = min(1.0, max(0.0, 1 - decibels(self._level) / _QUIET))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().colours.bad))
        painter.drawRoundedRect(QRectF(6, self.height() - 5, share * (self.width() - 12), 2), 1, 1)

    def _rest(self) -> None:
        self.recording, self._level = False, 0.0
        self._timer.stop()
        self._say()

    def _say(self) -> None:
        self.setIcon(icon("stop" if self.recording else "microphone", "bad" * self.recording))
        self.setText("Stop 0.0 s" if self.recording else "Record")
        self.setToolTip(
            "End the recording (R)"
            if self.recording
            else "Record from the microphone, at most a minute (R)"
        )
