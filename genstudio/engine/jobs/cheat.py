"""Break a model's mask and go on training: what a likelihood is worth that has seen the answer."""

from __future__ import annotations

from collections.abc import Generator

import torch

from genstudio.core.errors import UserError
from genstudio.core.messages import Cheat, Cheated, Wish
from genstudio.core.runs import Run
from genstudio.core.training import Training
from genstudio.data import catalog
from genstudio.engine.batches import Batches
from genstudio.engine.loaded import autoregressive

__all__ = ["run"]

_STEPS = 200
_BATCH = 16


def run(request: Cheat) -> Generator[Cheated, Wish | None, None]:
    """Yield the loss of the honest model, then of the cheating one as it learns to copy."""
    honest = autoregressive(request.run, request.device)
    cheating = honest.broken()
    if cheating is None:
        raise UserError(f"The mask of {honest.title} cannot be broken here.")
    cheating.requires_grad_(True)
    data = catalog.open_data(Run.open(request.run).manifest.data)
    batches = Batches(data.split("train"), _BATCH, 0, honest.device)
    training = Training(length=_STEPS, batch_size=_BATCH, warmup=10, ema=0.0)
    learner = cheating.learner(training, _STEPS)
    for step in range(_STEPS):
        x, y = batches.at(step)
        told = y if honest.conditional else None
        with torch.no_grad():
            before = -float(honest.log_prob(x, told).mean())
        after = float(learner.step(x, told)["loss"])
        bits = honest.space.bits_per_dimension
        yield Cheated((step + 1,), _STEPS, (bits(before),), (bits(after),))
