"""The right-hand side of the Train panel: the form of a new training, or a run and its buttons."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from genstudio.core.capabilities import ModelCard
from genstudio.core.messages import Failed
from genstudio.core.runs import Run
from genstudio.ui.panels.train_form import TrainForm
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.failure import FailureCard
from genstudio.ui.widgets.forecast import Forecast
from genstudio.ui.widgets.run_summary import RunSummary

__all__ = ["FormPage", "RunPage"]


class FormPage(QWidget):
    """The form, how long it would take, and Start.

    Attributes:
        start_wanted: the person wants to start.
        told: the forecast's newest words.
    """

    start_wanted = Signal()
    told = Signal(str)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.form = TrainForm(studio)
        self.forecast = Forecast(studio, self)
        self.failure = FailureCard()
        self.failure.setVisible(False)
        self.estimate = QLabel()
        self.estimate.setWordWrap(True)
        self.estimate.setAccessibleName("Forecast")
        self.start = QPushButton(icon("play", "on_accent"), "Start training")
        self.start.setProperty("role", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.form, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(GAP, HALF, GAP, GAP)
        foot.setSpacing(HALF)
        for widget in (self.failure, self.estimate, self.start):
            foot.addWidget(widget)
        column.addLayout(foot)
        self.measuring = True
        self.start.clicked.connect(self.start_wanted)
        self.failure.retried.connect(self.start_wanted)
        self.form.changed.connect(self.look)
        self.forecast.told.connect(self._tell)

    def look(self) -> None:
        """See whether it can start, and how long it would take."""
        problems = self.form.problems()
        self.start.setEnabled(not problems)
        self.start.setToolTip(problems[0] if problems else "Start training (Ctrl+Return)")
        if problems:
            self.forecast.drop()
            self._tell(problems[0], True)
        elif self.measuring and self.isVisible():
            self.form.remember()
            self.forecast.want(self.form.estimate())
        else:
            self.forecast.drop()
            self._tell("The time is not measured while another training runs.", False)

    def say_failure(self, failed: Failed | None) -> None:
        """Show why the last training did not begin; None takes that away."""
        self.failure.setVisible(failed is not None)
        if failed is not None:
            self.failure.say(failed.title, failed.advice, failed.details)

    def _tell(self, words: str, wrong: bool) -> None:
        self.estimate.setText(words)
        self.estimate.setProperty("role", "error" if wrong else "")
        self.estimate.style().unpolish(self.estimate)
        self.estimate.style().polish(self.estimate)
        self.told.emit(words)


class RunPage(QWidget):
    """A run: what it is, how it stands, and what can be done with it.

    Attributes:
        wanted: the name of what the person wants: "pause", "resume", "stop", "cancel", "go on",
            "retry", "continue", "new", "again".
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.summary = RunSummary()
        self.failure = FailureCard()
        self.failure.setVisible(False)
        self.failure.retried.connect(lambda: self.wanted.emit("retry"))
        self._primary = "new"
        self.primary = QPushButton()
        self.primary.setProperty("role", "primary")
        self.primary.clicked.connect(lambda: self.wanted.emit(self._primary))
        self.stop = self._button("Stop and keep", "stop", "stop")
        self.stop.setToolTip("End now and keep the best weights; nothing is lost")
        self.cancel = self._button("Cancel", "close", "cancel")
        self.cancel.setToolTip("End at once; the run stays as its last checkpoint left it")
        self.go_on = self._button("Continue from this model", "source-branch", "continue")
        self.again = self._button("Same settings", "content-copy", "again")
        self.again.setToolTip("A new training with the settings of this run, to change them")
        self.new = self._button("Train new", "plus", "new")
        self.new.setToolTip("Leave this run and train another model")
        grid = QGridLayout()
        grid.setContentsMargins(GAP, HALF, GAP, GAP)
        grid.setSpacing(HALF)
        grid.addWidget(self.failure, 0, 0, 1, 2)
        grid.addWidget(self.primary, 1, 0, 1, 2)
        grid.addWidget(self.stop, 2, 0)
        grid.addWidget(self.cancel, 2, 1)
        grid.addWidget(self.go_on, 3, 0, 1, 2)
        others = QHBoxLayout()
        others.setSpacing(HALF)
        others.addWidget(self.again)
        others.addWidget(self.new)
        grid.addLayout(others, 4, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.summary, 1)
        column.addLayout(grid)

    def show_run(self, run: Run, card: ModelCard | None, job: Job | None, shipped: bool) -> None:
        """Show a run; `job` is its training, open or ended, if there was one."""
        self.summary.show_run(run, card, job)
        live = job is not None and job.open
        self._show_failure(run, job)
        for button in (self.stop, self.cancel):
            button.setVisible(live)
        for button in (self.go_on, self.again, self.new):
            button.setVisible(not live)
        self.go_on.setEnabled(run.has_model and card is not None)
        self.go_on.setToolTip(
            "A new training that begins with these weights"
            if run.has_model
            else "It has no weights yet: the first checkpoint writes them."
        )
        self.again.setEnabled(card is not None)
        if job is not None and live:
            self.show_job(job)
        elif run.resumable and not shipped:
            self._offer("go on", "Resume", "play", "Go on exactly where its checkpoint is")
            self.new.setVisible(True)
        else:
            self._offer("new", "Train a new model", "plus", self.new.toolTip())
            self.new.setVisible(False)

    def show_start(self, title: str) -> None:
        """Show a training that has been asked for and has no folder yet."""
        self.summary.show_start(title)
        self.failure.setVisible(False)
        for button in (self.stop, self.go_on, self.again, self.new):
            button.setVisible(False)
        self.cancel.setVisible(True)
        self._offer("pause", "Pause", "pause", "It can be paused when its first step is done.")
        self.primary.setEnabled(False)

    def show_job(self, job: Job) -> None:
        """Show where a running training stands."""
        self.summary.show_progress(job)
        if job.state == "paused":
            self._offer("resume", "Resume", "play", "Go on training")
        else:
            self._offer("pause", "Pause", "pause", "Pause within one step; a checkpoint is written")

    def _show_failure(self, run: Run, job: Job | None) -> None:
        result = run.manifest.result
        if job is not None and job.failure is not None:
            self.failure.say(job.failure.title, job.failure.advice, job.failure.details)
        elif job is None and result is not None and result.state == "failed":
            advice = "Resume it from its last checkpoint, or change the settings and train again."
            self.failure.say(result.message, advice if run.resumable else "", can_retry=False)
        else:
            self.failure.setVisible(False)

    def _offer(self, action: str, words: str, glyph: str, tip: str) -> None:
        self.primary.setEnabled(True)
        self.primary.setToolTip(tip)
        if (action, words) != (self._primary, self.primary.text()):
            self._primary = action
            self.primary.setText(words)
            self.primary.setIcon(icon(glyph, "on_accent"))

    def _button(self, words: str, glyph: str, action: str) -> QPushButton:
        button = QPushButton(icon(glyph), words)
        button.clicked.connect(lambda: self.wanted.emit(action))
        return button
