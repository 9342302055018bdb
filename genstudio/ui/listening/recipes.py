"""The recipe of a take, for the file that it is exported to."""

from __future__ import annotations

from genstudio.core.messages import Complete
from genstudio.core.recipe import Recipe, packed_prime
from genstudio.ui.listening.takes import SoundTake

__all__ = ["recipe_of"]


def recipe_of(take: SoundTake, length: int, weights: str) -> Recipe | None:
    """What makes the first `length` samples of a take again; None of a file.

    Args:
        take: which.
        length: samples.
        weights: SHA-256 of the model's weights.
    """
    request = take.request
    if request is None:
        return None
    return Recipe(
        kind="complete" if isinstance(request, Complete) else "sample",
        run=take.run.name,
        title=take.run.manifest.title,
        family=take.run.manifest.family,
        weights=weights,
        seed=request.seed,
        controls=request.controls,
        labels=[take.labels.tolist()] if take.labels.size else [],
        length=length,
        prime=packed_prime(take.symbols[: take.seam]) if take.origin is not None else "",
    )
