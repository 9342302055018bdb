"""Whether a training that is killed at a random moment opens, resumes, and ends the same."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from genstudio.bench.base import Options, Row, sandbox
from genstudio.core.errors import UserError
from genstudio.core.messages import Train
from genstudio.core.runs import Run
from genstudio.core.uniforms import generator
from genstudio.engine.client import InlineEngine, run_to_end

__all__ = ["goal", "run", "title"]

title = "Killed trainings"
goal = "all open, all resume, 0 differ"

_LOOK = 0.001
_ATTEMPTS = 5  # to find a moment before the training ends by itself
# Something is written at almost every step: where a kill can hurt.
_SETTINGS = {
    "hidden": 128,
    "log_every": 2,
    "validate_every": 25,
    "checkpoint_every": 10,
    "preview_every": 100,
    "previews": 4,
}
_ASKED = ("made", "--data", "digits", "--levels", "16", "--steps", "300", "--device", "cpu")


def run(options: Options) -> list[Row]:
    """Kill a MADE on digits with SIGKILL, resume it, and compare with one left alone.

    Compared are every field of the curves but the seconds, and every bit of the weights.
    """
    count = options.count or 50
    opened = resumed = differ = 0
    with sandbox() as (folder, env):
        undisturbed = folder / "undisturbed"
        _start(undisturbed, env).wait()
        expected = _outcome(undisturbed)
        result = Run.open(undisturbed).manifest.result
        length = result.seconds if result is not None else 0.0
        for index in range(count):
            target = folder / f"killed-{index}"
            _kill_at_random(target, env, length, index)
            try:
                Run.open(target).metrics()
                opened += 1
                run_to_end(InlineEngine(), Train(resume=target, device="cpu"))
                resumed += 1
            except UserError as error:
                options.tell(f"kill {index + 1}: {error}")
                continue
            differ += _outcome(target) != expected
            options.tell(f"{index + 1} of {count} kills, {differ} differ")
    note = f"of {count} killed"
    return [
        Row("opened", opened, "runs", f"{count}", opened == count, note),
        Row("resumed to the end", resumed, "runs", f"{count}", resumed == count, note),
        Row("differ from an undisturbed run", differ, "runs", "0", differ == 0, note),
    ]


def _start(out: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    settings = [word for key, value in _SETTINGS.items() for word in ("--set", f"{key}={value}")]
    command = [sys.executable, "-m", "genstudio", "train", *_ASKED, *settings, "--out", str(out)]
    return subprocess.Popen(  # noqa: S603 - our own program
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _kill_at_random(out: Path, env: dict[str, str], length: float, index: int) -> None:
    """Kill a training at a moment drawn evenly over its length."""
    for attempt in range(_ATTEMPTS):
        process = _start(out, env)
        while not out.exists() and process.poll() is None:
            time.sleep(_LOOK)
        time.sleep(float(generator(50, index, attempt).random()) * length)
        if process.poll() is None:
            process.kill()
            process.wait()
            return
        out.rename(out.with_name(f"{out.name}-ended-{attempt}"))
    raise UserError(f"The training ended {_ATTEMPTS} times before it could be killed.")


def _outcome(folder: Path) -> tuple[list[dict[str, object]], dict[str, str]]:
    """The curves without their seconds; and of the weights what they are and their checksum.

    The files themselves may differ: safetensors writes its metadata in no fixed order.
    """
    from genstudio.models.store import load_tensors  # noqa: PLC0415 - imports torch

    opened = Run.open(folder)
    curves = [metric.model_dump(exclude={"seconds"}) for metric in opened.metrics()]
    _, metadata = load_tensors(opened.model_path)  # which checks the checksum
    return curves, metadata
