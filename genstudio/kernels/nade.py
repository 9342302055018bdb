"""NADE, one symbol at a time: a symbol adds one column to the hidden layer's pre-activation.

A symbol 0 adds nothing, and the hidden layer stays what it was; its sigmoids, the dearest part,
are computed again only after other symbols.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.activations import sigmoid
from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import draw_symbol, matvec_add, softmax

__all__ = ["NADEKernel", "NADEWeights"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class NADEWeights:
    """The network's matrices.

    Attributes:
        columns: (D, H), W: what a symbol adds, times its value.
        known: (D, H), U: what a known symbol adds, whatever it is; (0, H) where there is none.
        out: (D, K − 1, H), V.
    """

    columns: Floats
    known: Floats
    out: Floats


class NADEKernel(Kernel):
    """The state of one batch.

    Args:
        weights: of the network.
        hidden: (B, H), c and what the class adds; becomes the running pre-activation.
        start: (B, D, K − 1), the biases of the logits.
    """

    def __init__(self, weights: NADEWeights, hidden: Floats, start: Floats) -> None:
        self._weights = weights
        self._a = hidden
        self._h = np.empty_like(hidden)
        self._stale = np.ones(len(hidden), np.bool_)
        self._start = start

    @property
    def multiply_adds(self) -> int:
        """Every weight of W and V once; less where symbols are 0, which add nothing."""
        return self._weights.columns.size + self._weights.out.size

    def state(self, step: int) -> Iterable[NDArray[Any]]:
        """The hidden layer, and what the logits to come start from."""
        return self._a, self._h, self._stale, self._start[:, step:]

    def draw(self, drawing: Drawing, first: int, last: int) -> Floats:
        """Draw; symbols enter as numbers 0 … 1."""
        batch, _, free = self._start.shape
        p = np.empty((batch, last - first, free + 1), np.float32)
        w = self._weights
        _draw(
            first,
            last,
            drawing.symbols,
            drawing.given,
            drawing.uniforms,
            drawing.controls.temperature,
            drawing.controls.top_k,
            p,
            self._a,
            self._h,
            self._stale,
            self._start,
            w.columns,
            w.known,
            w.out,
        )
        return p


@compiled
def _draw(
    first_step: int,
    last_step: int,
    symbols: NDArray[np.uint8],
    given: NDArray[np.bool_],
    uniforms: NDArray[np.float64],
    temperature: float,
    top_k: int,
    probabilities: Floats,
    sums: Floats,
    hiddens: Floats,
    stale: NDArray[np.bool_],
    start: Floats,
    columns: Floats,
    known: Floats,
    out: Floats,
) -> None:
    batch, units = sums.shape
    free = start.shape[2]
    masked = len(known) > 0
    logits = np.zeros(free + 1, np.float32)
    for step in range(first_step, last_step):
        column = columns[step]
        for b in range(batch):
            a, h = sums[b], hiddens[b]
            if stale[b]:
                sigmoid(a, h)
                stale[b] = False
            logits[1:] = start[b, step]
            matvec_add(out[step], h, logits[1:])
            p = probabilities[b, step - first_step]
            softmax(logits, p)
            if not given[b, step]:
                symbols[b, step] = draw_symbol(p, uniforms[b, step], temperature, top_k)
            if symbols[b, step]:
                value = np.float32(symbols[b, step]) / np.float32(free)
                for k in range(units):
                    a[k] += value * column[k]
                stale[b] = True
            if masked:
                for k in range(units):
                    a[k] += known[step, k]
                stale[b] = True
