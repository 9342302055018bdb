"""The queue of trials and their history; no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.inpainting import Inpainted, MethodCard
from genstudio.core.messages import Failed, Inpaint
from genstudio.core.runs import Run
from genstudio.ui.inpainting.trial import Subject, Trial
from genstudio.ui.studio import Job, Studio

__all__ = ["MOST_BYTES", "MOST_TRIALS", "Choice", "Session"]

MOST_TRIALS = 60
MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Choice:
    """How to complete: the method and the rest of the recipe.

    Attributes:
        method: which.
        settings: of the method.
        count: chains or particles.
        seed: of everything that is drawn.
        labels: (L,) classes for a model that is conditioned on them, or None.
    """

    method: MethodCard
    settings: dict[str, Any] = field(default_factory=dict)
    count: int = 16
    seed: int = 0
    labels: NDArray[np.int64] | None = None


class Session(QObject):
    """Runs one trial after another, and remembers them until there are too many.

    Attributes:
        begun: a `Trial`'s film has begun.
        grown: a `Trial`'s film has grown.
        ended: a `Trial` has finished, failed, or was stopped.
        changed: trials came, went, or stand elsewhere in the queue.
        forgotten: so many of the oldest went to make room.
        trials: oldest first.
        current: the trial that is looked at, or None.
    """

    begun = Signal(object)
    grown = Signal(object)
    ended = Signal(object)
    changed = Signal()
    forgotten = Signal(int)

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.trials: list[Trial] = []
        self.current: Trial | None = None
        self._numbers = 0
        self._running: Trial | None = None
        self._job: Job | None = None
        studio.job_started.connect(self._adopt)

    @property
    def running(self) -> Trial | None:
        """The trial that is being worked on."""
        return self._running

    @property
    def waiting(self) -> list[Trial]:
        """Those that come after it, in order."""
        return [trial for trial in self.trials if trial.state == "waiting"]

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return self._running is not None or bool(self.waiting)

    # --- asking ---

    def ask(
        self,
        run: Run,
        subject: Subject,
        known: NDArray[np.bool_],
        choices: Sequence[Choice],
    ) -> list[Trial]:
        """Queue a trial for each choice, on one image and mask; several stand side by side.

        Args:
            run: whose model.
            subject: the whole image; what is hidden of it does not go to the engine.
            known: (*S) bool, True means known.
            choices: one, or two to be compared.
        """
        asked = []
        for choice in choices:
            self._numbers += 1
            request = Inpaint(
                run=run.folder,
                image=np.where(known, subject.image, 0).astype(np.uint8),
                known=known.copy(),
                method=choice.method.name,
                settings=dict(choice.settings),
                count=choice.count,
                seed=choice.seed,
                labels=choice.labels,
            )
            asked.append(Trial(self._numbers, run, request, choice.method, subject))
        if len(asked) == 2:
            asked[0].beside, asked[1].beside = asked[1], asked[0]
        self.trials += asked
        self.current = asked[0]
        self._make_room(asked)
        self.changed.emit()
        self._next()
        return asked

    def ask_beside(self, trial: Trial, method: MethodCard, settings: dict[str, Any]) -> None:
        """Queue another method on the image, mask and seed of a trial that stands alone."""
        request = replace(trial.request, method=method.name, settings=dict(settings))
        self._numbers += 1
        beside = Trial(self._numbers, trial.run, request, method, trial.subject)
        trial.beside, beside.beside = beside, trial
        self.trials.append(beside)
        self._make_room([trial, beside])
        self.changed.emit()
        self._next()

    def cancel(self, trial: Trial | None = None) -> None:
        """Stop a trial, at once; what it has drawn stays. Without one: all that run or wait."""
        for each in [trial] if trial is not None else [*self.waiting, self._running]:
            if each is None or not each.open:
                continue
            running = each is self._running
            each.state = "stopped"
            if running and self._job is not None:
                job, self._job, self._running = self._job, None, None
                self._studio.cancel(job)
            self.ended.emit(each)
        self.changed.emit()
        self._next()

    def retry(self, trial: Trial) -> None:
        """Ask the same again; it goes to the end of the queue."""
        if trial.open:
            return
        for job in [job for job in self._studio.jobs if job.request is trial.request]:
            self._studio.dismiss(job)
        trial.state, trial.film, trial.result, trial.failure = "waiting", None, None, None
        self.trials.remove(trial)
        self.trials.append(trial)
        self.changed.emit()
        self._next()

    def show(self, trial: Trial | None) -> None:
        """Look at a trial."""
        if trial is not self.current:
            self.current = trial
            self.changed.emit()

    def delete(self, trial: Trial) -> None:
        """Forget a trial; its neighbour is looked at instead."""
        if trial not in self.trials:
            return
        if trial.open:
            self.cancel(trial)
        at = self.trials.index(trial)
        self._forget(trial)
        if self.current is trial:
            rest = self.trials[max(0, at - 1) :]
            self.current = trial.beside or (rest[0] if rest else None)
        self.changed.emit()

    # --- the jobs ---

    def _next(self) -> None:
        if self._running is not None or not self.waiting:
            return
        trial = self.waiting[0]
        self._running, trial.state = trial, "running"
        self._follow(trial, self._studio.submit(trial.request, title=trial.title))
        self.changed.emit()

    def _adopt(self, job: Job) -> None:
        """A trial that is tried again in the list of jobs is this one, not another."""
        trial = next((t for t in self.trials if t.request is job.request and not t.open), None)
        if trial is None:
            return
        if self._running is not None:  # it waits for its turn
            self._studio.cancel(job)
            self.retry(trial)
            return
        trial.film, trial.result, trial.failure = None, None, None
        self._running, trial.state = trial, "running"
        self._follow(trial, job)
        self.changed.emit()

    def _follow(self, trial: Trial, job: Job) -> None:
        self._job = job
        job.progressed.connect(lambda payload: self._progress(job, trial, payload))
        job.finished.connect(lambda result: self._finished(job, trial, result))
        job.failed.connect(lambda failed: self._failed(job, trial, failed))
        job.cancelled.connect(lambda: self._cancelled(job, trial))

    def _progress(self, job: Job, trial: Trial, payload: object) -> None:
        if job is not self._job:
            return
        fresh = trial.film is None
        if trial.take(payload):
            (self.begun if fresh else self.grown).emit(trial)

    def _finished(self, job: Job, trial: Trial, result: Inpainted) -> None:
        if job is self._job:
            trial.result, trial.state = result, "finished"
            self._studio.dismiss(job)  # the history has it
            self._end(trial)

    def _failed(self, job: Job, trial: Trial, failed: Failed) -> None:
        if job is self._job:
            trial.failure, trial.state = failed, "failed"
            self._end(trial)

    def _cancelled(self, job: Job, trial: Trial) -> None:
        if job is self._job:  # from the list of jobs
            trial.state = "stopped"
            self._end(trial)

    def _end(self, trial: Trial) -> None:
        self._running = self._job = None
        self._make_room([trial])
        self.ended.emit(trial)
        self.changed.emit()
        self._next()

    # --- memory ---

    def _make_room(self, keep: Sequence[Trial]) -> None:
        """Forget the oldest that have ended until what is left is not too much."""
        kept = {id(trial) for trial in keep} | {id(self.current)}
        gone = 0
        while len(self.trials) > MOST_TRIALS or sum(t.bytes for t in self.trials) > MOST_BYTES:
            old = next(
                (trial for trial in self.trials if not trial.open and id(trial) not in kept), None
            )
            if old is None:
                break
            self._forget(old)
            gone += 1
        if gone:
            self.forgotten.emit(gone)

    def _forget(self, trial: Trial) -> None:
        self.trials.remove(trial)
        if trial.beside is not None:
            trial.beside.beside = None
