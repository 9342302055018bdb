"""PixelCNN, one symbol at a time: each layer's past is kept, only its new column is computed.

Feature maps belong to the image's channels in turn, and a map sees nothing of later channels;
so of a pixel's column only the maps of one channel are new with each symbol. Maps are kept in
the order of their channels, those of channel c between `starts[c]` and `starts[c + 1]`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import draw_symbol, matvec_add, softmax
from genstudio.kernels.pixelcnn_known import Columns, follow

__all__ = ["PixelCNNKernel", "PixelCNNWeights"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PixelCNNWeights:
    """The network's weights as rows of matrices, maps in the order of their channels.

    N is the width of a block's inside, F of its outside, G of the head, L the number of blocks.

    Attributes:
        first: (F, 25 C), what the 7×7 convolution sees, row by row to its own place; bias (F,).
        location: (H, W, F), added to the first layer.
        down: (L, N, F), (L, N).
        spatial: (L, N, 5 N), what the 3×3 convolution sees: three places above, one to the left,
            its own; bias (L, N).
        up: (L, F, N), (L, F).
        hidden1: (G, F), (G,).
        hidden2: (G, G), (G,).
        last: (C · K, G), (C · K,), the K symbols of channel 0 first.
        starts_*: (C + 1,) where the maps of each channel start.
    """

    first: Floats
    first_bias: Floats
    location: Floats
    down: Floats
    down_bias: Floats
    spatial: Floats
    spatial_bias: Floats
    up: Floats
    up_bias: Floats
    hidden1: Floats
    hidden1_bias: Floats
    hidden2: Floats
    hidden2_bias: Floats
    last: Floats
    last_bias: Floats
    starts_wide: Ints
    starts_narrow: Ints
    starts_head: Ints

    @cached_property
    def columns(self) -> Columns:
        """As a product of many places reads them."""
        return Columns(
            *(
                np.ascontiguousarray(matrix.swapaxes(-1, -2))
                for matrix in (
                    self.first,
                    self.down,
                    self.spatial,
                    self.up,
                    self.hidden1,
                    self.hidden2,
                    self.last,
                )
            )
        )


class PixelCNNKernel(Kernel):
    """The state of one batch.

    Args:
        weights: of the network.
        told: (L, B, N), what each block is told of the classes; zeros where there are none.
        shape: (H, W, C).
        levels: K.
    """

    def __init__(
        self,
        weights: PixelCNNWeights,
        told: Floats,
        shape: tuple[int, int, int],
        levels: int,
    ) -> None:
        self._weights = weights
        self._told = told
        self._shape = shape
        self._levels = levels
        height, width, channels = shape
        layers, batch, narrow = told.shape
        self._image = np.zeros((batch, height + 3, width + 6, channels), np.float32)
        self._seen = np.zeros((batch, layers, height + 1, width + 2, narrow), np.float32)
        # Of the pixel that is being drawn, because later channels read the maps of earlier ones:
        # what runs into each block and into the head, rectified, and what is inside them.
        self._wide = np.zeros((batch, layers + 1, len(weights.first_bias)), np.float32)
        self._inside = np.zeros((batch, layers, narrow), np.float32)
        self._head1 = np.zeros((batch, len(weights.hidden1_bias)), np.float32)
        self._head2 = np.zeros((batch, len(weights.hidden2_bias)), np.float32)

    @property
    def multiply_adds(self) -> int:
        """At every pixel each weight that is not masked is used once."""
        w = self._weights
        matrices = (w.first, w.down, w.spatial, w.up, w.hidden1, w.hidden2, w.last)
        height, width, _ = self._shape
        return height * width * sum(int(np.count_nonzero(matrix)) for matrix in matrices)

    def follow(self, drawing: Drawing, first: int, last: int) -> Floats:
        """Whole pixels of a row together, each layer of them before the next."""
        channels = self._shape[2]
        start, stop = min(last, -(-first // channels) * channels), last // channels * channels
        if start >= stop:
            return self.draw(drawing, first, last)
        begun = self.draw(drawing, first, start)
        p = np.empty((len(drawing.symbols), stop - start, self._levels), np.float32)
        w, columns = self._weights, self._weights.columns
        follow(
            start // channels,
            stop // channels,
            self._shape[1],
            drawing.symbols,
            p,
            self._image,
            self._seen,
            self._told,
            columns.first,
            w.first_bias,
            w.location,
            columns.down,
            w.down_bias,
            columns.spatial,
            w.spatial_bias,
            columns.up,
            w.up_bias,
            columns.hidden1,
            w.hidden1_bias,
            columns.hidden2,
            w.hidden2_bias,
            columns.last,
            w.last_bias,
        )
        return np.concatenate([begun, p, self.draw(drawing, stop, last)], axis=1)

    def state(self, step: int) -> Iterable[Floats]:
        """The rows that a pixel's convolutions see, and its own maps of earlier channels."""
        _, width, channels = self._shape
        row = step // (width * channels)
        yield self._image[:, row : row + 4]
        yield self._seen[:, :, row : row + 2]
        yield self._told.swapaxes(0, 1)
        if step % channels:
            yield from (self._wide, self._inside, self._head1, self._head2)

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
            self._image,
            self._seen,
            self._wide,
            self._inside,
            self._head1,
            self._head2,
            self._told,
            w.first,
            w.first_bias,
            w.location,
            w.down,
            w.down_bias,
            w.spatial,
            w.spatial_bias,
            w.up,
            w.up_bias,
            w.hidden1,
            w.hidden1_bias,
            w.hidden2,
            w.hidden2_bias,
            w.last,
            w.last_bias,
            w.starts_wide,
            w.starts_narrow,
            w.starts_head,
        )
        return p


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
    images: Floats,
    seen: Floats,
    wides: Floats,
    insides: Floats,
    heads1: Floats,
    heads2: Floats,
    told: Floats,
    first: Floats,
    first_bias: Floats,
    location: Floats,
    down: Floats,
    down_bias: Floats,
    spatial: Floats,
    spatial_bias: Floats,
    up: Floats,
    up_bias: Floats,
    hidden1: Floats,
    hidden1_bias: Floats,
    hidden2: Floats,
    hidden2_bias: Floats,
    last: Floats,
    last_bias: Floats,
    starts_wide: Ints,
    starts_narrow: Ints,
    starts_head: Ints,
) -> None:
    channels = images.shape[3]
    layers = seen.shape[1]
    narrow = seen.shape[4]
    levels = probabilities.shape[2]
    span = 7 * channels
    stream = np.empty(wides.shape[2], np.float32)
    patch = np.empty(max(25 * channels, 5 * narrow), np.float32)  # what a convolution sees
    logits = np.empty(levels, np.float32)
    for b in range(symbols.shape[0]):
        inside = insides[b]
        for step in range(first_step, last_step):
            pixel, c = step // channels, step % channels
            row, column = pixel // width, pixel % width
            f0, f1 = starts_wide[c], starts_wide[c + 1]
            n0, n1 = starts_narrow[c], starts_narrow[c + 1]
            g0, g1 = starts_head[c], starts_head[c + 1]
            # 7×7 under mask A, plus the bias of the place.
            for m in range(f0, f1):
                stream[m] = first_bias[m] + location[row, column, m]
            image = images[b]
            for r in range(3):
                patch[r * span : (r + 1) * span] = image[row + r, column : column + 7].reshape(span)
            own = image[row + 3, column : column + 4].reshape(4 * channels)
            patch[3 * span : 3 * span + 4 * channels] = own
            matvec_add(first[f0:f1], patch[: 3 * span + 4 * channels], stream[f0:f1])
            # Residual blocks: ReLU, 1×1 down, ReLU, 3×3 under mask B, ReLU, 1×1 up, plus input.
            for layer in range(layers):
                wide = wides[b, layer]
                for m in range(f0, f1):
                    wide[m] = max(stream[m], np.float32(0))
                a = seen[b, layer, row + 1, column + 1]
                a[n0:n1] = down_bias[layer, n0:n1]
                matvec_add(down[layer, n0:n1], wide[:f1], a[n0:n1])
                for m in range(n0, n1):
                    a[m] = max(a[m], np.float32(0))
                inner = inside[layer]
                for m in range(n0, n1):
                    inner[m] = spatial_bias[layer, m] + told[layer, b, m]
                line = seen[b, layer, row, column : column + 3].reshape(3 * narrow)
                patch[: 3 * narrow] = line
                # Of the place itself only the maps that are computed by now, the rest is masked.
                line = seen[b, layer, row + 1, column : column + 2].reshape(2 * narrow)
                patch[3 * narrow : 4 * narrow + n1] = line[: narrow + n1]
                matvec_add(spatial[layer, n0:n1], patch[: 4 * narrow + n1], inner[n0:n1])
                for m in range(n0, n1):
                    inner[m] = max(inner[m], np.float32(0))
                for m in range(f0, f1):
                    stream[m] += up_bias[layer, m]
                matvec_add(up[layer, f0:f1], inner[:n1], stream[f0:f1])
            # Two 1×1 layers and the softmax.
            wide = wides[b, layers]
            for m in range(f0, f1):
                wide[m] = max(stream[m], np.float32(0))
            head1, head2 = heads1[b], heads2[b]
            head1[g0:g1] = hidden1_bias[g0:g1]
            matvec_add(hidden1[g0:g1], wide[:f1], head1[g0:g1])
            for m in range(g0, g1):
                head1[m] = max(head1[m], np.float32(0))
            head2[g0:g1] = hidden2_bias[g0:g1]
            matvec_add(hidden2[g0:g1], head1[:g1], head2[g0:g1])
            for m in range(g0, g1):
                head2[m] = max(head2[m], np.float32(0))
            logits[:] = last_bias[c * levels : (c + 1) * levels]
            matvec_add(last[c * levels : (c + 1) * levels], head2[:g1], logits)
            p = probabilities[b, step - first_step]
            softmax(logits, p)
            if not given[b, step]:
                symbols[b, step] = draw_symbol(p, uniforms[b, step], temperature, top_k)
            image[row + 3, column + 3, c] = symbols[b, step] * np.float32(
                2 / (levels - 1)
            ) - np.float32(1)
