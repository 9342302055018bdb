"""The lowest and the highest of any stretch of a long series, in the logarithm of its length."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from genstudio.ui.growing import Growing

__all__ = ["Envelope"]

_T = TypeVar("_T", bound=np.number[Any])
_FAN = 4  # blocks that make one of the next level; all levels add two thirds to the memory


class Envelope(Generic[_T]):
    """A pyramid of minima and maxima over a series that grows at its end.

    Level k holds those of whole blocks of 4ᵏ values. A stretch is put together of the largest
    blocks that lie in it, so that what is answered is exact.
    """

    def __init__(self, dtype: type[_T]) -> None:
        self._dtype = dtype
        self._values = Growing(dtype)
        self._levels: list[tuple[Growing[_T], Growing[_T]]] = []

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> NDArray[_T]:
        """(n,) all of it; to be read only."""
        return self._values.rows

    def append(self, values: NDArray[_T]) -> None:
        """Add (m,) values; every block that they complete is made."""
        self._values.add(values)
        low = high = self._values.rows
        level = 0
        while len(low) >= _FAN:
            if level == len(self._levels):
                self._levels.append((Growing(self._dtype), Growing(self._dtype)))
            lows, highs = self._levels[level]
            made, whole = len(lows), len(low) // _FAN
            part = slice(made * _FAN, whole * _FAN)
            lows.add(low[part].reshape(-1, _FAN).min(axis=1))
            highs.add(high[part].reshape(-1, _FAN).max(axis=1))
            low, high = lows.rows, highs.rows
            level += 1

    def extremes(
        self, begins: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> tuple[NDArray[_T], NDArray[_T]]:
        """The lowest and the highest of each stretch.

        Args:
            begins: (c,) first value of each, 0 or more.
            ends: (c,) one behind its last, more than its first and at most n.

        Returns:
            (c,) minima and (c,) maxima.
        """
        low, high = self.values[begins], self.values[begins]
        begins, ends = begins.copy(), ends.copy()
        pairs = [(self.values, self.values)] + [(a.rows, b.rows) for a, b in self._levels]
        for level, (lows, highs) in enumerate(pairs):
            top = level == len(pairs) - 1
            while True:
                # At the left up to where a block of the next level begins.
                left = (begins < ends) & (top | (begins % _FAN != 0))
                if not left.any():
                    break
                at = begins[left]
                low[left] = np.minimum(low[left], lows[at])
                high[left] = np.maximum(high[left], highs[at])
                begins[left] += 1
            while True:
                right = (begins < ends) & (ends % _FAN != 0)
                if not right.any():
                    break
                ends[right] -= 1
                at = ends[right]
                low[right] = np.minimum(low[right], lows[at])
                high[right] = np.maximum(high[right], highs[at])
            if not (begins < ends).any():
                break
            begins, ends = begins // _FAN, ends // _FAN
        return low, high
