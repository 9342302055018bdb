"""`genstudio sample`: draw images from a trained model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from genstudio.cli.console import say, say_json
from genstudio.cli.decoding import Decoded
from genstudio.cli.drawing import DRAWN, Drawing, check_kind, check_target, draw
from genstudio.cli.options import DeviceName, Json, RunName, Set, at_least_one, run_named
from genstudio.cli.priming import given_symbols, length_of, sounds_only
from genstudio.cli.values import assignments, label_rows
from genstudio.core.messages import Complete, Sample
from genstudio.core.runs import Run

__all__ = ["sample"]


def sample(
    *,
    run: RunName,
    out: Annotated[
        Path, typer.Option(help="A .png sheet, a .gif or .webp of the drawing, .wav, .flac, .npz.")
    ],
    count: Annotated[
        int | None, typer.Option("-n", "--count", help="How many; by default 16 images or 1 sound.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same images.")] = 0,
    settings: Set = [],  # noqa: B006 - Typer copies it
    label: Annotated[
        list[str], typer.Option(help="A class by name or number; several take turns.")
    ] = [],  # noqa: B006
    seconds: Annotated[
        float | None,
        typer.Option(help="How long a sound is drawn for; by default as long as those learned."),
    ] = None,
    prime: Annotated[
        Path | None,
        typer.Option(metavar="F", help="A sound file that the model goes on from."),
    ] = None,
    scale: Annotated[int, typer.Option(min=1, max=64, help="Side of a symbol, in pixels.")] = 4,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Draw images or sounds, symbol by symbol or from codes; the recipe is in the file."""
    check_target(out, DRAWN)
    opened = run_named(run)
    sounds = opened.manifest.space.kind == "sequence"
    check_kind(out, sounds)
    if count is None:
        count = 1 if sounds else 16
    at_least_one(count, "sound" if sounds else "image")
    rows = label_rows(label, opened.manifest.space, count)
    asked = Sample(
        run=opened.folder,
        count=count,
        seed=seed,
        controls=assignments(settings),
        labels=None if rows is None else np.array(rows, np.int64),
        device=device,
    )
    request = _of_length(asked, opened, seconds, prime)
    drawing = draw(request, opened)
    drawing.write(out, scale)
    _tell(drawing, out, as_json)


def _of_length(
    asked: Sample, run: Run, seconds: float | None, prime: Path | None
) -> Sample | Complete:
    """The same sounds, so long and beginning so."""
    if seconds is None and prime is None:
        return asked
    space = sounds_only(run.manifest.space, "--seconds" if prime is None else "--prime")
    if prime is None:
        return replace(asked, length=length_of(seconds, space, 0))
    given = given_symbols(prime, space)
    length = length_of(seconds, space, len(given))
    sounds = np.zeros((asked.count, length, 1), np.uint8)
    sounds[:, : len(given), 0] = given
    known = np.zeros(sounds.shape, np.bool_)
    known[:, : len(given)] = True
    return Complete(
        run=asked.run,
        images=sounds,
        known=known,
        seed=asked.seed,
        controls=asked.controls,
        labels=asked.labels,
        device=asked.device,
        length=length,
    )


def _tell(drawing: Drawing | Decoded, out: Path, as_json: bool) -> None:
    if as_json:
        document: dict[str, Any] = drawing.document(out)
        say_json(document)
    else:
        say(f"{out}: {drawing.sentence()}")
