"""Ctrl+C and broken pipes, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from genstudio.cli.console import Interrupted, run_job
from genstudio.core.messages import Train, Wish
from genstudio.core.runs import Run

from .conftest import Run as Command

_TRAIN = [
    *["train", "made", "--levels=2", "--steps=1000000", "--device=cpu", "--set=hidden=16"],
    *["--set=preview_every=0", "--set=log_every=1", "--set=validate_every=20"],
]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and pipes")


def _training(out: Path) -> subprocess.Popen[str]:
    """A training that has begun: its first validation is said on stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "genstudio", *_TRAIN, "--out", str(out)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "validation" in line:
            break
    return process


def test_one_ctrl_c_stops_and_keeps(tmp_path: Path) -> None:
    process = _training(tmp_path / "run")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.startswith("Stopped after")
    run = Run.open(tmp_path / "run")
    assert run.manifest.result is not None
    assert run.manifest.result.state == "stopped"
    assert run.has_model
    assert run.resumable


def test_ctrl_c_ends_another_job_with_130(
    genstudio: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    def job(request: object) -> Iterator[None]:
        try:
            signal.raise_signal(signal.SIGINT)
            while True:
                yield None
        finally:
            closed.append("closed")

    monkeypatch.setattr("genstudio.engine.running.load_job", lambda name: job)
    said = genstudio("families", "--json")
    assert (said.code, said.out, closed) == (130, "", ["closed"])


def test_ctrl_c_twice_cancels_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    wishes: list[Wish | None] = []

    def job(request: object) -> Generator[None, Wish | None, None]:
        signal.raise_signal(signal.SIGINT)
        wishes.append((yield None))
        wishes.append((yield None))  # said again: the first may not have been heard
        signal.raise_signal(signal.SIGINT)
        while True:
            yield None

    monkeypatch.setattr("genstudio.engine.running.load_job", lambda name: job)
    with pytest.raises(Interrupted):
        run_job(Train(), stoppable=True)
    assert wishes == [Wish.STOP, Wish.STOP]


def test_a_reader_that_leaves_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-m", "genstudio", "data", "list", "--json"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert ended.stderr == b""
