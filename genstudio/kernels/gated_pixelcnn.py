"""Gated PixelCNN, one symbol at a time.

The vertical stack of a row depends on the rows above alone: when a row begins it is computed for
all of its places at once, down to what it gives to the horizontal stack, as products of matrices
with matrices. A symbol then costs the horizontal stack's maps of its own channel at its own place,
one matrix times the vectors of all images of the batch in each layer.

The horizontal stack's maps are kept in the order of the image's channels, those of channel c
between `starts[c]` and `starts[c + 1]`; of maps before their gate, channel c has twice as many
from 2 `starts[c]` on, those of the tanh first. The vertical stack's maps belong to no channel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.activations import gate
from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import draw_symbol, matmat_add, softmax

__all__ = ["GatedPixelCNNKernel", "GatedPixelCNNWeights", "Past"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class GatedPixelCNNWeights:
    """The network's weights as rows of matrices.

    P is the number of maps of either stack, G of the head, L of layers; m = ⌊n/2⌋ of the kernels
    after the first layer and M that of the first.

    Attributes:
        first_above: (M, 2 P, (2 M + 1) C), the first vertical kernel, a matrix for each row.
        above: (L - 1, m + 1, 2 P, (2 m + 1) P), the others.
        location: (H, W, 2 P), added to the first.
        across: (L, 2 P, 2 P), the 1×1 convolutions from the vertical stack to the horizontal.
        first_left: (2 P, (M + 1) C), the first horizontal kernel.
        left: (L - 1, 2 P, (m + 1) P), the others.
        residual: (L - 1, P, P), (L - 1, P).
        skip: (L, G, P), and the sum of its biases (G,).
        hidden: (G, G), (G,).
        last: (C · K, G), (C · K,), the K symbols of channel 0 first.
        starts_*: (C + 1,) where the maps of each channel start.
    """

    first_above: Floats
    above: Floats
    location: Floats
    across: Floats
    first_left: Floats
    left: Floats
    residual: Floats
    residual_bias: Floats
    skip: Floats
    skip_bias: Floats
    hidden: Floats
    hidden_bias: Floats
    last: Floats
    last_bias: Floats
    starts: Ints
    starts_head: Ints


@dataclass(frozen=True)
class Past:
    """What one full pass gives of the known symbols, up to the row that is going to be drawn.

    Attributes:
        probabilities: (B, D, K).
        image: (B, H, W, C), what the first layer reads.
        rows: (L - 1, B, m, W, P), what the vertical kernels read above the row.
        left: (L - 1, B, W, P), what the horizontal kernels read in the row.
    """

    probabilities: Floats
    image: Floats
    rows: Floats
    left: Floats


class GatedPixelCNNKernel(Kernel):
    """The state of one batch.

    Args:
        weights: of the network.
        told_above: (L, B, 2 P), bias of each vertical kernel and what it is told of the classes.
        told_left: (L, B, 2 P), the same of what runs into each horizontal gate.
        full_pass: the past of a row.
        shape: (H, W, C).
        levels: K.
    """

    def __init__(
        self,
        weights: GatedPixelCNNWeights,
        told_above: Floats,
        told_left: Floats,
        full_pass: Callable[[int], Past],
        shape: tuple[int, int, int],
        levels: int,
    ) -> None:
        self._weights = weights
        self._told_above = told_above
        self._told_left = told_left
        self._full_pass = full_pass
        self._shape = shape
        self._levels = levels
        height, width, channels = shape
        layers, batch, pairs = told_above.shape
        maps, head, between = pairs // 2, len(weights.skip_bias), layers - 1
        first = len(weights.first_above)
        margin = weights.above.shape[1] - 1

        def zeros(*size: int) -> Floats:
            return np.zeros(size, np.float32)

        self._row = np.full(1, -1, np.int64)  # whose vertical stack is there
        self._image = zeros(batch, height + first, width + 2 * first, channels)
        self._rows = zeros(between, batch, margin + 1, width + 2 * margin, maps)
        self._from_above = zeros(layers, batch, width, pairs)
        self._left = zeros(between, batch, width + margin, maps)
        # Of the pixel that is being drawn, because later channels read the maps of earlier ones.
        self._gates = zeros(layers, batch, maps)
        self._skips = zeros(batch, head)
        self._heads = zeros(batch, head)

    @property
    def multiply_adds(self) -> int:
        """At every pixel each weight that is not masked is used once."""
        w = self._weights
        matrices = (
            *(w.first_above, w.above, w.across, w.first_left, w.left),
            *(w.residual, w.skip, w.hidden, w.last),
        )
        height, width, _ = self._shape
        return height * width * sum(int(np.count_nonzero(matrix)) for matrix in matrices)

    def skip(self, drawing: Drawing, steps: int) -> Floats:
        """One full pass for whole pixels, whose layers are the past of what follows."""
        height, width, channels = self._shape
        whole = steps - steps % channels
        row = min(whole // (width * channels), height - 1)
        past = self._full_pass(row)
        first = len(self._weights.first_above)
        margin = self._weights.above.shape[1] - 1
        # Places after the prefix hold what unknown symbols led to; each is computed anew, in
        # order, before it is read.
        self._image[:, first:, first : first + width] = past.image
        self._rows[:, :, 1:, margin : margin + width] = past.rows
        self._left[:, :, margin:] = past.left
        self._row[0] = row - 1
        rest = self.draw(drawing, whole, steps)
        return np.concatenate([past.probabilities[:, :whole], rest], axis=1)

    def state(self, step: int) -> Iterable[Floats]:
        """The rows that are kept anyway, and those of the image that the first layer sees."""
        _, width, channels = self._shape
        row = step // (width * channels)
        yield self._image[:, row : row + len(self._weights.first_above) + 1]
        yield from (self._skips, self._heads)
        for by_layer in (
            *(self._rows, self._from_above, self._left, self._gates),
            *(self._told_above, self._told_left),
        ):
            yield by_layer.swapaxes(0, 1)

    def draw(self, drawing: Drawing, first: int, last: int) -> Floats:
        """Draw; the network's rescaling of symbols is −1 … 1."""
        p = np.empty((len(drawing.symbols), last - first, self._levels), np.float32)
        w = self._weights
        _draw(
            first,
            last,
            self._shape[1],
            drawing.symbols,
            drawing.given,
            drawing.uniforms,
            drawing.controls.temperature,
            drawing.controls.top_k,
            p,
            self._row,
            self._image,
            self._rows,
            self._from_above,
            self._left,
            self._gates,
            self._skips,
            self._heads,
            self._told_above,
            self._told_left,
            w.first_above,
            w.above,
            w.location,
            w.across,
            w.first_left,
            w.left,
            w.residual,
            w.residual_bias,
            w.skip,
            w.skip_bias,
            w.hidden,
            w.hidden_bias,
            w.last,
            w.last_bias,
            w.starts,
            w.starts_head,
        )
        return p


@compiled
def _begin_row(
    row: int,
    images: Floats,
    rows: Floats,
    from_above: Floats,
    told_above: Floats,
    told_left: Floats,
    first_above: Floats,
    above: Floats,
    location: Floats,
    across: Floats,
) -> None:
    """The vertical stack of one row, and what it gives to the horizontal one."""
    layers, batch, width, pairs = from_above.shape
    maps = pairs // 2
    channels = images.shape[3]
    first = first_above.shape[0]
    margin = above.shape[1] - 1
    image_line = (width + 2 * first) * channels
    line = (width + 2 * margin) * maps
    sums = np.empty((width, pairs), np.float32)
    flat = sums.reshape(-1)
    to = from_above.reshape(-1)
    flat_images, flat_rows = images.reshape(-1), rows.reshape(-1)
    for layer in range(layers):
        for b in range(batch):
            for column in range(width):
                for m in range(pairs):
                    sums[column, m] = told_above[layer, b, m]
            if layer == 0:
                for column in range(width):
                    for m in range(pairs):
                        sums[column, m] += location[row, column, m]
                for r in range(first):
                    at = (b * images.shape[1] + row + r) * image_line
                    columns = (2 * first + 1) * channels
                    matmat_add(
                        first_above[r], columns, flat_images, at, channels, flat, 0, pairs, width
                    )
            else:
                for r in range(margin + 1):
                    at = (((layer - 1) * batch + b) * (margin + 1) + r) * line
                    columns = (2 * margin + 1) * maps
                    matmat_add(
                        above[layer - 1, r], columns, flat_rows, at, maps, flat, 0, pairs, width
                    )
            for column in range(width):
                for m in range(pairs):
                    from_above[layer, b, column, m] = told_left[layer, b, m]
            at = (layer * batch + b) * width * pairs
            matmat_add(across[layer], pairs, flat, 0, pairs, to, at, pairs, width)
            if layer < layers - 1:
                window = rows[layer, b]
                for r in range(margin):
                    window[r] = window[r + 1]
                for column in range(width):
                    gate(
                        sums[column, :maps],
                        sums[column, maps:],
                        window[margin, margin + column],
                    )


@compiled
def _draw(
    first_step: int,
    last_step: int,
    width: int,
    symbols: NDArray[np.uint8],
    given: NDArray[np.bool_],
    uniforms: NDArray[np.float64],
    temperature: float,
    top_k: int,
    probabilities: Floats,
    ready: Ints,
    images: Floats,
    rows: Floats,
    from_above: Floats,
    lefts: Floats,
    gates: Floats,
    skips: Floats,
    heads: Floats,
    told_above: Floats,
    told_left: Floats,
    first_above: Floats,
    above: Floats,
    location: Floats,
    across: Floats,
    first_left: Floats,
    left: Floats,
    residual: Floats,
    residual_bias: Floats,
    skip: Floats,
    skip_bias: Floats,
    hidden: Floats,
    hidden_bias: Floats,
    last: Floats,
    last_bias: Floats,
    starts: Ints,
    starts_head: Ints,
) -> None:
    layers, batch, maps = gates.shape
    head = skips.shape[1]
    pairs = 2 * maps
    channels = images.shape[3]
    levels = probabilities.shape[2]
    first = first_above.shape[0]
    margin = above.shape[1] - 1
    image_size = images.shape[1] * images.shape[2] * channels
    line = (width + margin) * maps
    sums = np.empty((batch, pairs), np.float32)
    logits = np.empty((batch, levels), np.float32)
    flat_images, flat_lefts, flat_gates = images.reshape(-1), lefts.reshape(-1), gates.reshape(-1)
    flat_sums, flat_skips, flat_heads = sums.reshape(-1), skips.reshape(-1), heads.reshape(-1)
    flat_logits = logits.reshape(-1)
    for step in range(first_step, last_step):
        pixel, c = step // channels, step % channels
        row, column = pixel // width, pixel % width
        if ready[0] != row:
            _begin_row(
                row,
                images,
                rows,
                from_above,
                told_above,
                told_left,
                first_above,
                above,
                location,
                across,
            )
            ready[0] = row
        f0, f1 = starts[c], starts[c + 1]
        g0, g1 = starts_head[c], starts_head[c + 1]
        for b in range(batch):
            for m in range(g0, g1):
                skips[b, m] = skip_bias[m]
        for layer in range(layers):
            for b in range(batch):
                for m in range(2 * f0, 2 * f1):
                    sums[b, m] = from_above[layer, b, column, m]
            # To the left all maps; of the place itself those that mask A or mask B lets be seen.
            if layer == 0:
                at = ((row + first) * images.shape[2] + column) * channels
                matmat_add(
                    first_left[2 * f0 : 2 * f1],
                    first * channels + c,
                    flat_images,
                    at,
                    image_size,
                    flat_sums,
                    2 * f0,
                    pairs,
                    batch,
                )
            else:
                matmat_add(
                    left[layer - 1, 2 * f0 : 2 * f1],
                    margin * maps + f1,
                    flat_lefts,
                    (layer - 1) * batch * line + column * maps,
                    line,
                    flat_sums,
                    2 * f0,
                    pairs,
                    batch,
                )
            for b in range(batch):
                gate(
                    sums[b, 2 * f0 : f0 + f1],
                    sums[b, f0 + f1 : 2 * f1],
                    gates[layer, b, f0:f1],
                )
            at = layer * batch * maps
            matmat_add(skip[layer, g0:g1], f1, flat_gates, at, maps, flat_skips, g0, head, batch)
            if layer < layers - 1:
                for b in range(batch):
                    for m in range(f0, f1):
                        value = residual_bias[layer, m]
                        if layer > 0:
                            value += lefts[layer - 1, b, column + margin, m]
                        lefts[layer, b, column + margin, m] = value
                matmat_add(
                    residual[layer, f0:f1],
                    f1,
                    flat_gates,
                    at,
                    maps,
                    flat_lefts,
                    layer * batch * line + (column + margin) * maps + f0,
                    line,
                    batch,
                )
        # The sum of the skip connections, a 1×1 layer, and the softmax.
        for b in range(batch):
            for m in range(g0, g1):
                skips[b, m] = max(skips[b, m], np.float32(0))
                heads[b, m] = hidden_bias[m]
        matmat_add(hidden[g0:g1], g1, flat_skips, 0, head, flat_heads, g0, head, batch)
        for b in range(batch):
            for m in range(g0, g1):
                heads[b, m] = max(heads[b, m], np.float32(0))
            logits[b] = last_bias[c * levels : (c + 1) * levels]
        outputs = last[c * levels : (c + 1) * levels]
        matmat_add(outputs, g1, flat_heads, 0, head, flat_logits, 0, levels, batch)
        for b in range(batch):
            p = probabilities[b, step - first_step]
            softmax(logits[b], p)
            if not given[b, step]:
                symbols[b, step] = draw_symbol(p, uniforms[b, step], temperature, top_k)
            images[b, row + first, column + first, c] = symbols[b, step] * np.float32(
                2 / (levels - 1)
            ) - np.float32(1)
