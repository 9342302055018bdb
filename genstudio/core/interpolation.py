"""Ways between codes, and directions from groups of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError

__all__ = ["Way", "along", "difference", "linear", "spherical", "way"]

Floats = NDArray[np.float64]

Way = Literal["linear", "spherical"]

_PARALLEL = 1e-6  # sine of an angle below which there is no plane to turn in


def linear(start: Floats, end: Floats, shares: Floats) -> Floats:
    """(1 − t) a + t b for each of n shares t; a and b (*Z), returns (n, *Z)."""
    t = shares.reshape(-1, *[1] * start.ndim)
    # In this form both ends are met to the last bit.
    return (1 - t) * start + t * end


def spherical(start: Floats, end: Floats, shares: Floats) -> Floats:
    """Turn from a to b evenly, for each of n shares t; a and b (*Z), returns (n, *Z).

    With the angle Ω between them (Shoemake, Animating rotation with quaternion curves, 1985):

        sin((1 − t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b.

    Normal codes in many dimensions lie near a sphere, and the straight way between two of them
    leads through its inside, where hardly any are (White, Sampling generative networks, 2016).
    Codes of unequal length pass from the one length to the other. Where the two are nearly
    parallel, opposite or zero there is no plane to turn in, and the way is straight.
    """
    a, b = start.reshape(-1), end.reshape(-1)
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    cosine = max(-1.0, min(1.0, float(a @ b) / length)) if length > 0 else 1.0
    angle = math.acos(cosine)
    if math.sin(angle) < _PARALLEL:
        return linear(start, end, shares)
    t = shares.reshape(-1, *[1] * start.ndim)
    turned: Floats = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / math.sin(angle)
    return turned


def along(codes: NDArray[np.floating], places: NDArray[np.floating], kind: Way) -> Floats:
    """On the way through codes (k, *Z), k ≥ 1, at places (n,) between 0 and k − 1: (n, *Z).

    At a whole number the way is at that code.
    """
    between = linear if kind == "linear" else spherical
    stations = np.asarray(codes, np.float64)
    at = np.clip(np.asarray(places, np.float64), 0, len(stations) - 1)
    found = np.empty((len(at), *stations.shape[1:]))
    starts = np.minimum(np.floor(at).astype(np.int64), max(0, len(stations) - 2))
    for start in np.unique(starts):
        here = starts == start
        last = stations[min(start + 1, len(stations) - 1)]
        found[here] = between(stations[start], last, at[here] - start)
    return found


def way(stations: Sequence[Floats], steps: int, turning: bool = False) -> Floats:
    """From station to station: (steps, *Z), the first and the last station among them.

    Args:
        stations: two or more codes (*Z).
        steps: codes on the whole way, spread evenly over its pieces; at least as many as stations.
        turning: spherical rather than linear.

    Raises:
        UserError: there are too few stations or steps.
    """
    if len(stations) < 2:
        raise UserError("A way leads from one image to another, so it takes two or more.")
    if steps < len(stations):
        raise UserError(
            f"A way between {len(stations)} images takes at least {len(stations)} steps, "
            f"not {steps}."
        )
    places = np.linspace(0, len(stations) - 1, steps)
    return along(np.stack(stations), places, "spherical" if turning else "linear")


def difference(with_it: Floats, without: Floats) -> Floats:
    """The direction (*Z) from the mean of one group of codes (n, *Z) to that of another (m, *Z).

    Raises:
        UserError: a group is empty.
    """
    if not len(with_it) or not len(without):
        raise UserError("A direction leads from one group of images to another, and one is empty.")
    direction: Floats = with_it.mean(axis=0) - without.mean(axis=0)
    return direction
