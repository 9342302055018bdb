"""Codes on a plane."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import Embed, Wish

__all__ = ["run"]

_FEWEST, _MOST = 5, 5000
_PERPLEXITY = 30.0  # as in van der Maaten & Hinton, Visualizing data using t-SNE, 2008: 5 … 50


def run(request: Embed) -> Generator[None, Wish | None, NDArray[np.float32]]:
    """By principal components, or by t-SNE, which keeps neighbours and no distances."""
    codes = request.codes
    yield None
    if codes.ndim != 2 or not codes.size:
        size = "×".join(str(side) for side in codes.shape)
        raise UserError(f"A plane needs a row for each code, but these are {size}.")
    if not np.isfinite(codes).all():
        raise UserError("A code has numbers that are not finite.", "Give finite numbers only.")
    return _t_sne(codes, request.seed) if request.by == "t-sne" else _main_directions(codes)


def _main_directions(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """The two directions in which codes vary most; a direction's largest entry is positive."""
    if codes.shape[1] <= 2:
        plane = np.zeros((len(codes), 2), np.float32)
        plane[:, : codes.shape[1]] = codes
        return plane
    centred = codes.astype(np.float64) - codes.mean(axis=0, dtype=np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, :-3:-1]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    found: NDArray[np.float32] = (centred @ (axes * np.sign(largest))).astype(np.float32)
    return found


def _t_sne(codes: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Van der Maaten & Hinton (2008), started from principal components."""
    count = len(codes)
    if not _FEWEST <= count <= _MOST:
        raise UserError(
            f"t-SNE is made of {_FEWEST} to {_MOST:,} codes, not of {count:,}.",
            "Survey more or fewer images, or choose principal components.",
        )
    from sklearn.manifold import TSNE  # noqa: PLC0415 - takes longer to import than most jobs

    perplexity = min(_PERPLEXITY, (count - 1) / 3)
    start = _main_directions(codes)
    width = float(start[:, 0].std())
    start *= 1e-4 / width if width > 0 else 1.0
    found = TSNE(2, perplexity=perplexity, init=start, random_state=seed).fit_transform(codes)
    return np.asarray(found, np.float32)
