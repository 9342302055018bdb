"""Pitch by YIN.

De Cheveigné & Kawahara, YIN, a fundamental frequency estimator for speech and music, Journal of
the Acoustical Society of America 111(4), 2002. The period is the smallest lag τ at which a sound
and itself moved by τ hardly differ:

    d(τ) = Σⱼ (x(j) − x(j + τ))²                    equation 6, over a window
    d′(τ) = d(τ) / (1/τ · (d(1) + … + d(τ)))        equation 8

that is, the first dip of d′ below a threshold (step 4), made finer by a parabola through d at its
minimum and both neighbours (step 5). Where no dip is that deep, the deepest is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Pitch", "pitch", "pitches"]

_THRESHOLD = 0.1  # of d′, the paper's, of step 4
_PERIODIC = 0.2  # d′ up to which a frame has a pitch at all
_LOWEST, _HIGHEST = 60.0, 1000.0  # Hz
_FRAME = 0.04  # seconds that the differences are summed over
_HOP = 0.01  # seconds between frames


@dataclass(frozen=True)
class Pitch:
    """The pitch of a sound.

    Attributes:
        hertz: the median over the frames that have one; NaN where none has.
        periodic: the share of the frames that have one.
    """

    hertz: float
    periodic: float


def pitch(
    samples: NDArray[np.int16], rate: int, lowest: float = _LOWEST, highest: float = _HIGHEST
) -> Pitch:
    """One pitch for the whole of a sound (n,); its frames are as `pitches` has them."""
    hertz, aperiodicity = pitches(samples, rate, lowest, highest)
    periodic = aperiodicity <= _PERIODIC
    middle = float(np.median(hertz[periodic])) if periodic.any() else float("nan")
    return Pitch(middle, float(periodic.mean()) if len(periodic) else 0.0)


def pitches(
    samples: NDArray[np.int16], rate: int, lowest: float = _LOWEST, highest: float = _HIGHEST
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The pitch of each frame, one for every 10 ms, and how far it is from periodic.

    Args:
        samples: (n,); of fewer than a frame and the longest period there are no frames.
        rate: Hz.
        lowest: Hz, of the pitches that are looked for.
        highest: Hz; at most a quarter of the rate.

    Returns:
        Hz (frames,), and d′ at the lag, (frames,), near 0 for a periodic frame; a frame of
        silence has no pitch, NaN, and d′ = 1.
    """
    window, longest = round(_FRAME * rate), int(np.ceil(rate / lowest)) + 1
    shortest = max(2, int(rate / highest))
    size, x = window + longest + 1, samples / 32768.0
    if len(x) < size:
        return np.empty(0), np.empty(0)
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[:: round(_HOP * rate)]
    found = [_frame(frame, window, shortest, longest) for frame in frames]
    lags, aperiodicity = np.array(found).T
    return rate / lags, aperiodicity


def _frame(x: NDArray[np.float64], window: int, shortest: int, longest: int) -> tuple[float, float]:
    """The lag in samples of one frame, and d′ there."""
    moved = np.lib.stride_tricks.sliding_window_view(x, window)[: longest + 2]
    d = ((moved - moved[0]) ** 2).sum(axis=1)  # by lag, from 0
    total = np.cumsum(d[1:])
    if total[-1] == 0:
        return float("nan"), 1.0
    normal = np.ones(len(d))
    lags = np.arange(1, len(d))
    # Where nothing has moved yet there is no dip: 1, as d′(0).
    np.divide(d[1:] * lags, total, out=normal[1:], where=total > 0)
    asked = normal[shortest : longest + 1]
    deep = np.flatnonzero(asked < _THRESHOLD)
    lag = shortest + int(deep[0] if len(deep) else asked.argmin())
    while lag < longest and normal[lag + 1] < normal[lag]:  # down to where the dip is deepest
        lag += 1
    before, here, after = d[lag - 1 : lag + 2]
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend > 0 else 0.0
    return lag + float(np.clip(shift, -1, 1)), float(normal[lag])
