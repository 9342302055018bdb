"""µ-law companding: K levels of a sample, finer where it is quiet.

ITU-T G.711 in its continuous form, as in van den Oord et al. (2016a), section 2.2, with µ = K − 1:

    f(x) = sign(x) · ln(1 + µ|x|) / ln(1 + µ),   −1 ≤ x ≤ 1

f(x) is rounded to the nearest of K values that lie evenly from −1 to 1. Without companding x
itself is: linear quantisation, beside which µ-law is to be heard.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Law",
    "compressed",
    "expanded",
    "noise_ratio",
    "quantised",
    "requantised",
    "samples_of",
    "symbols_of",
]

Law = Literal["mu", "linear"]
"""How levels are spread: µ-law, or evenly."""

_FULL = 32768.0  # what 16-bit samples call 1


def compressed(x: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    """f(x) in −1 … 1; x of any shape, what lies beyond −1 … 1 is cut off."""
    mu = levels - 1
    x = np.clip(x, -1.0, 1.0)
    return np.asarray(np.sign(x) * np.log1p(mu * np.abs(x)) / np.log1p(mu))


def quantised(x: NDArray[np.float64], levels: int) -> NDArray[np.uint8]:
    """Samples −1 … 1 to symbols 0 … K − 1; K from 2 to 256."""
    mu = levels - 1
    return np.floor((compressed(x, levels) + 1) * (mu / 2) + 0.5).astype(np.uint8)


def expanded(symbols: NDArray[np.uint8], levels: int) -> NDArray[np.float64]:
    """The sample −1 … 1 that each symbol stands for: the inverse of f at its value.

    K is even, so no symbol stands for 0: silence is the symbol K / 2, which is just above.
    """
    mu = levels - 1
    value = np.arange(levels) * (2 / mu) - 1
    table = np.sign(value) * np.expm1(np.abs(value) * np.log1p(mu)) / mu
    return np.asarray(table[symbols])


def symbols_of(samples: NDArray[np.int16], levels: int) -> NDArray[np.uint8]:
    """16-bit samples to symbols, by a table, so that they are the same on every machine."""
    return _table(levels)[samples.view(np.uint16)]


def samples_of(symbols: NDArray[np.uint8], levels: int) -> NDArray[np.int16]:
    """The 16-bit sample that each symbol stands for."""
    wide = np.round(expanded(symbols, levels) * _FULL)
    return np.clip(wide, -_FULL, _FULL - 1).astype(np.int16)


def requantised(samples: NDArray[np.int16], levels: int, law: Law) -> NDArray[np.int16]:
    """16-bit samples that have passed through K levels, to be heard; K from 2 to 256."""
    if law == "mu":
        return samples_of(symbols_of(samples, levels), levels)
    steps = (levels - 1) / 2
    value = (np.floor((samples / _FULL + 1) * steps + 0.5)) / steps - 1
    return np.clip(np.round(value * _FULL), -_FULL, _FULL - 1).astype(np.int16)


def noise_ratio(samples: NDArray[np.int16], heard: NDArray[np.int16]) -> float:
    """Power of the samples over that of what has become different, in decibels."""
    signal = samples.astype(np.float64)
    noise = float(((heard - signal) ** 2).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(10 * np.log10((signal**2).sum() / np.float64(noise)))


@cache
def _table(levels: int) -> NDArray[np.uint8]:
    every = np.arange(2**16, dtype=np.uint16).view(np.int16)
    return quantised(every / _FULL, levels)
