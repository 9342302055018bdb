"""Discretized mixtures of logistics, one pixel at a time; `nn.logistic` has the formulas."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.compiled import compiled

__all__ = ["conditional", "reweigh", "unpack"]

Doubles = NDArray[np.float64]

_FAR = 106.0
"""At this z, e^−z is less than the least number that a float32 can hold."""


@compiled
def unpack(
    outputs: NDArray[np.float32], levels: int, weights: Doubles, means: Doubles, precisions: Doubles
) -> None:
    """A pixel's network outputs as ln π (M,), μ (C, M) and 1/s (C, M)."""
    channels, components = means.shape
    highest = np.float64(outputs[0])
    for m in range(1, components):
        highest = max(highest, np.float64(outputs[m]))
    total = 0.0
    for m in range(components):
        total += math.exp(np.float64(outputs[m]) - highest)
    floor = -math.log(levels - 1.0) - math.log(20.0)
    for m in range(components):
        weights[m] = np.float64(outputs[m]) - highest - math.log(total)
        for c in range(channels):
            means[c, m] = outputs[(1 + c) * components + m]
            # ln s = floor + softplus(output − floor)
            over = outputs[(1 + channels + c) * components + m] - floor
            precisions[c, m] = math.exp(-floor - max(over, 0.0) - math.log1p(math.exp(-abs(over))))


@compiled
def conditional(weights: Doubles, means: Doubles, precisions: Doubles, p: Doubles) -> None:
    """P(v) = Σₘ πₘ Pₘ(v) for every symbol v; weights are ln π (M,), normalised.

    Between two symbols stands a threshold t, and the mass beyond it is 1/(1 + e^z) with
    z = (t − μ)/s. Thresholds stand 2h apart, so e^z grows by the same factor from each to the
    next: one exponential a component is enough. From the threshold nearest to the mean it is
    followed to both sides, where it falls, until nothing is left.
    """
    levels = p.shape[0]
    half = 1.0 / (levels - 1)
    p[:] = 0.0
    beyond = np.empty(levels + 8, np.float64)
    for m in range(weights.shape[0]):
        weight = math.exp(weights[m])
        mean, precision = means[m], precisions[m]
        delta = 2 * half * precision
        # Threshold k, between the symbols k and k + 1, is at (2k + 1) h − 1; `near` is the first
        # one not below the mean.
        place = ((mean + 1) / half - 1) / 2
        # A place that is no number, from weights that are none, must not become an index.
        near = math.ceil(min(place, levels - 1.0)) if place > 0 else 0
        above = 0.0
        if near < levels - 1:
            z = max(0.0, ((2 * near + 1) * half - (mean + 1)) * precision)
            count = _tail(z, delta, levels - 1 - near, beyond)
            above = beyond[0]
            for i in range(count - 1):
                p[near + 1 + i] += weight * (beyond[i] - beyond[i + 1])
            p[near + count] += weight * beyond[count - 1]
        below = 0.0
        if near > 0:
            z = max(0.0, ((mean + 1) - (2 * near - 1) * half) * precision)
            count = _tail(z, delta, near, beyond)
            below = beyond[0]
            for i in range(count - 1):
                p[near - 1 - i] += weight * (beyond[i] - beyond[i + 1])
            p[near - count] += weight * beyond[count - 1]
        p[near] += weight * (1 - above - below)


@compiled
def _tail(z: float, delta: float, most: int, beyond: Doubles) -> int:
    """Into `beyond` 1/(1 + e^z) for z, z + delta, z + 2 delta … with z ≥ 0.

    Returns how many there are: `most`, or fewer if nothing is left before. The loops go over many
    numbers without waiting for the one before, so that the processor's vectors can do them.
    """
    left = (_FAR - z) / delta
    count = most if left >= most else max(1, int(left) + 1)
    factor = math.exp(-delta)
    beyond[0] = math.exp(-z)
    for i in range(1, min(8, count)):
        beyond[i] = beyond[i - 1] * factor
    stride = math.exp(-8 * delta)
    for i in range(8, count):
        beyond[i] = beyond[i - 8] * stride
    for i in range(count):
        beyond[i] = beyond[i] / (1 + beyond[i])
    return count


@compiled
def reweigh(
    weights: Doubles, means: Doubles, precisions: Doubles, symbol: int, levels: int
) -> None:
    """The ln π become ln πₘ Pₘ(symbol), normalised: what the components weigh once it is known."""
    half = 1.0 / (levels - 1)
    x = 2 * half * symbol - 1
    highest = -math.inf
    for m in range(weights.shape[0]):
        mass = 0.0
        lower = (x - half - means[m]) * precisions[m]
        upper = (x + half - means[m]) * precisions[m]
        if symbol < levels - 1:  # ln σ(upper)
            mass += min(upper, 0.0) - math.log1p(math.exp(-abs(upper)))
        if symbol > 0:  # ln σ(−lower)
            mass += min(-lower, 0.0) - math.log1p(math.exp(-abs(lower)))
        if 0 < symbol < levels - 1:
            mass += math.log(-math.expm1(-2 * half * precisions[m]))
        weights[m] += mass
        highest = max(highest, weights[m])
    total = 0.0
    for m in range(weights.shape[0]):
        total += math.exp(weights[m] - highest)
    for m in range(weights.shape[0]):
        weights[m] -= highest + math.log(total)
