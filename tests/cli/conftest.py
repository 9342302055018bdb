"""A command line whose runs, data and caches are in a temporary folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from genstudio.cli import main

TINY = [
    "--levels=2",
    "--steps=6",
    "--device=cpu",
    "--set=channels=6",
    "--set=blocks=1",
    "--set=head=6",
    "--set=validate_every=3",
    "--set=validation_size=8",
    "--set=preview_every=0",
    "--set=log_every=2",
]
"""A PixelCNN on digits that is trained in a moment."""

RATE = 1000
"""Samples a second of the short strings."""

TINY_SOUND = [
    "--data=strings",
    "--steps=4",
    "--device=cpu",
    "--set=channels=4",
    "--set=layers=3",
    "--set=cycles=1",
    "--set=skip=6",
    "--set=head=6",
    "--set=conditional=true",
    "--set=batch_size=2",
    "--set=validate_every=4",
    "--set=validation_size=4",
    "--set=preview_every=4",
    "--set=previews=2",
]
"""A WaveNet on plucked strings that is trained in a moment."""


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def genstudio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command in this process."""
    monkeypatch.setenv("GENSTUDIO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GENSTUDIO_DATA", str(tmp_path / "data"))

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture
def trained(genstudio: Run, tmp_path: Path) -> Path:
    """The folder of a tiny trained run."""
    folder = tmp_path / "runs" / "tiny"
    folder.parent.mkdir(exist_ok=True)
    said = genstudio("train", "pixelcnn", *TINY, "--out", folder)
    assert said.code == 0, said.err
    return folder


@pytest.fixture
def short_strings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of a thousand samples, so that a test takes a moment."""
    monkeypatch.setattr("genstudio.data.strings._RATE", RATE)
    monkeypatch.setattr("genstudio.data.strings._COUNTS", {"train": 12, "valid": 6, "test": 6})


@pytest.fixture
def plucked(genstudio: Run, tmp_path: Path, short_strings: None) -> Path:
    """The folder of a tiny run that has learned sounds."""
    folder = tmp_path / "runs" / "plucked"
    folder.parent.mkdir(exist_ok=True)
    said = genstudio("train", "wavenet", *TINY_SOUND, "--out", folder)
    assert said.code == 0, said.err
    return folder
