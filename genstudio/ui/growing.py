"""An array that grows at its end without being copied each time."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Growing"]

_T = TypeVar("_T", bound=np.generic)
_FIRST = 4096  # rows of room to begin with


class Growing(Generic[_T]):
    """Rows (n, *rest), of which more are added; the room doubles when it is full."""

    def __init__(self, dtype: type[_T], rest: tuple[int, ...] = ()) -> None:
        self._room: NDArray[_T] = np.empty((_FIRST, *rest), dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def rows(self) -> NDArray[_T]:
        """(n, *rest), those that are there; to be read only."""
        return self._room[: self._length]

    @property
    def nbytes(self) -> int:
        """Bytes held, the room included."""
        return self._room.nbytes

    def add(self, rows: NDArray[Any]) -> None:
        """Add (m, *rest)."""
        end = self._length + len(rows)
        if end > len(self._room):
            shape = (max(end, 2 * len(self._room)), *self._room.shape[1:])
            room = np.empty(shape, self._room.dtype)
            room[: self._length] = self.rows
            self._room = room
        self._room[self._length : end] = rows
        self._length = end
