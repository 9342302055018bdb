"""What is played: a transport, and the clock that moves its playhead. Others draw the picture."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from genstudio.ui.recording.playback import Playback
from genstudio.ui.widgets.transport import Transport

__all__ = ["PlayedView"]

_FRAME = 16
"""Milliseconds between two frames."""

_READ = 0.07
"""Seconds between two changes of the numbers while it plays: faster nobody reads."""


class PlayedView(QWidget):
    """Base of what plays a recording; nothing is painted while nothing moves.

    Attributes:
        moved: the playhead moved, or more is known; what is said beside the picture may differ.
        transport: the buttons; whoever derives from this lays them out.
        playback: the playhead.
    """

    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.transport = Transport()
        self.playback = Playback()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_FRAME)
        self._timer.timeout.connect(self.tick)
        self._ticked = self._told = 0.0
        self._untold = False
        self.transport.toggled.connect(self.toggle)
        self.transport.sought.connect(self.seek)
        self.transport.stepped.connect(self.step)
        self.transport.went_live.connect(self.jump_to_live)
        self.transport.loop_chosen.connect(self.set_loop)
        self.transport.speed_chosen.connect(self.set_speed)

    def paint_position(self, position: int) -> None:
        """Show the recording at a position; called whenever the playhead may have moved."""
        raise NotImplementedError

    def toggle(self) -> None:
        """Play or pause."""
        self.playback.toggle()
        self.show_moved()

    def pause(self) -> None:
        """Stay here."""
        self.playback.pause()
        self.show_moved()

    def seek(self, position: int) -> None:
        """Put the playhead somewhere."""
        self.playback.seek(position)
        self.show_moved()

    def step(self, by: int) -> None:
        """Pause, and move by so many steps."""
        self.playback.step(by)
        self.show_moved()

    def jump_to_live(self) -> None:
        """To the live edge, and stay there."""
        self.playback.jump_to_live()
        self.show_moved()

    def set_loop(self, loop: bool) -> None:
        """Begin again at the end, or stay there."""
        self.playback.loop = loop
        self.transport.loop.setChecked(loop)

    def set_speed(self, speed: float) -> None:
        """Steps a second."""
        self.playback.speed = speed

    def tick(self) -> None:
        """One frame."""
        now = time.perf_counter()
        elapsed, self._ticked = now - self._ticked, now
        if self.playback.advance(min(elapsed, 0.25)) or not self.playback.playing:
            self.show_moved()
        elif self._untold:  # it waits, and what was shown last was never put in words
            self._tell()

    def show_moved(self) -> None:
        """Paint where the playhead is now; in words too, where it rests or now and then."""
        position = self.playback.position
        self.paint_position(position)
        self.transport.scrubber.set_position(position)
        self.run_clock()
        self._untold = True
        self._tell()

    def _tell(self) -> None:
        now = time.perf_counter()
        if not self.playback.playing or now - self._told >= _READ:
            self._told, self._untold = now, False
            self.transport.show_state(self.playback)
            self.moved.emit()

    def run_clock(self) -> None:
        """The clock runs only while the playhead moves and somebody can see it."""
        wanted = self.playback.playing and self.isVisible()
        if wanted and not self._timer.isActive():
            self._ticked = time.perf_counter()
            self._timer.start()
        elif not wanted:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.run_clock()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.run_clock()
