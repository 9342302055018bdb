"""A waveform as a picture: for each column of pixels, from its lowest to its highest sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.ui.sound_views.envelope import Envelope

__all__ = ["columns_of", "rows_of", "stretches", "traced"]

_FULL = 32768.0  # what 16-bit samples call 1


def rows_of(values: NDArray[np.int16], rows: int) -> NDArray[np.float64]:
    """The place of sample values from the top, 0 … rows − 1, full scale over the whole height."""
    return (1 - values / _FULL) / 2 * (rows - 1)


def stretches(
    edges: NDArray[np.float64], length: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The samples in each column: (c,) first and one behind the last of those of c columns.

    Args:
        edges: (columns + 1,) borders of the columns, in samples, at least a sample apart.
        length: n samples that there are; c columns have any.
    """
    # A sample belongs to the column that its middle lies in.
    borders = np.clip(np.ceil(edges - 0.5).astype(np.int64), 0, length)
    first, behind = borders[:-1], borders[1:]
    return first[behind > first], behind[behind > first]


def columns_of(edges: NDArray[np.float64], length: int) -> slice:
    """The columns that `stretches` is about."""
    borders = np.clip(np.ceil(edges - 0.5).astype(np.int64), 0, length)
    filled = np.flatnonzero(borders[1:] > borders[:-1])
    return slice(int(filled[0]), int(filled[-1]) + 1) if len(filled) else slice(0, 0)


def traced(
    envelope: Envelope[np.int16], edges: NDArray[np.float64], rows: int, seam: int
) -> NDArray[np.uint8]:
    """(rows, columns) of 1 where the line passes, 2 where it does before `seam`, 0 elsewhere.

    The line also leads to a column from the sample before it, so that it is never broken.
    """
    picture = np.zeros((rows, len(edges) - 1), np.uint8)
    begins, ends = stretches(edges, len(envelope))
    if not len(begins):
        return picture
    low, high = envelope.extremes(np.maximum(begins - 1, 0), ends)
    top = np.round(rows_of(high, rows)).astype(np.int16)
    bottom = np.round(rows_of(low, rows)).astype(np.int16)
    row = np.arange(rows, dtype=np.int16)[:, None]
    ink = np.where(begins < seam, 2, 1).astype(np.uint8)
    picture[:, columns_of(edges, len(envelope))] = ((row >= top) & (row <= bottom)) * ink
    return picture
