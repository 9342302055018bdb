"""`genstudio runs`: the library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genstudio.cli.console import plain, progress_console, say, say_facts, say_json, say_table
from genstudio.cli.options import Json, RunName, run_named
from genstudio.cli.training import summary
from genstudio.core.errors import UserError
from genstudio.core.library import (
    delete_run,
    export_run,
    import_run,
    list_runs,
    shipped_folder,
)
from genstudio.core.paths import runs_folder
from genstudio.core.runs import Run

__all__ = ["app"]

app = typer.Typer(help="Runs: list, show, rename, duplicate, delete, export, import.")


@app.callback(invoke_without_command=True)
def runs(context: typer.Context, as_json: Json = False) -> None:
    """The library: one's own runs and those that come with GenStudio."""
    if context.invoked_subcommand is None:
        list_all(as_json)


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """List the runs, newest first; those that come with GenStudio last."""
    own, broken = list_runs(runs_folder())
    shipped, broken_too = list_runs(shipped_folder())
    console = progress_console()
    for error in [*broken, *broken_too]:
        console.print(str(error), markup=False, soft_wrap=True)
    if as_json:
        say_json(
            [{**summary(run), "shipped": False} for run in own]
            + [{**summary(run), "shipped": True} for run in shipped]
        )
    elif not own and not shipped:
        say("There are no runs yet; `genstudio train pixelcnn --data digits` makes one.")
    else:
        say_table(
            ("run", "family", "data", "bits/dim", "error", "state", "title"),
            [_row(run) for run in [*own, *shipped]],
            right="bits/dim,error",
        )


@app.command("show")
def show(run: RunName, as_json: Json = False) -> None:
    """Show all that a run's manifest says, and the last points of its curves."""
    opened = run_named(run)
    metrics = opened.metrics()
    if as_json:
        say_json({**summary(opened), "manifest": opened.manifest, "metrics": metrics})
        return
    manifest = plain(opened.manifest)
    result, training = manifest.pop("result") or {}, manifest.pop("training")
    data, config = manifest.pop("data"), manifest.pop("config")
    manifest.pop("format_version")
    manifest["space"] = str(opened.manifest.space)
    manifest["versions"] = ", ".join(f"{k} {v}" for k, v in manifest["versions"].items())
    rows = [("folder", str(opened.folder)), *manifest.items()]
    groups = (("data", data), ("model", config), ("training", training), ("result", result))
    for name, group in groups:
        rows += [(f"{name} · {key}", value) for key, value in group.items()]
    say_facts([(key, str(value)) for key, value in rows if value not in (None, "")])


@app.command("rename")
def rename(run: RunName, title: str, as_json: Json = False) -> None:
    """Give a run another title; its folder stays."""
    opened = _own(run)
    opened.rename(title)
    _tell(opened, f"{opened.name} is called “{opened.manifest.title}” now.", as_json)


@app.command("duplicate")
def duplicate(run: RunName, as_json: Json = False) -> None:
    """Copy a run beside itself; of one that comes with GenStudio the copy is your own."""
    opened = run_named(run)
    copy = opened.duplicate(runs_folder() if _is_shipped(opened) else None)
    _tell(copy, f"{copy.folder}", as_json)


@app.command("delete")
def delete(run: RunName, as_json: Json = False) -> None:
    """Move a run to the desktop's trash."""
    opened = _own(run)
    delete_run(opened)
    _tell(opened, f"{opened.name} is in the trash.", as_json)


@app.command("export")
def export(
    run: RunName,
    out: Annotated[Path, typer.Option(help="The file to write; .zip is usual.")],
    as_json: Json = False,
) -> None:
    """Write a run to one file."""
    opened = run_named(run)
    if not out.parent.is_dir():
        raise UserError(f"There is no folder {out.parent}.", "Make it first.")
    export_run(opened, out)
    if as_json:
        say_json({**summary(opened), "file": out})
    else:
        say(f"{out}")


@app.command("import")
def import_one(
    file: Annotated[Path, typer.Argument(help="What `genstudio runs export` wrote.")],
    as_json: Json = False,
) -> None:
    """Read a run from one file into the library."""
    imported = import_run(file, runs_folder())
    _tell(imported, f"{imported.folder}", as_json)


def _own(name: str) -> Run:
    """A run that may be changed.

    Raises:
        UserError: there is none, or it came with GenStudio.
    """
    run = run_named(name)
    if _is_shipped(run):
        raise UserError(
            f"“{run.name}” came with GenStudio and stays as it is.",
            f"`genstudio runs duplicate {run.name}` makes a copy of your own.",
        )
    return run


def _is_shipped(run: Run) -> bool:
    return run.folder.resolve().is_relative_to(shipped_folder().resolve())


def _tell(run: Run, sentence: str, as_json: bool) -> None:
    if as_json:
        say_json(summary(run))
    else:
        say(sentence)


def _row(run: Run) -> tuple[str, ...]:
    manifest, result = run.manifest, run.manifest.result
    score = error = ""
    if result is not None and result.valid_bits_per_dim is not None:
        score = f"{result.measure.mark} {result.valid_bits_per_dim:.4f}"
    elif result is not None and result.valid_error is not None:
        error = f"{result.error_name.removesuffix(' error')} {result.valid_error:.4g}"
    state = result.state if result is not None else "unfinished"
    return (run.name, manifest.family, manifest.data.name, score, error, state, manifest.title)
