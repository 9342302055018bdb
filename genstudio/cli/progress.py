"""Progress bars for people, on stderr; a line now and then where stderr is no terminal."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from genstudio.cli.console import progress_console
from genstudio.core.inpainting import Film
from genstudio.core.messages import Share, TrainProgress, TrainStarted

__all__ = ["FilmProgress", "SampleProgress", "ShareProgress", "TrainingProgress"]

_BETWEEN_LINES = 10.0
"""Seconds between two lines of a log."""


class _Bar:
    """A rich progress bar with one task."""

    def __init__(self, *columns: Any) -> None:
        self.console = progress_console()
        self.progress = Progress(
            *columns, console=self.console, transient=True, disable=not self.console.is_terminal
        )
        self.task = self.progress.add_task("starting", total=None, told="")

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.progress.stop()


class TrainingProgress(_Bar):
    """Steps, training and validation in bits/dim or as an error, steps per second, time left."""

    def __init__(self) -> None:
        super().__init__(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[told]}"),
        )
        self._score = ""
        self._valid = ""
        self._said_at = time.monotonic()

    def take(self, payload: Any) -> None:
        """Show what a training said."""
        if isinstance(payload, TrainStarted):
            words = f"{payload.folder.name} on {payload.device}, {payload.parameters:,} parameters"
            self.console.print(words)
        elif isinstance(payload, TrainProgress):
            self._follow(payload)

    def _follow(self, now: TrainProgress) -> None:
        validated = False
        for point in now.points:
            if point.bits_per_dim is not None:
                self._score = f"{point.bits_per_dim:.3f} bits/dim"
            elif point.error is not None:
                self._score = f"error {point.error:.4g}"
            if point.valid_bits_per_dim is not None:
                self._valid, validated = f"validation {point.valid_bits_per_dim:.3f}", True
            elif point.valid_error is not None:
                self._valid, validated = f"validation {point.valid_error:.4g}", True
        told = self._told(now)
        self.progress.update(
            self.task, description=now.state, total=1.0, completed=now.fraction, told=told
        )
        late = time.monotonic() - self._said_at > _BETWEEN_LINES
        if not self.console.is_terminal and (validated or late):
            self._said_at = time.monotonic()
            self.console.print(f"step {now.step}, {now.fraction:.0%}, {told}", soft_wrap=True)

    def _told(self, now: TrainProgress) -> str:
        parts = [part for part in (self._score, self._valid) if part]
        parts.append(f"{now.steps_per_second:.1f} steps/s")
        if now.seconds_left is not None:
            parts.append(f"{_duration(now.seconds_left)} left")
        return ", ".join(parts)


class ShareProgress(_Bar):
    """How much of a job is done."""

    def __init__(self) -> None:
        super().__init__(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )

    def take(self, payload: Any) -> None:
        """Show a share."""
        if isinstance(payload, Share):
            self.progress.update(
                self.task,
                description=payload.text,
                total=payload.total or None,
                completed=payload.done,
            )


class SampleProgress(_Bar):
    """Symbols drawn of all there are to draw."""

    def __init__(self) -> None:
        super().__init__(SpinnerColumn(), TextColumn("drawing"), BarColumn(), MofNCompleteColumn())

    def show(self, drawn: int, total: int) -> None:
        """So many steps are drawn."""
        self.progress.update(self.task, total=total, completed=drawn)


class FilmProgress(_Bar):
    """Stages of all there will be; hidden symbols drawn where it is one stage, or unknown."""

    def __init__(self) -> None:
        super().__init__(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )

    def show(self, film: Film) -> None:
        """The film is so long by now."""
        if film.expected_stages > 1:
            stage = film.stages[-1].name if film.stages else "starting"
            done, total = len(film.stages), max(film.expected_stages, len(film.stages))
        else:
            stage = film.stages[-1].name if film.stages else "drawing"
            total = int((~film.known).sum())
            done = min(film.length, total)
        self.progress.update(self.task, description=stage, total=total, completed=done)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
