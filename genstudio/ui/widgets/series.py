"""The numbers behind the curves of one run: they only grow, and nothing is smoothed away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.core.runs import Metric

__all__ = ["Buffer", "Overfit", "Series", "centred_median"]

_PATIENCE = 3  # validations without a new best before anything is said
_RISE = 0.005  # of the best value: less is called a plateau


class Buffer:
    """Rows of floats with room to grow; reading it copies nothing."""

    def __init__(self, columns: int) -> None:
        self._room = np.empty((columns, 1024))
        self.count = 0

    def append(self, *row: float) -> None:
        """Add one row."""
        if self.count == self._room.shape[1]:
            self._room = np.concatenate([self._room, np.empty_like(self._room)], axis=1)
        self._room[:, self.count] = row
        self.count += 1

    def column(self, index: int) -> NDArray[np.float64]:
        """(count,) values of one column; a view."""
        return self._room[index, : self.count]


@dataclass(frozen=True)
class Overfit:
    """That the validation stopped improving.

    Attributes:
        best_step: where it was best.
        steps: how many steps ago.
        rising: whether it has risen since, and not merely stood still.
    """

    best_step: int
    steps: int
    rising: bool

    def __str__(self) -> str:
        told = f"Validation has not improved for {self.steps:,} steps"
        return f"{told}: overfitting since step {self.best_step:,}" if self.rising else told


class Series:
    """Training and validation of one run, in bits per dimension, or as errors where it has those.

    Training points are kept as they were written; their running median is kept beside them, and
    a new point changes only its end.

    Attributes:
        train: step, seconds, bits/dim, and their running median.
        valid: step, seconds, bits/dim; never smoothed.
        span: odd number of points in the median's window; 1 is none.
        errors: whether the values are errors and not bits/dim.
    """

    STEP, SECONDS, BITS, MEDIAN = range(4)

    def __init__(self) -> None:
        self.train = Buffer(4)
        self.valid = Buffer(3)
        self.span = 1
        self.errors = False

    def add(self, points: Iterable[Metric]) -> None:
        """Add points; those that are there already are left aside."""
        before = self.train.count
        for point in points:
            if point.error is not None or point.valid_error is not None:
                self.errors = True
            train = point.error if point.bits_per_dim is None else point.bits_per_dim
            if train is not None and _newer(self.train, point.step):
                self.train.append(point.step, point.seconds, train, 0.0)
            bits = point.valid_bits_per_dim
            valid = point.valid_error if bits is None else bits
            if valid is not None and _newer(self.valid, point.step):
                self.valid.append(point.step, point.seconds, valid)
        if self.train.count > before:
            self._smooth_from(max(0, before - self.span // 2))

    def smooth(self, span: int) -> None:
        """Draw the training curve as a running median of so many points; 1 leaves it as it is."""
        if span != self.span:
            self.span = span
            self._smooth_from(0)

    @property
    def best(self) -> tuple[int, float, float] | None:
        """Step, seconds and bits/dim of the best validation, the first of equals."""
        if not self.valid.count:
            return None
        index = int(np.argmin(self.valid.column(self.BITS)))
        step, seconds, bits = (float(self.valid.column(column)[index]) for column in range(3))
        return int(step), seconds, bits

    def overfit(self) -> Overfit | None:
        """Whether the validation stopped improving; None while it has not, or too little is known.

        It counts as risen when the mean of the last three values is at least half a per cent
        above the best one and all three are worse than it.
        """
        bits = self.valid.column(self.BITS)
        if len(bits) <= _PATIENCE:
            return None
        index = int(np.argmin(bits))
        if len(bits) - 1 - index < _PATIENCE:
            return None
        best, last = float(bits[index]), bits[-_PATIENCE:]
        rising = bool(last.min() > best and last.mean() - best >= _RISE * abs(best))
        steps = self.valid.column(self.STEP)
        return Overfit(int(steps[index]), int(steps[-1] - steps[index]), rising)

    def at(self, axis: int, place: float) -> tuple[float | None, float | None]:
        """Training and validation at a place of an axis (STEP or SECONDS): the nearest points."""
        return _nearest(self.train, axis, place), _nearest(self.valid, axis, place)

    def _smooth_from(self, start: int) -> None:
        values = self.train.column(self.BITS)
        self.train.column(self.MEDIAN)[start:] = centred_median(values, self.span, start)


def centred_median(values: NDArray[np.float64], span: int, start: int = 0) -> NDArray[np.float64]:
    """Running median that neither lags behind the values nor is pulled away by single ones.

    mᵢ = median(xᵢ₋ₖ … xᵢ₊ₖ) with k = (span − 1)/2, and as much less near the ends as keeps the
    window centred; the first and the last value stay as they are.

    Args:
        values: (n,).
        span: odd number of points in a window; 1 returns the values.
        start: the first place that is wanted.

    Returns:
        (n − start,).
    """
    count, half = len(values), span // 2
    medians = values[start:].copy()
    low, high = max(start, half), count - half
    if high > low:
        windows = np.lib.stride_tricks.sliding_window_view(values[low - half : high + half], span)
        medians[low - start : high - start] = np.median(windows, axis=1)
    edges = [*range(start, min(low, count)), *range(max(high, low), count)]
    for place in edges:
        reach = min(place, count - 1 - place)
        medians[place - start] = np.median(values[place - reach : place + reach + 1])
    return medians


def _newer(buffer: Buffer, step: int) -> bool:
    return not buffer.count or step > buffer.column(Series.STEP)[-1]


def _nearest(buffer: Buffer, axis: int, place: float) -> float | None:
    """The value nearest to a place; None outside of what was measured."""
    places = buffer.column(axis)
    if not len(places) or not places[0] <= place <= places[-1]:
        return None
    right = int(np.searchsorted(places, place))
    left = max(0, right - 1)
    index = left if place - places[left] < places[right] - place else right
    return float(buffer.column(Series.BITS)[index])
