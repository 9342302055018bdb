"""`genstudio evaluate`: the score of a model on a split."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from genstudio.cli.console import plain, run_job, say, say_json
from genstudio.cli.options import DeviceName, Json, RunName, run_named
from genstudio.cli.progress import ShareProgress
from genstudio.core.messages import Evaluate, Evaluation

__all__ = ["evaluate"]


def evaluate(
    run: RunName,
    split: Annotated[str, typer.Option(help="train, valid or test.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Score a split: mean nats per datum with its standard error, and bits per dimension."""
    opened = run_named(run)
    request = Evaluate(run=opened.folder, split=split, limit=limit, device=device)
    with ShareProgress() as progress:
        score: Evaluation = run_job(request, progress.take)
    if as_json:
        say_json({"run": opened.name, **plain(score)})
    else:
        say(f"{opened.manifest.title}, {score.split} split: {_sentence(score)}")


def _sentence(score: Evaluation) -> str:
    mark = "=" if score.exact else "≤"
    error = f" ± {score.standard_error:.2f}" if math.isfinite(score.standard_error) else ""
    images = "1 image" if score.count == 1 else f"{score.count:,} images"
    return f"{mark} {score.nats:.2f}{error} nats, {score.bits_per_dim:.4f} bits/dim ({images})"
