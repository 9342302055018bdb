"""`genstudio tour`: drive the real window through every panel, one picture each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from genstudio.cli.console import progress_console, say, say_json
from genstudio.cli.options import Json
from genstudio.ui.shell.libraries import qt_loading

__all__ = ["tour"]


def tour(
    *,
    out: Annotated[Path, typer.Option(help="The folder for the pictures.")],
    offscreen: Annotated[
        bool, typer.Option("--offscreen", help="Without a display: the window is drawn in memory.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Drive the real window through every panel and write one picture of each."""
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with qt_loading():
        # Qt reads the variable as it starts.
        from genstudio.ui.shell.tour import run_tour  # noqa: PLC0415 - see above

    console = progress_console()

    def told(picture: Path) -> None:
        console.print(picture.name, markup=False, soft_wrap=True)

    pictures = run_tour(out, on_picture=told)
    if as_json:
        say_json({"folder": out, "pictures": pictures})
    else:
        say(f"{len(pictures)} pictures are in {out}.")
