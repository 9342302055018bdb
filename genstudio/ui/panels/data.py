"""Data: what is there to learn from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from genstudio.core.messages import DataView, Failed, FetchData, InspectData
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.own_files import dataset_for
from genstudio.ui.panel import Panel
from genstudio.ui.panels.data_side import DataSide
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import GAP, HALF, MARGIN
from genstudio.ui.widgets.data_list import DataList
from genstudio.ui.widgets.data_notice import DataNotice
from genstudio.ui.widgets.data_pictures import DataPictures

__all__ = ["DataPanel"]

_DELAY = 200  # milliseconds of quiet before a changed form is looked at
_SLOW = 100  # milliseconds after which it is said that something is being read
_LIST = 224  # pixels of the list of datasets
_KEY = "data/spec"


class DataPanel(Panel):
    """The datasets; the chosen one's examples and histograms; its form and its facts."""

    title = "Data"
    question = "What is there to learn from?"
    icon_name = "database-outline"
    position = 9
    needs_model = False

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.setAcceptDrops(True)
        self.list = DataList()
        self.pictures = DataPictures()
        self.notice = DataNotice()
        self.side = DataSide()
        self.view: DataView | None = None
        self._seen: DataSpec | None = None  # what the view is of
        self._job: Job | None = None
        self._fetches: dict[str, Job] = {}  # the newest download of each dataset
        self._wait = QTimer(self, singleShot=True, interval=_DELAY)
        self._wait.timeout.connect(self.inspect)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW)
        self._slow.timeout.connect(self._say_reading)
        self._build()
        self._connect()
        self._recall()

    # --- what the window asks ---

    @override
    def commands(self) -> list[tuple[str, str, object]]:
        return [
            ("Train on this data", "Ctrl+Return", self.train),
            ("Download this data", "Ctrl+D", self.download),
            ("Look at the data again", "Ctrl+R", self.inspect),
            ("Choose a folder of your own…", "Ctrl+Shift+O", self.choose_folder),
            ("Logarithmic pixel values", "Ctrl+L", self.pictures.log.toggle),
            ("Show all classes", "", self.pictures.clear_filter),
            ("Copy the citation", "Ctrl+Shift+C", self.side.facts.copy_citation.copy),
        ]

    @override
    def settled(self) -> bool:
        return self._job is None and not self._wait.isActive()

    @override
    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Each of the kinds: with classes, one of them alone, in colour, not here, one's own."""
        yield "digits", lambda: self.list.choose("digits")
        yield "one class", lambda: self.pictures.filter_by((0, 3))
        yield "log scale", lambda: self.pictures.log.setChecked(True)
        yield "shapes", lambda: self.list.choose("shapes")
        yield "download", lambda: self.list.choose("kmnist")
        yield "own pictures", lambda: self.list.choose("folder")
        yield "own sounds", lambda: self.list.choose("sounds")

    # --- actions ---

    def inspect(self) -> None:
        """Look at the data in the form that is asked for, unless they are not here."""
        self._wait.stop()
        name = self.side.card.name
        if not self.list.state_of(name).readable or self.side.problems():
            self._drop_job()
            self._arrange()
            return
        spec = self.side.spec()
        self._job = self.studio.submit(InspectData(spec), channel="inspect")
        job = self._job
        job.progressed.connect(lambda _: self._reading(job))
        job.finished.connect(lambda view: self._take(job, spec, view))
        job.failed.connect(lambda failed: self._fail(job, failed))
        job.cancelled.connect(lambda: self._cancelled(job))
        if self.view is None and self._stack.currentWidget() is not self.pictures:
            self._say_reading()
        self._arrange()

    def download(self) -> None:
        """Get what is missing of the chosen dataset."""
        card = self.side.card
        running = self._fetches.get(card.name)
        if card.downloadable and self.list.state_of(card.name).missing and not _open(running):
            if running is not None:
                self.studio.dismiss(running)
            spec = DataSpec(name=card.name)
            self.studio.submit(FetchData(spec), title=f"Download {card.title}")

    def cancel_download(self) -> None:
        """End the download of the chosen dataset; what has arrived is kept."""
        job = self._fetches.get(self.side.card.name)
        if job is not None:
            self.studio.cancel(job)

    def train(self) -> None:
        """Take the data, in the form shown, to the Train panel."""
        if self.side.train.isEnabled():
            spec = self.side.spec()
            self.studio.panel_wanted.emit("Train")  # which makes that panel, the first time
            self.studio.data_wanted.emit(spec)

    def choose_folder(self) -> None:
        """Choose one's own pictures in a dialog, or sounds where those are chosen."""
        if not self.side.reads_folder:
            self.list.choose("folder")
        self.side.choose_folder()

    def take_folder(self, folder: Path) -> None:
        """Look at the pictures of a folder, or at its sounds."""
        self.list.choose(dataset_for(folder))
        self.side.set_folder(folder)
        self._changed()

    # --- building ---

    def _build(self) -> None:
        self.list.setFixedWidth(_LIST)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.pictures)
        self._stack.addWidget(self.notice)
        left = QWidget()
        under = QVBoxLayout(left)
        under.setContentsMargins(GAP, HALF, 0, GAP)
        under.addWidget(self.list)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        middle = QVBoxLayout()
        middle.setContentsMargins(MARGIN, HALF, MARGIN, GAP)
        middle.addWidget(self._stack)
        row.addLayout(middle, 1)
        row.addWidget(self.side)

    def _connect(self) -> None:
        studio, side = self.studio, self.side
        self.list.chosen.connect(self._choose)
        side.edited.connect(self._changed)
        side.train_wanted.connect(self.train)
        for download in (side.download, self.notice.download):
            download.wanted.connect(self.download)
            download.cancel_wanted.connect(self.cancel_download)
        self.notice.folder_wanted.connect(self.choose_folder)
        self.notice.retried.connect(self.inspect)
        studio.job_started.connect(self._job_started)
        studio.job_ended.connect(self._job_ended)
        for job in studio.jobs:
            self._job_started(job)

    def _recall(self) -> None:
        """Begin with the data that were looked at last."""
        name = DataSpec().name
        with suppress(ValueError):  # what another version wrote may not be understood
            spec = DataSpec.model_validate_json(str(self.studio.settings.value(_KEY, "")))
            if spec.name in {card.name for card in catalog.cards()}:
                name = spec.name
                self.side.set_spec(spec)
        self.list.choose(name)

    # --- looking ---

    def _choose(self, name: str) -> None:
        """Show another dataset."""
        self.side.show_card(catalog.card(name))
        self.view = None
        self._slow.start()
        self._changed()
        self._arrange()

    def _changed(self) -> None:
        """The form says something else: look at it when it has been quiet for a moment."""
        self._wait.start()
        self._offer_training()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """See whether files came or went while nobody looked."""
        super().showEvent(event)
        before = self.list.state_of(self.side.card.name)
        self.list.refresh()
        if self.list.state_of(self.side.card.name) != before:
            self.inspect()

    def _reading(self, job: Job) -> None:
        if job is self._job and self.view is None and not self._slow.isActive():
            self._say_reading()

    def _say_reading(self) -> None:
        if self.view is None and not self.settled():
            self.notice.say_reading(None if self._job is None else self._job.latest)
            self._stack.setCurrentWidget(self.notice)

    def _take(self, job: Job, spec: DataSpec, view: DataView) -> None:
        if job is self._job:
            self._drop_job()
            self.view, self._seen = view, spec
            self.pictures.show_view(view)
            self.studio.settings.setValue(_KEY, spec.model_dump_json())
            self._arrange()

    def _fail(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self._drop_job()
            self.view = None
            self.list.refresh()
            self._arrange()
            if self.list.state_of(self.side.card.name).readable:
                self.notice.say_failure(failed.title, failed.advice, failed.details)
                self._stack.setCurrentWidget(self.notice)

    def _cancelled(self, job: Job) -> None:
        if job is self._job:
            self._drop_job()
            self._arrange()

    def _drop_job(self) -> None:
        self._job = None
        self._slow.stop()

    def _arrange(self) -> None:
        """Say what is there, and what can be done about what is not."""
        card = self.side.card
        state, fetch = self.list.state_of(card.name), self._fetches.get(card.name)
        self.side.show_facts(state, self.view)
        self.side.show_download(state, fetch)
        if self.view is not None:
            self._stack.setCurrentWidget(self.pictures)
        elif not state.readable:
            self.notice.say_remote(card.title, sum(card.splits.values()))
            self.notice.download.show_job(card, fetch)
            self._stack.setCurrentWidget(self.notice)
        elif self.side.reads_folder and not self.side.has_folder:
            self.notice.ask_folder(sounds=card.native.kind == "sequence")
            self._stack.setCurrentWidget(self.notice)
        elif problems := self.side.problems():
            self.notice.say_failure(problems[0], "Change it at the right.", "")
            self._stack.setCurrentWidget(self.notice)
        self._offer_training()

    def _offer_training(self) -> None:
        card, problems = self.side.card, self.side.problems()
        lacking = ""
        if not self.list.state_of(card.name).readable:
            lacking = f"Download {card.title} first."
        elif problems:
            lacking = problems[0]
        elif self.view is None or self._seen != self.side.spec():
            lacking = "The data are being read." if not self.settled() else "They cannot be read."
        self.side.offer_training(lacking)

    # --- downloads ---

    def _job_started(self, job: Job) -> None:
        if isinstance(job.request, FetchData):
            name = job.request.spec.name
            self._fetches[name] = job
            job.progressed.connect(lambda payload: self._fetched(name, payload))
            if name == self.side.card.name:
                self._arrange()

    def _fetched(self, name: str, payload: object) -> None:
        if name == self.side.card.name:
            self.side.download.show_progress(payload)
            self.notice.download.show_progress(payload)

    def _job_ended(self, job: Job) -> None:
        if not isinstance(job.request, FetchData):
            return
        name = job.request.spec.name
        if job.state != "failed" and self._fetches.get(name) is job:
            del self._fetches[name]
        self.list.refresh()
        if name == self.side.card.name:
            if job.state == "finished":
                self.inspect()
            self._arrange()

    # --- drops ---

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_folder(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()  # the window knows what to do with other files

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        folder = _dropped_folder(event.mimeData())
        if folder is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.take_folder(folder)


def _open(job: Job | None) -> bool:
    return job is not None and job.open


def _dropped_folder(data: QMimeData) -> Path | None:
    """The first folder that was dropped and is not a run's."""
    for url in data.urls():
        path = Path(url.toLocalFile())
        if url.isLocalFile() and path.is_dir() and not (path / "run.toml").is_file():
            return path
    return None
