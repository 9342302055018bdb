"""Change every symbol of an image in turn and see whether any earlier conditional moves."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.errors import UserError
from genstudio.core.messages import Causality, Moved, Wish
from genstudio.engine.loaded import autoregressive, image_for, labels_for
from genstudio.models.causality import perturbed

__all__ = ["run"]


def run(request: Causality) -> Generator[Moved, Wish | None, None]:
    """Yield what moved, from the last symbol to the first."""
    model = autoregressive(request.run, request.device)
    x = image_for(model, request.image)
    y, _ = labels_for(model, request.labels, 1, 0, 0)
    asked = model.broken() if request.broken else model
    if asked is None:
        raise UserError(f"The mask of {model.title} cannot be broken here.")
    for some in perturbed(asked, x, y):
        yield Moved(
            tuple(each.step for each in some),
            tuple(each.earlier for each in some),
            tuple(each.later for each in some),
        )
