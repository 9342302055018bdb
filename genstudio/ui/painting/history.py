"""What was done, so that it can be undone: only what changed, and that packed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.ui.painting.shapes import Cells

__all__ = ["Picture", "Step"]

_Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """A picture and its mask at one moment; the arrays are never written to.

    Attributes:
        image: (H, W, C) symbols.
        levels: K; symbols are 0 … K − 1.
        known: (H, W), False where hidden.
    """

    image: _Bytes
    levels: int
    known: Cells

    def __post_init__(self) -> None:
        self.image.flags.writeable = False
        self.known.flags.writeable = False

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.known.shape[0], self.known.shape[1]


class _Patch:
    """The bits that differ within the rectangle in which they do; flipping them goes both ways."""

    def __init__(self, before: _Bytes, after: _Bytes) -> None:
        rows, columns = (np.flatnonzero((before != after).any(axis=axis)) for axis in (1, 0))
        self._top, self._left = int(rows[0]), int(columns[0])
        self._bottom, self._right = int(rows[-1]) + 1, int(columns[-1]) + 1
        self._packed = zlib.compress((before ^ after)[self._box].tobytes(), 1)

    @property
    def _box(self) -> tuple[slice, slice]:
        return slice(self._top, self._bottom), slice(self._left, self._right)

    def apply(self, now: _Bytes, back: bool) -> _Bytes:
        """The other side; `back` makes no difference here."""
        other = now.copy()
        box = other[self._box]
        box ^= np.frombuffer(zlib.decompress(self._packed), np.uint8).reshape(box.shape)
        return other

    @property
    def size(self) -> int:
        return len(self._packed)


class _Exchange:
    """Both sides as they are, where one is of another size than the other."""

    def __init__(self, before: _Bytes, after: _Bytes) -> None:
        self._sides = [(zlib.compress(side.tobytes(), 1), side.shape) for side in (after, before)]

    def apply(self, now: _Bytes, back: bool) -> _Bytes:
        packed, shape = self._sides[back]
        return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(shape).copy()

    @property
    def size(self) -> int:
        return sum(len(packed) for packed, _ in self._sides)


class Step:
    """One thing that was done, from press to release.

    Args:
        words: what it was, such as "Brush".
        before: the picture before it.
        after: the picture after it.
    """

    def __init__(self, words: str, before: Picture, after: Picture) -> None:
        self.words = words
        self._levels = (after.levels, before.levels)
        self._image = _difference(_rows(before.image), _rows(after.image))
        self._mask = _difference(before.known.view(np.uint8), after.known.view(np.uint8))
        self._channels = (after.image.shape[2], before.image.shape[2])

    @property
    def empty(self) -> bool:
        """Whether before and after are the same."""
        same_kind = self._levels[0] == self._levels[1] and self._channels[0] == self._channels[1]
        return self._image is None and self._mask is None and same_kind

    @property
    def size(self) -> int:
        """Bytes that it takes to remember it."""
        return sum(part.size for part in (self._image, self._mask) if part is not None)

    def undo(self, after: Picture) -> Picture:
        """The picture before it."""
        return self._apply(after, back=True)

    def redo(self, before: Picture) -> Picture:
        """The picture after it."""
        return self._apply(before, back=False)

    def _apply(self, now: Picture, back: bool) -> Picture:
        rows, known = _rows(now.image), now.known.view(np.uint8)
        if self._image is not None:
            rows = self._image.apply(rows, back)
        if self._mask is not None:
            known = self._mask.apply(known, back)
        image = rows.reshape(*known.shape, self._channels[back])
        return Picture(image, self._levels[back], known.view(np.bool_))


def _rows(image: _Bytes) -> _Bytes:
    """(H, W · C): the channels of a pixel side by side."""
    return image.reshape(image.shape[0], -1)


def _difference(before: _Bytes, after: _Bytes) -> _Patch | _Exchange | None:
    if before.shape != after.shape:
        return _Exchange(before, after)
    return None if np.array_equal(before, after) else _Patch(before, after)
