"""What one run shows beside others: samples from given uniforms, and a given image's surprise."""

from __future__ import annotations

import math
import time
from collections.abc import Generator

import torch

from genstudio.core.errors import UserError
from genstudio.core.messages import Compare, Compared, Wish
from genstudio.core.runs import Run
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import uniforms
from genstudio.data import catalog
from genstudio.engine.loaded import autoregressive, labels_for
from genstudio.models.base import Autoregressive

__all__ = ["run"]


def run(request: Compare) -> Generator[None, Wish | None, Compared]:
    """Yield between pieces; returns what was drawn and scored."""
    model = autoregressive(request.run, request.device)
    space = model.space
    split = catalog.open_data(Run.open(request.run).manifest.data).split("valid")
    if not 0 <= request.index < len(split.symbols):
        raise UserError(f"There is no image {request.index} among {len(split.symbols):,}.")
    yield None
    image = split.symbols[request.index]
    x = torch.from_numpy(image[None]).to(model.device, torch.long)
    y = None
    if model.conditional:
        y = torch.from_numpy(split.labels[request.index : request.index + 1]).to(model.device)
    with torch.no_grad():
        surprise = model.surprise(x, y)[0].double().cpu().numpy()
    yield None
    # One image alone, timed; then the others together. The first drawing of a model also pays
    # for preparing its weights, so the one that is timed is drawn twice.
    seconds = 0.0
    for _ in range(2):
        began = time.perf_counter()
        yield from _drawn(model, 1, request, [])
        seconds = time.perf_counter() - began
    chunks: list[TraceChunk] = []
    yield from _drawn(model, request.count, request, chunks)
    images = TraceChunk.joined(chunks).symbols
    samples = images[:, model.order.argsort()].reshape(-1, *space.shape)
    return Compared(samples, image, surprise / math.log(2), float(surprise.sum()), seconds)


def _drawn(
    model: Autoregressive, count: int, request: Compare, chunks: list[TraceChunk]
) -> Generator[None, Wish | None, None]:
    u = uniforms(request.seed, count, model.space.dimensions)
    y, _ = labels_for(model, None, count, request.seed, 0)
    for chunk in model.sample_steps(count, u, model.Controls(), y):
        chunks.append(chunk)
        yield None
