"""Dimensions that go to and fro by themselves; no widget."""

from __future__ import annotations

import math
import time
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from genstudio.ui.latent.state import LatentState

__all__ = ["Sweep"]

_FRAME = 33  # milliseconds
_ALONE, _TOGETHER = 2.5, 1.5  # how far one dimension goes, and all: widths of the data's codes
_PERIOD = 4.0  # seconds to and fro
_GOLDEN = (1 + math.sqrt(5)) / 2


class Sweep(QObject):
    """Moves the code along some dimensions as sines, each with a period of its own.

    With one period for all they would go to and fro along one line.

    Attributes:
        changed: other dimensions sweep.
        dims: those that do.
    """

    changed = Signal()

    def __init__(self, state: LatentState) -> None:
        super().__init__(state)
        self._state = state
        self.dims: frozenset[int] = frozenset()
        self._phases: NDArray[np.float64] = np.zeros(0)
        self._last = 0.0
        self._timer = QTimer(self, interval=_FRAME)
        self._timer.timeout.connect(self._tick)
        state.run_changed.connect(self.stop)

    @property
    def running(self) -> bool:
        """Whether anything moves."""
        return bool(self.dims)

    def start(self, dims: Collection[int]) -> None:
        """Sweep these dimensions and no others, each from where it stands."""
        code = self._state.code
        if code is None or not dims:
            self.stop()
            return
        self.dims = frozenset(dims)
        away = (code - self._state.middle) / (self._reach * self._state.width)
        self._phases = np.arcsin(np.clip(away, -1, 1))
        self._state.history.seal()
        self._last = time.monotonic()
        self._timer.start()
        self.changed.emit()

    def stop(self) -> None:
        """Let all rest where they are."""
        if self.dims:
            self.dims = frozenset()
            self._timer.stop()
            self._state.history.seal()
            self.changed.emit()

    def toggle(self, dim: int, sweeping: bool) -> None:
        """Let one more sweep, or one less."""
        self.start(self.dims | {dim} if sweeping else self.dims - {dim})

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        code, state = self._state.code, self._state
        if code is None or not self.dims:
            return
        code = code.copy()
        for place, dim in enumerate(sorted(self.dims)):
            self._phases[dim] += 2 * math.pi * seconds / (_PERIOD * _GOLDEN ** (place % 5 / 5))
            reach = self._reach * state.width[dim]
            code[dim] = state.middle[dim] + reach * math.sin(self._phases[dim])
        state.set_code(code, "Sweep")

    @property
    def _reach(self) -> float:
        return _ALONE if len(self.dims) == 1 else _TOGETHER

    def _tick(self) -> None:
        now = time.monotonic()
        self.advance(min(0.1, now - self._last))
        self._last = now
