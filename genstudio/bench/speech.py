"""How many drawn digits are recognised, how well drawn strings are in tune, and bits per sample."""

from __future__ import annotations

import hashlib
import json
import math
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from genstudio.bench.base import Options, Row, sandbox
from genstudio.bench.sampling import one_thread
from genstudio.core.errors import UserError
from genstudio.core.files import append_line
from genstudio.core.library import find_run
from genstudio.core.messages import (
    Evaluate,
    Evaluation,
    MeasurePitch,
    Recognise,
    Request,
    Sample,
    Train,
)
from genstudio.core.paths import cache_folder, runs_folder
from genstudio.core.runs import Run
from genstudio.core.settings import Settings
from genstudio.core.spaces import Sequence
from genstudio.core.trace import TraceChunk
from genstudio.core.training import DataSpec, Training
from genstudio.data import catalog
from genstudio.data.companding import samples_of
from genstudio.data.strings import PITCHES
from genstudio.engine.client import InlineEngine, run_to_end

__all__ = ["BASELINES", "RUNS", "Take", "goal", "labels_of", "long", "run", "title"]

title = "Sounds that are drawn"
goal = "≥ 80 % of the digits recognised"
long = True  # some minutes, or hours where larger networks are measured

RUNS = {"fsdd": "wavenet-fsdd", "strings": "wavenet-strings"}
"""The run that is measured on each dataset, by its name in the library."""

BASELINES = ("independent", "markov")

_DIGITS, _STRINGS = 200, 48
_LEAST = 0.8
_LONE = 0.25  # of a string's sound: the next note is plucked after it


class Take(Settings):
    """One drawn sound, a line of the file that is kept.

    Attributes:
        number: index of the sample under the seed, which chooses the classes too.
        labels: classes that were asked for.
        heard: the digit that was recognised, as a number, or Hz of a string; None for no pitch.
        bits: of each sample, on average.
    """

    number: int
    labels: tuple[int, ...]
    heard: float | None
    bits: float


def run(options: Options) -> list[Row]:
    """Draw digits and strings with the WaveNets of the library, and listen.

    Of each dataset: bits per sample of the test split, beside those of baselines that are
    counted here. Of spoken digits: of so many that are drawn at temperature 1, evenly over digits
    and speakers, how many the recogniser takes for the digit that was asked for, and the same of
    the test recordings. Of strings: how far the first note is from the pitch asked for, in cents.

    What is drawn is kept in the cache folder as it comes, for the model's weights; asked again,
    it goes on from there.
    """
    rows = []
    with one_thread():
        for data, name in RUNS.items():
            spec = DataSpec(name=data)
            if missing := catalog.open_data(spec).missing():
                rows.append(Row(f"{data}: not measured", None, "", note=missing[0]))
                continue
            rows += [_bits_row(data, family, _counted(spec, family)) for family in BASELINES]
            try:
                opened = find_run(name, runs_folder())
            except UserError as error:
                rows.append(Row(f"{data}: not measured", None, "", note=error.title))
                continue
            score: Evaluation = _done(Evaluate(opened.folder, "test", device="cpu"))
            rows.append(_bits_row(data, name, score))
            rows += _digits(opened, options) if data == "fsdd" else _strings(opened, options)
    return rows


def labels_of(number: int, space: Sequence) -> tuple[int, ...]:
    """The classes of a take: all digits (pitches) in turn, and after each round the next speaker.

    A string is asked for as one note.
    """
    first, second = space.labels
    rest = number // len(first.classes) % len(second.classes) if second.name == "speaker" else 0
    return (number % len(first.classes), rest)


def _digits(opened: Run, options: Options) -> list[Row]:
    takes = list(_takes(opened, options.count or _DIGITS, options))
    right = [take.heard == take.labels[0] for take in takes]
    test = catalog.open_data(opened.manifest.data).split("test")
    real = samples_of(test.symbols[..., 0], opened.manifest.space.levels)
    heard = _done(Recognise(tuple(real), _rate(opened))).digits
    share = float(np.mean([int(digit) for digit in heard] == test.labels[:, 0]))
    each = [
        statistics.mean(r for r, take in zip(right, takes, strict=True) if take.labels[0] == digit)
        for digit in sorted({take.labels[0] for take in takes})
    ]
    found = statistics.mean(right)
    spread = math.sqrt(found * (1 - found) / len(right))
    return [
        Row(
            "fsdd: drawn digits recognised",
            100 * found,
            "%",
            f"≥ {100 * _LEAST:g} %",
            found >= _LEAST,
            f"± {100 * spread:.2g}, {len(right)} drawn; by digit "
            + ", ".join(f"{100 * one:.0f}" for one in each),
        ),
        Row("fsdd: real digits recognised", 100 * share, "%", note=f"{len(real)} test recordings"),
    ]


def _strings(opened: Run, options: Options) -> list[Row]:
    takes = list(_takes(opened, options.count or _STRINGS, options))
    test = catalog.open_data(opened.manifest.data).split("test")
    real = samples_of(test.symbols[..., 0], opened.manifest.space.levels)
    heard = _pitches(list(real), _rate(opened))
    return [
        _cents_row("drawn", [take.heard for take in takes], [take.labels[0] for take in takes]),
        _cents_row("real", heard, test.labels[:, 0].tolist()),
    ]


def _cents_row(which: str, hertz: list[float | None], pitches: list[int]) -> Row:
    """The median is of what has a pitch at all; a jump by an octave is told apart."""
    errors = [
        abs(1200 * math.log2(one / PITCHES[pitch]))
        for one, pitch in zip(hertz, pitches, strict=True)
        if one is not None
    ]
    if not errors:
        return Row(f"strings: pitch error, {which}", None, "cents", note="none has a pitch")
    close = sum(error < 50 for error in errors)
    note = f"{close} of {len(hertz)} within half a semitone, {len(hertz) - len(errors)} unpitched"
    return Row(f"strings: pitch error, {which}", statistics.median(errors), "cents", note=note)


def _takes(opened: Run, count: int, options: Options) -> Iterator[Take]:
    space = opened.manifest.space
    assert isinstance(space, Sequence)  # noqa: S101 - it is a model of sounds
    with opened.model_path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    kept = cache_folder() / "bench" / f"speech-{digest}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    options.tell(f"What is drawn with {opened.name} is kept in {kept}")
    before = {take.number: take for take in _read(kept)}
    for number in range(count):
        take = before.get(number)
        if take is None:
            labels = labels_of(number, space)
            samples, bits = _drawn(opened, space, number, labels)
            heard = _heard(samples, space)
            take = Take(number=number, labels=labels, heard=heard, bits=bits)
            append_line(kept, take.model_dump_json())
            asked = space.labels[0].classes[labels[0]]
            words = "nothing" if heard is None else f"{heard:.5g}"
            options.tell(f"{number + 1} of {count}: asked for {asked}, heard {words}")
        yield take


def _drawn(
    opened: Run, space: Sequence, number: int, labels: tuple[int, ...]
) -> tuple[NDArray[np.int16], float]:
    """The samples of a take, and bits of each on average."""
    chunks: list[TraceChunk] = []

    def take(payload: object) -> None:
        if isinstance(payload, TraceChunk):
            chunks.append(payload)

    wanted = np.array(labels, np.int64)
    _done(Sample(opened.folder, 1, 0, first=number, labels=wanted, device="cpu"), take)
    symbols = np.concatenate([chunk.symbols[0] for chunk in chunks])
    p = np.concatenate([chunk.probabilities[0] for chunk in chunks])
    taken = p[np.arange(len(symbols)), symbols]
    bits = -np.log2(np.maximum(taken, np.finfo(np.float32).tiny), dtype=np.float64).mean()
    return samples_of(symbols, space.levels), float(bits)


def _heard(samples: NDArray[np.int16], space: Sequence) -> float | None:
    if space.labels[0].name == "digit":
        return float(_done(Recognise((samples,), space.rate)).digits[0])
    return _pitches([samples], space.rate)[0]


def _pitches(sounds: list[NDArray[np.int16]], rate: int) -> list[float | None]:
    alone = tuple(sound[: round(_LONE * len(sound))] for sound in sounds)
    hertz = _done(MeasurePitch(alone, rate)).hertz
    return [None if math.isnan(one) else float(one) for one in hertz]


def _counted(spec: DataSpec, family: str) -> Evaluation:
    training = Training(preview_every=0, validation_size=1)
    with sandbox() as (folder, _):
        request = Train(
            family=family, data=spec, training=training, device="cpu", out=folder / family
        )
        found: Evaluation = _done(Evaluate(_done(request), "test", device="cpu"))
        return found


def _bits_row(data: str, name: str, score: Evaluation) -> Row:
    assert score.bits_per_dim is not None and score.nats is not None  # noqa: S101 - all are exact
    spread = score.standard_error * score.bits_per_dim / score.nats
    note = f"± {spread:.2g}, {score.count} test sounds"
    return Row(f"{data}: {name}", score.bits_per_dim, "bits/sample", note=note)


def _done(request: Request, take: Callable[[Any], None] = lambda payload: None) -> Any:
    return run_to_end(InlineEngine(), request, take)


def _rate(opened: Run) -> int:
    space = opened.manifest.space
    assert isinstance(space, Sequence)  # noqa: S101 - it is a model of sounds
    return space.rate


def _read(kept: Path) -> Iterator[Take]:
    """What was kept; a line that a crash cut short is left out."""
    if not kept.is_file():
        return
    for line in kept.read_text().splitlines():
        try:
            yield Take.model_validate(json.loads(line))
        except (json.JSONDecodeError, ValidationError):
            continue
