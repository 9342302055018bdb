"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genstudio.core.errors import UserError
from genstudio.core.library import find_run
from genstudio.core.paths import runs_folder
from genstudio.core.runs import Run
from genstudio.core.training import DataSpec
from genstudio.data.own_files import dataset_for

__all__ = [
    "Colour",
    "DeviceName",
    "Folder",
    "Json",
    "Levels",
    "RunName",
    "Seconds",
    "Set",
    "Size",
    "at_least_one",
    "data_spec",
    "run_named",
]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's folder, or its name in the library.")
]
DeviceName = Annotated[
    str, typer.Option("--device", help="auto, cpu, cuda:0, mps: where to compute.")
]
Set = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="A setting; may be repeated.")
]
Levels = Annotated[
    int | None, typer.Option("--levels", metavar="K", help="Grey levels each pixel keeps.")
]
Size = Annotated[
    int | None, typer.Option("--size", metavar="N", help="Reduce the images to N×N pixels.")
]
Rate = Annotated[
    int | None, typer.Option("--rate", metavar="HZ", help="Samples of sound in a second.")
]
Seconds = Annotated[
    float | None,
    typer.Option("--seconds", metavar="S", help="Cut your own sounds into pieces of that length."),
]
Colour = Annotated[bool, typer.Option("--colour", help="Three channels instead of one.")]
Folder = Annotated[str | None, typer.Option("--folder", help="Your own pictures or sounds.")]


def run_named(name: str) -> Run:
    """A run by folder or name.

    Raises:
        UserError: there is none, or it does not open.
    """
    return find_run(name, runs_folder())


def data_spec(
    name: str | None,
    levels: int | None,
    size: int | None,
    colour: bool,
    folder: str | None,
    rate: int | None = None,
    seconds: float | None = None,
) -> DataSpec:
    """The data asked for; naming a folder of pictures, or of sounds, says enough.

    Raises:
        UserError: a value is out of range, or a folder that another dataset does not read.
    """
    # A run remembers the folder, and may be gone on with from anywhere.
    place = None if folder is None else Path(folder).expanduser().resolve()
    asked = name or (DataSpec().name if place is None else dataset_for(place))
    return DataSpec.checked(
        {
            "name": asked,
            "levels": levels,
            "size": size,
            "rate": rate,
            "seconds": seconds,
            "colour": colour,
            "folder": None if place is None else str(place),
        }
    )


def at_least_one(count: int, what: str) -> int:
    """A count that makes sense.

    Raises:
        UserError: it is smaller than one.
    """
    if count < 1:
        raise UserError(f"At least one {what} has to be asked for, not {count}.")
    return count
