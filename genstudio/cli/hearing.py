"""`genstudio recognise`, `train-recogniser`, `pitch` and `requantise`: what is heard in sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from genstudio.cli.console import run_job, say, say_json, say_table
from genstudio.cli.drawing import check_target
from genstudio.cli.options import Json
from genstudio.cli.progress import ShareProgress
from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.messages import (
    MeasurePitch,
    Pitched,
    Recognise,
    Recognised,
    TrainedRecogniser,
    TrainRecogniser,
)
from genstudio.core.sound_file import WRITTEN, read_sound, sound_bytes
from genstudio.data.companding import Law, noise_ratio, requantised

__all__ = ["pitch", "recognise", "requantise", "train_recogniser"]

_RATE = 8000

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sounds.")]


def recognise(
    *,
    files: Files,
    weights: Annotated[
        Path | None, typer.Option(help="Of another recogniser, from `train-recogniser`.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Which digit is spoken in each file, by a network that has heard real recordings alone."""
    sounds = tuple(read_sound(path, _RATE) for path in files)
    found = run_job(Recognise(sounds, _RATE, weights))
    assert isinstance(found, Recognised)  # noqa: S101 - for the type checker
    if as_json:
        say_json(
            [
                {
                    "file": path,
                    "digit": digit,
                    "probabilities": dict(zip(found.classes, row.tolist(), strict=True)),
                }
                for path, digit, row in zip(files, found.digits, found.probabilities, strict=True)
            ]
        )
        return
    say_table(
        ("file", "digit", "p", *found.classes),
        [
            (str(path), digit, f"{row.max():.1%}", *(f"{p:.3f}" for p in row))
            for path, digit, row in zip(files, found.digits, found.probabilities, strict=True)
        ],
        right=",".join(["p", *found.classes]),
    )


def train_recogniser(
    *,
    out: Annotated[Path, typer.Option(help="The .safetensors file to write.")],
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the recordings.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="Of all that chance decides.")] = 0,
    as_json: Json = False,
) -> None:
    """Train the recogniser of digits on the training recordings of `fsdd`, and test it once."""
    check_target(out, (".safetensors",))
    with ShareProgress() as progress:
        found = run_job(TrainRecogniser(out, epochs, seed), progress.take)
    assert isinstance(found, TrainedRecogniser)  # noqa: S101 - for the type checker
    if as_json:
        say_json(found)
    else:
        say(
            f"{out}: epoch {found.epoch} of {epochs}; {found.valid_accuracy:.2%} of the validation "
            f"and {found.test_accuracy:.2%} of the test recordings are recognised "
            f"({found.test_nats:.4f} nats)."
        )


def pitch(
    *,
    files: Files,
    reference: Annotated[
        float, typer.Option(min=1.0, help="Hz, from which cents are counted; A2 is 110.")
    ] = 110.0,
    as_json: Json = False,
) -> None:
    """The pitch of each file, as a plucked string has one, and how many cents from a reference."""
    found = run_job(MeasurePitch(tuple(read_sound(path, _RATE) for path in files), _RATE))
    assert isinstance(found, Pitched)  # noqa: S101 - for the type checker
    rows = list(zip(files, found.hertz, found.cents(reference), found.periodic, strict=True))
    if as_json:
        say_json(
            [dict(zip(("file", "hertz", "cents", "periodic"), row, strict=True)) for row in rows]
        )
        return
    say_table(
        ("file", "Hz", "cents", "periodic"),
        [
            (
                str(path),
                "none" if np.isnan(hertz) else f"{hertz:.2f}",
                "" if np.isnan(hertz) else f"{cents:+.1f}",
                f"{periodic:.0%}",
            )
            for path, hertz, cents, periodic in rows
        ],
        right="Hz,cents,periodic",
    )


def requantise(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A sound.")],
    out: Annotated[Path, typer.Option(help="The .wav or .flac file to write.")],
    bits: Annotated[int, typer.Option(min=1, max=8, help="Of a sample; 2ᵇ levels.")] = 8,
    law: Annotated[str, typer.Option(help="mu or linear: how the levels are spread.")] = "mu",
    rate: Annotated[int, typer.Option(min=1, help="Samples a second, in Hz.")] = _RATE,
    as_json: Json = False,
) -> None:
    """Hear what few levels leave of a sound: by µ-law, finer where it is quiet, or evenly."""
    check_target(out, WRITTEN)
    laws: dict[str, Law] = {"mu": "mu", "linear": "linear"}
    if law not in laws:
        raise UserError(f"There is no law called “{law}”.", "Known: mu, linear.")
    samples = read_sound(file, rate)
    heard = requantised(samples, 2**bits, laws[law])
    comment = f"{file.name}, {bits} bits, {law}"
    write_atomically(out, sound_bytes(heard, rate, out.suffix.lower(), comment))
    decibels = noise_ratio(samples, heard)
    if as_json:
        say_json({"file": out, "bits": bits, "law": law, "signal_to_noise_db": decibels})
    else:
        say(f"{out}: {2**bits} levels, {law}; signal to noise {decibels:.1f} dB.")
