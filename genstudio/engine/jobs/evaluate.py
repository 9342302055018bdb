"""Score a split, exactly where the model can."""

from __future__ import annotations

import math
from collections.abc import Generator

import torch

from genstudio.core.errors import UserError
from genstudio.core.measures import Measure
from genstudio.core.messages import Evaluate, Evaluation, Share, Wish
from genstudio.core.spaces import Grid, Sequence, Space
from genstudio.engine.learned import learned_split
from genstudio.engine.loaded import loaded
from genstudio.engine.scoring import measure_of, scores
from genstudio.models.base import Autoregressive

__all__ = ["run"]


def run(request: Evaluate) -> Generator[Share, Wish | None, Evaluation]:
    """Mean nats or error per datum, with its standard error."""
    model = loaded(request.run, request.device)
    measure, samples = measure_of(model), request.importance_samples
    if samples != 1 and measure is not Measure.BOUND:
        raise UserError(
            f"{model.title} has no importance-weighted bound, so no number of samples.",
            "Leave it away.",
        )
    if samples < 1:
        raise UserError(f"At least one sample of z is needed, not {samples}.")
    split = learned_split(request.run, model, request.split)
    x = torch.from_numpy(split.symbols[: request.limit]).to(model.device)
    y = torch.from_numpy(split.labels[: request.limit]).to(model.device)
    told = y if y.shape[1] else None
    # A bound of many samples takes long enough for every image to be told of.
    together = max(1, 64 // samples) if samples > 1 else 64
    scoring = scores(model, x, told, together, ensemble=True, importance_samples=samples)
    words = f"{_things(model.space)} of the {request.split} split"
    while True:
        try:
            yield Share(next(scoring), len(x), words)
        except StopIteration as stop:
            found = stop.value
            break
    mean = float(found.mean())
    spread = float(found.std()) / math.sqrt(len(found)) if len(found) > 1 else math.nan
    if measure is Measure.ERROR:
        name = model.card().error_name
        return Evaluation(request.split, len(found), measure, None, spread, None, mean, name)
    hears = model.receptive_field if isinstance(model, Autoregressive) else None
    rate = model.space.rate if isinstance(model.space, Sequence) else None
    return Evaluation(
        request.split,
        len(found),
        measure,
        mean,
        spread,
        model.space.bits_per_dimension(mean),
        importance_samples=samples if measure is Measure.BOUND else 0,
        receptive_field=hears,
        receptive_milliseconds=None if rate is None or hears is None else 1000 * hears / rate,
    )


def _things(space: Space) -> str:
    return "images" if isinstance(space, Grid) else "sounds"
