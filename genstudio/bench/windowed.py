"""What the benchmarks of the open window share: the training, the data, and starting the probe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from genstudio.core.errors import UserError
from genstudio.core.runs import Run
from genstudio.core.training import DataSpec
from genstudio.data import catalog

__all__ = [
    "SETTINGS",
    "checked",
    "drawn_model",
    "probe",
    "steps_per_second",
    "train_command",
    "training_data",
]

SETTINGS: dict[str, Any] = {
    "channels": 32,
    "blocks": 4,
    "head": 32,
    "batch_size": 16,
    "log_every": 2,
    "validate_every": 25,
    "validation_size": 64,
    "preview_every": 20,
    "previews": 4,
}
"""The PixelCNN's preset “quick look”, with validations and previews more often than usual."""


def training_data() -> DataSpec:
    """MNIST in two levels, or the built-in digits where MNIST is not here."""
    mnist = DataSpec(name="mnist", levels=2)
    return mnist if not catalog.open_data(mnist).missing() else DataSpec(name="digits", levels=2)


def train_command(data: DataSpec, out: Path, minutes: float) -> list[str]:
    """The command that trains without a window; its words after the data are settings."""
    settings = [word for key, value in SETTINGS.items() for word in ("--set", f"{key}={value}")]
    return [
        *[sys.executable, "-m", "genstudio", "train", "pixelcnn", "--data", data.name],
        *["--levels", str(data.levels), *settings, "--minutes", str(minutes)],
        *["--device", "cpu", "--out", str(out)],
    ]


def drawn_model(folder: Path, env: dict[str, str]) -> Path:
    """A model to play the recordings of, of MNIST's size, trained for a moment."""
    out = folder / "runs" / "drawn"
    command = [
        *[sys.executable, "-m", "genstudio", "train", "pixelcnn", "--data", "shapes"],
        *["--size", "28", "--levels", "2", "--steps", "3", "--set", "channels=16"],
        *["--set", "blocks=2", "--set", "preview_every=0", "--set", "validation_size=8"],
        *["--device", "cpu", "--out", str(out)],
    ]
    checked(command, env)
    return out


def probe(env: dict[str, str], **asked: Any) -> dict[str, Any]:
    """Start the real window in a process of its own; what it measured.

    Args:
        env: its environment.
        asked: the fields of `genstudio.bench.probes.studio_window.Asked`.

    Raises:
        UserError: the window could not be opened, or the training failed.
    """
    words = json.dumps({key: str(v) if isinstance(v, Path) else v for key, v in asked.items()})
    out = checked([sys.executable, "-m", "genstudio.bench.probes.studio_window", words], env)
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def steps_per_second(folder: Path) -> float:
    """Throughput of a run between the first and the last point of its training curve.

    Previews and validations are part of the training and count.
    """
    points = [metric for metric in Run.open(folder).metrics() if metric.nats is not None]
    if len(points) < 2:
        raise UserError("The training was too short to measure.", "Give it more --seconds.")
    first, last = points[0], points[-1]
    return (last.step - first.step) / (last.seconds - first.seconds)


def checked(command: list[str], env: dict[str, str]) -> str:
    """What a part of a benchmark writes, in a process of its own.

    Raises:
        UserError: it ended with an error; the last line that it wrote of it.
    """
    ended = subprocess.run(  # noqa: S603 - our own program
        command, env=env, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        lines = ended.stderr.strip().splitlines()
        raise UserError(lines[-1] if lines else f"A part of the benchmark ended with {ended}.")
    return ended.stdout
