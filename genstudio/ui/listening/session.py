"""Asks the engine for sounds and keeps them as takes; no widget and no loudspeaker."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.messages import (
    Complete,
    Failed,
    ReadSound,
    Sample,
    SampleStarted,
    TeacherForce,
    TeacherForced,
)
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.core.spaces import Sequence
from genstudio.core.trace import TraceChunk, longest_recording
from genstudio.data.companding import samples_of
from genstudio.ui.listening.takes import SoundTake, SoundTakes
from genstudio.ui.studio import Job, Studio

__all__ = ["CHANNEL", "Session", "Wanted"]

CHANNEL = "listen"
_FILE_CHANNEL = "listen file"
_WARM_CHANNEL = "listen warm"
_MODELS_KEPT = 4
_FIRST_SEAM = 0.5  # seconds of a file that are given unless the person says else


@dataclass(frozen=True)
class Wanted:
    """What to draw.

    Attributes:
        length: samples.
        seed: of the uniforms.
        controls: temperature and the like.
        labels: (1, L) classes, or None for any.
    """

    length: int
    seed: int = 0
    controls: Mapping[str, Any] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None


class Session(QObject):
    """The takes of the chosen model, the current one, and the job that makes one longer.

    Attributes:
        opened: another `SoundTake` is current, or None.
        grown: a `SoundTake` has more samples.
        ended: nothing will be added to a `SoundTake`.
        takes_changed: takes came or went.
        forgotten: so many of the oldest takes went to make room.
        failed: the engine's `Failed`; nothing is being drawn any more.
        busy_changed: a job began or ended.
    """

    opened = Signal(object)
    grown = Signal(object)
    ended = Signal(object)
    takes_changed = Signal()
    forgotten = Signal(int)
    failed = Signal(object)
    busy_changed = Signal()

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._kept: dict[Path, SoundTakes] = {}
        self.run: Run | None = None
        self.takes = SoundTakes()
        self.current: SoundTake | None = None
        self.growing: SoundTake | None = None
        self._job: Job | None = None
        self._reading: Job | None = None
        self._began = 0.0

    @property
    def busy(self) -> bool:
        """Whether something is being drawn or read."""
        return self._job is not None or self._reading is not None

    @property
    def drawing(self) -> bool:
        """Whether something is being drawn."""
        return self._job is not None

    @property
    def space(self) -> Sequence | None:
        """What the chosen model draws."""
        space = None if self.run is None else self.run.manifest.space
        return space if isinstance(space, Sequence) else None

    def use(self, run: Run | None) -> None:
        """Turn to another model; the takes of the last few are kept."""
        self.stop()
        if self._reading is not None:
            self._studio.cancel(self._reading)
        self.run = run
        if run is not None:
            self.takes = self._kept.pop(run.folder, SoundTakes())
            self._kept[run.folder] = self.takes
            while len(self._kept) > _MODELS_KEPT:
                del self._kept[next(iter(self._kept))]
        newest = max(self.takes, key=lambda take: take.number, default=None)
        self.current = newest if run is not None else None
        self.takes_changed.emit()
        self.opened.emit(self.current)

    def warm(self) -> None:
        """Have the model loaded and its sampler ready before anybody wants to hear it."""
        if self.run is not None and self.run.has_model:
            self._studio.submit(Sample(run=self.run.folder, length=1), channel=_WARM_CHANNEL)

    # --- making sounds ---

    def generate(self, wanted: Wanted) -> None:
        """Draw a sound."""
        if self.run is None:
            return
        self._submit(
            Sample(
                run=self.run.folder,
                seed=wanted.seed,
                controls=dict(wanted.controls),
                labels=wanted.labels,
                length=wanted.length,
            )
        )

    def go_on(
        self, origin: SoundTake, seam: int, wanted: Wanted, instead: SoundTake | None = None
    ) -> None:
        """Draw what follows the beginning of a take.

        Args:
            origin: whose first samples are given.
            seam: how many of them.
            wanted: what follows; so many samples are added to those given.
            instead: the take whose place the new one has.
        """
        if self.run is None or not 0 < seam <= min(
            origin.length, longest_recording(origin.space) - 1
        ):
            return
        length = min(longest_recording(origin.space), seam + wanted.length)
        symbols = np.zeros((1, length, 1), np.uint8)
        symbols[0, :seam, 0] = origin.symbols[:seam]
        known = np.zeros((1, length, 1), np.bool_)
        known[0, :seam] = True
        request = Complete(
            run=self.run.folder,
            images=symbols,
            known=known,
            seed=wanted.seed,
            controls=dict(wanted.controls),
            labels=wanted.labels,
            length=length,
        )
        self._submit(request, origin, seam, instead)

    def recall(self, recipe: Recipe, name: str) -> None:
        """Draw again what a recipe made, its beginning included; that is called so."""
        space = self.space
        if self.run is None or space is None:
            return
        labels = np.array(recipe.labels, np.int64) if recipe.labels else None
        given = recipe.given()
        length = (recipe.length or space.length) - len(given)
        wanted = Wanted(length, recipe.seed, recipe.controls, labels)
        if not len(given):
            self.generate(wanted)
            return
        beginning = self._brought(samples_of(given, space.levels), name)
        self.go_on(beginning, len(given), wanted)

    def force(self, take: SoundTake, wanted: Wanted) -> None:
        """Let the model draw a take twice with the same uniforms, each way a take of its own.

        Once each sample given the real ones before it, once given those that it drew itself after
        the seam; what it expected of the real ones is then known too.

        Args:
            take: which is whole.
            wanted: seed, knobs and classes; the length is the take's.
        """
        if self.run is None or not take.done:
            return
        labels = take.labels if len(take.labels) else None
        if labels is None and wanted.labels is not None:
            labels = wanted.labels[0]
        request = TeacherForce(
            run=self.run.folder,
            sound=take.symbols.copy(),
            given=min(take.seam, take.length),
            seed=wanted.seed,
            controls=dict(wanted.controls),
            labels=labels,
        )
        self._reading = job = self._studio.submit(request, channel=_FILE_CHANNEL)
        job.finished.connect(lambda found: self._forced(take, found))
        job.failed.connect(self.failed)
        job.ended.connect(lambda: self._read(job))
        self.busy_changed.emit()

    def _forced(self, take: SoundTake, found: TeacherForced) -> None:
        levels = take.space.levels
        if take.source:
            take.take_expected(found.entropy, found.surprise)
        for symbols, way in ((found.free, "given its own past"), (found.forced, "given the real")):
            self.add(samples_of(symbols, levels), f"{take.words}, {way}")
        self._studio.notice(
            "info",
            f"“{take.words}” surprises the model by {found.surprise.mean():.2f} bits a sample.",
            f"What it draws by itself surprises it by {found.free_surprise.mean():.2f}.",
        )

    def stop(self) -> None:
        """End what is being drawn; what there is stays."""
        if self._job is not None:
            self._studio.cancel(self._job)
            self._done(self._job)

    def read(self, path: Path) -> None:
        """Bring in a file of sound."""
        space = self.space
        if space is None:
            return
        request = ReadSound(path=path, rate=space.rate)
        self._reading = job = self._studio.submit(request, channel=_FILE_CHANNEL)
        job.finished.connect(lambda samples: self.add(samples, path.name))
        job.failed.connect(self.failed)
        job.ended.connect(lambda: self._read(job))
        self.busy_changed.emit()

    def add(self, samples: NDArray[np.int16], source: str) -> None:
        """Make a take of 16-bit samples (n,) at the model's rate, and call it so."""
        if self.run is not None and self.space is not None:
            self._keep(self._brought(samples, source))

    def _brought(self, samples: NDArray[np.int16], source: str) -> SoundTake:
        assert self.run is not None and self.space is not None  # noqa: S101 - who asks knows it
        space = self.space
        seam = min(len(samples), round(_FIRST_SEAM * space.rate))
        number = self.takes.next_number()
        take = SoundTake(number, self.run, space, None, len(samples), source=source, seam=seam)
        take.take_samples(samples)
        take.done = True
        return take

    # --- going about in them ---

    def open(self, take: SoundTake) -> None:
        """Go to a take."""
        if take is not self.current:
            self.current = take
            self.opened.emit(take)

    def delete(self, take: SoundTake) -> None:
        """Forget a take; what is shown moves to its neighbour."""
        if take is self.growing:
            self.stop()
        if take not in list(self.takes):
            return  # stopped before anything was drawn
        neighbour = self.takes.remove(take)
        self.takes_changed.emit()
        if take is self.current:
            self.current = neighbour
            self.opened.emit(neighbour)

    # --- the job ---

    def _keep(self, take: SoundTake, instead: SoundTake | None = None) -> None:
        self.takes.add(take, instead)
        gone = self.takes.make_room(take)
        self.current = take
        self.takes_changed.emit()
        self.opened.emit(take)
        if gone:
            self.forgotten.emit(gone)

    def _submit(
        self,
        request: Sample | Complete,
        origin: SoundTake | None = None,
        seam: int = 0,
        instead: SoundTake | None = None,
    ) -> None:
        self.stop()
        self._job = job = self._studio.submit(request, channel=CHANNEL)
        self._began = time.monotonic()
        job.progressed.connect(lambda payload: self._progress(job, payload, origin, seam, instead))
        job.failed.connect(lambda failed: self._failed(job, failed))
        job.finished.connect(lambda _: self._done(job))
        job.cancelled.connect(lambda: self._done(job))
        self.busy_changed.emit()

    def _progress(
        self,
        job: Job,
        payload: object,
        origin: SoundTake | None,
        seam: int,
        instead: SoundTake | None,
    ) -> None:
        if job is not self._job or self.run is None:
            return
        if isinstance(payload, SampleStarted) and isinstance(payload.space, Sequence):
            request = job.request
            assert isinstance(request, Sample | Complete)  # noqa: S101 - for the type checker
            labels = payload.labels[0] if payload.labels.size else np.zeros(0, np.int64)
            number = self.takes.next_number()
            self.growing = SoundTake(
                number,
                self.run,
                payload.space,
                request,
                len(payload.order),
                labels=labels,
                origin=origin,
                seam=seam,
            )
            self._began = time.monotonic()
            self._keep(self.growing, instead)
        elif isinstance(payload, TraceChunk) and self.growing is not None:
            self.growing.take_chunk(payload)
            self.growing.seconds_drawing = time.monotonic() - self._began
            self.grown.emit(self.growing)

    def _failed(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self._done(job)
            self.failed.emit(failed)

    def _read(self, job: Job) -> None:
        if job is self._reading:
            self._reading = None
            self.busy_changed.emit()

    def _done(self, job: Job) -> None:
        if job is not self._job:
            return
        take, self._job, self.growing = self.growing, None, None
        if take is not None:
            take.done, take.total = True, take.length
            self.ended.emit(take)
            if take.length == 0:
                self.delete(take)
        self.busy_changed.emit()
