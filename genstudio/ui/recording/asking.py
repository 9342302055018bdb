"""Asks the engine small questions, one at a time, and remembers the answers; no widget."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from genstudio.core.messages import Failed, Request
from genstudio.ui.studio import Job, Studio

__all__ = ["Asking", "Question"]

_DEBOUNCE = 60  # milliseconds that the pointer rests before anything is asked
_REMEMBERED = 256


class Question(Protocol):
    """What is asked."""

    @property
    def key(self) -> Hashable:
        """Equal where the answer is."""

    def request(self) -> Request:
        """The same for the engine."""


class Asking(QObject):
    """One question at a time; the newest wish wins.

    Attributes:
        found: (`Question`, the engine's answer).
        failed: the engine's `Failed`.
        busy_changed: a question was asked or answered.
    """

    found = Signal(object, object)
    failed = Signal(object)
    busy_changed = Signal()

    def __init__(self, studio: Studio, parent: QObject, channel: str) -> None:
        super().__init__(parent)
        self._studio = studio
        self._channel = channel
        self._answers: dict[Hashable, Any] = {}
        self._wanted: Question | None = None
        self._patient = False
        self._job: Job | None = None
        self._asked: Question | None = None
        self._timer = QTimer(self, singleShot=True, interval=_DEBOUNCE)
        self._timer.timeout.connect(self._ask)

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._job is not None or self._timer.isActive()

    def ask(self, question: Question, patient: bool = False) -> None:
        """Want an answer; one that is known is given at once.

        Args:
            question: what.
            patient: while a recording plays, every frame has another question: the one that is
                open is then answered first, or none ever would be.
        """
        known = self._answers.get(question.key)
        if known is not None:
            self.forget()
            self.found.emit(question, known)
            return
        self._wanted, self._patient = question, patient
        if self._asked is not None and self._asked.key == question.key:
            return
        if not self._timer.isActive():
            self._timer.start()

    def forget(self) -> None:
        """Want nothing any more."""
        self._wanted = None
        self._timer.stop()
        if self._job is not None:
            self._studio.cancel(self._job)

    def _ask(self) -> None:
        question = self._wanted
        if question is None or (self._patient and self._job is not None):
            return
        self._asked = question
        self._job = job = self._studio.submit(question.request(), channel=self._channel)
        job.finished.connect(lambda found: self._answered(question, found))
        job.failed.connect(lambda failed: self._refused(job, failed))
        job.ended.connect(lambda: self._ended(job))
        self.busy_changed.emit()

    def _answered(self, question: Question, found: Any) -> None:
        self._answers[question.key] = found
        while len(self._answers) > _REMEMBERED:
            del self._answers[next(iter(self._answers))]
        if self._wanted is not None:
            self.found.emit(question, found)

    def _refused(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self._wanted = None
            self.failed.emit(failed)

    def _ended(self, job: Job) -> None:
        if job is not self._job:
            return
        asked, self._job, self._asked = self._asked, None, None
        if self._wanted is not None and asked is not None and self._wanted.key != asked.key:
            self._timer.start()
        self.busy_changed.emit()
