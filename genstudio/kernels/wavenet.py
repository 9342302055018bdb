"""WaveNet, one sample at a time: each layer's past is in a ring, only its new column is computed.

van den Oord et al. (2016a), section 2; the rings as in Le Paine et al. (2016), Fast WaveNet
Generation Algorithm. What all layers put out is kept side by side, so that their skip
connections are one product of a matrix (S, L·R), taken once for each sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.activations import gate
from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import draw_symbol, matvec_add, softmax

__all__ = ["WaveNetKernel", "WaveNetWeights"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class WaveNetWeights:
    """The network's weights as rows of matrices.

    L is the number of layers, R their width, S that of the skip connections, E of the head.

    Attributes:
        first: (R, 2), of the two samples before, the older first; bias (R,).
        gates: (L, 2R, 2R), to the filters and then the gates, of the input `dilation` steps ago
            and then of the newest; bias (L, 2R).
        residual: (L, R, R), (L, R); those of the last layer are not used.
        skip: (S, L·R), (S,).
        hidden: (E, S), (E,).
        last: (K, E), (K,).
    """

    first: Floats
    first_bias: Floats
    gates: Floats
    gates_bias: Floats
    residual: Floats
    residual_bias: Floats
    skip: Floats
    skip_bias: Floats
    hidden: Floats
    hidden_bias: Floats
    last: Floats
    last_bias: Floats


class WaveNetKernel(Kernel):
    """The state of one batch.

    Args:
        weights: of the network.
        told: (B, L, 2R), what each layer is told of the classes; zeros where there are none.
        dilations: (L,).
        length: samples of a whole sound.
    """

    leaps = False

    def __init__(self, weights: WaveNetWeights, told: Floats, dilations: Ints, length: int) -> None:
        self._weights = weights
        self._length = length
        self._told = told
        # A ring has one place more than its dilation: what a step writes is not what it reads.
        self._starts = np.cumsum([0, *(dilations + 1)])
        batch, width = len(told), len(weights.first_bias)
        self._rings = np.zeros((batch, self._starts[-1], width), np.float32)
        self._values = np.zeros((batch, 2), np.float32)  # of the two samples before

    @property
    def multiply_adds(self) -> int:
        """Each weight once for every sample."""
        w = self._weights
        used = (w.first, w.gates, w.residual[:-1], w.skip, w.hidden, w.last)
        return self._length * sum(matrix.size for matrix in used)

    def state(self, step: int) -> Iterable[Floats]:
        """All of it: a ring holds nothing older than may be read."""
        return self._values, self._rings, self._told

    def draw(self, drawing: Drawing, first: int, last: int) -> Floats:
        """Draw; symbols enter as numbers −1 … 1."""
        w = self._weights
        p = np.empty((len(drawing.symbols), last - first, len(w.last_bias)), np.float32)
        _draw(
            first,
            last,
            drawing.symbols,
            drawing.given,
            drawing.uniforms,
            drawing.controls.temperature,
            drawing.controls.top_k,
            p,
            self._values,
            self._rings,
            self._starts,
            self._told,
            w.first,
            w.first_bias,
            w.gates,
            w.gates_bias,
            w.residual,
            w.residual_bias,
            w.skip,
            w.skip_bias,
            w.hidden,
            w.hidden_bias,
            w.last,
            w.last_bias,
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
    values: Floats,
    rings: Floats,
    starts: Ints,
    told: Floats,
    first: Floats,
    first_bias: Floats,
    gates: Floats,
    gates_bias: Floats,
    residual: Floats,
    residual_bias: Floats,
    skip: Floats,
    skip_bias: Floats,
    hidden: Floats,
    hidden_bias: Floats,
    last: Floats,
    last_bias: Floats,
) -> None:
    layers, width = residual_bias.shape
    levels = probabilities.shape[2]
    stream = np.empty(width, np.float32)
    pair = np.empty(2 * width, np.float32)
    opened = np.empty(2 * width, np.float32)
    gated = np.empty(layers * width, np.float32)
    skipped = np.empty(skip_bias.shape[0], np.float32)
    head = np.empty(hidden_bias.shape[0], np.float32)
    logits = np.empty(levels, np.float32)
    for b in range(symbols.shape[0]):
        value = values[b]
        for step in range(first_step, last_step):
            for m in range(width):
                stream[m] = first_bias[m] + first[m, 0] * value[0] + first[m, 1] * value[1]
            for layer in range(layers):
                start = starts[layer]
                size = starts[layer + 1] - start
                rings[b, start + step % size] = stream
                pair[:width] = rings[b, start + (step + 1) % size]  # `dilation` steps ago
                pair[width:] = stream
                for m in range(2 * width):
                    opened[m] = gates_bias[layer, m] + told[b, layer, m]
                matvec_add(gates[layer], pair, opened)
                z = gated[layer * width : (layer + 1) * width]
                gate(opened[:width], opened[width:], z)
                if layer + 1 < layers:
                    for m in range(width):
                        stream[m] += residual_bias[layer, m]
                    matvec_add(residual[layer], z, stream)
            skipped[:] = skip_bias
            matvec_add(skip, gated, skipped)
            for m in range(skipped.shape[0]):
                skipped[m] = max(skipped[m], np.float32(0))
            head[:] = hidden_bias
            matvec_add(hidden, skipped, head)
            for m in range(head.shape[0]):
                head[m] = max(head[m], np.float32(0))
            logits[:] = last_bias
            matvec_add(last, head, logits)
            p = probabilities[b, step - first_step]
            softmax(logits, p)
            if not given[b, step]:
                symbols[b, step] = draw_symbol(p, uniforms[b, step], temperature, top_k)
            value[0] = value[1]
            value[1] = symbols[b, step] * np.float32(2 / (levels - 1)) - np.float32(1)
