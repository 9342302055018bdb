"""Sites that a Gibbs sampler may draw together: none of a block bears on another.

On a lattice where each site touches its neighbours these are the colours of a checkerboard
(Geman & Geman, Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images,
1984, on sites updated in parallel). ln p of an autoregressive model is a sum of terms,
and two sites are independent given the rest where no term sees both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["blocks"]


def blocks(terms: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Greedy colouring: each site takes the first block in which it shares no term.

    Args:
        terms: (n, D), the terms that each site bears on.

    Returns:
        the numbers of the sites of each block, ascending; every site is in one block.
    """
    # Counts of shared terms are small whole numbers, which float32 products hold exactly.
    shared = terms.astype(np.float32)
    conflicts = shared @ shared.T > 0
    block_of = np.full(len(terms), -1)
    for site in range(len(terms)):
        taken = np.unique(block_of[:site][conflicts[site, :site]])
        free = np.setdiff1d(np.arange(len(taken) + 1), taken, assume_unique=True)
        block_of[site] = free[0]
    return [np.flatnonzero(block_of == block) for block in range(block_of.max(initial=-1) + 1)]
