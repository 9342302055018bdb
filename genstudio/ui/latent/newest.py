"""One request at a time, and of those that wait only the newest."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from genstudio.core.messages import Failed, Request
from genstudio.ui.studio import Job, Studio

__all__ = ["Newest"]


class Newest(QObject):
    """Never more than one request is open and one waiting.

    What is asked sixty times a second is answered as often as the engine can, and the last wish
    always is.

    Attributes:
        found: (what the request was about, the engine's answer).
        failed: the engine's `Failed`.
        busy_changed: a request was asked or answered.
    """

    found = Signal(object, object)
    failed = Signal(object)
    busy_changed = Signal()

    def __init__(self, studio: Studio, parent: QObject, channel: str) -> None:
        super().__init__(parent)
        self._studio = studio
        self._channel = channel
        self._job: Job | None = None
        self._waiting: tuple[Request, object] | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._job is not None

    def ask(self, request: Request, about: object = None) -> None:
        """Ask now, or as soon as the open request is answered; `about` comes back with it."""
        if self._job is not None:
            self._waiting = request, about
            return
        self._waiting = None
        self._job = job = self._studio.submit(request, channel=self._channel)
        job.finished.connect(lambda found: self._answered(job, about, found))
        job.failed.connect(lambda failed: self._refused(job, failed))
        job.ended.connect(lambda: self._ended(job))
        self.busy_changed.emit()

    def forget(self) -> None:
        """Want nothing any more: the model is another one."""
        self._waiting = None
        job, self._job = self._job, None
        if job is not None:
            self._studio.cancel(job)
            self.busy_changed.emit()

    def _answered(self, job: Job, about: object, found: Any) -> None:
        if job is self._job:
            self.found.emit(about, found)

    def _refused(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self.failed.emit(failed)

    def _ended(self, job: Job) -> None:
        if job is not self._job:
            return
        self._job = None
        if self._waiting is not None:
            self.ask(*self._waiting)
        else:
            self.busy_changed.emit()
