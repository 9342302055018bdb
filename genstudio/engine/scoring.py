"""Scoring data in batches, cancellable between them."""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.measures import Measure
from genstudio.models.base import Density, GenerativeModel
from genstudio.models.latent import Encoder, LowerBound

__all__ = ["measure_of", "scores"]


def measure_of(model: GenerativeModel) -> Measure:
    """What the model's scores are of."""
    return model.card().measure


def scores(
    model: GenerativeModel,
    x: Tensor,
    y: Tensor | None,
    batch_size: int,
    ensemble: bool = False,
    importance_samples: int = 1,
) -> Generator[int, None, Tensor]:
    """The score of each datum, the smaller the better; yields how many are done, returns (N,).

    It is −ln p(x) in nats, a bound on it in nats, or a mean squared error, as `measure_of` says.

    Args:
        model: of any of these three kinds.
        x: (N, *S) symbols, of any integer type.
        y: (N, L), or None.
        batch_size: data scored at once.
        ensemble: score the average of models that the settings ask for, where they do.
        importance_samples: draws of the code of each datum, where the score is a bound.

    Raises:
        UserError: the model has no score.
    """
    found = []
    for start in range(0, len(x), batch_size):
        part = slice(start, start + batch_size)
        with torch.no_grad():
            told = y[part] if y is not None and model.conditional else None
            score = _score(model, x[part].long(), told, ensemble, importance_samples, start)
            found.append(score.double())
        yield min(start + batch_size, len(x))
    return torch.cat(found)


def _score(
    model: GenerativeModel,
    x: Tensor,
    y: Tensor | None,
    ensemble: bool,
    importance_samples: int,
    first: int,
) -> Tensor:
    if isinstance(model, Density):
        return -(model.ensemble_log_prob if ensemble else model.log_prob)(x, y)
    if isinstance(model, LowerBound):
        return -model.elbo(x, y, importance_samples, first=first)
    if isinstance(model, Encoder):
        return model.error(x, y, first=first)
    raise UserError(f"{model.title} has nothing to be scored by.")
