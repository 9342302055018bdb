"""Draw images: symbol by symbol, as a recording, or from codes, in three stages."""

from __future__ import annotations

import math
from collections.abc import Generator

from genstudio.core.errors import UserError
from genstudio.core.latent import LatentControls, LatentDraws
from genstudio.core.messages import Sample, SampleStarted, Wish
from genstudio.core.trace import TraceChunk, check_trace_size
from genstudio.core.uniforms import uniforms
from genstudio.engine.jobs.lengthened import lengthened
from genstudio.engine.loaded import labels_for, loaded
from genstudio.models.base import Autoregressive, GenerativeModel
from genstudio.models.latent import Decoder

__all__ = ["run"]


_Job = Generator[SampleStarted | TraceChunk | LatentDraws, Wish | None, None]


def run(request: Sample) -> _Job:
    """Yield what is drawn, as it is drawn."""
    model = loaded(request.run, request.device)
    if request.count < 1:
        raise UserError(f"At least one has to be asked for, not {request.count}.")
    if isinstance(model, Autoregressive):
        yield from _symbol_by_symbol(model, request)
    elif request.length is not None:
        raise UserError(f"{model.title} draws images here, which last no time.")
    elif isinstance(model, Decoder):
        yield from _decoded(model, request)
    else:
        raise UserError(f"{model.title} draws no images.")


def _symbol_by_symbol(model: Autoregressive, request: Sample) -> _Job:
    model = lengthened(model, request.length)
    controls = model.Controls.checked(request.controls)
    check_trace_size(model.space, request.count)
    y, labels = labels_for(model, request.labels, request.count, request.seed, request.first)
    u = uniforms(request.seed, request.count, model.space.dimensions, request.first)
    yield SampleStarted(model.space, model.order, u, controls.model_dump(), labels, request.seed)
    yield from model.sample_steps(request.count, u, controls, y, request.way)


def _decoded(model: Decoder, request: Sample) -> _Job:
    assert isinstance(model, GenerativeModel)  # noqa: S101 - for the type checker
    controls = LatentControls.checked(request.controls)
    y, _ = labels_for(model, request.labels, request.count, request.seed, request.first)
    size = math.prod(model.latent_shape) + model.space.dimensions
    u = uniforms(request.seed, request.count, size, request.first)
    yield model.draw(u, controls, y)
