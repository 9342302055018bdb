"""Draw what is hidden in images in order, as a recording."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import torch

from genstudio.core.errors import UserError
from genstudio.core.messages import Complete, SampleStarted, Wish
from genstudio.core.trace import TraceChunk, check_trace_size
from genstudio.core.uniforms import uniforms
from genstudio.engine.jobs.lengthened import lengthened
from genstudio.engine.loaded import autoregressive, labels_for

__all__ = ["run"]


def run(request: Complete) -> Generator[SampleStarted | TraceChunk, Wish | None, None]:
    """Yield what is known and what is drawn, in the model's order."""
    model = lengthened(autoregressive(request.run, request.device), request.length)
    controls = model.Controls.checked(request.controls)
    count, *shape = request.images.shape
    if tuple(shape) != model.space.shape or request.known.shape != request.images.shape:
        raise UserError(
            f"The model draws images of {model.space}, but the image is {_size(shape)} "
            f"and its mask {_size(request.known.shape[1:])}."
        )
    if (
        request.images[request.known].size
        and request.images[request.known].max() >= model.space.levels
    ):
        raise UserError(f"The image has symbols beyond the model's {model.space.levels} levels.")
    check_trace_size(model.space, count)
    y, labels = labels_for(model, request.labels, count, request.seed, request.first)
    u = uniforms(request.seed, count, model.space.dimensions, request.first)
    yield SampleStarted(model.space, model.order, u, controls.model_dump(), labels, request.seed)
    x = torch.from_numpy(request.images).to(model.device, torch.long)
    known = torch.from_numpy(request.known).to(model.device)
    yield from model.complete_steps(x, known, u, controls, y)


def _size(shape: Sequence[int]) -> str:
    return "×".join(str(side) for side in shape)
