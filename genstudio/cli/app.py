"""The commands together, and what becomes of a mistake."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from genstudio.cli import (
    benchmarks,
    chain,
    comparing,
    completing,
    datasets,
    evaluating,
    explaining,
    explaining_sounds,
    families,
    hearing,
    latent,
    library,
    sampling,
    touring,
    training,
)
from genstudio.cli.console import Interrupted, say
from genstudio.core.errors import UserError
from genstudio.engine.client import JobError

__all__ = ["app", "main"]

# Typer has carried its own copy of click since 0.20; both have this base for a wrong option.
_UsageError: Any = typer.BadParameter.__bases__[0]

app = typer.Typer(
    name="genstudio",
    help="Train the classic generative models, watch them draw, take them apart.",
    epilog="Without a command, `genstudio` opens the window.",
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


def _show_version(asked: bool) -> None:
    if asked:
        from genstudio import __version__  # noqa: PLC0415 - reads the installed package's metadata

        say(f"genstudio {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    pass


app.command("train")(training.train)
app.command("sample")(sampling.sample)
app.command("complete")(completing.complete)
app.command("evaluate")(evaluating.evaluate)
app.command("compare")(comparing.compare)
app.command("chain-rule")(chain.chain_rule)
app.add_typer(explaining.app, name="explain")
explaining.app.command("dilations")(explaining_sounds.dilations)
explaining.app.command("forcing")(explaining_sounds.forcing)
app.add_typer(latent.app, name="latent")
for _short in (latent.encode, latent.decode, latent.traverse, latent.interpolate):
    app.command(_short.__name__, hidden=True)(_short)  # as `genstudio latent` lists them
app.command("families")(families.families)
app.add_typer(datasets.app, name="data")
app.add_typer(library.app, name="runs")
app.command("recognise")(hearing.recognise)
app.command("pitch")(hearing.pitch)
app.command("requantise")(hearing.requantise)
app.command("train-recogniser")(hearing.train_recogniser)
app.command("bench")(benchmarks.bench)
app.command("tour")(touring.tour)


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: the words after `genstudio`.

    Returns:
        0; 1 for a bug, whose traceback is shown; 2 for a person's mistake, said in one
        sentence; 130 when interrupted.
    """
    try:
        result = typer.main.get_command(app).main(
            args=list(arguments), prog_name="genstudio", standalone_mode=False
        )
        sys.stdout.flush()
    except JobError as error:
        return _told(f"{error}\n{error.details}".strip(), 1 if error.details else 2)
    except UserError as error:
        return _told(str(error), 2)
    except _UsageError as error:
        return _told(_usage(error), 2)
    except (Interrupted, KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has what it wanted. Python would complain once more as it
        # flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return result if isinstance(result, int) else 0


def _told(message: str, code: int) -> int:
    sys.stderr.write(f"{message}\n")
    return code


def _usage(error: Any) -> str:
    """Click's own words for a wrong option, and where to read on."""
    context = error.ctx
    message = error.format_message()
    if not message or "\n" in message:  # the help itself, where a command was missing
        return str(message) or "A command is missing; `genstudio --help` lists them."
    path = context.command_path if context is not None else "genstudio"
    stop = "" if message.rstrip(".").endswith("?") else "."
    return f"{message.rstrip('.')}{stop} See `{path} --help`."
