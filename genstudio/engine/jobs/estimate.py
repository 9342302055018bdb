"""How long a training would take on this machine: a few of its steps are run and timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator

import torch

from genstudio.core.messages import Estimate, Estimated, Wish
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import generator, uniforms
from genstudio.data import catalog
from genstudio.engine.devices import resolve, synchronize
from genstudio.engine.scoring import scores
from genstudio.engine.trainer import total_steps
from genstudio.models.base import Autoregressive
from genstudio.models.store import build, family

__all__ = ["run"]

_MOST_STEPS = 8
_ENOUGH = 1.5  # seconds of measuring
_DRAWN = 64  # symbols drawn to forecast the sample sheets


def run(request: Estimate) -> Generator[None, Wish | None, Estimated]:
    """Time steps, a validation batch and the start of a sheet; add them up as they will occur."""
    yield None
    device = resolve(request.device)
    data = catalog.open_data(request.data)
    cls = family(request.family)
    training = request.training.one_pass() if cls.counts else request.training
    config = cls.Config.checked(request.config)
    model = build(request.family, data.space, config).to(device)
    count = len(data.split("train"))
    batch = min(training.batch_size, count)
    steps = total_steps(
        training.length, training.unit, -(-count // batch) if cls.counts else count // batch
    )
    learner = model.learner(training, steps)
    rng = generator(0)
    x = torch.from_numpy(rng.integers(0, data.space.levels, (batch, *data.space.shape))).to(device)
    y = None
    if model.conditional:
        y = torch.zeros(batch, len(data.space.labels), dtype=torch.long, device=device)
    yield None
    learner.step(x, y)  # the first step pays for what the others find prepared
    per_step = yield from _timed(lambda: learner.step(x, y), device, _MOST_STEPS)
    if steps is None:
        return Estimated(
            training.length * 60, per_step, 0, model.parameter_count, model.parameter_formula
        )
    total = steps * per_step
    per_score = yield from _timed(lambda: list(scores(model, x, y, batch)), device, 2)
    scored = min(training.validation_size, len(data.split("valid")))
    total += steps / training.validate_every * scored / batch * per_score
    if isinstance(model, Autoregressive) and training.preview_every:
        sheets = steps // training.preview_every + 1
        drawn = model.sample_steps(
            training.previews,
            uniforms(0, training.previews, data.space.dimensions),
            model.Controls(),
            None if y is None else y[:1].expand(training.previews, -1),
        )
        per_symbol = yield from _per_symbol(drawn, device)
        total += sheets * data.space.dimensions * per_symbol
    return Estimated(total, per_step, steps, model.parameter_count, model.parameter_formula)


def _per_symbol(
    drawn: Iterator[TraceChunk], device: torch.device
) -> Generator[None, Wish | None, float]:
    """Mean seconds of a symbol at the beginning of a drawing."""
    synchronize(device)
    began = time.perf_counter()
    done = 0
    for chunk in drawn:
        done += chunk.symbols.shape[1]
        yield None
        if done >= _DRAWN or time.perf_counter() - began >= _ENOUGH:
            break
    return (time.perf_counter() - began) / done


def _timed(
    action: Callable[[], object], device: torch.device, most: int
) -> Generator[None, Wish | None, float]:
    """Mean seconds of an action, measured for a while and no longer."""
    synchronize(device)
    began = time.perf_counter()
    done = 0
    while done < most and (done == 0 or time.perf_counter() - began < _ENOUGH):
        action()
        done += 1
        yield None
    synchronize(device)
    return (time.perf_counter() - began) / done
