"""How soon a cell is painted that the pointer has moved to."""

from __future__ import annotations

import json
import sys

from genstudio.bench.base import Options, Row, quantile, sandbox
from genstudio.bench.windowed import checked

__all__ = ["goal", "run", "title"]

title = "From the pointer to the painted cell"
goal = "within one frame of a 60 Hz screen"

_FRAME = 1000 / 60  # ms


def run(options: Options) -> list[Row]:
    """A 9-pixel brush over a 256×256 colour image of which half the cells are hidden.

    The time from a mouse event to the end of the painting that it asked for, in the real canvas.
    """
    movements = options.count or 200
    options.tell(f"painting {movements} movements")
    command = [sys.executable, "-m", "genstudio.bench.probes.painted_canvas", str(movements)]
    with sandbox() as (_, env):
        took: list[float] = json.loads(checked(command, env).splitlines()[-1])
    frame = f"≤ {_FRAME:.1f} ms"
    late = quantile(took, 0.99)
    return [
        Row("painted after, median", quantile(took, 0.5), "ms"),
        Row("painted after, 99 %", late, "ms", frame, late <= _FRAME, f"{len(took)} movements"),
        Row("painted after, worst", max(took), "ms"),
    ]
