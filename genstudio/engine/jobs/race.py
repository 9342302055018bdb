"""The same picture drawn twice, in the fastest way and in the naive one, each alone and timed."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.draw import DrawControls, Way
from genstudio.core.messages import Lap, Race, Raced, SampleStarted, Wish
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import uniforms
from genstudio.engine.loaded import autoregressive, labels_for
from genstudio.kernels.base import Drawing
from genstudio.models.base import Autoregressive
from genstudio.models.sampling import Sampler, steps_drawn

__all__ = ["run"]


def run(request: Race) -> Generator[SampleStarted | Raced | None, Wish | None, None]:
    """Yield the fast runner's laps, then the naive one's: side by side they would be slower."""
    model = autoregressive(request.run, request.device)
    controls = model.Controls.checked(request.controls)
    assert isinstance(controls, DrawControls)  # noqa: S101 - for the type checker
    y, labels = labels_for(model, request.labels, 1, request.seed, request.first)
    u = uniforms(request.seed, 1, model.space.dimensions, request.first)
    yield SampleStarted(model.space, model.order, u, controls.model_dump(), labels, request.seed)
    for way in (Way.FASTEST, Way.NAIVE):
        # What happens once in a process, such as reading compiled code, is not on the clock.
        _, warming = _runner(model, y, u, controls, way)
        next(warming)
        yield None
        yield from _laps(model, y, u, controls, way)


def _laps(
    model: Autoregressive,
    y: Tensor | None,
    u: NDArray[np.float64],
    controls: DrawControls,
    way: Way,
) -> Iterator[Raced]:
    began = time.perf_counter()
    sampler, chunks = _runner(model, y, u, controls, way)
    seconds = time.perf_counter() - began
    while True:
        began = time.perf_counter()
        chunk = next(chunks, None)
        seconds += time.perf_counter() - began  # the time between two laps is not the runner's
        if chunk is None:
            return
        yield Raced((Lap(sampler.way, way is Way.NAIVE, chunk.symbols[0], seconds),))


def _runner(
    model: Autoregressive,
    y: Tensor | None,
    u: NDArray[np.float64],
    controls: DrawControls,
    way: Way,
) -> tuple[Sampler, Iterator[TraceChunk]]:
    nothing = torch.zeros(1, *model.space.shape, dtype=torch.long, device=model.device)
    drawing = Drawing(np.zeros(u.shape, np.uint8), np.zeros(u.shape, np.bool_), u, controls)
    sampler = model.sampler(nothing, y, way)
    return sampler, steps_drawn(sampler, drawing)
