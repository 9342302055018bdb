"""`genstudio tour`: drive the real window through every panel, one picture each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["tour"]


def tour(
    out: Annotated[Path, typer.Option(help="The folder for the pictures.")],
    offscreen: Annotated[
        bool, typer.Option("--offscreen", help="Without a display: the window is drawn in memory.")
    ] = False,
) -> None:
    """Drive the real window through every panel and write one picture of each."""
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from genstudio.ui.tour import run_tour  # noqa: PLC0415 - Qt reads the variable as it loads

    raise typer.Exit(run_tour(out, offscreen))
