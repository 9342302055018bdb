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
    importance_samples: Annotated[
        int,
        typer.Option(
            min=1, max=100_000, help="Of z for each image; the more, the tighter a VAE's bound."
        ),
    ] = 1,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Score a split: mean nats per datum with its standard error, and bits per dimension.

    Marked = where it is a likelihood and ≤ where it is a bound; a family without a likelihood is
    scored by its error.
    """
    opened = run_named(run)
    request = Evaluate(
        run=opened.folder,
        split=split,
        limit=limit,
        device=device,
        importance_samples=importance_samples,
    )
    with ShareProgress() as progress:
        score: Evaluation = run_job(request, progress.take)
    if as_json:
        say_json({"run": opened.name, **plain(score), "exact": score.exact})
    else:
        sounds = opened.manifest.space.kind == "sequence"
        say(f"{opened.manifest.title}, {score.split} split: {_sentence(score, sounds)}")


def _sentence(score: Evaluation, sounds: bool) -> str:
    known, digits = math.isfinite(score.standard_error), 2 if score.error is None else 5
    spread = f" ± {score.standard_error:.{digits}f}" if known else ""
    thing, dim = ("sound", "sample") if sounds else ("image", "dim")
    things = f"1 {thing}" if score.count == 1 else f"{score.count:,} {thing}s"
    if score.nats is None or score.bits_per_dim is None:
        return (
            f"{score.error_name} {score.error:.5f}{spread}, the mean square per value between 0 "
            f"and 1 ({things}); this family has no likelihood"
        )
    many = score.importance_samples > 1
    how = f"; {score.importance_samples:,} importance samples" if many else ""
    hears = ""
    if score.receptive_field and score.receptive_milliseconds is not None:
        hears = (
            f"; a sample is predicted from the {score.receptive_field:,} before it, "
            f"{score.receptive_milliseconds:.3g} ms"
        )
    return (
        f"{score.measure.mark} {score.nats:.2f}{spread} nats, {score.bits_per_dim:.4f} bits/{dim} "
        f"({things}{how}){hears}"
    )
