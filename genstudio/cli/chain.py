"""`genstudio chain-rule`: what each factorisation costs, and what it is worth."""

from __future__ import annotations

from typing import Annotated

import typer

from genstudio.cli.console import run_job, say, say_json, say_table
from genstudio.cli.options import Json
from genstudio.cli.progress import ShareProgress
from genstudio.core.chain import CURVE, ChainNews, ChainRule, ChainSettings, ChainTruth
from genstudio.core.messages import Share

__all__ = ["chain_rule"]

_FAMILIES = 5


def chain_rule(
    *,
    pixels: Annotated[int, typer.Option(help="n, binary pixels: 4 to 12.")] = 12,
    samples: Annotated[int, typer.Option(help="m, samples that are learned from.")] = 100,
    data: Annotated[str, typer.Option(help="The dataset that is reduced to n pixels.")] = "digits",
    seed: Annotated[int, typer.Option(help="Of the samples.")] = 0,
    alpha: Annotated[float, typer.Option(help="The Laplace prior of the tables.")] = 1.0,
    curve: Annotated[
        bool, typer.Option("--curve/--no-curve", help="Measure at other numbers of samples too.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Fit five factorisations to samples of a known distribution over 2ⁿ states."""
    sizes = tuple(sorted({samples, *CURVE})) if curve else (samples,)
    settings = ChainSettings.checked(
        {"pixels": pixels, "samples": samples, "data": data, "alpha": alpha, "seed": seed}
    )
    request = ChainRule(settings, sizes)
    done = 0
    with ShareProgress() as progress:

        def take(news: ChainNews) -> None:
            nonlocal done
            done += len(news.points)
            progress.take(Share(done, _FAMILIES * len(sizes), "fits"))

        found: ChainNews = run_job(request, take)
    points = {(point.family, point.samples): point.divergence for point in found.points}
    if as_json:
        say_json({"settings": settings, "truth": found.truth, "fits": found.fits,
                  "points": found.points})  # fmt: skip
        return
    if found.truth is not None:
        say(_words_of_truth(settings, found.truth))
    others = [m for m in sizes if m != samples]
    say_table(
        ("model", "parameters", "formula", f"KL at m = {samples:,}", *(f"{m:,}" for m in others)),
        [
            (
                fit.title,
                f"{fit.parameters:,}",
                fit.formula,
                f"{fit.divergence:.4f}",
                *(f"{points[fit.family, m]:.4f}" for m in others),
            )
            for fit in found.fits
        ],
        right=",".join(["parameters", f"KL at m = {samples:,}", *(f"{m:,}" for m in others)]),
    )


def _words_of_truth(settings: ChainSettings, truth: ChainTruth) -> str:
    """What the truth is, and what is measured."""
    height, width = truth.shape
    return (
        f"Truth: {truth.images:,} images of {settings.data} at {height}×{width} pixels show "
        f"{truth.patterns:,} of {2**settings.pixels:,} states; {truth.smoothing:.0%} is spread "
        "evenly over all. KL(truth ‖ model) in nats:"
    )
