"""Diagonal BiLSTM, one symbol at a time.

The direction from the left goes on pixel by pixel. That from the right is read one row further
down, and is computed for a whole row as soon as the row's last symbol is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genstudio.kernels.activations import lstm_update
from genstudio.kernels.base import Drawing
from genstudio.kernels.compiled import compiled
from genstudio.kernels.parts import matvec_add
from genstudio.kernels.pixelrnn import (
    LayerPast,
    PixelRNNKernel,
    PixelRNNWeights,
    Work,
    draw_from_head,
    see_image,
)

__all__ = ["DiagonalBiLSTMKernel"]

Floats = NDArray[np.float32]


class Lines(NamedTuple):
    """What is kept of the row that is drawn and of the one above.

    Attributes:
        u: (B, L + 1, W, F), inputs of the layers and of the head.
        left: (B, L, 1 + W, N), states of the first direction after a zero: up to the pixel of
            its row, after it of the row above.
        right: (B, L, W + 1, N), states of the second direction in the row above, and a zero.
        cell: (B, L, N), the first direction's cell state.
        both: (B, L, N), the sum of both directions at the pixel.
    """

    u: Floats
    left: Floats
    right: Floats
    cell: Floats
    both: Floats


class DiagonalBiLSTMKernel(PixelRNNKernel):
    """The layers' rows."""

    def lay_out(self) -> None:
        """Zeros: before the first row nothing is known."""
        layers, _, batch, gates = self.told.shape
        width, narrow, wide = self.shape[1], gates // 4, len(self.weights.first_bias)
        self.lines = Lines(
            np.zeros((batch, layers + 1, width, wide), np.float32),
            np.zeros((batch, layers, 1 + width, narrow), np.float32),
            np.zeros((batch, layers, width + 1, narrow), np.float32),
            np.zeros((batch, layers, narrow), np.float32),
            np.zeros((batch, layers, narrow), np.float32),
        )

    def go_on(self, past: LayerPast, row: int, column: int) -> None:
        """The row above, and this one up to the pixel."""
        lines = self.lines
        lines.u[:, :-1, :column] = past.u[:, :, row, :column]
        lines.left[:, :, 1 : 1 + column] = past.h[:, :, 0, row, :column]
        if column:
            lines.cell[:] = past.c[:, :, 0, row, column - 1]
        if row:
            lines.left[:, :, 1 + column :] = past.h[:, :, 0, row - 1, column:]
            lines.right[:, :, :-1] = past.h[:, :, 1, row - 1]

    def layers_state(self) -> Iterable[Floats]:
        """The row that is drawn and the one above."""
        return self.lines

    def run(self, drawing: Drawing, first: int, p: Floats) -> None:
        """In compiled code."""
        _draw(
            first,
            drawing.symbols,
            drawing.given,
            drawing.uniforms,
            drawing.controls.temperature,
            drawing.controls.top_k,
            p,
            self.weights,
            self.told,
            self.work,
            self.lines,
        )


@compiled
def _from_the_right(w: PixelRNNWeights, told: Floats, lines: Lines, b: int, z: Floats) -> None:
    """The second direction over the row that has just been drawn."""
    layers, width, narrow = lines.left.shape[1], lines.u.shape[2], lines.left.shape[3]
    cell = np.empty(narrow, np.float32)
    for layer in range(layers):
        cell[:] = 0
        for column in range(width - 1, -1, -1):
            z[:] = told[layer, 1, b]
            matvec_add(w.input[layer, 1], lines.u[b, layer, column], z)
            # The one above, which is then overwritten, and the one beside it.
            line = lines.right[b, layer, column : column + 2].reshape(2 * narrow)
            matvec_add(w.state[layer, 1], line, z)
            lstm_update(z, cell, lines.right[b, layer, column])


@compiled
def _draw(
    first: int,
    symbols: NDArray[np.uint8],
    given: NDArray[np.bool_],
    uniforms: NDArray[np.float64],
    temperature: float,
    top_k: int,
    probabilities: Floats,
    w: PixelRNNWeights,
    told: Floats,
    work: Work,
    lines: Lines,
) -> None:
    channels = work.image.shape[3]
    layers, width, narrow = lines.left.shape[1], lines.u.shape[2], lines.left.shape[3]
    z = np.empty(4 * narrow, np.float32)
    for b in range(symbols.shape[0]):
        for step in range(first, first + probabilities.shape[1]):
            pixel, c = step // channels, step % channels
            row, column = pixel // width, pixel % width
            f0, f1 = w.starts_wide[c], w.starts_wide[c + 1]
            n0, n1 = w.starts_narrow[c], w.starts_narrow[c + 1]
            see_image(w, work.image[b], row, column, c, lines.u[b, 0, column])
            for layer in range(layers):
                before, cell = work.before[b, layer], lines.cell[b, layer]
                if c == 0:
                    if column == 0:
                        cell[:] = 0
                    # The one beside and the one above, which is then overwritten.
                    before[:] = told[layer, 0, b]
                    line = lines.left[b, layer, column : column + 2].reshape(2 * narrow)
                    matvec_add(w.state[layer, 0], line, before)
                gates = z[4 * n0 : 4 * n1]
                gates[:] = before[4 * n0 : 4 * n1]
                u, out = lines.u[b, layer, column], lines.u[b, layer + 1, column]
                # Of the pixel only the maps that are computed by now, the rest is masked.
                matvec_add(w.input[layer, 0, 4 * n0 : 4 * n1], u[:f1], gates)
                h = lines.left[b, layer, 1 + column]
                lstm_update(gates, cell[n0:n1], h[n0:n1])
                both = lines.both[b, layer]
                for m in range(n0, n1):
                    both[m] = h[m] + lines.right[b, layer, column, m]
                for m in range(f0, f1):
                    out[m] = u[m] + w.up_bias[layer, m]
                matvec_add(w.up[layer, f0:f1], both[:n1], out[f0:f1])
            draw_from_head(
                w,
                work,
                b,
                lines.u[b, layers, column],
                pixel,
                width,
                c,
                given[b, step],
                uniforms[b, step],
                temperature,
                top_k,
                symbols[b],
                probabilities[b, step - first],
            )
            # No row reads what the last one would leave.
            if column == width - 1 and c == channels - 1 and step + 1 < symbols.shape[1]:
                _from_the_right(w, told, lines, b, z)
