"""How long it takes from the wish to cancel a training to its end, in a process of its own."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from genstudio.bench.base import Options, Row, sandbox
from genstudio.core.errors import UserError
from genstudio.core.messages import Cancelled, Progress, Train, TrainProgress
from genstudio.core.training import DataSpec, Training
from genstudio.core.uniforms import generator
from genstudio.engine.client import ProcessEngine

__all__ = ["goal", "run", "title"]

title = "Cancelling a training"
goal = "≤ 100 ms"

_BOUND = 100.0  # ms
_LOOK = 0.001  # seconds between two looks at the engine
# Validations, previews and checkpoints come often, so that some cancellations fall into them.
_TRAINING = Training(
    length=1_000_000, validate_every=25, preview_every=40, checkpoint_every=10, previews=4
)


def run(options: Options) -> list[Row]:
    """Cancel a PixelCNN at random moments, on small images and on MNIST's size."""
    rows = []
    cases = (
        ("digits, 8×8", DataSpec(name="digits", levels=16)),
        ("synthetic shapes, 28×28", DataSpec(name="shapes", levels=2, size=28)),
    )
    for words, spec in cases:
        options.tell(f"cancelling on {words}")
        with sandbox() as (folder, _):
            times = [
                1000 * _once(folder / f"run-{index}", spec, 0.02 + 0.6 * float(moment))
                for index, moment in enumerate(generator(8).random(options.count or 20))
            ]
        rows += [
            Row(
                f"{words}, median",
                statistics.median(times),
                "ms",
                goal,
                statistics.median(times) <= _BOUND,
                f"{len(times)} times",
            ),
            Row(
                f"{words}, worst",
                max(times),
                "ms",
                goal,
                max(times) <= _BOUND,
                f"{len(times)} times",
            ),
        ]
    return rows


def _once(out: Path, spec: DataSpec, moment: float) -> float:
    """Seconds from the wish to the last event, asked so long after the first step."""
    engine = ProcessEngine()
    try:
        job = engine.submit(Train(family="pixelcnn", data=spec, training=_TRAINING, out=out))
        first: float | None = None
        asked: float | None = None
        while True:
            for event in engine.poll():
                if isinstance(event, Progress):
                    if first is None and isinstance(event.payload, TrainProgress):
                        first = time.perf_counter()
                elif isinstance(event, Cancelled) and asked is not None:
                    return time.perf_counter() - asked
                else:
                    raise UserError(f"The training ended before it was cancelled: {event}.")
            now = time.perf_counter()
            if asked is None and first is not None and now - first >= moment:
                asked = now
                engine.cancel(job)
            time.sleep(_LOOK)
    finally:
        engine.close()
