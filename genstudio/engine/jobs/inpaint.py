"""Draw what is hidden in an image by a method of choice, as a film."""

from __future__ import annotations

import time
from collections.abc import Generator

import numpy as np
import torch

from genstudio.core.errors import UserError
from genstudio.core.inpainting import Inpainted, InpaintStarted, Moments
from genstudio.core.messages import Inpaint, Wish
from genstudio.core.spaces import grid_of
from genstudio.engine.loaded import image_for, labels_for, loaded
from genstudio.inpainting.base import Problem, method
from genstudio.models.base import Autoregressive, Density, GenerativeModel

__all__ = ["run"]


def run(
    request: Inpaint,
) -> Generator[InpaintStarted | Moments | None, Wish | None, Inpainted]:
    """Yield what is drawn, as it is drawn."""
    model = loaded(request.run, request.device)
    chosen = method(request.method)
    asked = chosen(chosen.Controls.checked(request.settings))
    problem = _problem(model, request)
    order = (
        model.order
        if isinstance(model, Autoregressive)
        else np.arange(model.space.dimensions, dtype=np.int64)
    )
    asked.check(problem)
    yield InpaintStarted(
        grid_of(model.space),
        problem.image.astype(np.uint8),
        problem.known,
        problem.count,
        order,
        asked.stages(problem),
    )
    if not len(problem.hidden_places):
        return _nothing_hidden(problem)
    return (yield from asked.run(problem))


def _problem(model: GenerativeModel, request: Inpaint) -> Problem:
    if request.count < 1:
        raise UserError(f"At least one completion has to be asked for, not {request.count}.")
    if request.known.shape != request.image.shape:
        size, other = (
            "×".join(map(str, shape[:2])) for shape in (request.known.shape, request.image.shape)
        )
        raise UserError(f"The mask is {size}, but the image is {other}.")
    blank = np.where(request.known, request.image, 0).astype(np.uint8)
    image_for(model, blank)
    if model.conditional and request.labels is None:
        raise UserError(
            f"This {model.title} is conditioned on the class, and none is given.",
            "Say which class the image is of.",
        )
    y, _ = labels_for(model, request.labels, 1, request.seed, 0)
    return Problem(model, blank.astype(np.int64), request.known, request.count, request.seed, y)


def _nothing_hidden(problem: Problem) -> Inpainted:
    """An empty mask: the image is its own completion."""
    began = time.perf_counter()
    levels = problem.model.space.levels
    log_prob = np.full(problem.count, np.nan)
    if isinstance(problem.model, Density):
        with torch.no_grad():
            log_prob[:] = float(problem.model.log_prob(problem.images(1), problem.labels(1))[0])
    return Inpainted(
        images=np.repeat(problem.image[None].astype(np.uint8), problem.count, axis=0),
        weights=np.full(problem.count, 1 / problem.count),
        log_prob=log_prob,
        marginals=np.eye(levels, dtype=np.float32)[problem.image],
        log_evidence=float(log_prob[0]),
        evidence_error=0.0,
        exact=True,
        settled=True,
        verdict="Nothing is hidden: paint a mask to hide something.",
        effective=float(problem.count),
        autocorrelation=np.empty(0),
        seconds=time.perf_counter() - began,
    )
