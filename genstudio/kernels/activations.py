"""Nonlinearities of many numbers at a time, by arithmetic that the processor's vectors can do.

A library's exp is a call for each number; here exp x = 2ⁿ exp r, with n the whole number next to
x / ln 2 and |r| ≤ ln 2 / 2: 2ⁿ is made from its bits, exp r is its Taylor series to r⁷, whose rest
is below 10⁻⁸. Tanh is by tanh z = 2σ(2z) − 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.compiled import compiled

__all__ = ["gate", "lstm_update", "sigmoid"]

Floats = NDArray[np.float32]


@compiled
def sigmoid(z: Floats, out: Floats) -> None:
    """Out = σ(z) = 1 / (1 + exp(−z)), (n,) each, to about 10⁻⁷; they may be the same array."""
    exponents = np.empty(z.shape[0], np.int32)
    for k in range(z.shape[0]):
        x = min(max(-z[k], np.float32(-86)), np.float32(86))
        n = np.int32(x * np.float32(1.4426950408889634) + np.float32(128.5)) - np.int32(128)
        r = x - np.float32(n) * np.float32(0.6931471805599453)
        series = np.float32(1 / 720) + r * np.float32(1 / 5040)
        series = np.float32(1 / 120) + r * series
        series = np.float32(1 / 24) + r * series
        series = np.float32(1 / 6) + r * series
        series = np.float32(1 / 2) + r * series
        series = np.float32(1) + r * series
        out[k] = np.float32(1) + r * series
        exponents[k] = (n + np.int32(127)) << np.int32(23)
    powers = exponents.view(np.float32)
    for k in range(z.shape[0]):
        out[k] = np.float32(1) / (np.float32(1) + out[k] * powers[k])


@compiled
def gate(f: Floats, g: Floats, out: Floats) -> None:
    """Out = tanh(f) ⊙ σ(g), (n,) each: van den Oord et al. (2016b), equation 2."""
    opened = np.empty(out.shape[0], np.float32)
    sigmoid(g, opened)
    for k in range(out.shape[0]):
        out[k] = np.float32(2) * f[k]
    sigmoid(out, out)
    for k in range(out.shape[0]):
        out[k] = (np.float32(2) * out[k] - np.float32(1)) * opened[k]


@compiled
def lstm_update(z: Floats, c: Floats, h: Floats) -> None:
    """Equation 3 of van den Oord et al. (2016): c ← f c + i g, h ← o tanh c.

    Args:
        z: (4 N,) the gates o, f, i and g of each map in turn, that of g doubled because
            tanh z = 2σ(2z) − 1; it is used up.
        c: (N,).
        h: (N,).
    """
    sigmoid(z, z)
    maps = c.shape[0]
    for m in range(maps):
        g = np.float32(2) * z[4 * m + 3] - np.float32(1)
        c[m] = z[4 * m + 1] * c[m] + z[4 * m + 2] * g
        h[m] = np.float32(2) * c[m]
    sigmoid(h, h)
    for m in range(maps):
        h[m] = z[4 * m] * (np.float32(2) * h[m] - np.float32(1))
