"""One visit of a Gibbs sampler: a symbol drawn anew from its exact conditional."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.core.draw import inverse_cdf
from genstudio.models.rescoring import Rescorer, conditional

__all__ = ["visit"]


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
