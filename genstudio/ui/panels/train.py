"""Train: how is it learning?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.capabilities import ModelCard
from genstudio.core.errors import UserError
from genstudio.core.messages import FetchData, Train, TrainProgress, TrainStarted, Wish
from genstudio.core.runs import Run
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.ui.panel import Panel
from genstudio.ui.panels.train_overlays import OverlayCurves, measure_of, read_series
from genstudio.ui.panels.train_pages import FormPage, RunPage
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import CLASS_COLOURS, GAP, HALF, icon
from genstudio.ui.widgets.cancel_question import WORTH_ASKING, ask, loss_of
from genstudio.ui.widgets.curves import Curves
from genstudio.ui.widgets.history import History
from genstudio.ui.widgets.overlays import Overlays
from genstudio.ui.widgets.series import Series
from genstudio.ui.widgets.train_empty import TrainEmpty

__all__ = ["TrainPanel"]

_REFRESH = 50  # milliseconds between two drawings while it trains
_SIDE = 360  # pixels of the form


class TrainPanel(Panel):
    """Curves and samples of the chosen run, or the form of a new one."""

    title = "Train"
    question = "How is it learning?"
    icon_name = "chart-line"
    position = 1
    needs_model = False

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.curves = Curves()
        self.history = History()
        self.overlays = Overlays()
        self.empty = TrainEmpty()
        self.form_page = FormPage(studio)
        self.run_page = RunPage()
        self.run: Run | None = None
        self.job: Job | None = None
        self._starting: Job | None = None
        self._series = Series()
        self.others = OverlayCurves(studio, self.curves, self.overlays)
        self._refresh = QTimer(self, singleShot=True, interval=_REFRESH)
        self._refresh.timeout.connect(self._draw_progress)
        self._build()
        self._connect()
        self.show_run(studio.selected, studio.card_of(studio.selected))

    # --- what the window asks ---

    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """Show a run, or the form where there is none."""
        other = (run and run.folder) != (self.run and self.run.folder)
        self.run = run
        if run is None:
            self.job = None
            self._show_form()
            return
        job = self._training_of(run)
        if other or job is not self.job or job is None or not job.open:
            self.job = job
            self._load(run, card)
        self.history.show_sheets(run.samples(), _first_sheet(run))
        self.run_page.show_run(run, card, job, run in self.studio.shipped)
        self._arrange()

    def commands(self) -> list[tuple[str, str, object]]:
        """What can be done, for the Run menu and the palette."""
        return [
            ("Start training", "Ctrl+Return", self.start),
            ("Train a new model", "Ctrl+N", self.train_new),
            ("Pause or resume training", "Ctrl+Shift+P", self.pause_or_resume),
            ("Stop training and keep it", "Ctrl+Shift+S", self.stop),
            ("Cancel training", "Ctrl+Shift+X", self.cancel),
            ("Resume the chosen run", "Ctrl+R", self.go_on),
            ("Continue from the chosen model", "", self.continue_from),
            ("Export the curves", "Ctrl+E", self.curves.export),
            ("Show or hide the settings", "Ctrl+Shift+F", self.fold.toggle),
        ]

    def settled(self) -> bool:
        """Whether curves and forecast are on the screen."""
        waits = self._refresh.isActive() or not self.curves.drawn or self._starting is not None
        if self.job is not None and self.job.open and self._series.valid.count < 2:
            waits = True
        return not waits and not (self.run is None and self.form_page.forecast.waiting)

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """The form, a training that runs, and runs laid over each other."""
        yield "form", self.train_new
        yield "running", self.start
        yield "overlay", lambda: self.others.tick_some(3)
        yield "stopped", self.stop

    # --- actions ---

    def start(self) -> None:
        """Start what the form says."""
        if self.run is not None or self._starting is not None:
            return
        try:
            request = self.form_page.form.request()
        except UserError as error:
            self.studio.notice("warning", error.title, error.advice)
            return
        self.form_page.forecast.drop()
        self.form_page.say_failure(None)
        card = self.studio.cards[request.family]
        title = request.title or f"{card.title} on {catalog.card(request.data.name).title}"
        self._starting = self.studio.train(request, title)
        self.run_page.show_start(title)
        self._arrange()

    def train_new(self) -> None:
        """Show the form of a new training."""
        self.studio.select(None)
        self.show_run(None, None)

    def _train_on(self, spec: DataSpec) -> None:
        self.train_new()
        self.form_page.form.take_data(spec)

    def pause_or_resume(self) -> None:
        """Pause the training that is shown, or let it go on."""
        if self.job is not None and self.job.open:
            self.studio.wish(self.job, Wish.RESUME if self.job.state == "paused" else Wish.PAUSE)

    def stop(self) -> None:
        """End the training that is shown and keep it."""
        if self.job is not None and self.job.open:
            self.studio.wish(self.job, Wish.STOP)

    def cancel(self) -> None:
        """End the training that is shown at once; asks when that would lose more than a little."""
        job = self._starting or self.job
        if job is None or not job.open:
            return
        loss = loss_of(job)
        if loss is None or loss.seconds <= WORTH_ASKING:
            self.studio.cancel(job)
        else:
            ask(self, self.studio, job, loss)

    def go_on(self) -> None:
        """Resume the run that is shown from its checkpoint."""
        if self.run is not None and self.run.resumable and (self.job is None or not self.job.open):
            title = self.run.manifest.title
            self.studio.train(Train(resume=self.run.folder), title)

    def retry(self) -> None:
        """Try a failed training again."""
        if self.job is not None and self.job.state == "failed":
            self.studio.retry(self.job)
        else:
            self.go_on()

    def continue_from(self) -> None:
        """Offer a new training that begins with the weights of the run that is shown."""
        if self.run is not None and self.run.has_model:
            self._refill(self.run, go_on=True)

    # --- building ---

    def _build(self) -> None:
        self.fold = QToolButton()
        self.fold.setIcon(icon("page-layout-sidebar-right"))
        self.fold.setCheckable(True)
        self.fold.setChecked(True)
        self.fold.setAccessibleName("Show the settings")
        self.fold.setToolTip("Show or hide the settings (Ctrl+Shift+F)")
        self.curves.bar.insertWidget(self.curves.bar.indexOf(self.curves.fit_button), self.overlays)
        self.curves.bar.addWidget(self.fold)
        self.down = QSplitter(Qt.Orientation.Vertical)
        self.down.addWidget(self.curves)
        self.down.addWidget(self.history)
        self.down.setStretchFactor(0, 1)
        self.down.setChildrenCollapsible(False)
        self.down.setHandleWidth(HALF)
        self.down.setStyleSheet("QSplitter::handle { background: transparent; }")
        self.down.setSizes([440, 208])
        self.left = QStackedWidget()
        self.left.addWidget(self.empty)
        self.left.addWidget(self.down)
        frame = QWidget()
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(GAP, HALF, GAP, HALF)
        inner.addWidget(self.left)
        self.side = QStackedWidget()
        self.side.addWidget(self.form_page)
        self.side.addWidget(self.run_page)
        self.side.setFixedWidth(_SIDE)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        line = QFrame()
        line.setProperty("role", "hairline")
        line.setFixedWidth(1)
        self.fold.toggled.connect(line.setVisible)
        row.addWidget(frame, 1)
        row.addWidget(line)
        row.addWidget(self.side)

    def _connect(self) -> None:
        studio = self.studio
        studio.job_started.connect(self._job_started)
        studio.job_ended.connect(self._job_ended)
        studio.data_wanted.connect(self._train_on)
        self.fold.toggled.connect(self.side.setVisible)
        self.fold.toggled.connect(self.empty.stand_beside)
        self.others.changed.connect(self._arrange)
        self.curves.failed.connect(lambda error: studio.notice("error", error.title, error.advice))
        self.curves.saved.connect(lambda path: studio.notice("good", f"Written to {path}."))
        self.form_page.start_wanted.connect(self.start)
        self.form_page.told.connect(self.empty.tell)
        self.form_page.form.changed.connect(self._tell_empty)
        self.form_page.form.download_wanted.connect(self._download)
        self.empty.start_wanted.connect(self.start)
        self.run_page.wanted.connect(self._do)
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        shortcut.activated.connect(self.start)

    # --- showing ---

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while nobody looked, and measure."""
        super().showEvent(event)
        self._draw_progress()
        if self.run is None:
            QTimer.singleShot(0, self.form_page, self.form_page.look)

    def _show_form(self) -> None:
        self.form_page.measuring = not any(
            job.open and isinstance(job.request, Train) for job in self.studio.jobs
        )
        self.curves.remove("main")
        self.others.show_run(None)
        self._arrange()
        self.form_page.look()

    def _arrange(self) -> None:
        """Which of the pages are seen."""
        busy = self.run is not None or self._starting is not None
        self.side.setCurrentWidget(self.run_page if busy else self.form_page)
        self.left.setCurrentWidget(self.down if self.run or self.others.folders else self.empty)
        self.history.setVisible(self.run is not None)
        waiting = self._starting is not None
        self.empty.start.setEnabled(self.form_page.start.isEnabled() and not waiting)
        self.empty.start.setToolTip(self.form_page.start.toolTip())
        if waiting:
            self.empty.tell("Starting: the first points come in a moment.")
        self._tell_empty()

    def _tell_empty(self) -> None:
        form = self.form_page.form
        family = "" if form.card is None else form.card.title
        self.empty.name(family, form.data.card.title)
        self.empty.start.setEnabled(self.form_page.start.isEnabled() and self._starting is None)

    def _load(self, run: Run, card: ModelCard | None) -> None:
        """Read a run's curves from its folder."""
        self._series = read_series(self.studio, run)
        self.others.show_run(run.folder)
        self.curves.show_series(
            "main",
            run.manifest.title,
            self._series,
            CLASS_COLOURS[0],
            measure=measure_of(run, card),
            main=True,
        )

    def _draw_progress(self) -> None:
        """Draw what came since the last time."""
        job = self.job
        if job is None or not job.open or not self.isVisible():
            return
        self.curves.redraw()
        self.run_page.show_job(job)

    # --- jobs ---

    def _training_of(self, run: Run) -> Job | None:
        """The training of a run folder: the open one, else the newest that failed."""
        for job in reversed(self.studio.jobs):
            request = job.request
            if isinstance(request, Train) and run.folder in (job.run_folder, request.resume):
                return job if job.open or job.state == "failed" else None
        return None

    def _job_started(self, job: Job) -> None:
        if not isinstance(job.request, Train):
            return
        job.progressed.connect(lambda payload: self._progressed(job, payload))
        if self.run is not None and job.request.resume == self.run.folder:
            self.show_run(self.run, self.studio.card_of(self.run))

    def _progressed(self, job: Job, payload: object) -> None:
        if isinstance(payload, TrainStarted):
            if job is self._starting:
                self._starting = None
                self.studio.refresh_runs()  # the library may hear of the folder after this panel
                self.studio.select(payload.folder)
                self.show_run(self.studio.selected, self.studio.card_of(self.studio.selected))
            elif self.run is not None and payload.folder == self.run.folder:
                self.job = job
                self._load(
                    self.run, self.studio.card_of(self.run)
                )  # a resume drops what came later
        if job is not self.job or not isinstance(payload, TrainProgress):
            return
        self._series.add(payload.points)
        if payload.preview is not None:
            self.history.add_sheet(payload.preview)
        if not self._refresh.isActive():
            self._refresh.start()

    def _job_ended(self, job: Job) -> None:
        if isinstance(job.request, FetchData):
            self.form_page.form.data.refresh()
            self.form_page.look()
        if not isinstance(job.request, Train):
            return
        if job is self._starting:
            self._starting = None
            if job.run_folder is None:
                self.form_page.say_failure(job.failure)
                self._show_form()
        elif job is self.job:
            self._refresh.stop()
            if self.studio.selected is not None:
                run = self.studio.selected
                self.show_run(run, self.studio.card_of(run))
        elif self.run is None:
            self._show_form()

    def _download(self, spec: DataSpec) -> None:
        self.studio.submit(FetchData(spec), title=f"Download {catalog.card(spec.name).title}")

    def _do(self, action: str) -> None:
        actions: dict[str, Callable[[], None]] = {
            "pause": self.pause_or_resume,
            "resume": self.pause_or_resume,
            "stop": self.stop,
            "cancel": self.cancel,
            "go on": self.go_on,
            "retry": self.retry,
            "continue": self.continue_from,
            "new": self.train_new,
            "again": lambda: self._refill(self.run, go_on=False),
        }
        actions[action]()

    def _refill(self, run: Run | None, go_on: bool) -> None:
        """The form, with a run's settings."""
        if run is None:
            return
        self.train_new()
        self.form_page.form.take_run(run, go_on)


def _first_sheet(run: Run) -> str:
    every = run.manifest.training.preview_every
    if not every:
        return "This run draws no sample sheets: “Preview every” is 0."
    return f"The first sample sheet comes at step {every:,}, or at the end."
