"""What the samplers of both PixelRNNs share: the weights, the first convolution, the head.

Feature maps belong to the image's channels in turn, and a map sees nothing of later channels of
its own pixel; so of a pixel's column only the maps of one channel are new with each symbol. Maps
are kept in the order of their channels, those of channel c between `starts[c]` and
`starts[c + 1]`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import draw_symbol, matvec_add, softmax

__all__ = ["LayerPast", "PixelRNNKernel", "PixelRNNWeights", "Work", "draw_from_head", "see_image"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class PixelRNNWeights(NamedTuple):
    """The network's weights as rows of matrices, maps in the order of their channels.

    F = 2h is the width between layers, N = h inside them, E of the head, L the number of layers,
    G of waves in each. Rows of gates are o, f, i, g of each map in turn, those of g doubled.

    Attributes:
        first: (4, F, 7 C), what the 7×7 convolution sees in each row, its own the last; bias (F,).
        input: (L, G, 4 N, columns · F), K^is, columns from the left.
        state: (L, G, 4 N, T · N), K^ss; its taps in the order that the kernel keeps states in.
        up: (L, F, N), (L, F).
        hidden1: (E, F), (E,).
        hidden2: (E, E), (E,).
        last: (C · K, E), (C · K,), the K symbols of channel 0 first.
        starts_*: (C + 1,) where the maps of each channel start.
    """

    first: Floats
    first_bias: Floats
    input: Floats
    state: Floats
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


class LayerPast(NamedTuple):
    """What one pass leaves of all layers; maps in the order of their channels.

    Attributes:
        u: (B, L, H, W, F), the layers' inputs.
        h: (B, L, G, H, W, N), states.
        c: (B, L, G, H, W, N), cell states.
    """

    u: Floats
    h: Floats
    c: Floats


class Work(NamedTuple):
    """Of the pixel that is drawn, because later channels read the maps of earlier ones.

    Attributes:
        image: (B, H + 3, W + 6, C), symbols as −1 … 1, zeros around.
        wide: (B, F), what runs into the head, rectified.
        head1: (B, E), rectified.
        head2: (B, E), rectified.
        before: (B, L, 4 N), what the gates are told of the classes and by K^ss.
    """

    image: Floats
    wide: Floats
    head1: Floats
    head2: Floats
    before: Floats


class PixelRNNKernel(Kernel):
    """The state of one batch.

    Args:
        weights: of the network.
        told: (L, G, B, 4 N), the gates' biases and what they are told of the classes.
        full_pass: conditionals (B, D, K) of the known symbols, the image (B, H, W, C) as the
            network reads it and what the layers leave, by one pass.
        shape: (H, W, C).
        levels: K.
    """

    def __init__(
        self,
        weights: PixelRNNWeights,
        told: Floats,
        full_pass: Callable[[], tuple[Floats, Floats, LayerPast]],
        shape: tuple[int, int, int],
        levels: int,
    ) -> None:
        self.weights = weights
        self.told = told
        self.full_pass = full_pass
        self.shape = shape
        self.levels = levels
        height, width, channels = shape
        layers, _, batch, gates = told.shape
        wide, head = len(weights.first_bias), len(weights.hidden1_bias)
        self.work = Work(
            np.zeros((batch, height + 3, width + 6, channels), np.float32),
            np.zeros((batch, wide), np.float32),
            np.zeros((batch, head), np.float32),
            np.zeros((batch, head), np.float32),
            np.zeros((batch, layers, gates), np.float32),
        )
        self.lay_out()

    @abstractmethod
    def lay_out(self) -> None:
        """Make room for what is kept of the layers."""

    @abstractmethod
    def go_on(self, past: LayerPast, row: int, column: int) -> None:
        """Go on at a pixel before which all is known."""

    @abstractmethod
    def layers_state(self) -> Iterable[Floats]:
        """Views (B, …) of what is kept of the layers."""

    @abstractmethod
    def run(self, drawing: Drawing, first: int, p: Floats) -> None:
        """Draw as many steps from `first` as p (B, steps, K) has room for."""

    @property
    def multiply_adds(self) -> int:
        """At every pixel each weight that is not masked is used once."""
        w = self.weights
        matrices = (w.first, w.input, w.state, w.up, w.hidden1, w.hidden2, w.last)
        height, width, _ = self.shape
        return height * width * sum(int(np.count_nonzero(matrix)) for matrix in matrices)

    def skip(self, drawing: Drawing, steps: int) -> Floats:
        """One full pass for whole pixels, whose layers are the past of what follows."""
        height, width, channels = self.shape
        pixel = steps // channels
        p, image, past = self.full_pass()
        self.work.image[:, 3:, 3 : 3 + width] = image
        if pixel < height * width:
            self.go_on(past, *divmod(pixel, width))
        rest = self.draw(drawing, pixel * channels, steps)
        return np.concatenate([p[:, : pixel * channels], rest], axis=1)

    def state(self, step: int) -> Iterable[Floats]:
        """The rows of the image that a pixel sees, its own maps, and the layers' rows."""
        _, width, channels = self.shape
        row = step // (width * channels)
        yield self.work.image[:, row : row + 4]
        yield from self.work[1:]
        yield np.moveaxis(self.told, 2, 0)
        yield from self.layers_state()

    def draw(self, drawing: Drawing, first: int, last: int) -> Floats:
        """Draw; the network's rescaling of symbols is −1 … 1."""
        p = np.empty((len(drawing.symbols), last - first, self.levels), np.float32)
        self.run(drawing, first, p)
        return p


@compiled
def see_image(
    w: PixelRNNWeights, image: Floats, row: int, column: int, c: int, out: Floats
) -> None:
    """The 7×7 convolution's maps of channel c at a pixel."""
    f0, f1 = w.starts_wide[c], w.starts_wide[c + 1]
    channels = image.shape[2]
    out[f0:f1] = w.first_bias[f0:f1]
    for r in range(4):
        line = image[row + r, column : column + 7].reshape(7 * channels)
        seen = 7 * channels if r < 3 else 4 * channels
        matvec_add(w.first[r, f0:f1], line[:seen], out[f0:f1])


@compiled
def draw_from_head(
    w: PixelRNNWeights,
    work: Work,
    b: int,
    stream: Floats,
    pixel: int,
    width: int,
    c: int,
    given: bool,
    u: float,
    temperature: float,
    top_k: int,
    symbols: NDArray[np.uint8],
    p: Floats,
) -> None:
    """Two 1×1 layers, the softmax, and the symbol of channel c, which goes into the image."""
    zero = np.float32(0)
    f0, f1 = w.starts_wide[c], w.starts_wide[c + 1]
    e0, e1 = w.starts_head[c], w.starts_head[c + 1]
    channels, levels = work.image.shape[3], p.shape[0]
    wide, head1, head2 = work.wide[b], work.head1[b], work.head2[b]
    for m in range(f0, f1):
        wide[m] = max(stream[m], zero)
    head1[e0:e1] = w.hidden1_bias[e0:e1]
    matvec_add(w.hidden1[e0:e1], wide[:f1], head1[e0:e1])
    for m in range(e0, e1):
        head1[m] = max(head1[m], zero)
    head2[e0:e1] = w.hidden2_bias[e0:e1]
    matvec_add(w.hidden2[e0:e1], head1[:e1], head2[e0:e1])
    for m in range(e0, e1):
        head2[m] = max(head2[m], zero)
    logits = w.last_bias[c * levels : (c + 1) * levels].copy()
    matvec_add(w.last[c * levels : (c + 1) * levels], head2[:e1], logits)
    softmax(logits, p)
    step = pixel * channels + c
    if not given:
        symbols[step] = draw_symbol(p, u, temperature, top_k)
    work.image[b, pixel // width + 3, pixel % width + 3, c] = symbols[step] * np.float32(
        2 / (levels - 1)
    ) - np.float32(1)
