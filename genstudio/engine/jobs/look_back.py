"""What a conditional looks at: the permitted field, and the used one layer by layer."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.errors import UserError
from genstudio.core.messages import LookBack, LookedBack, Wish
from genstudio.engine.loaded import autoregressive, image_for, labels_for
from genstudio.models.receptive import reachable, used

__all__ = ["run"]


def run(request: LookBack) -> Generator[None, Wish | None, LookedBack]:
    """Yield after every layer; returns them all."""
    model = autoregressive(request.run, request.device)
    x = image_for(model, request.image)
    if not 0 <= request.step < model.space.dimensions:
        raise UserError(f"There is no step {request.step} in {model.space.dimensions}.")
    y, _ = labels_for(model, request.labels, 1, 0, 0)
    yield None
    permitted = reachable(model, request.step)
    layers = []
    for field in used(model, request.step, x, y):
        layers.append((field.name, field.weight))
        yield None
    return LookedBack(permitted, tuple(layers))
