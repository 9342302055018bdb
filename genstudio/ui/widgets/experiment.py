"""The frame of an experiment on the shown image: a title, a way to end it, a way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from genstudio.core.messages import Failed, Request
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import HALF, icon

__all__ = ["EXPERIMENT", "Experiment"]

EXPERIMENT = "experiment"
"""The channel: a newer experiment ends the older one."""


class Experiment(QWidget):
    """A page in place of the player, and the one job it looks at.

    Subclasses put their parts into `body`, and say what they found with `say`.

    Attributes:
        left: the person wants back to the picture.
        again_wanted: the person wants it repeated.
        busy_changed: it began or ended.
    """

    left = Signal()
    again_wanted = Signal()
    busy_changed = Signal()

    def __init__(self, studio: Studio, title: str, idea: str) -> None:
        super().__init__()
        self._studio = studio
        self._job: Job | None = None
        self.setAccessibleName(title)
        heading = with_role(QLabel(title), "title")
        self.idea = with_role(QLabel(idea, wordWrap=True), "secondary")
        self.end = named(QPushButton(icon("stop"), "Cancel"), f"{title}: cancel")
        self.end.clicked.connect(self._press)
        back = named(QPushButton(icon("arrow-left"), "Back"), "Back to the picture")
        back.setToolTip("Back to the picture (Esc)")
        back.clicked.connect(self.left)
        self.sentence = QLabel(wordWrap=True)
        self.sentence.setAccessibleName(f"{title}: what was found")
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(heading, 1)
        bar.addWidget(self.end)
        bar.addWidget(back)
        self.body = QVBoxLayout()
        self.body.setSpacing(HALF)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(bar)
        column.addWidget(self.idea)
        column.addLayout(self.body, 1)
        column.addWidget(self.sentence)

    @property
    def busy(self) -> bool:
        """Whether it is going on."""
        return self._job is not None

    def say(self, words: str, wrong: bool = False) -> None:
        """Put a sentence below."""
        if self.sentence.text() != words:
            self.sentence.setText(words)
        role = "error" if wrong else ""
        if self.sentence.property("role") != role:
            self.sentence.setProperty("role", role)
            self.sentence.style().unpolish(self.sentence)
            self.sentence.style().polish(self.sentence)

    def cancel(self) -> None:
        """End it now."""
        if self._job is not None:
            self._studio.cancel(self._job)

    # --- for subclasses ---

    def submit(self, request: Request) -> None:
        """Start, or go on with, the experiment's job."""
        self._job = job = self._studio.submit(request, channel=EXPERIMENT)
        job.progressed.connect(lambda payload: self._told(job, payload))
        job.finished.connect(lambda _: self._over(job, self.take_end))
        job.cancelled.connect(lambda: self._over(job, self.take_cancel))
        job.failed.connect(lambda failed: self._over(job, lambda: self._refuse(failed)))
        self._show_busy()

    def take_progress(self, payload: object) -> None:
        """The job said something."""

    def take_end(self) -> None:
        """The job came to its end."""

    def take_cancel(self) -> None:
        """The job was cancelled."""
        self.say("Cancelled.")

    # --- the job ---

    def _told(self, job: Job, payload: object) -> None:
        if job is self._job:
            self.take_progress(payload)

    def _over(self, job: Job, then: Callable[[], object]) -> None:
        if job is not self._job:
            return
        self._job = None
        then()
        self._show_busy()

    def _refuse(self, failed: Failed) -> None:
        self.say(f"{failed.title} {failed.advice}".strip(), wrong=True)
        self.sentence.setToolTip(failed.details)

    def _press(self) -> None:
        if self.busy:
            self.cancel()
        else:
            self.again_wanted.emit()

    def _show_busy(self) -> None:
        self.end.setText("Cancel" if self.busy else "Again")
        self.end.setIcon(icon("stop" if self.busy else "restart"))
        self.end.setAccessibleName(f"{self.accessibleName()}: {self.end.text().lower()}")
        self.busy_changed.emit()
