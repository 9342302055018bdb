"""What a panel receives: the observable state of the program, and everything it can be asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from genstudio.core import library
from genstudio.core.capabilities import ModelCard
from genstudio.core.errors import UserError
from genstudio.core.inpainting import MethodCard
from genstudio.core.messages import (
    Cancelled,
    CompileSamplers,
    Describe,
    Description,
    Device,
    Event,
    Failed,
    Finished,
    Progress,
    Request,
    Train,
    TrainProgress,
    TrainStarted,
    Wish,
)
from genstudio.core.paths import runs_folder
from genstudio.core.runs import Run
from genstudio.engine.client import Engine

__all__ = ["Job", "Notice", "Studio"]

_EAGER, _LIVELY, _CALM = 2, 16, 250
"""Milliseconds between two looks at the engine: when an answer may come any moment, with jobs
open, and without."""

_SOON = 0.1
"""Seconds for which a wish on a channel may be answered any moment; later nobody feels 16 ms."""


@dataclass(frozen=True)
class Notice:
    """Something a person should know: shown as a toast, `details` behind a button."""

    kind: Literal["info", "good", "warning", "error"]
    title: str
    advice: str = ""
    details: str = ""


class Job(QObject):
    """One job as the window sees it. Ends in exactly one of finished, failed, cancelled.

    Attributes:
        id: the engine's number.
        request: what was asked.
        title: in words, for the jobs strip; a job without a title is not listed there.
        state: where it stands.
        latest: its newest progress, or None.
        started: time.monotonic() of its beginning.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)  # Failed
    cancelled = Signal()
    ended = Signal()
    state_changed = Signal()

    def __init__(self, number: int, request: Request, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.id = number
        self.request = request
        self.title = title
        self.state: Literal["running", "paused", "finished", "failed", "cancelled"] = "running"
        self.latest: Any = None
        self.failure: Failed | None = None
        self.run_folder: Path | None = None
        self.started = time.monotonic()

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.state in ("running", "paused")

    def take(self, event: Event) -> None:
        """Become what an event says."""
        if isinstance(event, Progress):
            self._progress(event.payload)
            return
        if isinstance(event, Finished):
            self._turn("finished")
            self.finished.emit(event.result)
        elif isinstance(event, Failed):
            self.failure = event
            self._turn("failed")
            self.failed.emit(event)
        else:
            self._turn("cancelled")
            self.cancelled.emit()
        self.ended.emit()

    def _progress(self, payload: Any) -> None:
        self.latest = payload
        if isinstance(payload, TrainStarted):
            self.run_folder = payload.folder
        if isinstance(payload, TrainProgress):
            self._turn("paused" if payload.state == "paused" else "running")
        self.progressed.emit(payload)

    def _turn(self, state: Literal["running", "paused", "finished", "failed", "cancelled"]) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit()


class Studio(QObject):
    """The state and the actions; signals say what changed, in the past tense.

    Attributes:
        engine: where jobs run.
        settings: what is remembered between starts.
        cards: families by name; empty until the engine has described itself.
        methods: of inpainting; likewise.
        devices: where one can compute; likewise.
        shipped: runs that came with GenStudio.
        own: one's own runs, newest first.
        broken: what is wrong with those of one's own that do not open, a sentence each.
        selected: the chosen run, or None.
        jobs: jobs with a title, newest last, ended ones included until dismissed.
        root: the folder of one's own runs.
    """

    described = Signal()
    runs_changed = Signal()
    run_selected = Signal(object)  # Run | None
    job_started = Signal(object)  # Job
    job_ended = Signal(object)  # Job
    jobs_changed = Signal()
    noticed = Signal(object)  # Notice
    panel_wanted = Signal(str)  # title of the panel to show
    recipe_recalled = Signal(object)  # Recipe
    data_wanted = Signal(object)  # DataSpec to train on
    sound_opened = Signal(object)  # Path of a sound file
    closed = Signal()  # the window is gone: end what you started

    def __init__(
        self,
        engine: Engine,
        settings: QSettings,
        root: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.engine = engine
        self.settings = settings
        self.root = root or runs_folder()
        self.cards: dict[str, ModelCard] = {}
        self.methods: tuple[MethodCard, ...] = ()
        self.devices: tuple[Device, ...] = ()
        self.shipped: list[Run] = []
        self.own: list[Run] = []
        self.broken: list[UserError] = []
        self.selected: Run | None = None
        self.jobs: list[Job] = []
        self._open: dict[int, Job] = {}
        self._eager_until = 0.0
        self._had_model = False  # whether the chosen run had weights when it was last told of
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.poll)

    # --- the engine ---

    def start(self) -> None:
        """Read the library, choose the run of last time, ask the engine what it offers."""
        self.refresh_runs()
        last = self.settings.value("selected", "")
        self.select(Path(str(last)) if last else None)
        # Of those that came along the oldest, which draws pixel by pixel.
        if self.selected is None and (runs := [*self.own[:1], *reversed(self.shipped)]):
            self.select(runs[0].folder)
        job = self.submit(Describe(), channel="describe")
        job.finished.connect(self._take_description)
        job.failed.connect(
            lambda failed: self.notice("error", failed.title, failed.advice, failed.details)
        )

    def submit(self, request: Request, channel: str | None = None, title: str = "") -> Job:
        """Start a job. On a channel it supersedes the one before it."""
        job = Job(self.engine.submit(request, channel), request, title, self)
        self._open[job.id] = job
        if title:
            self.jobs.append(job)
            self.job_started.emit(job)
            self.jobs_changed.emit()
        if channel is not None:
            self._eager_until = job.started + _SOON
        self._timer.start(self._interval)
        return job

    def train(self, request: Train, title: str) -> Job:
        """Start a training; the library follows it."""
        job = self.submit(request, title=title)
        job.progressed.connect(self._follow_training)
        job.ended.connect(self.refresh_runs)
        return job

    def cancel(self, job: Job) -> None:
        """End a job now."""
        self.engine.cancel(job.id)

    def wish(self, job: Job, wish: Wish) -> None:
        """Pause, resume, or stop and keep."""
        self.engine.wish(job.id, wish)

    def retry(self, job: Job) -> Job:
        """Start an ended job again; a training that has a run folder goes on with it."""
        self.dismiss(job)
        if isinstance(job.request, Train):
            request = job.request
            if job.run_folder is not None:
                request = Train(resume=job.run_folder, device=job.request.device)
            return self.train(request, job.title)
        return self.submit(job.request, title=job.title)

    def dismiss(self, job: Job) -> None:
        """Take an ended job off the list."""
        if job in self.jobs and not job.open:
            self.jobs.remove(job)
            self.jobs_changed.emit()

    def poll(self) -> None:
        """Hand the engine's events to their jobs."""
        for event in self.engine.poll():
            job = self._open.get(event.job)
            if job is None:
                continue
            if not isinstance(event, Progress):
                del self._open[event.job]
            job.take(event)
            if not job.open:
                self._ended(job, event)
        self._timer.setInterval(self._interval)

    @property
    def _interval(self) -> int:
        if not self._open:
            return _CALM
        return _EAGER if time.monotonic() < self._eager_until else _LIVELY

    def close(self) -> None:
        """End every job and process."""
        self._timer.stop()
        self.closed.emit()
        self.engine.close()

    # --- the library ---

    def refresh_runs(self) -> None:
        """Read the library again; the chosen run stays chosen if it is still there."""
        self.shipped, _ = library.list_runs(library.shipped_folder())
        self.own, self.broken = library.list_runs(self.root)
        self.runs_changed.emit()
        if self.selected is not None:
            self.select(self.selected.folder)

    def select(self, folder: Path | None) -> None:
        """Choose a run by its folder; None, or a folder that is gone, chooses none."""
        found = [run for run in [*self.own, *self.shipped] if run.folder == folder]
        self.selected = found[0] if found else None
        if self.selected is not None:
            self.settings.setValue("selected", str(self.selected.folder))
            self._had_model = self.selected.has_model
        self.run_selected.emit(self.selected)

    def card_of(self, run: Run | None) -> ModelCard | None:
        """The card of a run's family, if the engine has told of it."""
        return None if run is None else self.cards.get(run.manifest.family)

    def training_of(self, folder: Path) -> Job | None:
        """The open training of a run folder, or None."""
        return next((job for job in self.jobs if job.open and job.run_folder == folder), None)

    def change_library(self, action: Callable[[], object]) -> bool:
        """Do something to the library and read it again; a `UserError` becomes a notice."""
        try:
            action()
        except UserError as error:
            self.notice("error", error.title, error.advice)
            return False
        self.refresh_runs()
        return True

    # --- telling ---

    def notice(
        self,
        kind: Literal["info", "good", "warning", "error"],
        title: str,
        advice: str = "",
        details: str = "",
    ) -> None:
        """Tell the person."""
        self.noticed.emit(Notice(kind, title, advice, details))

    def _take_description(self, description: Description) -> None:
        self.cards = {card.name: card for card in description.cards}
        self.methods = description.methods
        self.devices = description.devices
        if description.uncompiled:
            self.submit(CompileSamplers(), channel="compile", title="Preparing the fast samplers")
        self.described.emit()
        self.run_selected.emit(self.selected)

    def _follow_training(self, payload: object) -> None:
        if isinstance(payload, TrainStarted):
            self.refresh_runs()
        elif self.selected is not None and self.selected.has_model != self._had_model:
            self.select(self.selected.folder)  # its first checkpoint: now there is a model to use

    def _ended(self, job: Job, event: Event) -> None:
        self.job_ended.emit(job)
        if isinstance(event, Failed) and job.title:
            self.notice("error", event.title, event.advice, event.details)
        if isinstance(event, Cancelled) and job in self.jobs and not isinstance(job.request, Train):
            self.jobs.remove(job)
        self.jobs_changed.emit()
