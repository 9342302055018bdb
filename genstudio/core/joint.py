"""Distributions over n binary symbols, written out: one probability for each of the 2ⁿ states.

State x₁ x₂ … xₙ has the index Σᵢ xᵢ 2ⁿ⁻ⁱ, so the states that begin alike stand together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.core.draw import inverse_cdf

__all__ = ["ancestral", "contexts", "divergence", "factor", "states"]

Floats = NDArray[np.float64]


def states(n: int) -> NDArray[np.uint8]:
    """Every state in the order of the indices, (2ⁿ, n)."""
    return ((np.arange(2**n)[:, None] >> np.arange(n - 1, -1, -1)) & 1).astype(np.uint8)


def contexts(p: Floats, i: int) -> Floats:
    """P(x₁ … xᵢ₋₁) of every beginning, (2ⁱ⁻¹,); p is (2ⁿ,) and i from 1 to n."""
    return np.asarray(p.reshape(2 ** (i - 1), -1).sum(axis=1))


def factor(p: Floats, i: int) -> Floats:
    """p(xᵢ = 1 | x₁ … xᵢ₋₁) for every context, (2ⁱ⁻¹,); NaN where the context never occurs."""
    split = p.reshape(2 ** (i - 1), 2, -1).sum(axis=2)
    with np.errstate(invalid="ignore"):
        return np.asarray(split[:, 1] / split.sum(axis=1))


def divergence(p: Floats, log_q: Floats) -> float:
    """KL(p ‖ q) = Σₓ p(x) ln(p(x)/q(x)), nats; p and ln q are (2ⁿ,), and 0 ln 0 = 0."""
    met = p > 0
    return float(np.sum(p[met] * (np.log(p[met]) - log_q[met])))


def ancestral(p: Floats, uniforms: Floats) -> NDArray[np.uint8]:
    """Draw by the chain rule, symbol by symbol: uniforms (B, n) → states (B, n)."""
    count, n = uniforms.shape
    drawn = np.zeros((count, n), np.uint8)
    prefix = np.zeros(count, np.int64)
    for i in range(1, n + 1):
        on = factor(p, i)[prefix]
        drawn[:, i - 1] = inverse_cdf(np.stack([1 - on, on], axis=1), uniforms[:, i - 1])
        prefix = 2 * prefix + drawn[:, i - 1]
    return drawn
