"""How late the window's event loop runs while it trains, previews and plays a recording."""

from __future__ import annotations

from genstudio.bench.base import Options, Row, quantile, sandbox
from genstudio.bench.windowed import drawn_model, probe, training_data

__all__ = ["goal", "run", "title"]

title = "Responsiveness of the busy window"
goal = "p99 ≤ 8 ms, worst ≤ 33 ms"

_P99, _WORST = 8.0, 33.0  # ms


def run(options: Options) -> list[Row]:
    """Lateness of a precise 5 ms timer in the real window, for half a minute.

    Meanwhile a PixelCNN trains with previews, its curves are drawn, and a recording plays at
    60 symbols a second in the Generate panel. An event loop without a window is listened to
    at the same time, in a process of its own.
    """
    seconds = options.seconds or 30.0
    data = training_data()
    with sandbox() as (folder, env):
        options.tell("training a small model to play the recording of")
        playing = drawn_model(folder, env)
        options.tell(f"listening to the event loop for {seconds:.0f} s")
        found = probe(
            env,
            data=data.name,
            out=folder / "runs" / "trained",
            minutes=10 + seconds / 60,
            seconds=seconds,
            playing=playing,
        )
    late = found["late"]
    note = (
        f"{len(late)} ticks; meanwhile {found['steps']} steps on {data.name}, "
        f"{found['previews']} previews, {found['frames']} frames played"
    )
    p99, worst = quantile(late, 0.99), max(late)
    empty = found["empty"]
    beside = (
        f"99 % within {quantile(empty, 0.99):.1f} ms, median {quantile(empty, 0.5):.1f} ms: "
        "what the machine itself adds"
    )
    return [
        Row("event loop late, median", quantile(late, 0.5), "ms", note=note),
        Row("event loop late, 99 %", p99, "ms", f"≤ {_P99:.0f} ms", p99 <= _P99, note),
        Row("event loop late, worst", worst, "ms", f"≤ {_WORST:.0f} ms", worst <= _WORST, note),
        Row("an empty event loop beside it, worst", max(empty), "ms", note=beside),
    ]
