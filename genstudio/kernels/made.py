"""MADE, one symbol at a time: one forward pass of the network, spread over the steps.

A hidden unit that may see m inputs has its value once the m-th symbol is known. With the units
of each layer sorted by m, those that are new at a step are rows next to each other, and what
they see is the beginning of the layer below. Over all steps each connection that a mask keeps is
used once. An ensemble keeps the logarithm of each member's weight, wₘ ∝ pₘ(x₁ … xₜ₋₁).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import draw_symbol, matvec_add, softmax

__all__ = ["MADEKernel", "MADEWeights"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class MADEWeights:
    """The network's matrices, the units of each of M members sorted by what they may see.

    L is the number of hidden layers, H their width.

    Attributes:
        first: (M, H, D), from the inputs.
        between: (M, L − 1, H, H), from hidden layer to hidden layer.
        out: (M, D, K, H), to the logits of each step.
        direct: (D, K, D) from the inputs to the logits, or (0, K, D) where there are none.
        ready: (M, L, D + 1), how many units have their value once t symbols are known.
    """

    first: Floats
    between: Floats
    out: Floats
    direct: Floats
    ready: Ints


class MADEKernel(Kernel):
    """The state of one batch.

    Args:
        weights: of the network.
        hidden: (B, M, L, H), biases and what the classes add; become the units' values.
        start: (B, D, K), the same of the logits.
    """

    def __init__(self, weights: MADEWeights, hidden: Floats, start: Floats) -> None:
        self._weights = weights
        self._hidden = hidden
        self._start = start
        self._inputs = np.zeros(start.shape[:2], np.float32)
        self._scores = np.zeros(hidden.shape[:2], np.float64)  # ln pₘ of what is drawn

    @property
    def multiply_adds(self) -> int:
        """Each connection that a mask keeps, once."""
        w, steps = self._weights, self._start.shape[1]
        new = np.diff(w.ready, axis=2, prepend=0)  # (M, L, D + 1)
        inputs = int((new[:, 0] * np.arange(steps + 1)).sum())
        hidden = int((new[:, 1:] * w.ready[:, :-1]).sum())
        levels = self._start.shape[2]
        out = levels * int(w.ready[:, -1, :steps].sum())
        members = len(w.first)
        direct = members * levels * steps * (steps - 1) // 2 if len(w.direct) else 0
        return int(inputs + hidden + out + direct)

    def state(self, step: int) -> Iterable[NDArray[Any]]:
        """The units and inputs, each member's score, and what the logits to come start from."""
        return self._inputs[:, :step], self._hidden, self._scores, self._start[:, step:]

    def draw(self, drawing: Drawing, first: int, last: int) -> Floats:
        """Draw; symbols enter as numbers −1 … 1."""
        batch, _, levels = self._start.shape
        p = np.empty((batch, last - first, levels), np.float32)
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
            self._inputs,
            self._hidden,
            self._scores,
            self._start,
            w.first,
            w.between,
            w.out,
            w.direct,
            w.ready,
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
    inputs: Floats,
    hiddens: Floats,
    scores: NDArray[np.float64],
    start: Floats,
    first: Floats,
    between: Floats,
    out: Floats,
    direct: Floats,
    ready: Ints,
) -> None:
    batch, _, levels = start.shape
    members, layers = ready.shape[0], ready.shape[1]
    common = np.empty(levels, np.float32)
    logits = np.empty(levels, np.float32)
    each = np.empty((members, levels), np.float32)
    mixed = np.empty(levels, np.float64)
    for step in range(first_step, last_step):
        for b in range(batch):
            x = inputs[b]
            common[:] = start[b, step]
            if len(direct):
                matvec_add(direct[step], x[:step], common)
            for m in range(members):
                # The units whose last input was the symbol before this step.
                for layer in range(layers):
                    done = ready[m, layer, step - 1] if step else 0
                    new = ready[m, layer, step]
                    values = hiddens[b, m, layer]
                    if new > done:
                        if layer == 0:
                            matvec_add(first[m, done:new], x[:step], values[done:new])
                        else:
                            below = hiddens[b, m, layer - 1, : ready[m, layer - 1, step]]
                            matvec_add(between[m, layer - 1, done:new], below, values[done:new])
                        for k in range(done, new):
                            values[k] = max(values[k], np.float32(0))
                logits[:] = common
                seen = hiddens[b, m, layers - 1, : ready[m, layers - 1, step]]
                matvec_add(out[m, step], seen, logits)
                softmax(logits, each[m])
            p = probabilities[b, step - first_step]
            if members == 1:
                p[:] = each[0]
            else:
                highest = scores[b].max()
                mixed[:] = 0.0
                total = 0.0
                for m in range(members):
                    weight = math.exp(scores[b, m] - highest)
                    total += weight
                    for v in range(levels):
                        mixed[v] += weight * each[m, v]
                for v in range(levels):
                    p[v] = mixed[v] / total
            if not given[b, step]:
                symbols[b, step] = draw_symbol(p, uniforms[b, step], temperature, top_k)
            symbol = symbols[b, step]
            x[step] = symbol * np.float32(2 / (levels - 1)) - np.float32(1)
            if members > 1:
                for m in range(members):
                    scores[b, m] += math.log(max(float(each[m, symbol]), 1e-300))
