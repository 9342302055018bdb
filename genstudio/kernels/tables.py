"""Tables of conditionals, one symbol at a time: one row is looked up, the context moves on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import draw_symbol

__all__ = ["TableKernel"]


class TableKernel(Kernel):
    """The context of each image of one batch.

    Args:
        table: (rows, K) float32, the conditionals of every context of every step.
        starts: (D,) int64, the row of each step's first context.
        contexts: K^k, the number of contexts of a memory of k symbols.
        batch: B.
    """

    def __init__(
        self,
        table: NDArray[np.float32],
        starts: NDArray[np.int64],
        contexts: int,
        batch: int,
    ) -> None:
        self._table = table
        self._starts = starts
        self._modulus = contexts
        self._contexts = np.zeros(batch, np.int64)

    @property
    def multiply_adds(self) -> int:
        """One for each symbol: the context moves on."""
        return len(self._starts)

    def state(self, step: int) -> Iterable[NDArray[np.int64]]:
        """The contexts."""
        return (self._contexts,)

    def draw(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """Look up, draw, move on."""
        levels = self._table.shape[1]
        p = np.empty((len(self._contexts), last - first, levels), np.float32)
        _draw(
            first,
            last,
            drawing.symbols,
            drawing.given,
            drawing.uniforms,
            drawing.controls.temperature,
            drawing.controls.top_k,
            p,
            self._contexts,
            self._modulus,
            self._table,
            self._starts,
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
    probabilities: NDArray[np.float32],
    contexts: NDArray[np.int64],
    modulus: int,
    table: NDArray[np.float32],
    starts: NDArray[np.int64],
) -> None:
    levels = table.shape[1]
    for b in range(symbols.shape[0]):
        for step in range(first_step, last_step):
            p = probabilities[b, step - first_step]
            p[:] = table[starts[step] + contexts[b]]
            if not given[b, step]:
                symbols[b, step] = draw_symbol(p, uniforms[b, step], temperature, top_k)
            contexts[b] = (contexts[b] * levels + np.int64(symbols[b, step])) % modulus
