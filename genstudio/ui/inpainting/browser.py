"""A page after a page of the data, to choose an image from."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.messages import Browsed, BrowseImages, Failed
from genstudio.core.runs import Run
from genstudio.data import catalog
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.example_grid import ExampleGrid
from genstudio.ui.widgets.failure import FailureCard

__all__ = ["PAGE", "Browser"]

PAGE = 60
"""Images on a page."""

_CHANNEL = "browse images"


class Browser(QDialog):
    """The images that the model has not learned from, a page at a time, of one class or of all.

    Attributes:
        taken: (split, number, image, labels) of the image that the person chose.
    """

    taken = Signal(str, int, object, object)

    def __init__(self, studio: Studio, run: Run, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Images of {catalog.card(run.manifest.data.name).title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 560)
        self._studio, self._run = studio, run
        self._job: Job | None = None
        self._first, self._step = 0, PAGE
        self.page: Browsed | None = None
        self.grid = ExampleGrid()
        self.where = QLabel()
        self.failure = FailureCard()
        self.failure.hide()
        self.classes = named(QComboBox(), "Class")
        labels = run.manifest.space.labels
        self.classes.addItem("Every class")
        for name in labels[0].classes if labels else ():
            self.classes.addItem(name)
        self.classes.setVisible(bool(labels))
        self.back = named(QPushButton(icon("chevron-left"), "Previous"), "Previous page")
        self.on = named(QPushButton(icon("chevron-right"), "Next"), "Next page")
        self._lay_out()
        self.grid.chosen.connect(self._take)
        self.classes.activated.connect(lambda _: self.turn_to(0))
        self.back.clicked.connect(lambda: self.turn_to(self._first - self._step))
        self.on.clicked.connect(lambda: self.turn_to(self._first + self._step))
        self.failure.retried.connect(lambda: self.turn_to(self._first))
        self.finished.connect(lambda _: self._stop())
        self.turn_to(0)

    def turn_to(self, first: int) -> None:
        """Show the page that begins with so many before it."""
        self._first = max(0, first)
        which = self.classes.currentIndex() - 1
        request = BrowseImages(
            self._run.manifest.data, self._first, PAGE, which if which >= 0 else None
        )
        self._job = job = self._studio.submit(request, channel=_CHANNEL)
        job.finished.connect(lambda page: self._show(job, page))
        job.failed.connect(lambda failed: self._fail(job, failed))
        self._offer()

    def _show(self, job: Job, page: Browsed) -> None:
        if job is not self._job:
            return
        self._job, self.page = None, page
        self.failure.hide()
        self.grid.show_examples(self._run.manifest.grid, page.images, page.labels)
        last = page.first + len(page.numbers)
        if last < page.total:
            self._step = len(page.numbers)  # of large images fewer fit on a page
        self.where.setText(
            f"{page.first + 1:,} to {last:,} of {page.total:,} {page.split} images"
            if len(page.numbers)
            else f"There are no more {page.split} images."
        )
        self._offer()

    def _fail(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self._job = self.page = None
            self.grid.show_examples(None, np.empty(0, np.uint8), np.empty((0, 0), np.int64))
            self.where.setText("")
            self.failure.say(failed.title, failed.advice, failed.details)
            self._offer()

    def _take(self, example: int) -> None:
        page = self.page
        if page is not None:
            number = int(page.numbers[example])
            self.taken.emit(page.split, number, page.images[example], page.labels[example])
            self.accept()

    def _stop(self) -> None:
        if self._job is not None:
            job, self._job = self._job, None
            self._studio.cancel(job)

    def _offer(self) -> None:
        total = 0 if self.page is None else self.page.total
        self.back.setEnabled(self._first > 0)
        self.back.setToolTip("" if self.back.isEnabled() else "This is the first page")
        self.on.setEnabled(self._first + self._step < total)
        self.on.setToolTip("" if self.on.isEnabled() else "This is the last page")

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(HALF)
        top.addWidget(with_role(QLabel("Click an image to take it"), "secondary"))
        top.addStretch(1)
        top.addWidget(self.classes)
        below = QHBoxLayout()
        below.setSpacing(HALF)
        below.addWidget(self.where, 1)
        below.addWidget(self.back)
        below.addWidget(self.on)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(HALF)
        column.addLayout(top)
        column.addWidget(self.grid, 1)
        column.addWidget(self.failure)
        column.addLayout(below)
        self.grid.setFocus()
