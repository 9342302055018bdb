"""The magnitudes of a sound's short-time Fourier transform, made piece by piece as asked for."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from genstudio.ui.growing import Growing

__all__ = ["HIGHEST", "LOWEST", "TILE", "Spectrum", "decibels", "frame_size", "levels_of"]

LOWEST, HIGHEST = -100.0, -10.0
"""dB of full scale that the first and the last level stand for."""

TILE = 64
"""Frames that are made together."""

_SECONDS = 0.032  # that a frame looks at: pitch and formants of speech are both seen
_MOST_BYTES = 64 * 2**20  # of tiles that are kept


def frame_size(rate: int) -> int:
    """N samples of a frame at a rate in Hz: the power of two nearest to 32 ms."""
    return int(2 ** max(4, round(math.log2(_SECONDS * rate))))


def decibels(
    samples: NDArray[np.int16], first: int, count: int, hop: int, size: int
) -> NDArray[np.float64]:
    """Magnitudes of `count` frames, frame k about sample (first + k) · hop.

    Frames have the Hann window and are followed by as many zeros, which puts a bin between every
    two. A sine of full scale has 0 dB.

    Args:
        samples: (n,); beyond them all is silence.
        first: number of the first frame.
        count: c frames.
        hop: samples from one to the next.
        size: N samples of a frame, even.

    Returns:
        (c, N + 1) dB, not below −200.
    """
    begin = first * hop - size // 2
    end = begin + (count - 1) * hop + size
    padded = np.zeros(end - begin)
    inner = slice(max(begin, 0), max(min(end, len(samples)), 0))
    part = samples[inner] / 32768
    padded[inner.start - begin : inner.start - begin + len(part)] = part
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    transformed = np.fft.rfft(sliding_window_view(padded, size)[::hop] * window, 2 * size)
    power = transformed.real**2 + transformed.imag**2
    return np.asarray(10 * np.log10(np.maximum(power / (window.sum() / 2) ** 2, 1e-20)))


def levels_of(magnitudes: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Levels 1 … 255 of dB, evenly from LOWEST to HIGHEST; 0 is for what is not there."""
    share = (magnitudes - LOWEST) / (HIGHEST - LOWEST)
    return (1 + np.clip(share * 254, 0, 254)).astype(np.uint8)


@dataclass(frozen=True)
class _Tile:
    """TILE frames of a scale, and how many samples there were when they were made."""

    levels: NDArray[np.uint8]
    length: int


class Spectrum:
    """Frames at every scale: those of scale s are 2ˢ samples apart.

    Where that is more than half a frame, a frame of scale s is the greatest of the two of scale
    s − 1 that it stands for, so that nothing short is lost from afar.
    """

    def __init__(self, rate: int) -> None:
        self.size = frame_size(rate)
        self.bins = self.size + 1
        self._samples = Growing(np.int16)
        self._tiles: OrderedDict[tuple[int, int], _Tile] = OrderedDict()
        self._direct = round(math.log2(self.size // 2))  # the coarsest scale that is transformed
        self._most = max(512, _MOST_BYTES // (TILE * self.bins))

    def __len__(self) -> int:
        return len(self._samples)

    def append(self, samples: NDArray[np.int16]) -> None:
        """Add samples (m,) at the end."""
        self._samples.add(samples)

    def decibels_at(self, sample: int) -> NDArray[np.float64]:
        """(bins,) dB of the frame about a sample."""
        return np.asarray(decibels(self._samples.rows, sample, 1, 1, self.size)[0])

    def frames_at(self, scale: int) -> int:
        """How many frames of a scale lie within the sound."""
        return int(-(-len(self) // 2**scale))

    def fresh(self, scale: int, tile: int) -> bool:
        """Whether a tile is there and lacks nothing that has been added since."""
        made = self._tiles.get((scale, tile))
        return made is not None and made.length >= min(len(self), self._reach(scale, tile))

    def _reach(self, scale: int, tile: int) -> int:
        """One behind the last sample that a tile hangs on."""
        return ((tile + 1) * TILE << scale) + self.size

    def missing(self, scale: int, first: int, behind: int) -> tuple[int, int] | None:
        """(scale, tile) to be made next so that frames first … behind − 1 of a scale are there.

        None if they are. A tile is only named when what it is made of is there.
        """
        behind = min(behind, self.frames_at(scale))
        if behind <= first:
            return None
        for tile in range(first // TILE, (behind - 1) // TILE + 1):
            if not self.fresh(scale, tile):
                if scale > self._direct:
                    below = self.missing(scale - 1, 2 * tile * TILE, 2 * (tile + 1) * TILE)
                    if below is not None:
                        return below
                return scale, tile
        return None

    def make(self, scale: int, tile: int) -> None:
        """Make one tile; of a coarse scale, once those of the finer one are there."""
        first = tile * TILE
        if scale <= self._direct:
            magnitudes = decibels(self._samples.rows, first, TILE, 2**scale, self.size)
            levels = levels_of(magnitudes)
        else:
            below = self.frames(scale - 1, 2 * first, 2 * (first + TILE))
            levels = below.reshape(TILE, 2, self.bins).max(axis=1)
        self._tiles[scale, tile] = _Tile(levels, len(self))
        self._tiles.move_to_end((scale, tile))
        while len(self._tiles) > self._most:
            self._tiles.popitem(last=False)

    def frames(self, scale: int, first: int, behind: int) -> NDArray[np.uint8]:
        """(behind − first, bins) levels of frames; 0 of those that are not made."""
        found = np.zeros((behind - first, self.bins), np.uint8)
        for tile in range(first // TILE, (behind - 1) // TILE + 1):
            made = self._tiles.get((scale, tile))
            if made is None:
                continue
            self._tiles.move_to_end((scale, tile))
            start = tile * TILE
            low = max(first, start)
            # Frames that lay beyond the end when the tile was made are not there.
            high = min(behind, start + TILE, -(-made.length // 2**scale))
            if high > low:
                found[low - first : high - first] = made.levels[low - start : high - start]
        return found
