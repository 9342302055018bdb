"""What one run shows beside others: samples from given uniforms, and a given image's surprise."""

from __future__ import annotations

import math
import time
from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.latent import LatentControls
from genstudio.core.measures import Measure
from genstudio.core.messages import Compare, Compared, Wish
from genstudio.core.runs import Run
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import uniforms
from genstudio.data import catalog
from genstudio.engine.loaded import labels_for, loaded
from genstudio.engine.scoring import measure_of
from genstudio.models.base import Autoregressive, GenerativeModel
from genstudio.models.latent import Decoder, LowerBound

__all__ = ["run"]


def run(request: Compare) -> Generator[None, Wish | None, Compared]:
    """Yield between pieces; returns what was drawn and scored."""
    model = loaded(request.run, request.device)
    split = catalog.open_data(Run.open(request.run).manifest.data).split("valid")
    if not 0 <= request.index < len(split.symbols):
        raise UserError(f"There is no image {request.index} among {len(split.symbols):,}.")
    yield None
    image = split.symbols[request.index]
    x = torch.from_numpy(image[None]).to(model.device, torch.long)
    y = torch.from_numpy(split.labels[request.index : request.index + 1]).to(model.device)
    nats, surprise = _scored(model, x, y if model.conditional else None)
    yield None
    # One image alone, timed; then the others together. The first drawing of a model also pays
    # for preparing its weights, so the one that is timed is drawn twice.
    seconds = 0.0
    for _ in range(2):
        began = time.perf_counter()
        yield from _drawn(model, 1, request)
        seconds = time.perf_counter() - began
    samples = yield from _drawn(model, request.count, request)
    exact = measure_of(model) is Measure.EXACT
    return Compared(samples, image, surprise, nats, seconds, exact)


def _scored(
    model: GenerativeModel, x: Tensor, y: Tensor | None
) -> tuple[float | None, NDArray[np.float64] | None]:
    """Nats of one image, exact or at most, and the surprise of its symbols; None for neither."""
    with torch.no_grad():
        if isinstance(model, Autoregressive):
            surprise = model.surprise(x, y)[0].double().cpu().numpy()
            return float(surprise.sum()), surprise / math.log(2)
        if isinstance(model, LowerBound):
            return -float(model.elbo(x, y)), None
        return None, None


def _drawn(
    model: GenerativeModel, count: int, request: Compare
) -> Generator[None, Wish | None, NDArray[np.uint8]]:
    """Samples, (count, *S)."""
    y, _ = labels_for(model, None, count, request.seed, 0)
    space = model.space
    if isinstance(model, Autoregressive):
        chunks: list[TraceChunk] = []
        u = uniforms(request.seed, count, space.dimensions)
        for chunk in model.sample_steps(count, u, model.Controls(), y):
            chunks.append(chunk)
            yield None
        images = TraceChunk.joined(chunks).symbols
        return images[:, model.order.argsort()].reshape(-1, *space.shape)
    if not isinstance(model, Decoder):
        raise UserError(f"{model.title} draws no images.")
    u = uniforms(request.seed, count, math.prod(model.latent_shape) + space.dimensions)
    return model.draw(u, LatentControls(), y).images
