"""`genstudio compare`: runs that learned from the same data, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from genstudio.cli.console import run_job, say, say_json, say_table
from genstudio.cli.options import DeviceName, Json, at_least_one, run_named
from genstudio.core.comparison import Facts, check_same_data, csv_of, facts_of
from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.messages import Compare, Compared
from genstudio.core.pictures import png, sheet
from genstudio.data.waveforms import picture_grid, pictures_of

__all__ = ["compare"]


def compare(
    *,
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN...", help="Runs that learned from the same data.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write the table (.csv) or the samples, a row a run (.png).")
    ] = None,
    image: Annotated[int, typer.Option(min=0, help="Which validation image is scored.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the uniforms that all draw from.")] = 0,
    count: Annotated[int, typer.Option("-n", "--count", help="Samples of each run.")] = 8,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Compare runs: figures, samples from the same uniforms, the same image's likelihood."""
    at_least_one(count, "sample")
    if out is not None and out.suffix.lower() not in (".csv", ".png"):
        raise UserError(f"A comparison cannot be written as “{out.name}”.", "Use .csv or .png.")
    opened = [run_named(name) for name in runs]
    check_same_data(opened)
    found: list[Compared] = [
        run_job(Compare(run.folder, image, seed, count, device)) for run in opened
    ]
    rows = [facts_of(run, each) for run, each in zip(opened, found, strict=True)]
    if out is not None and out.suffix.lower() == ".csv":
        write_atomically(out, csv_of(rows).encode())
    elif out is not None:
        space = opened[0].manifest.space
        pictures = pictures_of(space, np.concatenate([each.samples for each in found]))
        levels = picture_grid(space).levels
        write_atomically(out, png(sheet(pictures, levels, columns=count, scale=4)))
    if as_json:
        say_json(rows)
    else:
        _say(rows)
        if out is not None:
            say(f"{out} is written.")


def _say(rows: list[Facts]) -> None:
    say_table(
        (
            "run",
            "parameters",
            "bits/dim",
            "nats",
            "error",
            "this image",
            "best epoch",
            "time an image",
        ),
        [
            (
                row.title,
                f"{row.parameters:,}",
                _marked(row.valid_bits_per_dim, row.mark, 4),
                _marked(row.valid_nats, row.mark, 2),
                "" if row.valid_error is None else f"{row.error_name} {row.valid_error:.4g}",
                _marked(row.image_nats, row.mark, 2),
                "" if row.best_epoch is None else f"{row.best_epoch:.1f}",
                "" if row.seconds_per_image is None else f"{row.seconds_per_image * 1000:.1f} ms",
            )
            for row in rows
        ],
    )


def _marked(value: float | None, mark: str, digits: int) -> str:
    return "" if value is None else f"{mark} {value:.{digits}f}"
