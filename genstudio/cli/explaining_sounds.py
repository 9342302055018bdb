"""`genstudio explain dilations` and `explain forcing`: what there is to understand of a sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from genstudio.cli.console import run_job, say, say_json, say_table
from genstudio.cli.drawing import check_target
from genstudio.cli.options import DeviceName, Json, RunName, Set, run_named
from genstudio.cli.progress import ShareProgress
from genstudio.cli.values import assignments, label_rows
from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.messages import (
    DilationTree,
    GrowTree,
    Picked,
    PickImage,
    TeacherForce,
    TeacherForced,
)
from genstudio.core.runs import Run
from genstudio.core.sound_file import WRITTEN, read_sound, sound_bytes
from genstudio.core.spaces import Sequence
from genstudio.data.companding import samples_of, symbols_of

__all__ = ["dilations", "forcing"]

Recording = Annotated[
    Path | None, typer.Option(help="A sound to ask about; without one, a recording of the data.")
]
Chance = Annotated[int, typer.Option(min=0, help="Which recording of the data, by chance.")]
Told = Annotated[
    str | None, typer.Option(help="The sound's classes by name or number, for a model told them.")
]


def dilations(
    *,
    run: RunName,
    sample: Annotated[int, typer.Option(min=0, help="Number of the sample, from 0.")],
    sound: Recording = None,
    chance: Chance = 0,
    label: Told = None,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """The tree of dilated convolutions behind one sample, with the gradient at every node."""
    opened = run_named(run)
    symbols, labels = _sound(opened, sound, chance, label)
    found = run_job(GrowTree(opened.folder, symbols, sample, labels, device))
    assert isinstance(found, DilationTree)  # noqa: S101 - for the type checker
    if as_json:
        say_json(found)
        return
    say(
        f"Sample {sample:,} is predicted from the {found.receptive_field:,} before it, "
        f"{found.milliseconds:.4g} ms; {found.nats:.3f} nats."
    )
    say_table(
        ("row", "dilation", "nodes", "gradient", "largest"),
        [
            (
                row.name,
                str(row.dilation) if row.dilation else "",
                f"{len(row.positions):,}",
                f"{float(np.linalg.norm(row.magnitudes)):.3g}",
                f"{float(row.magnitudes.max(initial=0)):.3g}",
            )
            for row in reversed(found.rows)
        ],
        right="dilation,nodes,gradient,largest",
    )


def forcing(
    *,
    run: RunName,
    sound: Recording = None,
    chance: Chance = 0,
    label: Told = None,
    given: Annotated[
        float, typer.Option(min=0, help="Seconds that the free-running way is told as well.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the uniforms of both ways.")] = 0,
    settings: Set = [],  # noqa: B006 - Typer copies it
    out: Annotated[
        Path | None,
        typer.Option(help="Write real, forced and free, one after the other, as .wav or .flac."),
    ] = None,
    device: DeviceName = "auto",
    as_json: Json = False,
) -> None:
    """Teacher-forced against free-running: each sample drawn given the real past, or one's own."""
    if out is not None:
        check_target(out, WRITTEN)
    opened = run_named(run)
    symbols, labels = _sound(opened, sound, chance, label)
    space = _sequence(opened)
    request = TeacherForce(
        run=opened.folder,
        sound=symbols,
        given=round(given * space.rate),
        seed=seed,
        controls=assignments(settings),
        labels=labels,
        device=device,
    )
    with ShareProgress() as progress:
        found = run_job(request, progress.take)
    assert isinstance(found, TeacherForced)  # noqa: S101 - for the type checker
    if out is not None:
        joined = np.concatenate([symbols, found.forced, found.free])
        heard = samples_of(joined, space.levels)
        comment = f"{opened.name}, seed {seed}: real, teacher-forced, free-running"
        write_atomically(out, sound_bytes(heard, space.rate, out.suffix.lower(), comment))
    means: dict[str, Any] = {
        "samples": len(symbols),
        "surprise_bits": float(found.surprise.mean()),
        "entropy_bits": float(found.entropy.mean()),
        "free_surprise_bits": float(found.free_surprise.mean()),
        "forced_equal": float((found.forced == symbols).mean()),
    }
    if as_json:
        say_json(means)
        return
    say(
        f"Given the real past, {len(symbols):,} samples cost {means['surprise_bits']:.3f} bits "
        f"each, where {means['entropy_bits']:.3f} were expected; {means['forced_equal']:.1%} of "
        "those drawn are the real ones. Running free, what is drawn costs "
        f"{means['free_surprise_bits']:.3f}."
    )


def _sequence(run: Run) -> Sequence:
    space = run.manifest.space
    if not isinstance(space, Sequence):
        raise UserError(f"This is for sounds, and “{run.manifest.title}” draws images.")
    return space


def _sound(
    run: Run, path: Path | None, chance: int, label: str | None
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    """Symbols (n,) that are asked about, and what a model that is told classes is told."""
    space = _sequence(run)
    if path is not None:
        symbols, labels = symbols_of(read_sound(path, space.rate), space.levels), None
    else:
        picked = run_job(PickImage(run.manifest.data, chance))
        assert isinstance(picked, Picked)  # noqa: S101 - for the type checker
        symbols, labels = picked.image[:, 0], picked.labels
    if label is not None:
        [row] = label_rows([label], space, 1) or [[]]
        labels = np.array(row, np.int64)
    return symbols, labels if run.manifest.config.get("conditional") else None
