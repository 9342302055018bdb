"""Walking through a latent space: how soon one sees where one is."""

from __future__ import annotations

import collections
import json
import shutil
import sys
import time

from genstudio.bench.base import Options, Row, quantile, sandbox
from genstudio.bench.windowed import checked
from genstudio.core.library import find_run
from genstudio.core.messages import SurveyLatent
from genstudio.core.paths import runs_folder
from genstudio.core.runs import Run
from genstudio.data import catalog

__all__ = ["goal", "run", "title"]

title = "Walking through a latent space"
goal = "a slider's event is painted within 16 ms"

RUN = "vae-2-mnist"

_MOVED, _MANIFOLD, _ENCODED = 16.0, 150.0, 2.0  # ms, ms, s
_DATA = 10_000


def run(options: Options) -> list[Row]:
    """Slider to painted picture, a manifold of 20×20, and encoding, with the VAE of two numbers."""
    opened = find_run(RUN, runs_folder())
    movements = options.count or 200
    options.tell(f"moving a slider {movements} times, then {options.seconds or 5:.0f} s of events")
    with sandbox() as (folder, env):
        here = folder / "runs" / RUN
        shutil.copytree(opened.folder, here)
        command = [sys.executable, "-m", "genstudio.bench.probes.latent_panel", str(here)]
        words = [str(movements), str(options.seconds or 5.0)]
        found = json.loads(checked([*command, *words], env).splitlines()[-1])
    moved, manifold = found["moved"], found["manifold"]
    p95, grid = quantile(moved, 0.95), quantile(manifold, 0.5)
    most = found["waiting"]
    return [
        Row("slider to painted picture, median", quantile(moved, 0.5), "ms"),
        Row(
            "slider to painted picture, 95 %",
            p95,
            "ms",
            f"≤ {_MOVED:.0f} ms",
            p95 <= _MOVED,
            f"{len(moved)} movements",
        ),
        Row("a manifold of 20×20", grid, "ms", f"≤ {_MANIFOLD:.0f} ms", grid <= _MANIFOLD),
        Row("requests open at once, of 1,000 events", most, "", "≤ 2", most <= 2),
        _encoding(opened, options),
    ]


def _encoding(opened: Run, options: Options) -> Row:
    """Of as many digits as the goal speaks of; not had where they are not here."""
    from genstudio.engine.running import load_job  # noqa: PLC0415 - torch takes a second

    name, goal = f"encoding {_DATA:,} digits", f"≤ {_ENCODED:.0f} s"
    missing = catalog.open_data(opened.manifest.data).missing()
    if missing:
        return Row(name, None, "s", goal, note=" ".join(missing))
    options.tell(name)
    request = SurveyLatent(opened.folder, "train", _DATA)
    took = 0.0
    for _ in range(2):  # the first also reads the data
        work = load_job(request.job)(request)
        began = time.perf_counter()
        collections.deque(work, maxlen=0)
        took = time.perf_counter() - began
    return Row(name, took, "s", goal, took <= _ENCODED)
