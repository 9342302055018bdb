"""The gated activation of van den Oord et al. (2016b), equation 2, many numbers at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.compiled import compiled

__all__ = ["gate"]

_LN2 = np.float32(0.6931472)
_PER_LN2 = np.float32(1.442695)
# Beyond it tanh and σ are their limits to more places than a float32 has.
_FAR = np.float32(40)
_BIAS = 127  # of a float32's exponent, which starts at bit 23


@compiled
def gate(
    f: NDArray[np.float32],
    g: NDArray[np.float32],
    out: NDArray[np.float32],
    powers: NDArray[np.int32],
) -> None:
    """Out = tanh(f) ⊙ σ(g), each (n,), within 1e-6; powers (2, ≥ n) is scratch.

    With A = exp(−2f) and B = exp(−g) it is (1 − A) / ((1 + A)(1 + B)). A library's exp is a call
    for each number; this one is arithmetic, which the compiler does for a vector of them at once:
    exp(x) = 2ⁿ exp(r), |r| ≤ ln 2 / 2, where 2ⁿ is made from its bits and exp(r) is Taylor's sum.
    """
    n = out.shape[0]
    bits_a, bits_b = powers[0], powers[1]
    half = np.float32(0.5)
    lift = np.float32(_BIAS)
    for i in range(n):
        # What is lifted is positive, and a conversion rounds it down.
        x = min(max(np.float32(-2) * f[i], -_FAR), _FAR)
        bits_a[i] = np.int32(x * _PER_LN2 + lift + half)
        x = min(max(-g[i], -_FAR), _FAR)
        bits_b[i] = np.int32(x * _PER_LN2 + lift + half)
    power_a, power_b = bits_a.view(np.float32), bits_b.view(np.float32)
    for i in range(n):
        x = min(max(np.float32(-2) * f[i], -_FAR), _FAR)
        a = x - (np.float32(bits_a[i]) - lift) * _LN2
        x = min(max(-g[i], -_FAR), _FAR)
        b = x - (np.float32(bits_b[i]) - lift) * _LN2
        bits_a[i] = bits_a[i] << np.int32(23)
        bits_b[i] = bits_b[i] << np.int32(23)
        a = _taylor(a) * power_a[i]
        b = _taylor(b) * power_b[i]
        one = np.float32(1)
        out[i] = (one - a) / ((one + a) * (one + b))


@compiled
def _taylor(r: np.float32) -> np.float32:
    """Exp(r) to the seventh power: 5e-9 of it is left out at |r| = ln 2 / 2."""
    total = np.float32(1)
    for k in (7, 6, 5, 4, 3, 2, 1):
        total = np.float32(1) + r * total * np.float32(1 / k)
    return total
