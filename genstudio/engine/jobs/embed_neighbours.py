"""Codes on a plane, by t-SNE."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import EmbedNeighbours, Wish
from genstudio.engine.planes import check_codes, main_directions

__all__ = ["run"]

_FEWEST, _MOST = 5, 5000
_PERPLEXITY = 30.0  # as in van der Maaten & Hinton, Visualizing data using t-SNE, 2008: 5 … 50


def run(request: EmbedNeighbours) -> Generator[None, Wish | None, NDArray[np.float32]]:
    """Van der Maaten & Hinton (2008), started from principal components."""
    codes, count = request.codes, len(request.codes)
    yield None
    check_codes(codes)
    if not _FEWEST <= count <= _MOST:
        raise UserError(
            f"t-SNE is made of {_FEWEST} to {_MOST:,} codes, not of {count:,}.",
            "Survey more or fewer images, or choose principal components.",
        )
    from sklearn.manifold import TSNE  # noqa: PLC0415 - takes longer to import than most jobs

    perplexity = min(_PERPLEXITY, (count - 1) / 3)
    start = main_directions(codes)
    width = float(start[:, 0].std())
    start *= 1e-4 / width if width > 0 else 1.0
    place = TSNE(2, perplexity=perplexity, init=start, random_state=request.seed)
    return np.asarray(place.fit_transform(codes), np.float32)
