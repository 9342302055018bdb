"""Asks the engine for draws in stages and keeps them as takes; no widget."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.latent import LatentDraws
from genstudio.core.messages import Failed, Sample
from genstudio.core.pictures import sheet
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.core.stages import Stages
from genstudio.ui.recording.recorder import CHANNEL, Wanted
from genstudio.ui.recording.takes import MOST_TAKES, told_of
from genstudio.ui.studio import Job, Studio

__all__ = ["StageRecorder", "StageTake"]

_MODELS_KEPT = 4


@dataclass(eq=False)
class StageTake:
    """Draws with what made them.

    Attributes:
        number: 1, 2, 3 … as they came.
        run: the model's run.
        request: what the engine was asked.
        stages: what was drawn.
        seen: whether it was played once.
    """

    number: int
    run: Run
    request: Sample
    stages: Stages
    seen: bool = False

    @property
    def parent(self) -> None:
        """There are no branches: draws in stages are not changed by hand."""
        return

    @property
    def words(self) -> str:
        """What tells it from the others."""
        return f"Seed {self.request.seed}"

    @property
    def told(self) -> str:
        """All that is to be known about it, for a tooltip."""
        request = self.request
        return told_of(self.number, request.seed, self.stages.count, request.controls)

    def sheet(self) -> NDArray[np.uint8]:
        """(height, width, 1 or 3), 0 … 255: what was drawn in the end."""
        return sheet(self.stages.draws.images, self.stages.space.levels)

    @property
    def file_name(self) -> str:
        """What to call a file of it, without an ending."""
        return f"{self.run.name}-seed{self.request.seed}-take{self.number}"

    def content(self, kind: str, scale: int, recipe: Recipe) -> bytes:
        """See `Stages.content`."""
        return self.stages.content(kind, scale, recipe)

    def recipe(self, weights: str = "") -> Recipe:
        """What makes this take again."""
        labels = self.stages.draws.labels
        return self._own.model_copy(
            update={
                "weights": weights,
                "count": self.stages.count,
                "seed": self.request.seed,
                "first": self.request.first,
                "controls": dict(self.request.controls),
                "labels": labels.tolist() if labels.size else [],
            }
        )

    def code_recipe(self, sample: int) -> Recipe:
        """The code of one sample, as a place in the latent space."""
        labels = self.stages.draws.labels[sample : sample + 1]
        return self._own.model_copy(
            update={
                "kind": "latent",
                "method": "decode",
                "labels": labels.tolist() if labels.size else [],
                "settings": {"codes": [[float(value) for value in self.stages.codes[sample]]]},
            }
        )

    @property
    def _own(self) -> Recipe:
        """What both name: the model."""
        manifest = self.run.manifest
        return Recipe(run=self.run.name, title=manifest.title, family=manifest.family)


class StageRecorder(QObject):
    """The takes of the chosen model, the current one, and the job that draws another.

    Attributes:
        opened: another `StageTake` is current, or None.
        takes_changed: takes came or went.
        forgotten: so many of the oldest takes went to make room.
        failed: the engine's `Failed`.
        run: the chosen run, or None.
        takes: of it, the oldest first.
        current: the one that is shown, or None.
    """

    opened = Signal(object)
    takes_changed = Signal()
    forgotten = Signal(int)
    failed = Signal(object)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._kept: dict[Path, list[StageTake]] = {}
        self.run: Run | None = None
        self.takes: list[StageTake] = []
        self.current: StageTake | None = None
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        """Whether draws are awaited."""
        return self._job is not None

    @property
    def newest(self) -> StageTake | None:
        """The last one that was drawn, or None."""
        return self.takes[-1] if self.takes else None

    def use(self, run: Run) -> None:
        """Turn to another model; the takes of the last few are kept."""
        self.stop()
        self.run = run
        self.takes = self._kept.pop(run.folder, [])
        self._kept[run.folder] = self.takes
        while len(self._kept) > _MODELS_KEPT:
            del self._kept[next(iter(self._kept))]
        self._open(self.newest)

    def generate(self, wanted: Wanted, instead: bool = False) -> None:
        """Draw; `instead` of the current take, where there is one."""
        run = self.run
        if run is None:
            return
        request = Sample(
            run=run.folder,
            count=wanted.count,
            seed=wanted.seed,
            first=wanted.first,
            controls=dict(wanted.controls),
            labels=wanted.labels,
        )
        old = self.current if instead else None
        self._job = job = self._studio.submit(request, channel=CHANNEL)
        job.progressed.connect(lambda payload: self._take(job, run, request, payload, old))
        job.failed.connect(lambda failed: self._fail(job, failed))
        job.ended.connect(lambda: self._end(job))

    def open(self, take: StageTake) -> None:
        """Go to a take."""
        if take is not self.current:
            self._open(take)

    def delete(self, take: StageTake) -> None:
        """Forget a take; what is shown moves to the newest other one."""
        self.takes.remove(take)
        if take is self.current:
            self._open(self.newest)
        else:
            self.takes_changed.emit()

    def stop(self) -> None:
        """Want nothing any more."""
        job, self._job = self._job, None
        if job is not None:
            self._studio.cancel(job)

    def _open(self, take: StageTake | None) -> None:
        self.current = take
        self.takes_changed.emit()
        self.opened.emit(take)

    def _take(
        self, job: Job, run: Run, request: Sample, payload: object, old: StageTake | None
    ) -> None:
        if job is not self._job or not isinstance(payload, LatentDraws):
            return
        if old in self.takes:
            self.takes.remove(old)
        number = max((take.number for take in self.takes), default=0) + 1
        take = StageTake(number, run, request, Stages(payload, run.manifest.grid))
        self.takes.append(take)
        gone = len(self.takes) - MOST_TAKES
        if gone > 0:
            del self.takes[:gone]
            self.forgotten.emit(gone)
        self._open(take)

    def _fail(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self.failed.emit(failed)

    def _end(self, job: Job) -> None:
        if job is self._job:
            self._job = None
