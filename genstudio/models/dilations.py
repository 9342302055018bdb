"""The tree of dilated convolutions behind one conditional of a WaveNet, with true gradients.

Figure 3 of van den Oord et al. (2016a): the output at the top, the samples at the bottom, and in
each row between them those columns of a layer's input from which there is a path to the output.
How much a node matters is measured, not supposed: the length of the gradient of −ln p(xₜ | past)
with respect to what the node holds.

A node lies at the newest sample that it sees, so that one at p is always made of those at p and
p − d in the row below, with d the dilation between the rows. The first convolution, of the two
samples before, has the dilation 1; the root, which predicts sample t, lies at t − 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.models.wavenet import WaveNet

__all__ = ["Row", "Tree", "tree"]


@dataclass(frozen=True)
class Row:
    """Nodes of one row.

    Attributes:
        dilation: between this row and the one below; 0 of the lowest.
        positions: (m,) int64, ascending, the newest sample that each sees; none is negative.
        magnitudes: (m,) float32, nats for each unit.
    """

    dilation: int
    positions: NDArray[np.int64]
    magnitudes: NDArray[np.float32]


@dataclass(frozen=True)
class Tree:
    """Rows from the samples (their companded values −1 … 1) to the output; −ln p in nats."""

    rows: tuple[Row, ...]
    nats: float


def tree(model: WaveNet, x: Tensor, step: int, y: Tensor | None = None) -> Tree:
    """The tree of one sample; only the part of the sound that it sees is computed.

    Args:
        model: whose weights count.
        x: (1, n, 1) symbols, of any length n.
        step: t, 0 … n − 1.
        y: (1, L) classes, or None.
    """
    first = max(0, step - model.receptive_field)
    symbols = x[:, first : step + 1]
    dilations = [1, *(layer.dilation for layer in model.gated_layers)]
    with torch.enable_grad():
        source = symbols.to(model.first.weight.dtype).requires_grad_()
        held, logits = _held(model, source, y)
        nats = torch.nn.functional.cross_entropy(logits[:, :, -1], symbols[:, -1, 0].long())
        of_source, *others = torch.autograd.grad(nats, [source, *held])
    # From one symbol to the next the value moves by 2 / (K − 1).
    of_values = of_source[0, :, 0].abs() * ((model.space.levels - 1) / 2)
    lengths = [of_values, *(each[0].norm(dim=0) for each in others)]
    rows: list[Row] = []
    # From the root downwards; columns count within the part that was computed.
    columns = np.array([symbols.shape[1] - 1])
    for above, length in zip([*reversed(dilations), 0], reversed(lengths), strict=True):
        lowest = above == 0
        # What a layer holds in column c has seen the samples before c; a sample has seen itself.
        positions = columns + first - (0 if lowest else 1)
        seen = positions >= 0
        magnitudes = length[torch.from_numpy(columns)].float().cpu().numpy()
        rows.insert(0, Row(above, positions[seen], magnitudes[seen]))
        columns = np.unique(np.concatenate([columns, columns - above]))
        if len(rows) == len(dilations):
            columns = columns - 1  # from what has seen a sample to the sample
        columns = columns[columns >= 0]
    return Tree(tuple(rows), float(nats.detach()))


def _held(model: WaveNet, source: Tensor, y: Tensor | None) -> tuple[list[Tensor], Tensor]:
    """What each row above the samples holds, (1, R, T), and the logits (1, K, T).

    The last layer adds to nothing that is read, so its row is what its gate lets out.
    """
    ending: list[Tensor] = []

    def keep(module: object, inputs: object, outputs: tuple[Tensor, Tensor]) -> None:
        ending.append(outputs[1])

    handle = model.gated_layers[-1].register_forward_hook(keep)
    kept: list[Tensor] = []
    try:
        logits = model.network(source, y, kept)
    finally:
        handle.remove()
    return [*kept, *ending], logits
