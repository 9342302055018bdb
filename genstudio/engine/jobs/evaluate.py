"""Score a split exactly."""

from __future__ import annotations

import math
from collections.abc import Generator

import torch

from genstudio.core.errors import UserError
from genstudio.core.messages import Evaluate, Evaluation, Share, Wish
from genstudio.core.runs import Run
from genstudio.core.spaces import Space
from genstudio.data import catalog
from genstudio.engine.loaded import loaded
from genstudio.engine.scoring import nats

__all__ = ["run"]


def run(request: Evaluate) -> Generator[Share, Wish | None, Evaluation]:
    """Mean nats per datum, with its standard error."""
    model = loaded(request.run, request.device)
    data = catalog.open_data(Run.open(request.run).manifest.data)
    if data.space != model.space:
        raise UserError(
            f"The data have changed since the model learned from them: now {_form(data.space)}; "
            f"then {_form(model.space)}.",
            "Bring the pictures and their subfolders back as they were.",
        )
    split = data.split(request.split)
    x = torch.from_numpy(split.symbols[: request.limit]).to(model.device)
    y = torch.from_numpy(split.labels[: request.limit]).to(model.device)
    scoring = nats(model, x, y if y.shape[1] else None, 64, ensemble=True)
    while True:
        try:
            yield Share(next(scoring), len(x), f"images of the {request.split} split")
        except StopIteration as stop:
            scores = stop.value
            break
    mean = float(scores.mean())
    error = float(scores.std()) / math.sqrt(len(scores)) if len(scores) > 1 else math.nan
    bits = model.space.bits_per_dimension(mean)
    return Evaluation(request.split, len(scores), mean, error, bits, exact=True)


def _form(space: Space) -> str:
    classes = [word for label in space.labels for word in label.classes]
    return f"{space}, " + (f"classes {', '.join(classes)}" if classes else "no classes")
