"""What one place would be, given all other symbols, and given the past alone."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch

from genstudio.core.errors import UserError
from genstudio.core.messages import Probe, Probed, Wish
from genstudio.engine.loaded import autoregressive, image_for, labels_for
from genstudio.models.rescoring import conditional

__all__ = ["run"]


def run(request: Probe) -> Generator[None, Wish | None, Probed]:
    """Score the image with every symbol in that place."""
    model = autoregressive(request.run, request.device)
    x = image_for(model, request.image)
    y, _ = labels_for(model, request.labels, 1, 0, 0)
    if not 0 <= request.place < model.space.dimensions:
        raise UserError(f"The image has no place {request.place}.")
    yield None
    [step] = np.flatnonzero(model.order == request.place)
    every = np.ones(model.space.dimensions)
    scores = model.rescorer(x, y).scores(int(step), every)
    with torch.no_grad():
        past = torch.softmax(model.logits(x, y)[0].flatten(1)[:, request.place].double(), dim=0)
    return Probed(conditional(scores)[0], past.cpu().numpy())
