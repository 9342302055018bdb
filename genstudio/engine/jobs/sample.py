"""Draw images symbol by symbol, as a recording."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.errors import UserError
from genstudio.core.messages import Sample, SampleStarted, Wish
from genstudio.core.trace import TraceChunk, check_trace_size
from genstudio.core.uniforms import uniforms
from genstudio.engine.loaded import autoregressive, labels_for

__all__ = ["run"]


def run(request: Sample) -> Generator[SampleStarted | TraceChunk, Wish | None, None]:
    """Yield what is drawn, as it is drawn."""
    model = autoregressive(request.run, request.device)
    controls = model.Controls.checked(request.controls)
    if request.count < 1:
        raise UserError(f"At least one image has to be asked for, not {request.count}.")
    check_trace_size(model.space, request.count)
    y, labels = labels_for(model, request.labels, request.count, request.seed, request.first)
    u = uniforms(request.seed, request.count, model.space.dimensions, request.first)
    yield SampleStarted(model.space, model.order, u, controls.model_dump(), labels, request.seed)
    yield from model.sample_steps(request.count, u, controls, y, request.way)
