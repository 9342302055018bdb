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

__all__ = [
    "Colour",
    "DeviceName",
    "Folder",
    "Json",
    "Levels",
    "RunName",
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
Colour = Annotated[bool, typer.Option("--colour", help="Three channels instead of one.")]
Folder = Annotated[
    str | None, typer.Option("--folder", help="Your own pictures, for the dataset “folder”.")
]


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
) -> DataSpec:
    """The data asked for; naming a folder of pictures says enough.

    Raises:
        UserError: a value is out of range, or a folder that another dataset does not read.
    """
    asked = name or ("folder" if folder is not None else DataSpec().name)
    # A run remembers the folder, and may be gone on with from anywhere.
    place = None if folder is None else str(Path(folder).expanduser().resolve())
    return DataSpec.checked(
        {
            "name": asked,
            "levels": levels,
            "size": size,
            "rate": rate,
            "colour": colour,
            "folder": place,
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
