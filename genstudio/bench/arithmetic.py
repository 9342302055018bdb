"""How many multiply-adds a second one core does in a matrix times a vector: the floor of a time."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

__all__ = ["matrix_vector_rate"]

_SIDE = 256  # inputs of each product
_ENOUGH = 0.1  # seconds of each way


def matrix_vector_rate(weights: int) -> float:
    """Multiply-adds per second over so many weights, by the better of BLAS and our own loop.

    A network's weights are gone through once for each symbol; whether they fit a cache decides
    more than anything else, hence the rate at the network's own size.
    """
    from genstudio.kernels.parts import matvec_add  # noqa: PLC0415 - numba takes a while

    rows = max(4, weights // _SIDE)
    matrix = np.random.Generator(np.random.Philox(0)).random((rows, _SIDE), np.float32)
    x = np.ones(_SIDE, np.float32)
    out = np.zeros(rows, np.float32)
    return max(
        _rate(rows * _SIDE, lambda: np.dot(matrix, x, out)),
        _rate(rows * _SIDE, lambda: matvec_add(matrix, x, out)),
    )


def _rate(products: int, action: Callable[[], object]) -> float:
    action()
    best = float("inf")
    ends = time.perf_counter() + _ENOUGH
    repeats = max(1, 1_000_000 // products)  # the clock and the call are not what is measured
    while time.perf_counter() < ends:
        began = time.perf_counter()
        for _ in range(repeats):
            action()
        best = min(best, (time.perf_counter() - began) / repeats)
    return products / best
