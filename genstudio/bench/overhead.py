"""What an open window costs the training: steps a second with it, against without."""

from __future__ import annotations

import statistics
import subprocess
from pathlib import Path

from genstudio.bench.base import Options, Row, alternating, median_ratio, sandbox
from genstudio.bench.windowed import (
    drawn_model,
    probe,
    steps_per_second,
    train_command,
    training_data,
)
from genstudio.core.errors import UserError

__all__ = ["goal", "run", "title"]

title = "Training with the window open"
goal = "≥ 95 %"

_BOUND = 95.0


def run(options: Options) -> list[Row]:
    """The same training for the same time in the window and from the command line, in turn.

    Once the window shows the Train panel with its curves, once a recording plays in the
    Generate panel beside it.
    """
    minutes = (options.seconds or 20.0) / 60
    data = training_data()
    rows = []
    with sandbox() as (folder, env):
        number = 0

        def fresh() -> Path:
            nonlocal number
            number += 1
            return folder / "runs" / f"run-{number}"

        def headless() -> float:
            out = fresh()
            ended = subprocess.run(  # noqa: S603 - our own program
                train_command(data, out, minutes), env=env, capture_output=True, check=False
            )
            if ended.returncode:
                raise UserError(ended.stderr.decode(errors="replace").strip())
            return steps_per_second(out)

        def windowed(playing: Path | str) -> float:
            out = fresh()
            probe(env, data=data.name, out=out, minutes=minutes, seconds=0, playing=playing)
            return steps_per_second(out)

        drawn = drawn_model(folder, env)
        for words, playing in (("Train panel shown", ""), ("a recording playing", drawn)):
            options.tell(f"training with and without the window, {words}")
            ours, bare = alternating(
                lambda playing=playing: windowed(playing),  # type: ignore[misc]
                headless,
                options.count or 3,
                warm_up=False,
            )
            share = 100 * median_ratio(ours, bare)
            rows.append(
                Row(
                    f"steps per second, window open ({words}) ÷ headless",
                    share,
                    "%",
                    f"≥ {_BOUND:.0f} %",
                    share >= _BOUND,
                    f"{statistics.median(ours):.1f} against {statistics.median(bare):.1f} steps/s "
                    f"on {data.name}, median of {len(ours)} pairs",
                )
            )
    return rows
