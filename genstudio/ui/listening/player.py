"""The player of a take: it tells the speaker what to do, and follows where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer, Signal

__all__ = ["Player", "Speaking"]

_FRAME = 16  # milliseconds between two looks at the playhead


class Speaking(Protocol):
    """What the player asks of a `genstudio.audio.speaker.Speaker`; nothing waits."""

    @property
    def status(self) -> Any:
        """A `SpeakerStatus`."""

    def warm(self) -> None:
        """Be ready for the first sound."""

    def load(self, rate: int, samples: NDArray[np.int16], complete: bool = True) -> None:
        """Another sound."""

    def feed(self, samples: NDArray[np.int16]) -> None:
        """More of it."""

    def complete(self) -> None:
        """That was all."""

    def play(self, start: int | None = None, stop: int | None = None, loop: bool = False) -> None:
        """From where it is unless a start is given."""

    def pause(self) -> None:
        """Stay there."""

    def seek(self, sample: int) -> None:
        """Go somewhere."""

    def volume(self, amplitude: float) -> None:
        """0 … 1."""

    def use(self, device: str | None) -> None:
        """Another device; None is the system's choice."""

    def close(self) -> None:
        """End."""


class Player(QObject):
    """One sound, its playhead, and the part of it that is played.

    The speaker is made when it is first needed. Its playhead is looked at 60 times a second, and
    only while something is to be heard.

    Attributes:
        moved: the playhead is at another sample.
        state_changed: it plays, waits, rests or failed; `playing`, `waiting` and `problem` say.
        loop: whether it begins again at the end.
        region: (first, behind the last) sample of the part that is played; None for all.
    """

    moved = Signal(int)
    state_changed = Signal()

    def __init__(self, make: Callable[[], Speaking], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._speaker: Speaking | None = None
        self._timer = QTimer(self, interval=_FRAME)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.look)
        self._volume = 1.0
        self._device: str | None = None
        self._rate = 0
        self._length = 0
        self._complete = True
        self.loop = False
        self.region: tuple[int, int] | None = None
        self.position = 0
        self.playing = False
        self.waiting = False
        self.problem = ""

    @property
    def speaker(self) -> Speaking:
        """The speaker, made on first use."""
        if self._speaker is None:
            self._speaker = self._make()
            self._speaker.volume(self._volume)
            if self._device is not None:
                self._speaker.use(self._device)
        return self._speaker

    @property
    def length(self) -> int:
        """Samples there are so far."""
        return self._length

    @property
    def following(self) -> bool:
        """Whether the playhead is looked at."""
        return self._timer.isActive()

    def warm(self) -> None:
        """Have the speaker ready before anybody wants to hear something."""
        self.speaker.warm()

    # --- what is played ---

    def open(
        self, rate: int, samples: NDArray[np.int16], complete: bool = True, position: int = 0
    ) -> None:
        """Another sound, at rest."""
        self._rest()
        self._rate, self._length, self._complete = rate, len(samples), complete
        self.region, self.problem = None, ""
        self.position = min(position, self._length)
        self.speaker.load(rate, samples, complete)
        self.moved.emit(self.position)
        self.state_changed.emit()

    def exchange(self, rate: int, samples: NDArray[np.int16]) -> None:
        """Another whole sound in the place of this one: what is played goes on where it is."""
        position, region, playing = self.position, self.region, self.playing
        self.open(rate, samples, True, position)
        if region is not None and region[0] < self._length:
            self.region = (region[0], min(region[1], self._length))
        if playing and position < self._length:
            self._begin(position)
        else:
            self.speaker.seek(self.position)

    def feed(self, samples: NDArray[np.int16]) -> None:
        """More of it was drawn."""
        self._length += len(samples)
        self.speaker.feed(samples)

    def complete(self) -> None:
        """Nothing will be added."""
        self._complete = True
        self.speaker.complete()

    def close(self) -> None:
        """End the speaker."""
        self._rest()
        if self._speaker is not None:
            self._speaker.close()
            self._speaker = None

    # --- what a person does ---

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """From the playhead; from the beginning where it is at the end or outside the region."""
        if self._length == 0 and self._complete:
            return
        first, end = self.region or (0, self._length)
        outside = not first <= self.position < end
        at_live_edge = not self._complete and self.region is None
        self._begin(first if outside and not at_live_edge else self.position)

    def play_from(self, sample: int) -> None:
        """From a sample, which need not be written yet."""
        self._begin(sample)

    def pause(self) -> None:
        """Stay here."""
        if self.playing:
            self.speaker.pause()
            self._rest()
            self.state_changed.emit()

    def seek(self, sample: int) -> None:
        """Put the playhead somewhere; it goes on playing if it was.

        Outside the region, the region is let go.
        """
        sample = max(0, min(sample, self._length))
        if self.region is not None and not self.region[0] <= sample < self.region[1]:
            self.region = None
        if self.playing:
            self._begin(sample)
        else:
            self.speaker.seek(sample)
        self._move(sample)

    def choose(self, region: tuple[int, int] | None) -> None:
        """Play a part only; what plays begins with it."""
        if region is not None:
            first, end = max(0, region[0]), min(region[1], self._length)
            region = (first, end) if end > first else None
        self.region = region
        if region is not None:
            self._move(region[0])
        if self.playing:
            self._begin(self.position)
        else:
            self.speaker.seek(self.position)
        self.state_changed.emit()

    def set_loop(self, loop: bool) -> None:
        """Begin again at the end, or not."""
        self.loop = loop
        if self.playing:
            self._begin(self.position)
        self.state_changed.emit()

    def set_volume(self, amplitude: float) -> None:
        """How loud, 0 … 1."""
        self._volume = amplitude
        if self._speaker is not None:
            self._speaker.volume(amplitude)

    def use(self, device: str | None) -> None:
        """Play on another device; None is the system's choice."""
        self._device = device
        self.problem = ""
        if self._speaker is not None:
            self._speaker.use(device)
        self.state_changed.emit()

    # --- following the speaker ---

    def look(self) -> None:
        """See where the speaker is."""
        status = self.speaker.status
        before = (self.playing, self.waiting, self.problem)
        self._move(min(status.position, self._length))
        self.waiting = status.state == "waiting"
        if status.state not in ("playing", "waiting"):
            self.problem = status.problem
            self._rest()
        if before != (self.playing, self.waiting, self.problem):
            self.state_changed.emit()

    def _begin(self, start: int) -> None:
        self.problem = ""
        first, stop = self.region or (0, None)
        if self.loop:  # it comes back to where it was told to start
            self.speaker.play(first, stop, True)
            self.speaker.seek(start)
        else:
            self.speaker.play(start, stop, False)
        self.playing = True
        self._timer.start()
        self._move(start)
        self.state_changed.emit()

    def _rest(self) -> None:
        self.playing = self.waiting = False
        self._timer.stop()

    def _move(self, sample: int) -> None:
        if sample != self.position:
            self.position = sample
            self.moved.emit(sample)
