"""The part of a sound that its views show: one axis of time for all of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

__all__ = ["TimeWindow"]

_NEAREST = 8.0  # samples that are shown at the least


class TimeWindow(QObject):
    """What is shown of a sound, in samples.

    Sample i takes the room from i to i + 1; a playhead at i stands before it. The window begins
    and ends anywhere between, so that it can be moved smoothly.

    Attributes:
        changed: something else is shown, or the sound has another rate or length.
    """

    changed = Signal()

    def __init__(self, rate: int = 8000, total: int = 1) -> None:
        super().__init__()
        self._rate, self._total = rate, max(1, total)
        self._start, self._span = 0.0, float(self._total)

    # --- what is shown ---

    @property
    def rate(self) -> int:
        """Samples a second, Hz."""
        return self._rate

    @property
    def total(self) -> int:
        """Samples of the whole axis, at least 1."""
        return self._total

    @property
    def start(self) -> float:
        """Where the window begins, in samples."""
        return self._start

    @property
    def span(self) -> float:
        """How many samples it is wide."""
        return self._span

    @property
    def first(self) -> int:
        """The first sample that is seen, perhaps in part."""
        return math.floor(self._start)

    @property
    def last(self) -> int:
        """One behind the last sample that is seen, perhaps in part."""
        return min(self._total, math.ceil(self._start + self._span - 1e-9))

    @property
    def fitted(self) -> bool:
        """Whether all is shown."""
        return self._span >= self._total

    # --- places ---

    def x_of(self, sample: float, width: float) -> float:
        """Where a sample begins on a view so many pixels wide."""
        return (sample - self._start) / self._span * width

    def sample_at(self, x: float, width: float) -> float:
        """What lies at a place of such a view, between 0 and the total."""
        return min(max(self._start + x / max(width, 1e-9) * self._span, 0.0), float(self._total))

    def edges(self, columns: int) -> NDArray[np.float64]:
        """(columns + 1,) borders in samples of the columns of a view."""
        return self._start + self._span * np.arange(columns + 1) / columns

    # --- changes ---

    def open(self, rate: int, total: int) -> None:
        """Another sound, shown from its beginning to its end."""
        self._rate, self._total = rate, max(1, total)
        self._show(0.0, float(self._total))

    def extend(self, total: int) -> None:
        """The sound is so long now. What was shown whole stays so; else the window stays."""
        fitted = self.fitted
        self._total = max(1, total)
        self._show(*((0.0, float(self._total)) if fitted else (self._start, self._span)))

    def fit(self) -> None:
        """Show all."""
        self._show(0.0, float(self._total))

    def look_at(self, first: float, last: float) -> None:
        """Show from one place to another."""
        self._show(first, last - first)

    def zoom(self, about: float, factor: float) -> None:
        """Show `factor` times as much; the sample `about` stays where it is.

        One that is not seen comes to the middle.
        """
        span = self._bounded(self._span * factor)
        share = (about - self._start) / self._span
        if not 0 <= share <= 1:
            share = 0.5
        self._show(about - share * span, span)

    def pan(self, by: float) -> None:
        """Move by so many samples, as far as there are any."""
        self._show(self._start + by, self._span)

    def reveal(self, sample: int) -> None:
        """Move, if a sample is not seen, so that it comes a tenth behind the beginning."""
        if not self._start <= sample <= self._start + self._span:
            self._show(sample - self._span / 10, self._span)

    def _bounded(self, span: float) -> float:
        return min(max(span, min(_NEAREST, float(self._total))), float(self._total))

    def _show(self, start: float, span: float) -> None:
        self._span = self._bounded(span)
        self._start = min(max(start, 0.0), self._total - self._span)
        self.changed.emit()
