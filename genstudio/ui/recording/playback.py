"""The player of a recording: where the playhead is and how it moves. No widget, no clock."""

from __future__ import annotations

import math

__all__ = ["INSTANT", "REST", "Playback"]

INSTANT = math.inf
"""A speed: everything there is, at once."""

REST = 1.0
"""Seconds for which a finished picture is shown before a loop begins again."""


class Playback:
    """The playhead over a recording that may still be growing.

    Attributes:
        total: steps of the whole recording.
        length: steps recorded so far, the live edge.
        position: steps shown; the current step is `position - 1`.
        playing: whether time moves the playhead.
        following: whether the playhead sticks to the live edge.
        loop: whether it begins again at the end.
        speed: steps a second, or `INSTANT`.
    """

    def __init__(self, speed: float = 100.0) -> None:
        self.total = 0
        self.length = 0
        self.position = 0
        self.playing = False
        self.following = False
        self.loop = False
        self.speed = speed
        self._exact = 0.0
        self._rested = 0.0

    @property
    def at_end(self) -> bool:
        """Whether the whole recording is shown."""
        return self.position == self.total

    @property
    def waiting(self) -> bool:
        """Whether it plays, but the next step is not recorded yet."""
        return self.playing and self.position == self.length < self.total

    def open(self, total: int, length: int, position: int, playing: bool) -> None:
        """Another recording."""
        self.total, self.length = total, length
        self.following = False
        self._place(position)
        self.playing = playing

    def grow(self, length: int) -> None:
        """More is recorded."""
        self.length = length

    def play(self) -> None:
        """Let time move the playhead; from the start when all has been shown."""
        if self.at_end:
            self._place(0)
        self.playing, self.following = True, False

    def pause(self) -> None:
        """Stay here."""
        self.playing = self.following = False

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def seek(self, position: int) -> None:
        """Put the playhead somewhere, at most at the live edge; it goes on playing if it was."""
        self.following = False
        self._place(position)

    def step(self, by: int) -> None:
        """Pause, and move by so many steps."""
        self.pause()
        self._place(self.position + by)

    def jump_to_live(self) -> None:
        """Show all that is recorded, and stay at the live edge until it is complete."""
        self._place(self.length)
        self.following = self.playing = not self.at_end

    def advance(self, seconds: float) -> bool:
        """Let time pass; returns whether the playhead moved."""
        if not self.playing:
            return False
        if self.at_end:
            return self._rest(seconds)
        before = self.position
        if self.following or math.isinf(self.speed):
            self._place(self.length)
        else:
            # Time spent waiting at the live edge is not owed later.
            self._exact = min(self._exact + seconds * self.speed, float(self.length))
            self.position = int(self._exact)
        if self.at_end and not self.loop:
            self.pause()
        return self.position != before

    def _rest(self, seconds: float) -> bool:
        if not self.loop:
            self.pause()
            return False
        self._rested += seconds
        if self._rested < REST:
            return False
        self._place(0)
        self.following = False
        return True

    def _place(self, position: int) -> None:
        self.position = max(0, min(position, self.length))
        self._exact = float(self.position)
        self._rested = 0.0
