"""FVSBN, one symbol at a time: a symbol that is not 0 adds its column to all later logits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import draw_symbol, softmax

__all__ = ["FVSBNKernel", "FVSBNWeights"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FVSBNWeights:
    """What each symbol adds.

    Attributes:
        columns: (D, D, K − 1), of the seeing symbol, the seen step first; 0 where masked.
    """

    columns: Floats


class FVSBNKernel(Kernel):
    """The state of one batch.

    Args:
        weights: of the model.
        start: (B, D, K − 1), the biases of the logits; becomes the state.
    """

    def __init__(self, weights: FVSBNWeights, start: Floats) -> None:
        self._weights = weights
        self._logits = start

    @property
    def multiply_adds(self) -> int:
        """Each weight once; less where symbols are 0, which add nothing."""
        _, steps, free = self._logits.shape
        return int(free * steps * (steps - 1) // 2)

    def state(self, step: int) -> Iterable[Floats]:
        """What the steps to come start from."""
        return (self._logits[:, step:],)

    def draw(self, drawing: Drawing, first: int, last: int) -> Floats:
        """Draw; symbols enter as numbers 0 … 1."""
        batch, _, free = self._logits.shape
        p = np.empty((batch, last - first, free + 1), np.float32)
        _draw(
            first,
            last,
            drawing.symbols,
            drawing.given,
            drawing.uniforms,
            drawing.controls.temperature,
            drawing.controls.top_k,
            p,
            self._logits,
            self._weights.columns,
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
    state: Floats,
    columns: Floats,
) -> None:
    batch, steps, free = state.shape
    logits = np.zeros(free + 1, np.float32)
    for step in range(first_step, last_step):
        column = columns[step, step + 1 :].reshape((steps - step - 1) * free)
        for b in range(batch):
            logits[1:] = state[b, step]
            p = probabilities[b, step - first_step]
            softmax(logits, p)
            if not given[b, step]:
                symbols[b, step] = draw_symbol(p, uniforms[b, step], temperature, top_k)
            if symbols[b, step]:
                value = np.float32(symbols[b, step]) / np.float32(free)
                later = state[b, step + 1 :].reshape((steps - step - 1) * free)
                for k in range(len(later)):
                    later[k] += value * column[k]
