"""What is drawn is listened to: counted rightly, kept, and gone on from; no figure is judged."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from genstudio.bench import speech
from genstudio.bench.base import Options
from genstudio.core.messages import Evaluate, Recognised, Train
from genstudio.core.paths import cache_folder, runs_folder
from genstudio.core.runs import Run
from genstudio.core.spaces import Label, Sequence
from genstudio.core.training import DataSpec, Training
from genstudio.data.base import Split
from genstudio.engine.client import InlineEngine, run_to_end

TINY = {"channels": 4, "layers": 3, "cycles": 1, "skip": 6, "head": 6, "conditional": True}


@pytest.fixture
def plucked(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A network that has hardly learned strings of a thousand samples, in the library."""
    monkeypatch.setattr("genstudio.data.strings._RATE", 1000)
    monkeypatch.setattr("genstudio.data.strings._COUNTS", {"train": 12, "valid": 4, "test": 6})
    training = Training(length=2, batch_size=2, preview_every=0, validation_size=2, ema=0.0)
    out = runs_folder() / "tiny"
    out.parent.mkdir(exist_ok=True)
    request = Train("wavenet", DataSpec(name="strings"), TINY, training, "cpu", out=out)
    return Run.open(run_to_end(InlineEngine(), request))


def test_strings_are_scored_beside_baselines_and_measured_in_cents(
    plucked: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "RUNS", {"strings": plucked.name})
    rows = {row.name: row for row in speech.run(Options(count=3))}
    assert list(rows) == [
        "strings: independent",
        "strings: markov",
        "strings: tiny",
        "strings: pitch error, drawn",
        "strings: pitch error, real",
    ]
    score = run_to_end(InlineEngine(), Evaluate(plucked.folder, device="cpu"))
    assert rows["strings: tiny"].value == score.bits_per_dim
    # No more than one of 256 evenly, and no fewer than a chain that has seen only noise.
    assert 4 < (rows["strings: independent"].value or 0) <= 8.01
    assert (rows["strings: pitch error, real"].value or 99) < 50
    [kept] = (cache_folder() / "bench").glob("speech-*.jsonl")
    assert len(kept.read_text().splitlines()) == 3


def test_what_is_not_here_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GENSTUDIO_DATA", str(tmp_path))
    monkeypatch.setattr(speech, "RUNS", {"fsdd": "wavenet-fsdd"})
    [row] = speech.run(Options(count=1))
    assert row.value is None
    assert "fsdd: not measured" in row.name
    assert "not here" in row.note


DIGITS = Sequence(
    length=8,
    levels=256,
    rate=8000,
    labels=(
        Label(name="digit", classes=tuple("0123456789")),
        Label(name="speaker", classes=("a", "b", "c", "d", "e", "f")),
    ),
)


def test_digits_and_speakers_come_in_turn() -> None:
    asked = [speech.labels_of(number, DIGITS) for number in range(120)]
    assert len(set(asked[:60])) == 60
    assert asked[60:] == asked[:60]
    strings = DIGITS.model_copy(
        update={
            "labels": (
                Label(name="pitch", classes=("A2", "B2")),
                Label(name="figure", classes=("note", "melody")),
            )
        }
    )
    assert {speech.labels_of(number, strings)[1] for number in range(9)} == {0}


def test_a_digit_counts_where_it_is_the_one_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every second one is heard as a 3."""
    weights = tmp_path / "w"
    weights.write_bytes(b"weights")
    opened: Any = SimpleNamespace(
        name="r",
        model_path=weights,
        folder=tmp_path,
        manifest=SimpleNamespace(space=DIGITS, data=DataSpec(name="fsdd")),
    )
    test = Split(np.zeros((4, 8, 1), np.uint8), np.array([[1, 0], [2, 0], [3, 0], [3, 1]]))
    data = SimpleNamespace(split=lambda name: test)
    monkeypatch.setattr(speech.catalog, "open_data", lambda spec: data)
    drawn: list[int] = []

    def draw(run: Run, space: Sequence, number: int, labels: tuple[int, ...]) -> Any:
        drawn.append(number)
        return np.full(8, number, np.int16), 2.5

    def heard(request: Any, take: object = None) -> Recognised:
        if len(request.sounds) == 4:
            digits = [1, 2, 3, 9]
        else:
            number = int(request.sounds[0][0])
            digits = [3 if number % 2 else number % 10]
        return Recognised(tuple("0123456789"), np.eye(10)[digits])

    monkeypatch.setattr(speech, "_drawn", draw)
    monkeypatch.setattr(speech, "_done", heard)
    generated, real = speech._digits(opened, Options(count=20))
    # Of 0 … 9 twice: the even ones and 3.
    assert generated.value == pytest.approx(100 * 12 / 20)
    assert generated.met is False
    spread = 100 * math.sqrt(0.6 * 0.4 / 20)
    assert generated.note.startswith(f"± {spread:.2g}, 20 drawn; by digit 100, 0, 100, 100, 100, 0")
    assert real.value == 75
    [kept] = (cache_folder() / "bench").glob("speech-*.jsonl")
    with kept.open("a") as file:
        file.write('{"number": 20, "la')  # where a crash cut it
    assert speech._digits(opened, Options(count=20))[0] == generated
    assert len(drawn) == 20, "nothing is drawn twice"


def test_an_octave_is_told_apart_from_being_out_of_tune() -> None:
    row = speech._cents_row("drawn", [110.5, 220.0, None], [0, 0, 3])
    wrong = [1200 * math.log2(110.5 / 110), 1200.0]
    assert row.value == pytest.approx(sum(wrong) / 2)
    assert row.note == "1 of 3 within half a semitone, 1 unpitched"
    assert speech._cents_row("drawn", [None], [0]).value is None
