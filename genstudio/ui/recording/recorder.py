"""Asks the engine for recordings and keeps them as takes; no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.draw import DrawControls
from genstudio.core.messages import Complete, Failed, Sample, SampleStarted
from genstudio.core.recipe import Edit
from genstudio.core.runs import Run
from genstudio.core.trace import Trace, TraceChunk
from genstudio.ui.recording.takes import Take, Takes
from genstudio.ui.studio import Job, Studio

__all__ = ["CHANNEL", "Recorder", "Wanted"]

CHANNEL = "generate"
_MODELS_KEPT = 4


@dataclass(frozen=True)
class Wanted:
    """What to draw; the fields are those of `Sample`.

    Attributes:
        edits: interventions to repeat, one after the other.
    """

    count: int = 1
    seed: int = 0
    first: int = 0
    controls: Mapping[str, Any] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None
    edits: tuple[Edit, ...] = ()


class Recorder(QObject):
    """The takes of the chosen model, the current one, and the job that makes it longer.

    Attributes:
        opened: another `Take` is current, or None.
        grown: the current take has more steps.
        takes_changed: takes came or went.
        forgotten: so many of the oldest takes went to make room.
        failed: the engine's `Failed`; nothing is being drawn any more.
        completed: a `Take` is recorded to its end.
        busy_changed: a job began or ended.
    """

    opened = Signal(object)
    grown = Signal()
    takes_changed = Signal()
    forgotten = Signal(int)
    failed = Signal(object)
    completed = Signal(object)
    busy_changed = Signal()

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._kept: dict[Path, Takes] = {}
        self.run: Run | None = None
        self.takes = Takes()
        self.current: Take | None = None
        self._job: Job | None = None
        self._growing: Take | None = None
        self._edits: list[Edit] = []

    @property
    def busy(self) -> bool:
        """Whether something is being drawn."""
        return self._job is not None

    @property
    def growing(self) -> Take | None:
        """The take that is being drawn."""
        return self._growing

    def use(self, run: Run | None) -> None:
        """Turn to another model; the takes of the last few are kept."""
        self.stop()
        self.run = run
        if run is not None:
            self.takes = self._kept.pop(run.folder, Takes())
            self._kept[run.folder] = self.takes
            while len(self._kept) > _MODELS_KEPT:
                del self._kept[next(iter(self._kept))]
        newest = max(self.takes, key=lambda take: take.number, default=None)
        self.current = newest if run is not None else None
        self.takes_changed.emit()
        self.opened.emit(self.current)

    def generate(self, wanted: Wanted, instead: bool = False) -> None:
        """Draw a new root.

        Args:
            wanted: what.
            instead: whether it takes the place of the current take, if that is a root
                without branches.
        """
        if self.run is None:
            return
        self._edits = list(wanted.edits)
        request = Sample(
            run=self.run.folder,
            count=wanted.count,
            seed=wanted.seed,
            first=wanted.first,
            controls=dict(wanted.controls),
            labels=wanted.labels,
        )
        old = self.current if instead else None
        if old is not None and (old.parent is not None or old.children or old.source):
            old = None
        self._submit(request, None, old)

    def score(
        self,
        image: NDArray[np.uint8],
        labels: NDArray[np.int64] | None,
        source: str,
        seed: int,
        edits: Sequence[Edit] = (),
    ) -> None:
        """Make a root of a real image: all is known, and nothing drawn.

        Args:
            image: (*S) symbols.
            labels: (L,) classes, or None for any.
            source: what it is called.
            seed: of the uniforms with which it is drawn on once it is changed.
            edits: interventions to repeat, one after the other.
        """
        if self.run is None:
            return
        self._edits = list(edits)
        known = np.ones((1, *image.shape), np.bool_)
        told = None if labels is None else labels[None]
        request = Complete(self.run.folder, image[None], known, seed=seed, labels=told)
        self._submit(request, None, None, source)

    def intervene(self, take: Take, sample: int, step: int, symbol: int) -> None:
        """Put a symbol by hand and draw the rest again, from the same uniforms."""
        fork = self.takes.add_fork(take, sample, step, symbol)
        self._make_room(fork)
        self._open(fork)
        self._submit(fork.request, fork, None)

    def open(self, take: Take) -> None:
        """Go to a take; one that was cut short is drawn on."""
        if take is self.current:
            return
        self._open(take)
        if not take.trace.complete and take is not self._growing:
            self._submit(take.request, take, None)

    def delete(self, take: Take) -> None:
        """Forget a take and its branches; what is shown moves to its parent or neighbour."""
        line, above = self.current, False
        while line is not None:
            above = above or line is take
            line = line.parent
        if above and self._job is not None:
            self.stop()
        self.takes.remove(take)
        self.takes_changed.emit()
        if above:
            rest = list(self.takes)
            self._open(take.parent or (rest[-1] if rest else None))

    def stop(self) -> None:
        """End what is being drawn; what there is stays."""
        if self._job is not None:
            self._studio.cancel(self._job)
            self._done(self._job)

    # --- the job ---

    def _open(self, take: Take | None) -> None:
        self.current = take
        self.takes_changed.emit()
        self.opened.emit(take)

    def _submit(
        self, request: Sample | Complete, take: Take | None, old: Take | None, source: str = ""
    ) -> None:
        job = self._studio.submit(request, channel=CHANNEL)
        self._job, self._growing = job, take
        job.progressed.connect(lambda payload: self._progress(job, payload, old, source))
        job.failed.connect(lambda failed: self._failed(job, failed))
        job.finished.connect(lambda _: self._finished(job))
        job.cancelled.connect(lambda: self._done(job))
        self.busy_changed.emit()

    def _progress(self, job: Job, payload: object, old: Take | None, source: str) -> None:
        if job is not self._job:
            return  # superseded: a newer wish holds the channel
        if isinstance(payload, SampleStarted) and self._growing is None:
            self._begin(job, payload, old, source)
        elif isinstance(payload, TraceChunk) and self._growing is not None:
            self._growing.take_chunk(payload)
            if self._growing is self.current:
                self.grown.emit()

    def _begin(self, job: Job, started: SampleStarted, old: Take | None, source: str) -> None:
        assert self.run is not None and isinstance(job.request, Sample | Complete)  # noqa: S101
        trace = Trace(
            started.space,
            started.order,
            started.uniforms,
            DrawControls.checked(started.controls),
            started.labels,
            started.seed,
        )
        if old is not None and old in self.takes.roots:
            self.takes.remove(old)
        self._growing = self.takes.add_root(self.run, job.request, trace, source)
        self._make_room(self._growing)
        self._open(self._growing)

    def _make_room(self, keep: Take) -> None:
        gone = self.takes.make_room(keep)
        if gone:
            self.forgotten.emit(len(gone))

    def _finished(self, job: Job) -> None:
        if job is not self._job:
            return
        take = self._growing
        self._done(job)
        if take is not None:
            self.completed.emit(take)
        if take is not None and self._edits and take is self.current:
            edit = self._edits.pop(0)
            if edit.sample < take.trace.count and edit.step < take.trace.length:
                self.intervene(take, edit.sample, edit.step, edit.symbol)

    def _failed(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self._done(job)
            self.failed.emit(failed)

    def _done(self, job: Job) -> None:
        if job is self._job:
            self._job = self._growing = None
            self.busy_changed.emit()
