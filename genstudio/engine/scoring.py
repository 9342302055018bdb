"""Scoring data in batches, cancellable between them."""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.models.base import Density, GenerativeModel

__all__ = ["nats"]


def nats(
    model: GenerativeModel,
    x: Tensor,
    y: Tensor | None,
    batch_size: int,
    ensemble: bool = False,
) -> Generator[int, None, Tensor]:
    """Negative log-likelihood of each datum; yields how many are done, returns (N,) in nats.

    Args:
        model: with an exact likelihood.
        x: (N, *S) symbols, of any integer type.
        y: (N, L), or None.
        batch_size: data scored at once.
        ensemble: score the average of models that the settings ask for, where they do.

    Raises:
        UserError: the model has no likelihood.
    """
    if not isinstance(model, Density):
        raise UserError(f"{model.title} has no likelihood to score with.")
    scores = []
    for start in range(0, len(x), batch_size):
        part = slice(start, start + batch_size)
        with torch.no_grad():
            told = y[part] if y is not None and model.conditional else None
            score = model.ensemble_log_prob if ensemble else model.log_prob
            scores.append(-score(x[part].long(), told).double())
        yield min(start + batch_size, len(x))
    return torch.cat(scores)
