"""A recording drawn twice from the same uniforms: given its real past, and given one's own."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray

from genstudio.core.draw import DrawControls, adjusted, inverse_cdf
from genstudio.core.errors import UserError
from genstudio.core.messages import Share, TeacherForce, TeacherForced, Wish
from genstudio.core.uniforms import uniforms
from genstudio.engine.loaded import autoregressive, sound_for, told_labels
from genstudio.kernels.base import Drawing
from genstudio.models.forcing import conditionals

__all__ = ["run"]

_PIECE = 256  # samples that are drawn between two yields


def run(request: TeacherForce) -> Generator[Share, Wish | None, TeacherForced]:
    """The forced way first, which is one pass; then the free one, sample by sample."""
    model = autoregressive(request.run, request.device)
    x = sound_for(model, request.sound)
    count = x.shape[1]
    if not 0 <= request.given <= count:
        raise UserError(f"Of {count:,} samples, {request.given:,} cannot be given.")
    y = told_labels(model, request.labels, 1)
    controls = DrawControls.checked(request.controls)
    u = uniforms(request.seed, 1, count)
    forced = np.empty(count, np.uint8)
    surprise, entropy, free = np.empty(count), np.empty(count), np.empty(count)
    done = 0
    for p in conditionals(model, x, y):
        here = slice(done, done + len(p))
        forced[here] = inverse_cdf(adjusted(p, controls), u[0, here])
        surprise[here] = _bits(p, request.sound[here])
        logs = np.log2(np.maximum(p, np.finfo(np.float32).tiny), dtype=np.float64)
        entropy[here] = np.maximum(0.0, -(p * logs).sum(axis=1))
        done += len(p)
        yield Share(done, 2 * count, "samples given the real past")
    told = np.arange(count) < request.given
    drawing = Drawing(np.where(told, request.sound, 0)[None], told[None], u, controls)
    sampler = model.sampler(torch.where(torch.from_numpy(told).to(x.device)[:, None], x, 0), y)
    for start in range(0, count, _PIECE):
        stop = min(count, start + _PIECE)
        p = sampler.draw(drawing, start, stop)[0]
        free[start:stop] = _bits(p, drawing.symbols[0, start:stop])
        yield Share(count + stop, 2 * count, "samples given what was drawn")
    return TeacherForced(forced, drawing.symbols[0], surprise, entropy, free)


def _bits(p: NDArray[np.float32], symbols: NDArray[np.uint8]) -> NDArray[np.float64]:
    """−log₂ p of the symbol of each row."""
    taken = np.take_along_axis(p, symbols.astype(np.intp)[:, None], axis=1)[:, 0]
    return -np.log2(np.clip(taken, np.finfo(np.float32).tiny, 1.0), dtype=np.float64)
