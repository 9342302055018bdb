"""`genstudio data`: what there is to learn from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from genstudio.cli.console import plain, run_job, say, say_facts, say_json, say_table
from genstudio.cli.options import Colour, Folder, Json, Levels, Rate, Seconds, Size, data_spec
from genstudio.cli.progress import ShareProgress
from genstudio.core.errors import UserError
from genstudio.core.messages import DataView, FetchData, InspectData
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.base import DataCard

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Datasets: list them, get one, look at one.")

_Name = Annotated[str, typer.Argument(metavar="NAME", help="`genstudio data list` shows them.")]


@app.command("list")
def list_data(as_json: Json = False) -> None:
    """List the datasets, and which of them are here."""
    rows = [(card, _place(card)) for card in catalog.cards()]
    if as_json:
        say_json([{**plain(card), "here": place in ("here", "built in")} for card, place in rows])
        return
    say_table(
        ("name", "here", "form", "train", "valid", "test", "what it shows"),
        [
            (
                card.name,
                place,
                str(card.native),
                *(_count(card, split) for split in ("train", "valid", "test")),
                card.summary,
            )
            for card, place in rows
        ],
        right="train,valid,test",
    )


@app.command("get")
def get(name: _Name, folder: Folder = None, as_json: Json = False) -> None:
    """Download a dataset; what is here already is verified and kept."""
    spec = data_spec(name, None, None, False, folder)
    with ShareProgress() as progress:
        run_job(FetchData(spec), progress.take)
    missing = catalog.open_data(spec).missing()
    if as_json:
        say_json({"name": name, "here": not missing, "missing": missing})
    else:
        say("\n".join(missing) if missing else f"“{name}” is here.")


@app.command("show")
def show(
    *,
    name: _Name,
    levels: Levels = None,
    size: Size = None,
    colour: Colour = False,
    folder: Folder = None,
    rate: Rate = None,
    seconds: Seconds = None,
    as_json: Json = False,
) -> None:
    """Show a dataset: where it comes from, its sizes, its classes and its pixels."""
    spec = data_spec(name, levels, size, colour, folder, rate, seconds)
    with ShareProgress() as progress:
        view: DataView = run_job(InspectData(spec), progress.take)
    card = next(card for card in catalog.cards() if card.name == name)
    document = _document(card, spec, view)
    if as_json:
        say_json(document)
        return
    classes = document.pop("classes")
    pixels = document.pop("symbol_counts")
    things = "sounds" if view.space.kind == "sequence" else "images"
    document |= {
        f"{split} {things}": f"{count:,}" for split, count in document.pop("sizes").items()
    }
    document["missing"] = " ".join(document["missing"]) or "nothing"
    document["notes"] = " ".join(document["notes"]) or "none"
    what = "sample" if view.space.kind == "sequence" else "pixel"
    document[f"values of a {what}"] = ", ".join(str(count) for count in pixels)
    for label, counts in classes.items():
        document[label] = ", ".join(f"{word}: {count:,}" for word, count in counts.items())
    say_facts([(key.replace("_", " "), str(text)) for key, text in document.items()])


def _document(card: DataCard, spec: DataSpec, view: DataView) -> dict[str, Any]:
    return {
        "name": card.name,
        "title": card.title,
        "summary": card.summary,
        "source": card.source,
        "licence": card.licence,
        "citation": card.citation,
        "form": str(view.space),
        "content_hash": view.content_hash,
        "sizes": view.sizes,
        "missing": list(view.missing),
        "notes": list(view.notes),
        "classes": {
            label.name: dict(zip(label.classes, counts.tolist(), strict=True))
            for label, counts in zip(view.space.labels, view.class_counts, strict=True)
        },
        "symbol_counts": view.symbol_counts.tolist(),
    }


def _place(card: DataCard) -> str:
    if card.embedded:
        return "built in"
    try:
        data = catalog.open_data(DataSpec(name=card.name))
    except UserError:
        return "your own"  # it needs a folder to be named
    missing = data.missing()
    if not missing:
        return "here"
    return "in part" if data.sizes() else "to get"


def _count(card: DataCard, split: str) -> str:
    return f"{card.splits[split]:,}" if split in card.splits else ""
