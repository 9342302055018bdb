"""PixelCNN++, one pixel at a time: each layer's past is kept, only its new places are computed.

Of the two streams u depends on whole rows, so it is computed a row at a time, and with it all that
v's layers take from u and from the row above; for each pixel what is left is v, as far as it
depends on places to the left and on the place itself. A level of the U whose places are 2ˡ pixels
apart has work in every 2ˡ-th row and column alone. The three colours of a pixel are drawn from one
mixture, one evaluation of the network.

A layer reads its own row and the one above; of two rows the even one is at index 0, the odd one
at 1. Column j stands at j + 1, between zeros.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.base import Drawing, Kernel
from genstudio.kernels.compiled import compiled
from genstudio.kernels.logistic import conditional, reweigh, unpack
from genstudio.kernels.parts import draw_symbol, matmat_add, matvec_add

__all__ = ["PixelCNNPPKernel", "PixelCNNPPWeights", "StreamWeights"]

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]


Above = tuple[Floats, Floats, Floats]


class StreamWeights(NamedTuple):
    """One stream's weights as rows of matrices.

    F is the width, N the number of blocks, R of resolutions, w the width of the kernels; the
    leading 2 is the row above and the own row.

    Attributes:
        first: (2, F, seen) of the layer at the image; bias (F,).
        one: (2, N, F, w · 2F), a block's first convolution; bias (N, F).
        two: (2, N, 2F, w · 2F), its second; bias (B, N, 2F), which includes the class.
        short: (N, F, 2F), from the block at the other end of the shortcut.
        other: (N, F, 2F), from the other stream; zeros for u, which sees none.
        down: (2, R − 1, F, w · F), bias (R − 1, F).
        up: (R − 1, 2, 2, F, F), by whether row and column are odd; bias (R − 1, F).
    """

    first: Floats
    first_bias: Floats
    one: Floats
    one_bias: Floats
    two: Floats
    two_bias: Floats
    short: Floats
    other: Floats
    down: Floats
    down_bias: Floats
    up: Floats
    up_bias: Floats


@dataclass(frozen=True)
class PixelCNNPPWeights:
    """The whole network's.

    Attributes:
        u: its streams.
        v: likewise.
        last: (M · per component, 2F), bias.
    """

    u: StreamWeights
    v: StreamWeights
    last: Floats
    last_bias: Floats


class _Past(NamedTuple):
    """What one stream keeps of one image.

    Attributes:
        one: (N, 2, W + 2, 2F), what the first convolutions read.
        two: the same of the second ones.
        down: (R, 2, W + 2, F), what the layers that go down read.
        left: (R, W, F), what each level made, for the level above it.
    """

    one: Floats
    two: Floats
    down: Floats
    left: Floats


class _Row(NamedTuple):
    """What v takes from above in the row that is being drawn, biases included.

    Attributes:
        one: (N, W, F), for the first convolutions.
        two: (N, W, 2F), for the second.
        down: (R, W, F), for what goes down to each level.
    """

    one: Floats
    two: Floats
    down: Floats


class _Desk(NamedTuple):
    """Room to work in: a row of x, of both convolutions, and of what shortcuts carry."""

    x: Floats
    one: Floats
    two: Floats
    carried: Floats


class PixelCNNPPKernel(Kernel):
    """The state of one batch.

    Args:
        weights: of the network.
        told: (2, B, N, 2F), what the blocks of u and of v are told of the classes.
        full_pass: conditionals (B, D, K) of the known symbols, what the first layers read
            (B, H, W, C + 1), and of u and of v what the others read in the row above a given
            one, each at its level: (B, N, W, 2F) twice and (B, R − 1, W, F).
        shape: (H, W, C).
        levels: K.
    """

    def __init__(
        self,
        weights: PixelCNNPPWeights,
        told: Floats,
        full_pass: Callable[[int], tuple[Floats, Floats, Above, Above]],
        shape: tuple[int, int, int],
        levels: int,
    ) -> None:
        height, width, channels = shape
        blocks, maps = weights.u.one_bias.shape
        resolutions = len(weights.u.down_bias) + 1
        batch = told.shape[1]
        self._full_pass = full_pass
        self._levels = levels
        self._widths = np.array([-(-width // 2**level) for level in range(resolutions)])
        self._last, self._last_bias = weights.last, weights.last_bias
        self._u, self._v = (
            stream._replace(two_bias=stream.two_bias + told[index])
            for index, stream in enumerate((weights.u, weights.v))
        )
        self._image = np.zeros((batch, height + 2, width + 2, channels + 1), np.float32)
        self._image[:, 2:, 1:-1, channels] = 1

        def room(*size: int) -> Floats:
            return np.zeros(size, np.float32)

        def past() -> _Past:
            return _Past(
                room(batch, blocks, 2, width + 2, 2 * maps),
                room(batch, blocks, 2, width + 2, 2 * maps),
                room(batch, resolutions, 2, width + 2, maps),
                room(batch, resolutions, width, maps),
            )

        self._past_u, self._past_v = past(), past()
        self._row = _Row(
            room(batch, blocks, width, maps),
            room(batch, blocks, width, 2 * maps),
            room(batch, resolutions, width, maps),
        )
        self._desk = _Desk(
            room(width, maps),
            room(width, maps),
            room(width, 2 * maps),
            room(blocks // 2, width, 2 * maps),
        )
        self._outputs = room(batch, len(weights.last_bias))

    @property
    def multiply_adds(self) -> int:
        """Of one image: every layer once at each place of its level."""
        height, width = self._image.shape[1] - 2, self._image.shape[2] - 2
        maps, resolutions = self._u.one_bias.shape[1], len(self._widths)
        total = height * width * self._last.size
        for stream in (self._u, self._v):
            total += height * width * stream.first.size
            in_blocks = stream.one.size + stream.two.size + stream.short.size // 2
            if stream is self._v:
                in_blocks += stream.other.size
            for level, columns in enumerate(self._widths.tolist()):
                places = -(-height // 2**level) * columns
                total += places * in_blocks // resolutions
                if level > 0:
                    total += places * 2 * stream.down.shape[-1] * maps
                if level + 1 < resolutions:
                    total += places * maps * maps
        return int(total)

    def skip(self, drawing: Drawing, steps: int) -> Floats:
        """One full pass up to a row in which every level has a row, then pixel by pixel."""
        _, padded, maps = self._image.shape[1:]
        per_row = (padded - 2) * (maps - 1)
        spacing = 2 ** (len(self._widths) - 1)
        row = min(steps // per_row, self._image.shape[1] - 3) // spacing * spacing
        if row == 0:
            return self.draw(drawing, 0, steps)
        p, image, above_u, above_v = self._full_pass(row)
        self._image[:, 2:, 1:-1] = image
        blocks = len(self._u.one_bias)
        for past, (one, two, down) in ((self._past_u, above_u), (self._past_v, above_v)):
            for block in range(blocks):
                level = min(block, blocks - 1 - block) * 2 * len(self._widths) // blocks
                odd = ((row >> level) - 1) & 1
                past.one[:, block, odd, 1:-1] = one[:, block]
                past.two[:, block, odd, 1:-1] = two[:, block]
            past.down[:, :-1, 1, 1:-1] = down  # the row above an even one is odd
        whole = row * per_row
        return np.concatenate([p[:, :whole], self.draw(drawing, whole, steps)], axis=1)

    def state(self, step: int) -> Iterable[Floats]:
        """The rows that are kept anyway, and the two of the image that a pixel sees."""
        _, padded, maps = self._image.shape[1:]
        row = step // ((padded - 2) * (maps - 1))
        yield self._image[:, row : row + 3]
        for kept in (self._past_u, self._past_v, self._row):
            yield from kept
        yield from (self._u.two_bias, self._v.two_bias, self._outputs)

    def draw(self, drawing: Drawing, first: int, last: int) -> Floats:
        """Draw; the network's rescaling of symbols is −1 … 1."""
        p = np.empty((len(drawing.symbols), last - first, self._levels), np.float32)
        _draw(
            first,
            last,
            drawing.symbols,
            drawing.given,
            drawing.uniforms,
            drawing.controls.temperature,
            drawing.controls.top_k,
            p,
            self._image,
            self._u,
            self._v,
            self._past_u,
            self._past_v,
            self._row,
            self._desk,
            self._widths,
            self._last,
            self._last_bias,
            self._outputs,
        )
        return p


@compiled
def _slide_add(matrix: Floats, line: Floats, stride: int, count: int, out: Floats) -> None:
    """Matrix · what of the line starts at n · stride, added to out[n], for n < count."""
    flat = out.reshape(out.size)
    matmat_add(matrix, matrix.shape[1], line, 0, stride, flat, 0, out.shape[1], count)


@compiled
def _concat_elu(x: Floats, out: Floats) -> None:
    """ELU of x (F,) and of −x, into (2F,)."""
    maps = x.shape[0]
    for m in range(maps):
        v = x[m]
        e = math.exp(-abs(v)) - np.float32(1)
        out[m] = v if v > 0 else e
        out[maps + m] = e if v > 0 else -v


@compiled
def _gate_add(c: Floats, x: Floats) -> None:
    """X + a ⊙ σ(b), with c = (a, b)."""
    maps = x.shape[0]
    for m in range(maps):
        x[m] += c[m] / (np.float32(1) + math.exp(-c[maps + m]))


@compiled
def _block_row(
    w: StreamWeights,
    past: _Past,
    image: int,
    block: int,
    shortcut: int,
    width: int,
    odd: int,
    desk: _Desk,
) -> None:
    """One block of u in a whole row, of `desk.x`; `shortcut` is the other end's block, or −1."""
    maps = desk.x.shape[1]
    one, two = past.one[image, block], past.two[image, block]
    c = desk.one
    for j in range(width):
        _concat_elu(desk.x[j], one[odd, j + 1])
        c[j] = w.one_bias[block]
    size = one.shape[1] * one.shape[2]
    _slide_add(w.one[0, block], one[1 - odd].reshape(size), 2 * maps, width, c)
    _slide_add(w.one[1, block], one[odd].reshape(size), 2 * maps, width, c)
    if shortcut >= 0:
        carried = desk.carried[shortcut]
        _slide_add(w.short[block], carried.reshape(carried.size), 2 * maps, width, c)
    d = desk.two
    for j in range(width):
        _concat_elu(c[j], two[odd, j + 1])
        d[j] = w.two_bias[image, block]
    _slide_add(w.two[0, block], two[1 - odd].reshape(size), 2 * maps, width, d)
    _slide_add(w.two[1, block], two[odd].reshape(size), 2 * maps, width, d)
    for j in range(width):
        _gate_add(d[j], desk.x[j])


@compiled
def _for_v(
    v: StreamWeights,
    past: _Past,
    row: _Row,
    image: int,
    block: int,
    width: int,
    odd: int,
    made: Floats,
) -> None:
    """What v's block takes from u's, of which `made` is the concat-ELU, and from its row above."""
    maps = v.one_bias.shape[1]
    one, two = row.one[image, block], row.two[image, block]
    for j in range(width):
        one[j] = v.one_bias[block]
        two[j] = v.two_bias[image, block]
    _slide_add(v.other[block], made.reshape(made.size), 2 * maps, width, one)
    above = past.one[image, block, 1 - odd]
    _slide_add(v.one[0, block], above.reshape(above.size), 2 * maps, width, one)
    above = past.two[image, block, 1 - odd]
    _slide_add(v.two[0, block], above.reshape(above.size), 2 * maps, width, two)


@compiled
def _begin_row(
    r: int,
    image: int,
    pixels: Floats,
    u: StreamWeights,
    v: StreamWeights,
    past_u: _Past,
    past_v: _Past,
    row: _Row,
    desk: _Desk,
    widths: Ints,
) -> None:
    """All that row r needs of u, and of v above it."""
    blocks, maps = u.one_bias.shape
    half, resolutions = blocks // 2, len(widths)
    per_level = half // resolutions
    x = desk.x
    for j in range(widths[0]):
        x[j] = u.first_bias
    size, channels = pixels.shape[1] * pixels.shape[2], pixels.shape[2]
    for n in range(2):
        _slide_add(u.first[n], pixels[r + n].reshape(size), channels, widths[0], x)
    level, active = 0, 0
    while level < resolutions and r % (1 << level) == 0:
        active = level + 1
        odd, width = (r >> level) & 1, widths[level]
        if level > 0:
            # Its row i reads the finer rows 2i − 1 and 2i, the odd one first.
            finer = past_u.down[image, level - 1]
            size = finer.shape[1] * maps
            for j in range(width):
                x[j] = u.down_bias[level - 1]
                row.down[image, level, j] = v.down_bias[level - 1]
            _slide_add(u.down[0, level - 1], finer[1].reshape(size), 2 * maps, width, x)
            _slide_add(u.down[1, level - 1], finer[0].reshape(size), 2 * maps, width, x)
            above = past_v.down[image, level - 1, 1].reshape(size)
            _slide_add(v.down[0, level - 1], above, 2 * maps, width, row.down[image, level])
        for block in range(level * per_level, (level + 1) * per_level):
            _block_row(u, past_u, image, block, -1, width, odd, desk)
            for j in range(width):
                _concat_elu(x[j], desk.carried[block, j])
            _for_v(v, past_v, row, image, block, width, odd, desk.carried[block])
        if level + 1 < resolutions:
            past_u.down[image, level, odd, 1 : width + 1] = x[:width]
        level += 1
    made = np.empty((widths[0], 2 * maps), np.float32)
    for up in range(active):
        level = active - 1 - up
        odd, width = (r >> level) & 1, widths[level]
        if level + 1 < resolutions:
            for j in range(width):
                x[j] = u.up_bias[level]
                matvec_add(u.up[level, odd, j & 1], past_u.left[image, level + 1, j >> 1], x[j])
        start = blocks - (level + 1) * per_level
        for block in range(start, start + per_level):
            _block_row(u, past_u, image, block, blocks - 1 - block, width, odd, desk)
            for j in range(width):
                _concat_elu(x[j], made[j])
            _for_v(v, past_v, row, image, block, width, odd, made)
        past_u.left[image, level, :width] = x[:width]


@compiled
def _block_place(
    w: StreamWeights,
    past: _Past,
    row: _Row,
    image: int,
    block: int,
    shortcut: int,
    j: int,
    odd: int,
    x: Floats,
    desk: _Desk,
) -> None:
    """One block of v at one place, of x (F,); the desk's first row is used."""
    maps = x.shape[0]
    one, two = past.one[image, block, odd], past.two[image, block, odd]
    _concat_elu(x, one[j + 1])
    c = desk.one[0]
    c[:] = row.one[image, block, j]
    matvec_add(w.one[1, block], one[j : j + 2].reshape(4 * maps), c)
    if shortcut >= 0:
        matvec_add(w.short[block], desk.carried[shortcut, 0], c)
    _concat_elu(c, two[j + 1])
    d = desk.two[0]
    d[:] = row.two[image, block, j]
    matvec_add(w.two[1, block], two[j : j + 2].reshape(4 * maps), d)
    _gate_add(d, x)


@compiled
def _at_pixel(
    r: int,
    column: int,
    image: int,
    pixels: Floats,
    v: StreamWeights,
    past: _Past,
    row: _Row,
    desk: _Desk,
    widths: Ints,
    last: Floats,
    last_bias: Floats,
    outputs: Floats,
) -> None:
    """The column of one pixel through v, and the parameters of its mixture."""
    blocks, maps = v.one_bias.shape
    half, resolutions = blocks // 2, len(widths)
    per_level = half // resolutions
    x = desk.x[0]
    x[:] = v.first_bias
    for n in range(2):  # the pixels above left and to the left
        matvec_add(v.first[n], pixels[r + 1 + n, column], x)
    level, active = 0, 0
    while level < resolutions and (r | column) % (1 << level) == 0:
        active = level + 1
        j, odd = column >> level, (r >> level) & 1
        if level > 0:
            x[:] = row.down[image, level, j]
            finer = past.down[image, level - 1, 0, 2 * j : 2 * j + 2].reshape(2 * maps)
            matvec_add(v.down[1, level - 1], finer, x)
        for block in range(level * per_level, (level + 1) * per_level):
            _block_place(v, past, row, image, block, -1, j, odd, x, desk)
            _concat_elu(x, desk.carried[block, 0])
        if level + 1 < resolutions:
            past.down[image, level, odd, j + 1] = x
        level += 1
    for up in range(active):
        level = active - 1 - up
        j, odd = column >> level, (r >> level) & 1
        if level + 1 < resolutions:
            x[:] = v.up_bias[level]
            matvec_add(v.up[level, odd, j & 1], past.left[image, level + 1, j >> 1], x)
        start = blocks - (level + 1) * per_level
        for block in range(start, start + per_level):
            _block_place(v, past, row, image, block, blocks - 1 - block, j, odd, x, desk)
        past.left[image, level, j] = x
    made = desk.two[0]
    _concat_elu(x, made)
    outputs[:] = last_bias
    matvec_add(last, made, outputs)


@compiled
def _draw(
    first_step: int,
    last_step: int,
    symbols: NDArray[np.uint8],
    given: NDArray[np.bool_],
    uniforms: Doubles,
    temperature: float,
    top_k: int,
    probabilities: Floats,
    images: Floats,
    u: StreamWeights,
    v: StreamWeights,
    past_u: _Past,
    past_v: _Past,
    row: _Row,
    desk: _Desk,
    widths: Ints,
    last: Floats,
    last_bias: Floats,
    outputs: Floats,
) -> None:
    width, channels = images.shape[2] - 2, images.shape[3] - 1
    levels = probabilities.shape[2]
    components = last.shape[0] // (3 if channels == 1 else 10)
    weights = np.empty(components, np.float64)
    means = np.empty((channels, components), np.float64)
    precisions = np.empty((channels, components), np.float64)
    q = np.empty(levels, np.float64)
    for b in range(symbols.shape[0]):
        pixels, out = images[b], outputs[b]
        for step in range(first_step, last_step):
            pixel, c = step // channels, step % channels
            r, column = pixel // width, pixel % width
            if c == 0:
                if column == 0:
                    _begin_row(r, b, pixels, u, v, past_u, past_v, row, desk, widths)
                _at_pixel(r, column, b, pixels, v, past_v, row, desk, widths, last, last_bias, out)
            if c == 0 or step == first_step:
                # A pixel's symbols may be asked for one by one: what its earlier ones have
                # done to the mixture is done again.
                unpack(out, levels, weights, means, precisions)
                for earlier in range(c):
                    _know(
                        symbols[b, step - c + earlier],
                        earlier,
                        out,
                        weights,
                        means,
                        precisions,
                        levels,
                    )
            conditional(weights, means[c], precisions[c], q)
            p = probabilities[b, step - first_step]
            for k in range(levels):
                p[k] = q[k]
            if not given[b, step]:
                symbols[b, step] = draw_symbol(p, uniforms[b, step], temperature, top_k)
            pixels[r + 2, column + 1, c] = symbols[b, step] * np.float32(
                2 / (levels - 1)
            ) - np.float32(1)
            _know(symbols[b, step], c, out, weights, means, precisions, levels)


@compiled
def _know(
    symbol: int,
    c: int,
    outputs: Floats,
    weights: Doubles,
    means: Doubles,
    precisions: Doubles,
    levels: int,
) -> None:
    """A channel's symbol is decided: components are weighed anew, later means shifted."""
    channels, components = means.shape
    if c + 1 == channels:
        return
    reweigh(weights, means[c], precisions[c], symbol, levels)
    x = symbol * (2.0 / (levels - 1)) - 1
    # α, β and γ: green from red, blue from red, blue from green.
    for m in range(components):
        if c == 0:
            means[1, m] += outputs[7 * components + m] * x
            means[2, m] += outputs[8 * components + m] * x
        else:
            means[2, m] += outputs[9 * components + m] * x
