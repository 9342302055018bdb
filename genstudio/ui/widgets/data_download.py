"""Getting a dataset: a button, then how far it is and a way to cancel."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from genstudio.core.messages import Share
from genstudio.data.base import DataCard
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Job
from genstudio.ui.theme import HALF, icon
from genstudio.ui.widgets.failure import FailureCard
from genstudio.ui.words import memory

__all__ = ["DataDownload"]


class DataDownload(QWidget):
    """The button, or the progress of the job that it started, or why that failed.

    Attributes:
        wanted: the person wants the download.
        cancel_wanted: the person wants it to end.
    """

    wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, primary: bool = False) -> None:
        super().__init__()
        self.button = QPushButton(icon("download", "on_accent" if primary else "text"), "Download")
        if primary:
            with_role(self.button, "primary")
        self.button.clicked.connect(self.wanted)
        self.bar = named(QProgressBar(textVisible=False), "Progress of the download")
        self.words = with_role(QLabel(), "secondary")
        self.words.setWordWrap(True)
        self.cancel = QPushButton(icon("close"), "Cancel")
        self.cancel.setToolTip("Cancel now; what has arrived is kept and gone on with next time")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.failure = FailureCard()
        self.failure.retried.connect(self.wanted)
        row = QHBoxLayout()
        row.setSpacing(HALF)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF // 2)
        if primary:
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        else:
            column.addWidget(self.button)
        column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(self.failure)

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, super().sizeHint().height())

    def show_job(self, card: DataCard, job: Job | None, part: bool = False) -> None:
        """Show where the download of a dataset stands; None before it was ever asked for."""
        size = memory(card.bytes_to_download)
        words = "Download what is missing" if part else f"Download {size}".strip()
        self.button.setText(words)
        self.button.setToolTip(f"Download {card.title} to your data folder and verify it")
        running = job is not None and job.open
        failed = job is not None and job.failure is not None
        self.button.setVisible(not running and not failed)
        for widget in (self.bar, self.words, self.cancel):
            widget.setVisible(running)
        self.failure.setVisible(failed)
        if job is not None and job.failure is not None:
            self.failure.say(job.failure.title, job.failure.advice, job.failure.details)
        elif job is not None and running:
            self.show_progress(job.latest)

    def show_progress(self, payload: object) -> None:
        """Show how far it is."""
        if isinstance(payload, Share) and payload.total > 1:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * payload.done / payload.total))
            done, total = memory(int(payload.done)) or "0 MB", memory(int(payload.total))
            self.words.setText(f"{done} of {total}")
        else:
            self.bar.setRange(0, 0)
            self.words.setText(payload.text if isinstance(payload, Share) else "Starting…")
