"""Ways from one code to another."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Way", "along", "linear", "slerp"]

Way = Literal["linear", "spherical"]

_PARALLEL = 1e-6  # radians from which on a great circle through two directions is well defined


def linear(
    first: NDArray[np.floating], last: NDArray[np.floating], shares: NDArray[np.floating]
) -> NDArray[np.float64]:
    """(1 − t) a + t b, for codes a, b (Z,) and each t of shares (n,): (n, Z)."""
    t = np.asarray(shares, np.float64)[:, None]
    return np.asarray((1 - t) * first + t * last, np.float64)


def slerp(
    first: NDArray[np.floating], last: NDArray[np.floating], shares: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Spherically, for codes a, b (Z,) and each t of shares (n,): (n, Z).

    sin((1 − t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b, with Ω the angle between a and b (Shoemake
    1985, Animating rotation with quaternion curves, section 3.3). Codes drawn from N(0, I) of many
    dimensions lie near a sphere, whose middle a straight way would cut through (White 2016,
    Sampling generative networks, section 3.2). Where no angle is well defined, because a code is
    zero or the two are parallel or opposite, the way is straight.
    """
    a, b = np.asarray(first, np.float64), np.asarray(last, np.float64)
    long = float(np.linalg.norm(a) * np.linalg.norm(b))
    if long == 0:
        return linear(a, b, shares)
    angle = math.acos(max(-1.0, min(1.0, float(a @ b) / long)))
    if min(angle, math.pi - angle) < _PARALLEL:
        return linear(a, b, shares)
    t = np.asarray(shares, np.float64)[:, None]
    sines = np.sin((1 - t) * angle), np.sin(t * angle)
    return np.asarray((sines[0] * a + sines[1] * b) / math.sin(angle), np.float64)


def along(
    codes: NDArray[np.floating], places: NDArray[np.floating], way: Way
) -> NDArray[np.float64]:
    """On the way through codes (k, Z), k ≥ 1, at places (n,) between 0 and k − 1: (n, Z).

    At a whole number the way is at that code.
    """
    step = linear if way == "linear" else slerp
    places = np.clip(np.asarray(places, np.float64), 0, len(codes) - 1)
    found = np.empty((len(places), codes.shape[1]), np.float64)
    starts = np.minimum(np.floor(places).astype(int), max(0, len(codes) - 2))
    for start in np.unique(starts):
        here = starts == start
        last = codes[min(start + 1, len(codes) - 1)]
        found[here] = step(codes[start], last, places[here] - start)
    return found
