"""What every kernel is made of: a matrix times a vector, a softmax, a symbol from its uniform."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.compiled import compiled

__all__ = ["draw_symbol", "matvec_add", "softmax"]


@compiled
def matvec_add(
    matrix: NDArray[np.float32], x: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Out += matrix · x, with matrix (outputs, inputs); x may be shorter than its rows.

    Four rows are taken together: each number of x is then read once for four products.
    """
    rows, columns = matrix.shape[0], x.shape[0]
    row = 0
    while row + 4 <= rows:
        a = np.float32(0)
        b = np.float32(0)
        c = np.float32(0)
        d = np.float32(0)
        for k in range(columns):
            v = x[k]
            a += matrix[row, k] * v
            b += matrix[row + 1, k] * v
            c += matrix[row + 2, k] * v
            d += matrix[row + 3, k] * v
        out[row] += a
        out[row + 1] += b
        out[row + 2] += c
        out[row + 3] += d
        row += 4
    while row < rows:
        a = np.float32(0)
        for k in range(columns):
            a += matrix[row, k] * x[k]
        out[row] += a
        row += 1


@compiled
def softmax(logits: NDArray[np.float32], p: NDArray[np.float32]) -> None:
    """P(v) = exp(logits(v)) / Σ exp(logits), summed in float64, as the naive sampler does."""
    levels = logits.shape[0]
    highest = logits[0]
    for v in range(1, levels):
        highest = max(highest, logits[v])
    total = 0.0
    for v in range(levels):
        total += math.exp(np.float64(logits[v]) - np.float64(highest))
    for v in range(levels):
        p[v] = math.exp(np.float64(logits[v]) - np.float64(highest)) / total


@compiled
def draw_symbol(p: NDArray[np.float32], u: float, temperature: float, top_k: int) -> int:
    """The symbol that `core.draw` draws from the same conditional and the same uniform."""
    levels = p.shape[0]
    q = np.empty(levels, np.float64)
    highest = 0.0
    for v in range(levels):
        q[v] = p[v]
        highest = max(highest, float(q[v]))
    if temperature != 1.0:
        top = math.log(highest) / temperature
        for v in range(levels):
            q[v] = math.exp(math.log(q[v]) / temperature - top) if q[v] > 0 else 0.0
    if 0 < top_k < levels:
        # The k likeliest, ties going to the smaller symbol: a symbol stays when fewer than k go
        # before it.
        kept = q.copy()
        for v in range(levels):
            before = 0
            for w in range(levels):
                if kept[w] > kept[v] or (kept[w] == kept[v] and w < v):
                    before += 1
            if before >= top_k:
                q[v] = 0.0
    total = 0.0
    for v in range(levels):
        total += q[v]
    height = u * total
    cumulative = 0.0
    drawn: int = levels - 1
    for v in range(levels):
        cumulative += q[v]
        if height < cumulative:
            drawn = v
            break
    while q[drawn] == 0.0:  # rounding at the upper end never draws what has no probability
        drawn -= 1
    return drawn
