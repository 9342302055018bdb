"""`genstudio play`: let a sound file be heard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live
from rich.text import Text

from genstudio.audio.speaker import Speaker
from genstudio.cli.console import progress_console, say_json
from genstudio.cli.options import Json
from genstudio.core.errors import UserError
from genstudio.core.sound_file import read_as_it_is

__all__ = ["play"]

_STEP = 0.1  # seconds between two looks


def play(
    *,
    file: Annotated[Path, typer.Argument(metavar="F", help="A WAV, FLAC, OGG or MP3 file.")],
    device: Annotated[
        str | None, typer.Option("--device", help="The sound output, by its name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play a sound file; Ctrl+C ends it."""
    rate, samples = read_as_it_is(file)
    with Speaker() as speaker:
        speaker.use(device)
        speaker.load(rate, samples)
        speaker.play()
        console = progress_console()
        seconds = len(samples) / rate
        with Live(console=console, transient=True, auto_refresh=False) as live:
            while (status := speaker.wait_for("finished", "failed", seconds=_STEP)).state not in (
                "finished",
                "failed",
            ):
                if console.is_terminal:
                    done = status.position / rate
                    live.update(Text(f"{file.name}  {done:.1f} of {seconds:.1f} s"), refresh=True)
    if status.state == "failed":
        raise UserError(status.problem)
    if as_json:
        say_json(
            {
                "file": file,
                "seconds": seconds,
                "rate": rate,
                "underflows": status.underflows,
                "delay": status.delay,
            }
        )
