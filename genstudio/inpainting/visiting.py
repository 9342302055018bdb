"""One visit of a Gibbs sampler: symbols drawn anew from their exact conditional."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.core.draw import inverse_cdf
from genstudio.models.rescoring import BlockRescorer, Rescorer, conditional

__all__ = ["visit", "visit_block"]


def visit(
    rescorer: Rescorer,
    step: int,
    weights: NDArray[np.float64],
    u: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw the symbol of a step in every image from ∝ Πₜ p(xₜ | past)^wₜ, all others as they are.

    Args:
        rescorer: holds the images, and is changed.
        step: which symbol.
        weights: (D,), how much each term counts; ones for p(xᵢ | all others).
        u: (B,) uniforms.

    Returns:
        the symbols (B,), and what they were drawn from (B, K).
    """
    p = conditional(rescorer.scores(step, weights))
    symbols = inverse_cdf(p, u).astype(np.int64)
    rescorer.put(step, symbols)
    return symbols, p


def visit_block(
    rescorer: Rescorer,
    steps: NDArray[np.int64],
    weights: NDArray[np.float64],
    u: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """As `visit`, of steps (n,) of which no term of ln p sees two: at once where that is possible.

    Args:
        rescorer: holds the images, and is changed.
        steps: which symbols.
        weights: (D,), how much each term counts.
        u: (B, n) uniforms.

    Returns:
        the symbols (B, n), and what they were drawn from (B, n, K).
    """
    if len(steps) == 1 or not isinstance(rescorer, BlockRescorer):
        visits = [
            visit(rescorer, int(step), weights, u[:, index]) for index, step in enumerate(steps)
        ]
        drawn, drawn_from = zip(*visits, strict=True)
        return np.stack(drawn, axis=1), np.stack(drawn_from, axis=1)
    p = conditional(rescorer.block_scores(steps, weights))
    flat = inverse_cdf(p.reshape(-1, p.shape[-1]), u.reshape(-1))
    symbols = flat.reshape(u.shape).astype(np.int64)
    rescorer.put_block(steps, symbols)
    return symbols, p
