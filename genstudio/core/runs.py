"""The Run folder: everything one training leaves behind, readable by any other machine.

    run.toml               what was asked for, and how it ended
    metrics.jsonl          one line per log step
    model.safetensors      weights, best on validation
    learner.safetensors    the state to resume from
    samples/000500.png     sample sheets

Nothing read from a run folder can execute. A run killed at any instant opens again.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import tomli_w
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from genstudio.core.errors import UserError
from genstudio.core.files import append_line, disk_errors, write_atomically
from genstudio.core.measures import Measure
from genstudio.core.settings import plain_error
from genstudio.core.spaces import Grid, Space, grid_of
from genstudio.core.training import DataSpec, Training

__all__ = [
    "FORMAT",
    "Manifest",
    "Metric",
    "Result",
    "Run",
    "new_folder",
    "now",
    "read_manifest",
    "whole_folder",
]

FORMAT = 1
"""Version of the folder's format; a newer one is refused in one sentence."""

_SAMPLE = re.compile(r"\d{6,}\.png")


def now() -> str:
    """The time, as written to manifests: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Result(BaseModel):
    """How a training ended, and its best validation score.

    That is a likelihood in nats or bits per dimension (`exact`), a bound on it, or, for a family
    without a likelihood, an error: a mean square, called `error_name`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Literal["finished", "stopped", "cancelled", "failed"]
    steps: int
    seconds: float
    best_step: int | None = None
    valid_nats: float | None = None
    valid_bits_per_dim: float | None = None
    valid_error: float | None = None
    error_name: str = ""
    exact: bool = True
    message: str = ""

    @property
    def measure(self) -> Measure:
        """What the score is of."""
        if self.error_name:
            return Measure.ERROR
        return Measure.EXACT if self.exact else Measure.BOUND

    def words(self) -> str:
        """The score with its mark, or an error by its name; empty without one."""
        if self.valid_error is not None:
            return f"{self.error_name} {self.valid_error:.4g}"
        if self.valid_bits_per_dim is None:
            return ""
        return f"{self.measure.mark} {self.valid_bits_per_dim:.4f} bits/dim"


class Manifest(BaseModel):
    """run.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = FORMAT
    title: str
    family: str
    space: Space
    data: DataSpec
    data_hash: str
    config: dict[str, Any]
    training: Training
    device: str
    parameters: int
    parameter_formula: str = ""
    created: str = Field(default_factory=now)
    versions: dict[str, str] = {}
    parent: str | None = None
    result: Result | None = None

    @property
    def grid(self) -> Grid:
        """The space of images. Raises `UserError` for data of another kind."""
        return grid_of(self.space)


class Metric(BaseModel):
    """One line of metrics.jsonl. Nats are per datum; `seconds` is the only field of the clock.

    Families without a likelihood have errors in place of nats and bits: mean squares.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: int
    epoch: float
    seconds: float
    nats: float | None = None
    bits_per_dim: float | None = None
    valid_nats: float | None = None
    valid_bits_per_dim: float | None = None
    error: float | None = None
    valid_error: float | None = None
    learning_rate: float | None = None
    gradient_norm: float | None = None


class Run:
    """One run folder.

    Attributes:
        folder: where it is.
        manifest: its run.toml as last read or written.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def create(cls, folder: Path, manifest: Manifest) -> Run:
        """Make a new run folder; it appears with its run.toml or not at all.

        Raises:
            UserError: the folder exists already, or cannot be written.
        """
        if folder.exists():
            raise UserError(f"There is already something at {folder}.", "Choose another folder.")
        with whole_folder(folder) as aside:
            (aside / "samples").mkdir()
            cls(aside, manifest)._write()
        return cls(folder, manifest)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Open a run folder.

        Raises:
            UserError: it is no run, is damaged, or is of a newer format.
        """
        path = folder / "run.toml"
        try:
            return cls(folder, read_manifest(path.read_bytes(), str(path)))
        except FileNotFoundError:
            raise UserError(f"{folder} is not a run: it has no run.toml.") from None
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error}.") from error

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def model_path(self) -> Path:
        """The best weights."""
        return self.folder / "model.safetensors"

    @property
    def learner_path(self) -> Path:
        """The state to resume from."""
        return self.folder / "learner.safetensors"

    @property
    def lock(self) -> FileLock:
        """Held by the one process that trains the run."""
        return FileLock(self.folder / ".lock", timeout=0)

    @property
    def metrics_path(self) -> Path:
        """The curves."""
        return self.folder / "metrics.jsonl"

    @property
    def has_model(self) -> bool:
        """Whether there are weights to generate from."""
        return self.model_path.is_file()

    @property
    def resumable(self) -> bool:
        """Whether training can go on from a checkpoint."""
        done = self.manifest.result is not None and self.manifest.result.state == "finished"
        return self.learner_path.is_file() and not done

    def update(self, **changes: Any) -> None:
        """Change fields of the manifest and write it, atomically.

        What another process has changed meanwhile stays, such as a title while it trains.
        """
        self.manifest = Run.open(self.folder).manifest.model_copy(update=changes)
        self._write()

    def rename(self, title: str) -> None:
        """Give the run another title; its folder stays where it is."""
        if not title.strip():
            raise UserError("A run needs a title.")
        self.update(title=title.strip())

    def duplicate(self, root: Path | None = None) -> Run:
        """Copy the run under a free name, beside itself or into another folder of runs.

        Raises:
            UserError: the disk is full or the place is read-only; nothing is left there then.
        """
        target = new_folder(root or self.folder.parent, re.sub(r"-\d{4}$", "", self.name))
        with whole_folder(target) as aside:
            # Not `copytree`: what it raises no longer tells a full disk from a bug.
            for path in sorted(self.folder.rglob("*")):
                place = path.relative_to(self.folder)
                if path.is_file() and not any(part.startswith(".") for part in place.parts):
                    (aside / place.parent).mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, aside / place)
            Run(aside, self.manifest).update(title=f"{self.manifest.title} (copy)")
        return Run.open(target)

    def metrics(self) -> list[Metric]:
        """The curves; a last line that a crash cut short is left out.

        Raises:
            UserError: another line is damaged.
        """
        if not self.metrics_path.is_file():
            return []
        lines = self.metrics_path.read_bytes().split(b"\n")
        metrics: list[Metric] = []
        for number, line in enumerate(lines[:-1], 1):
            try:
                metrics.append(Metric.model_validate_json(line))
            except ValidationError as error:
                raise UserError(
                    f"Line {number} of {self.metrics_path} is damaged.",
                    "The model itself is in another file and can still be used.",
                ) from error
        return metrics

    def add_metric(self, metric: Metric) -> None:
        """Append one line to the curves."""
        append_line(self.metrics_path, json.dumps(metric.model_dump(exclude_none=True)))

    def rewind_metrics(self, step: int) -> None:
        """Drop every line after a step, as a resume from that step's checkpoint must."""
        kept = [metric for metric in self.metrics() if metric.step <= step]
        text = "".join(json.dumps(metric.model_dump(exclude_none=True)) + "\n" for metric in kept)
        write_atomically(self.metrics_path, text.encode())

    def samples(self) -> list[Path]:
        """The sample sheets, oldest first."""
        folder = self.folder / "samples"
        if not folder.is_dir():
            return []
        return sorted(path for path in folder.iterdir() if _SAMPLE.fullmatch(path.name))

    def _write(self) -> None:
        content = self.manifest.model_dump(mode="json", exclude_none=True)
        write_atomically(self.folder / "run.toml", tomli_w.dumps(content).encode())


def read_manifest(content: bytes, name: str) -> Manifest:
    """What a run.toml says.

    Args:
        content: of the file.
        name: what to call it when it is wrong.

    Raises:
        UserError: it is damaged, or is of a newer format.
    """
    try:
        values = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{name} cannot be read: {error}.") from error
    version = values.get("format_version")
    if isinstance(version, int) and version > FORMAT:
        raise UserError(
            f"{name} was written by a newer GenStudio (format {version}, this one reads up to "
            f"{FORMAT}).",
            "Update GenStudio to open it.",
        )
    try:
        return Manifest.model_validate(values)
    except ValidationError as error:
        raise UserError(f"{name} is damaged: {plain_error(error)}") from error


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder to fill, which becomes `folder` at the end, or is gone after any error.

    Raises:
        UserError: the disk is full or the place is read-only.
    """
    aside = folder.with_name(f".new-{folder.name}")
    with disk_errors(folder):
        try:
            shutil.rmtree(aside, ignore_errors=True)  # what a crash left
            aside.mkdir(parents=True)
            yield aside
            aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def new_folder(root: Path, stem: str) -> Path:
    """The first free `stem-0001`, `stem-0002`, … in a folder, which is made if missing."""
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    taken = {path.name for path in root.iterdir()}
    number = 1
    while f"{stem}-{number:04}" in taken:
        number += 1
    return root / f"{stem}-{number:04}"
