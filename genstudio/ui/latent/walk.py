"""Walking the way to and fro by itself; no widget."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from genstudio.ui.latent.keyframes import Keyframes

__all__ = ["SECONDS", "Walk"]

SECONDS = 1.5
"""From one kept picture to the next."""

_FRAME = 33  # milliseconds


class Walk(QObject):
    """Goes to the end, turns, and comes back.

    Attributes:
        changed: it walks, or it rests.
        running: whether it walks.
    """

    changed = Signal()

    def __init__(self, keyframes: Keyframes) -> None:
        super().__init__(keyframes)
        self._keyframes = keyframes
        self.running = False
        self._forward = True
        self._last = 0.0
        self._timer = QTimer(self, interval=_FRAME)
        self._timer.timeout.connect(self._tick)
        keyframes.changed.connect(self.stop)

    def start(self) -> None:
        """Walk on from where one is, or from the beginning."""
        if len(self._keyframes.frames) > 1 and not self.running:
            self.running = True
            self._keyframes.state.history.seal()
            self._last = time.monotonic()
            self._timer.start()
            self.changed.emit()

    def stop(self) -> None:
        """Rest where one is."""
        if self.running:
            self.running = False
            self._timer.stop()
            self._keyframes.state.history.seal()
            self.changed.emit()

    def toggle(self) -> None:
        """Walk, or rest."""
        (self.stop if self.running else self.start)()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        last = self._keyframes.last
        position = self._keyframes.position or 0.0
        position += seconds / SECONDS * (1 if self._forward else -1)
        if position > last:
            position, self._forward = 2 * last - position, False
        elif position < 0:
            position, self._forward = -position, True
        self._keyframes.go_to(position)

    def _tick(self) -> None:
        now = time.monotonic()
        self.advance(min(0.1, now - self._last))
        self._last = now
