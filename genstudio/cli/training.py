"""`genstudio train`: train a family on data, or go on with a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from genstudio.cli.console import run_job, say, say_json
from genstudio.cli.options import (
    Colour,
    DeviceName,
    Folder,
    Json,
    Levels,
    Rate,
    Seconds,
    Set,
    Size,
    data_spec,
    run_named,
)
from genstudio.cli.progress import TrainingProgress
from genstudio.cli.values import assignments
from genstudio.core.capabilities import ModelCard
from genstudio.core.errors import UserError
from genstudio.core.messages import Describe, Description, Train
from genstudio.core.runs import Run
from genstudio.core.training import SCHEDULE, DataSpec, Training

__all__ = ["summary", "train"]


def train(
    *,
    family: Annotated[
        str | None, typer.Argument(metavar="FAMILY", help="`genstudio families` lists them.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="The dataset; digits unless said otherwise.")
    ] = None,
    settings: Set = [],  # noqa: B006 - Typer copies it
    epochs: Annotated[float | None, typer.Option(help="Length in passes over the data.")] = None,
    steps: Annotated[int | None, typer.Option(help="Length in batches.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Length in minutes.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="A named choice of settings, such as “quick look”.")
    ] = None,
    levels: Levels = None,
    size: Size = None,
    colour: Colour = False,
    folder: Folder = None,
    rate: Rate = None,
    seconds: Seconds = None,
    device: DeviceName = "auto",
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same run.")] = None,
    out: Annotated[Path | None, typer.Option(help="The run's folder, which must be new.")] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Go on with an interrupted run.")
    ] = None,
    start_from: Annotated[
        str | None, typer.Option(metavar="RUN", help="Begin with the weights of this run.")
    ] = None,
    title: Annotated[str, typer.Option(help="What to call the run.")] = "",
    as_json: Json = False,
) -> None:
    """Train a model. Ctrl+C stops and keeps what there is; twice cancels."""
    lengths = {"epochs": epochs, "steps": steps, "minutes": minutes}
    given = {unit: length for unit, length in lengths.items() if length is not None}
    if len(given) > 1:
        raise UserError(f"A training has one length, but --{' and --'.join(given)} were given.")
    if resume is not None:
        form = [levels, size, folder, rate, seconds]
        changed = [family, data, *given, preset, *form, seed, out, start_from]
        if settings or colour or title or any(value is not None for value in changed):
            raise UserError(
                "A resumed run keeps its family, data and settings.",
                "Give --resume and --device alone, or begin a new run with --start-from.",
            )
        request = Train(resume=_resumable(run_named(resume)).folder, device=device)
    else:
        parent = run_named(start_from) if start_from is not None else None
        request = Train(
            family=_family(family, parent),
            data=_data(parent, data, levels, size, colour, folder, rate, seconds),
            device=device,
            out=out,
            start_from=parent.folder if parent is not None else None,
            title=title,
        )
        request = _with_settings(request, preset, assignments(settings), given, seed)
    with TrainingProgress() as progress:
        finished = Run.open(run_job(request, progress.take, stoppable=True))
    if as_json:
        say_json(summary(finished))
    else:
        say(_sentence(finished))


def summary(run: Run) -> dict[str, Any]:
    """A run in a few plain words, for machines."""
    manifest, result = run.manifest, run.manifest.result
    return {
        "name": run.name,
        "folder": run.folder,
        "title": manifest.title,
        "family": manifest.family,
        "data": manifest.data.name,
        "space": str(manifest.space),
        "parameters": manifest.parameters,
        "parameter_formula": manifest.parameter_formula,
        "created": manifest.created,
        "device": manifest.device,
        "resumable": run.resumable,
        "result": result,
    }


def _resumable(run: Run) -> Run:
    """A run that has not reached its length; without a checkpoint it begins anew."""
    if run.manifest.result is not None and run.manifest.result.state == "finished":
        raise UserError(
            f"“{run.name}” is finished, so there is nothing to resume.",
            "Begin a new run from its weights with --start-from.",
        )
    return run


def _family(family: str | None, parent: Run | None) -> str:
    if family is not None:
        return family
    if parent is None:
        raise UserError("Which family to train is missing.", "`genstudio families` lists them.")
    return parent.manifest.family


def _data(
    parent: Run | None,
    name: str | None,
    levels: int | None,
    size: int | None,
    colour: bool,
    folder: str | None,
    rate: int | None,
    seconds: float | None,
) -> DataSpec:
    said = (name, levels, size, folder, rate, seconds)
    silent = all(value is None for value in said) and not colour
    if parent is not None and silent:
        return parent.manifest.data
    return data_spec(name, levels, size, colour, folder, rate, seconds)


def _with_settings(
    request: Train,
    preset: str | None,
    values: dict[str, Any],
    length: dict[str, float],
    seed: int | None,
) -> Train:
    """Preset, then --set, then the options that have a name of their own."""
    card = _card(request.family)
    config: dict[str, Any] = {}
    training: dict[str, Any] = {}
    if preset is not None:
        chosen = [each for each in card.presets if each.name == preset]
        if not chosen:
            raise UserError(
                f"{card.title} has no preset called “{preset}”.",
                f"Known: {', '.join(each.name for each in card.presets) or 'none'}.",
            )
        config |= chosen[0].config
        training |= chosen[0].training
    own = card.config_schema.get("properties", {})
    for key, value in values.items():
        if key in own:
            config[key] = value
        elif key in Training.model_fields:
            training[key] = value
        else:
            raise UserError(
                f"There is no setting called “{key}”.",
                f"Of the model: {', '.join(own)}. Of the training: "
                f"{', '.join(Training.model_fields)}.",
            )
    if config and request.start_from is not None:
        raise UserError(
            f"“{next(iter(config))}” is settled by the weights that the run begins with.",
            "Leave it away, or train without --start-from.",
        )
    idle = [*length, *(key for key in training if key in SCHEDULE)]
    if card.counts and idle:
        raise UserError(
            f"{card.title} is fitted in one pass over every image: “{idle[0]}” has no meaning.",
            "Leave it away.",
        )
    for unit, amount in length.items():
        training |= {"unit": unit, "length": amount}
    if seed is not None:
        training["seed"] = seed
    checked = {"family": card.name, "config": config, "training": Training.checked(training)}
    return Train(**{**vars(request), **checked})


def _card(family: str) -> ModelCard:
    """Of a family by its name or its title; capitals do not matter."""
    described: Description = run_job(Describe())
    for card in described.cards:
        if family.casefold() in (card.name, card.title.casefold()):
            return card
    known = ", ".join(card.name for card in described.cards)
    raise UserError(f"There is no model family called “{family}”.", f"Known: {known}.")


def _sentence(run: Run) -> str:
    result = run.manifest.result
    if result is None:
        return f"{run.folder}"
    score = ""
    if result.words():
        nats = "" if result.valid_nats is None else f" ({result.valid_nats:.2f} nats)"
        score = f", validation {result.words()}{nats} at step {result.best_step}"
    state = result.state.capitalize()
    return f"{state} after {result.steps} steps in {result.seconds:.1f} s{score}.\n{run.folder}"
