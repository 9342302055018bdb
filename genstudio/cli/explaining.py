"""`genstudio explain`: what a model looks at, whether it looks ahead, and how fast it draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from genstudio.cli.console import run_job, say, say_json, say_table
from genstudio.cli.options import DeviceName, Json, RunName, run_named
from genstudio.cli.values import label_rows
from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.messages import (
    Causality,
    Cheat,
    Cheated,
    LookBack,
    LookedBack,
    Moved,
    Picked,
    PickImage,
    Probe,
    Probed,
    Race,
    Raced,
    ReadImage,
)
from genstudio.core.pictures import png
from genstudio.core.runs import Run

__all__ = ["app"]

app = typer.Typer(help="Explain: what a model looks at, whether it looks ahead, how fast it draws.")

Picture = Annotated[
    Path | None, typer.Option(help="A picture to ask about; without one, an image of the data.")
]
Chance = Annotated[int, typer.Option(min=0, help="Which image of the data, by chance.")]

Row = Annotated[int, typer.Option(min=0, help="Of the pixel that is asked about, from 0.")]
Column = Annotated[int, typer.Option(min=0, help="Likewise.")]
Channel = Annotated[int, typer.Option(min=0, help="0, or 0 to 2 for red, green, blue.")]

_ZOOM = 8  # pixels of the written field per symbol
_LIKELIEST = 16  # symbols in a table for people


@app.command("field")
def field(
    *,
    run: RunName,
    row: Row,
    column: Column,
    channel: Channel = 0,
    image: Picture = None,
    seed: Chance = 0,
    out: Annotated[
        Path | None, typer.Option(help="Write what is used, brighter for more, as .png.")
    ] = None,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """What one conditional looks at: the permitted field, and the used one layer by layer."""
    if out is not None and out.suffix.lower() != ".png":
        raise UserError(f"A field cannot be written as “{out.name}”.", "Use .png.")
    opened = run_named(run)
    place = _place(opened, row, column, channel)
    symbols, labels = _image(opened, image, seed)
    request = LookBack(opened.folder, symbols, place, _told(opened, labels), device)
    found = run_job(request)
    assert isinstance(found, LookedBack)  # noqa: S101 - for the type checker
    used = found.layers[-1][1]
    if out is not None:
        brightest = float(used.max()) or 1.0
        page = np.round(used.mean(axis=2, keepdims=True) / brightest * 255).astype(np.uint8)
        write_atomically(out, png(page.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)))
    document: dict[str, Any] = {
        "permitted": int(found.permitted.sum()),
        "past": place,
        "used": {name: int((weight > 0).sum()) for name, weight in found.layers},
    }
    if as_json:
        say_json(document)
        return
    say(f"Of {place:,} symbols before it, the structure permits {document['permitted']:,}.")
    for name, count in document["used"].items():
        say(f"  {name}: {count:,} used")


@app.command("probe")
def probe(
    *,
    run: RunName,
    row: Row,
    column: Column,
    channel: Channel = 0,
    image: Picture = None,
    seed: Chance = 0,
    label: Annotated[
        str | None, typer.Option(help="The image's class by name or number, for a model told it.")
    ] = None,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """What one symbol would be: given all others, and given only those before it."""
    opened = run_named(run)
    space = opened.manifest.space
    place = _place(opened, row, column, channel)
    symbols, labels = _image(opened, image, seed)
    told = _told(opened, labels)
    if label is not None:
        [row_of_classes] = label_rows([label], space, 1) or [[]]
        told = np.array(row_of_classes, np.int64)
    found = run_job(Probe(opened.folder, symbols, place, told, device))
    assert isinstance(found, Probed)  # noqa: S101 - for the type checker
    symbol = int(symbols.reshape(-1)[place])
    if as_json:
        say_json(
            {
                "place": place,
                "symbol": symbol,
                "given_all": found.given_all,
                "given_past": found.given_past,
            }
        )
        return
    likeliest = np.argsort(-np.nan_to_num(found.given_all), kind="stable")[:_LIKELIEST]
    say_table(
        ("symbol", "p(xᵢ | all others)", "p(xᵢ | past)", ""),
        [
            (
                str(value),
                f"{found.given_all[value]:.4f}",
                f"{found.given_past[value]:.4f}",
                "is there" if value == symbol else "",
            )
            for value in sorted(int(each) for each in likeliest)
        ],
        right="symbol,p(xᵢ | all others),p(xᵢ | past)",
    )


@app.command("causality")
def causality(
    *,
    run: RunName,
    broken: Annotated[
        bool, typer.Option("--broken", help="Of a copy whose mask lets every symbol see itself.")
    ] = False,
    image: Picture = None,
    seed: Chance = 0,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Change every symbol of an image in turn: no conditional at it or before may move."""
    opened = run_named(run)
    symbols, labels = _image(opened, image, seed)
    parts: list[Moved] = []
    run_job(Causality(opened.folder, symbols, broken, _told(opened, labels), device), parts.append)
    found = Moved.joined(parts)
    caught = sum(nats > 0 for nats in found.earlier)
    if as_json:
        say_json({"symbols": len(found.steps), "caught": caught, "largest": max(found.earlier)})
    else:
        say(
            f"{len(found.steps):,} symbols were changed, one at a time; {caught:,} of them moved a "
            f"conditional at or before their place (largest change {max(found.earlier):.3g} nats)."
        )


@app.command("cheat")
def cheat(*, run: RunName, device: DeviceName = "auto", as_json: Json = False) -> None:
    """Break the mask and go on training: what a likelihood is worth that has seen the answer."""
    opened = run_named(run)
    parts: list[Cheated] = []
    run_job(Cheat(opened.folder, device), parts.append)
    found = Cheated.joined(parts)
    if as_json:
        say_json(found)
    else:
        say(
            f"Honest: {found.honest[-1]:.3f} bits/dim. After {found.total} steps of seeing the "
            f"answer: {found.cheating[-1]:.3f} bits/dim, of a model that cannot draw."
        )


@app.command("race")
def race(
    *,
    run: RunName,
    seed: Annotated[int, typer.Option(min=0, help="Of the picture that both draw.")] = 0,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Draw one picture in the fastest way and in the naive one, each alone and timed."""
    opened = run_named(run)
    parts: list[Raced] = []

    def take(payload: Any) -> None:
        if isinstance(payload, Raced):
            parts.append(payload)

    run_job(Race(opened.folder, seed, device=device), take)
    laps = Raced.joined(parts).laps
    fast = [lap for lap in laps if not lap.naive]
    naive = [lap for lap in laps if lap.naive]
    same = bool(
        np.array_equal(
            np.concatenate([lap.symbols for lap in fast]),
            np.concatenate([lap.symbols for lap in naive]),
        )
    )
    times = naive[-1].seconds / fast[-1].seconds
    if as_json:
        say_json(
            {
                "way": fast[-1].way,
                "seconds": fast[-1].seconds,
                "naive_seconds": naive[-1].seconds,
                "times": times,
                "same_picture": same,
            }
        )
    else:
        kind = "sound" if opened.manifest.space.kind == "sequence" else "picture"
        say(
            f"{fast[-1].way}: {fast[-1].seconds * 1000:.3g} ms; naive: {naive[-1].seconds:.3g} s. "
            f"{'The same' if same else 'Another'} {kind}, {times:,.0f} times sooner."
        )


def _place(run: Run, row: int, column: int, channel: int) -> int:
    """The flat index of a symbol that there is."""
    height, width, channels = run.manifest.grid.shape
    if row >= height or column >= width or channel >= channels:
        raise UserError(
            f"There is no place {row}, {column}, {channel} in images of {run.manifest.space}."
        )
    return (row * width + column) * channels + channel


def _image(run: Run, path: Path | None, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The picture that is asked about, and its classes (none for a file)."""
    if path is not None:
        symbols = run_job(ReadImage(path, run.manifest.grid))
        return np.asarray(symbols, np.uint8), np.zeros(0, np.int64)
    picked = run_job(PickImage(run.manifest.data, seed))
    assert isinstance(picked, Picked)  # noqa: S101 - for the type checker
    return picked.image, picked.labels


def _told(run: Run, labels: NDArray[np.int64]) -> NDArray[np.int64] | None:
    return labels if run.manifest.config.get("conditional") and labels.size else None
