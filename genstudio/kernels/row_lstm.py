"""Row LSTM, one symbol at a time: at each layer one column, from the states of the row above."""

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

__all__ = ["RowLSTMKernel"]

Floats = NDArray[np.float32]


class Rows(NamedTuple):
    """What is kept of the row that is drawn and of the one above; R zeros before a row.

    Attributes:
        u: (B, L + 1, R + W, F), inputs of the layers and of the head.
        h: (B, L, 2, R + W + R, N), states of even and of odd rows.
        c: (B, L, W, N), cell states, up to the pixel of its row, after it of the one above.
    """

    u: Floats
    h: Floats
    c: Floats


class RowLSTMKernel(PixelRNNKernel):
    """The layers' rows."""

    def lay_out(self) -> None:
        """Zeros: before the first row nothing is known."""
        layers, _, batch, gates = self.told.shape
        width, narrow, wide = self.shape[1], gates // 4, len(self.weights.first_bias)
        self.reach = self.weights.input.shape[3] // wide - 1
        self.rows = Rows(
            np.zeros((batch, layers + 1, self.reach + width, wide), np.float32),
            np.zeros((batch, layers, 2, width + 2 * self.reach, narrow), np.float32),
            np.zeros((batch, layers, width, narrow), np.float32),
        )

    def go_on(self, past: LayerPast, row: int, column: int) -> None:
        """The row above, and this one up to the pixel."""
        r, width = self.reach, self.shape[1]
        self.rows.u[:, :-1, r : r + column] = past.u[:, :, row, :column]
        self.rows.h[:, :, row % 2, r : r + column] = past.h[:, :, 0, row, :column]
        self.rows.c[:, :, :column] = past.c[:, :, 0, row, :column]
        if row:
            self.rows.h[:, :, 1 - row % 2, r : r + width] = past.h[:, :, 0, row - 1]
            self.rows.c[:, :, column:] = past.c[:, :, 0, row - 1, column:]

    def layers_state(self) -> Iterable[Floats]:
        """The row that is drawn and the one above."""
        return self.rows

    def run(self, drawing: Drawing, first: int, p: Floats) -> None:
        """In compiled code."""
        _draw(
            first,
            self.shape[1],
            drawing.symbols,
            drawing.given,
            drawing.uniforms,
            drawing.controls.temperature,
            drawing.controls.top_k,
            p,
            self.weights,
            self.told,
            self.work,
            self.rows,
        )


@compiled
def _draw(
    first: int,
    width: int,
    symbols: NDArray[np.uint8],
    given: NDArray[np.bool_],
    uniforms: NDArray[np.float64],
    temperature: float,
    top_k: int,
    probabilities: Floats,
    w: PixelRNNWeights,
    told: Floats,
    work: Work,
    rows: Rows,
) -> None:
    channels = work.image.shape[3]
    layers = rows.h.shape[1]
    wide, narrow = rows.u.shape[3], rows.h.shape[4]
    columns = w.input.shape[3] // wide  # of the row that K^is sees, the pixel's own the last
    reach = columns - 1
    around = 2 * reach + 1
    z = np.empty(4 * narrow, np.float32)
    for b in range(symbols.shape[0]):
        for step in range(first, first + probabilities.shape[1]):
            pixel, c = step // channels, step % channels
            row, column = pixel // width, pixel % width
            f0, f1 = w.starts_wide[c], w.starts_wide[c + 1]
            n0, n1 = w.starts_narrow[c], w.starts_narrow[c + 1]
            see_image(w, work.image[b], row, column, c, rows.u[b, 0, reach + column])
            for layer in range(layers):
                before = work.before[b, layer]
                if c == 0:
                    before[:] = told[layer, 0, b]
                    line = rows.h[b, layer, 1 - row % 2, column : column + around]
                    matvec_add(w.state[layer, 0], line.reshape(around * narrow), before)
                gates = z[4 * n0 : 4 * n1]
                gates[:] = before[4 * n0 : 4 * n1]
                # Of the pixel itself only the maps that are computed by now, the rest is masked.
                line = rows.u[b, layer, column : column + columns].reshape(columns * wide)
                seen = line[: reach * wide + f1]
                matvec_add(w.input[layer, 0, 4 * n0 : 4 * n1], seen, gates)
                h = rows.h[b, layer, row % 2, reach + column]
                lstm_update(gates, rows.c[b, layer, column, n0:n1], h[n0:n1])
                u = rows.u[b, layer, reach + column]
                out = rows.u[b, layer + 1, reach + column]
                for m in range(f0, f1):
                    out[m] = u[m] + w.up_bias[layer, m]
                matvec_add(w.up[layer, f0:f1], h[:n1], out[f0:f1])
            draw_from_head(
                w,
                work,
                b,
                rows.u[b, layers, reach + column],
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
