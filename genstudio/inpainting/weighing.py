"""Weighted particles: how much they are worth, who survives, and how far off their mean is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["effective_size", "log_sum", "next_power", "relative_variance", "systematic"]

Doubles = NDArray[np.float64]

_HALVINGS = 60


def log_sum(values: Doubles) -> float:
    """Ln Σ exp(values)."""
    highest = float(values.max())
    return highest + math.log(float(np.exp(values - highest).sum()))


def effective_size(log_weights: Doubles) -> float:
    """1 / Σ W² of the normalised weights, 1 … N (Kong, Liu & Wong 1994)."""
    weights = np.exp(log_weights - log_sum(log_weights))
    return float(1 / np.square(weights).sum())


def next_power(log_weights: Doubles, scores: Doubles, most: float, target: float) -> float:
    """A power δ in (0, most] at which the weights W · exp(δ · score) have the effective size.

    By bisection; the size is above the target at 0 and below it at `most`.

    Args:
        log_weights: (N,), ln W.
        scores: (N,) nats.
        most: the upper end.
        target: the effective size that is wanted.
    """
    low, high = 0.0, most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if effective_size(log_weights + middle * scores) < target:
            high = middle
        else:
            low = middle
    return high


def systematic(weights: Doubles, u: float) -> NDArray[np.int64]:
    """Systematic resampling (Kitagawa 1996): N ancestors from one uniform, for weights (N,).

    Particle i gets ⌊N Wᵢ⌋ or ⌈N Wᵢ⌉ descendants, N Wᵢ on average. Who survives stays in its
    place, so that little has to be copied.
    """
    count = len(weights)
    cumulative = np.cumsum(weights)
    positions = (u + np.arange(count)) * (cumulative[-1] / count)
    chosen = np.searchsorted(cumulative, positions, side="right")
    # Rounding at the upper end.
    chosen = np.minimum(chosen, np.flatnonzero(weights)[-1])
    descendants = np.bincount(chosen, minlength=count)
    ancestors = np.arange(count)
    ancestors[descendants == 0] = np.repeat(ancestors, np.maximum(descendants - 1, 0))
    return ancestors


def relative_variance(weights: Doubles, beginnings: NDArray[np.int64]) -> float:
    """Of the estimate of p(known), divided by its square, from the particles' genealogy.

    (N Σ_f W_f² − 1) / (N − 1) with W_f the weight of all that descend from beginning f: the
    spread of the families' shares, as if families were independent (after Chan & Lai 2013; Lee &
    Whiteley 2018). The latter divide by what multinomial resampling adds to it of its own;
    systematic resampling adds less, so here nothing is taken off, and the answer is rather too
    large. 1 is the most that it can say, when all descend from one.

    Args:
        weights: (N,), normalised.
        beginnings: (N,), the number of the particle that each one descends from.

    Returns:
        0 … 1; NaN for one particle.
    """
    count = len(weights)
    if count == 1:
        return math.nan
    families = np.bincount(beginnings, weights)
    return max(0.0, (count * float(np.square(families).sum()) - 1) / (count - 1))
