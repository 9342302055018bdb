"""Where the image comes from: the data, the model, a file, the clipboard, or one's own hand."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from genstudio.core.latent import LatentDraws
from genstudio.core.messages import (
    Browsed,
    BrowseImages,
    Failed,
    FitImage,
    Fitted,
    Picked,
    PickImage,
    Request,
    Sample,
    SampleStarted,
)
from genstudio.core.runs import Run
from genstudio.core.trace import TraceChunk
from genstudio.ui.inpainting.trial import Subject
from genstudio.ui.studio import Job, Studio

__all__ = ["Sources"]

_CHANNEL = "inpaint image"
_FRESH_SEEDS = 1_000_000
_NO_LABELS = np.empty(0, np.int64)


class Sources(QObject):
    """Brings images that fit the chosen model; the newest wish wins.

    Attributes:
        brought: a `Subject` is here.
        fitted: a `Fitted` and what it is called, after it is brought: how the picture became
            an image.
        failed: the engine's `Failed`; `again` asks once more.
        busy_changed: something was asked for, or is here.
    """

    brought = Signal(object)
    fitted = Signal(object, str)
    failed = Signal(object)
    busy_changed = Signal()

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.run: Run | None = None
        self._job: Job | None = None
        self._at: int | None = None  # where the image stands in its split
        self._again: Callable[[], None] = self.random

    @property
    def busy(self) -> bool:
        """Whether an image is on its way."""
        return self._job is not None

    def use(self, run: Run) -> None:
        """Turn to another model; an image that was on its way to the old one is not wanted."""
        self.run = run
        self._at = None
        self.stop()

    def stop(self) -> None:
        """Do not wait for what is on its way."""
        if self._job is not None:
            job, self._job = self._job, None
            self._studio.cancel(job)
            self.busy_changed.emit()

    def again(self) -> None:
        """Ask once more for what failed."""
        self._again()

    # --- from the data ---

    def random(self, class_index: int | None = None) -> None:
        """An image by chance, of those that no model has learned from."""
        run = self.run
        if run is not None:
            self._again = lambda: self.random(class_index)
            request = PickImage(run.manifest.data, secrets.randbelow(_FRESH_SEEDS), class_index)
            self._ask(request, self._picked)

    def next(self) -> None:
        """The image that comes after this one in the data; the first where it came from elsewhere.

        After the last one comes the first.
        """
        self._numbered(0 if self._at is None else self._at + 1)

    def take(
        self, split: str, number: int, image: NDArray[np.uint8], labels: NDArray[np.int64]
    ) -> None:
        """Bring an image of the data that is here already."""
        self._at = number
        self.brought.emit(Subject(image, labels, self._words(split, number, labels)))

    def _numbered(self, number: int) -> None:
        run = self.run
        if run is None:
            return
        self._again = lambda: self._numbered(number)

        def found(page: Browsed) -> None:
            if len(page.numbers):
                self.take(page.split, int(page.numbers[0]), page.images[0], page.labels[0])
            elif number:
                self._numbered(0)

        self._ask(BrowseImages(run.manifest.data, first=number, count=1), found)

    def _picked(self, found: Picked) -> None:
        self.take(found.split, found.number, found.image, found.labels)

    def _words(self, split: str, number: int, labels: NDArray[np.int64]) -> str:
        said = [f"{split} image {number:,}"]
        if self.run is not None:
            said += [
                f"{label.name} {label.classes[which]}"
                for label, which in zip(self.run.manifest.grid.labels, labels, strict=False)
            ]
        return ", ".join(said)

    # --- from the model ---

    def drawn(self, labels: NDArray[np.int64] | None = None) -> None:
        """A fresh image of the model's own, of these classes (L,) or of any."""
        run = self.run
        if run is None:
            return
        self._again = lambda: self.drawn(labels)
        seed = secrets.randbelow(_FRESH_SEEDS)
        gathered: list[SampleStarted | TraceChunk | LatentDraws] = []
        job = self._ask(
            Sample(run.folder, seed=seed, labels=labels), lambda _: self._sampled(gathered, seed)
        )
        job.progressed.connect(gathered.append)

    def _sampled(self, gathered: list[SampleStarted | TraceChunk | LatentDraws], seed: int) -> None:
        words = f"drawn by the model from seed {seed}"
        decoded = next((part for part in gathered if isinstance(part, LatentDraws)), None)
        if decoded is not None:
            self._at = None
            self.brought.emit(Subject(decoded.images[0], decoded.labels[0], words))
            return
        started = next((part for part in gathered if isinstance(part, SampleStarted)), None)
        chunks = [part for part in gathered if isinstance(part, TraceChunk)]
        if started is None or not chunks:
            return
        symbols = TraceChunk.joined(chunks).symbols[0]
        image = np.zeros(started.space.dimensions, np.uint8)
        image[started.order] = symbols
        self._at = None
        labels = started.labels[0] if started.labels.size else _NO_LABELS
        self.brought.emit(Subject(image.reshape(started.space.shape), labels, words))

    # --- from outside ---

    def read(self, path: Path) -> None:
        """A picture file, fitted to the model's space."""
        run = self.run
        if run is not None:
            self._again = lambda: self.read(path)
            request = FitImage(run.manifest.grid, path.name, path=path)
            self._ask(request, lambda found: self._fitted(found, path.name))

    def paste(self) -> None:
        """The picture on the clipboard, or the picture file that was copied."""
        data = QGuiApplication.clipboard().mimeData()
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if data.hasImage():
            image = QGuiApplication.clipboard().image()
            if not image.isNull():
                self._paste_image(image)
                return
        if files:
            self.read(files[0])
            return
        self._again = self.paste
        self.failed.emit(
            Failed(0, "There is no picture on the clipboard.", "Copy one, then paste it here.")
        )

    def _paste_image(self, image: QImage) -> None:
        run = self.run
        if run is None:
            return
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload] # the stubs want bytes, PySide a str
        content = bytes(buffer.data().data())
        name = "the picture on the clipboard"
        self._again = self.paste
        request = FitImage(run.manifest.grid, name, content=content)
        self._ask(request, lambda found: self._fitted(found, name))

    def _fitted(self, found: Fitted, name: str) -> None:
        self._at = None
        self.brought.emit(Subject(found.image, _NO_LABELS, name))
        self.fitted.emit(found, name)

    # --- by hand ---

    def blank(self) -> None:
        """Nothing but symbol 0, to draw on."""
        if self.run is not None:
            self._at = None
            image = np.zeros(self.run.manifest.grid.shape, np.uint8)
            self.brought.emit(Subject(image, _NO_LABELS, "drawn by hand"))

    # --- the job ---

    def _ask(self, request: Request, then: Callable[..., None]) -> Job:
        self._job = job = self._studio.submit(request, channel=_CHANNEL)

        def finish(result: object) -> None:
            if self._done(job):
                then(result)

        def fail(failed: Failed) -> None:
            if self._done(job):
                self.failed.emit(failed)

        job.finished.connect(finish)
        job.failed.connect(fail)
        job.cancelled.connect(lambda: self._done(job))
        self.busy_changed.emit()
        return job

    def _done(self, job: Job) -> bool:
        """Whether it was still waited for."""
        if job is not self._job:
            return False
        self._job = None
        self.busy_changed.emit()
        return True
