"""The jobs strip: what runs, how far it is, and how to pause, stop, cancel, retry it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.inpainting import InpaintStarted, Moments
from genstudio.core.messages import Share, Train, TrainProgress, TrainStarted, Wish
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.glyph import Glyph
from genstudio.ui.words import memory, span

__all__ = ["JobsStrip"]

_ROW, _ROWS = 36, 3
"""Height of a job's row, pixels, and how many are seen without scrolling."""

_GLYPHS = {
    "running": ("play", "accent"),
    "paused": ("pause", "secondary"),
    "finished": ("check", "good"),
    "failed": ("alert-circle-outline", "bad"),
    "cancelled": ("stop", "secondary"),
}


class JobsStrip(QFrame):
    """One row for each job that has a title, and where one computes at the right."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        named(self, "Jobs", role="surface")
        self._studio = studio
        self._rows: dict[int, _Row] = {}
        self._idle = with_role(QLabel("No jobs are running"), "secondary")
        tip = "Take every job that has ended off this list"
        self._clear = named(QToolButton(), "Clear ended jobs", tip, "plain")
        self._clear.setText("Clear ended jobs")
        self._clear.clicked.connect(self._clear_ended)
        self._place = with_role(QLabel(), "secondary")
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._arrange()
        studio.jobs_changed.connect(self._sync)
        studio.described.connect(self._say_place)
        self._sync()

    def _arrange(self) -> None:
        inside = QWidget()
        inside.setLayout(self._list)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inside)
        self._scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        side = QHBoxLayout()
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(HALF)
        side.addWidget(self._clear)
        side.addWidget(self._place)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._idle, 1)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(side)

    def _sync(self) -> None:
        """A row for each job; rows of jobs that are gone leave."""
        jobs = {job.id: job for job in self._studio.jobs}
        for number in set(self._rows) - set(jobs):
            self._rows.pop(number).deleteLater()
        for number, job in jobs.items():
            if number not in self._rows:
                row = _Row(self._studio, job)
                job.progressed.connect(self._say_place)
                self._rows[number] = row
                self._list.addWidget(row)
        ended = sum(not job.open for job in jobs.values())
        self._clear.setVisible(ended > 1)
        self._idle.setVisible(not jobs)
        self._scroll.setVisible(bool(jobs))
        self.setFixedHeight(_ROW * max(1, min(len(jobs), _ROWS)) + 1)
        if len(jobs) > _ROWS:
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.maximum())
        self._say_place()

    def _clear_ended(self) -> None:
        for job in [job for job in self._studio.jobs if not job.open]:
            self._studio.dismiss(job)

    def _say_place(self) -> None:
        """The device of the running job with the memory in use, else what there is."""
        for job in reversed(self._studio.jobs):
            if job.open and isinstance(job.latest, TrainProgress):
                row = self._rows.get(job.id)
                device = row.device if row is not None else ""
                self._place.setText(f"{device} {memory(job.latest.memory)}".strip())
                self._place.setToolTip("Memory that the training uses on its device")
                return
        devices = self._studio.devices
        self._place.setText(devices[-1].name if devices else "Engine is starting…")
        self._place.setToolTip(
            "\n".join(f"{d.name}: {d.title}, {memory(d.memory)}" for d in devices)
        )


class _Row(QWidget):
    """One job."""

    def __init__(self, studio: Studio, job: Job) -> None:
        super().__init__()
        named(self, job.title)
        self.setFixedHeight(_ROW)
        self._studio = studio
        self._job = job
        self.device = ""
        self._inpainted = self._to_inpaint = 0  # symbols drawn, and to be drawn as far as known
        self._glyph = Glyph(16)
        self._title = QLabel(job.title)
        self._title.setMaximumWidth(320)
        self._bar = named(QProgressBar(textVisible=False), f"Progress of {job.title}")
        self._bar.setFixedWidth(160)
        self._bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._text = QLabel()
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._pause = self._button("pause", "Pause", self._pause_or_resume)
        self._stop = self._button("stop", "Stop and keep what was learned", self._stop_and_keep)
        self._cancel = self._button("close", "Cancel", lambda: studio.cancel(job))
        self._retry = self._button("restart", "Retry", lambda: studio.retry(job))
        self._dismiss = self._button("close", "Dismiss", lambda: studio.dismiss(job))
        if isinstance(job.request, Train):
            self._cancel.setToolTip("Cancel now; the run is kept up to its last checkpoint")
            self._retry.setToolTip("Resume from its last checkpoint, or start again")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(HALF)
        layout.addWidget(self._glyph)
        layout.addWidget(self._title)
        layout.addWidget(self._bar)
        layout.addWidget(self._text, 1)
        for button in (self._pause, self._stop, self._cancel, self._retry, self._dismiss):
            layout.addWidget(button)
        job.progressed.connect(self._progress)
        job.state_changed.connect(self._turn)
        self._turn()
        self._progress(job.latest)

    def _button(self, glyph: str, words: str, slot: Callable[[], object]) -> QToolButton:
        button = named(QToolButton(), f"{words}: {self._job.title}", words, "plain")
        button.setIcon(icon(glyph))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda _checked: slot())
        return button

    def _pause_or_resume(self) -> None:
        self._studio.wish(self._job, Wish.RESUME if self._job.state == "paused" else Wish.PAUSE)

    def _stop_and_keep(self) -> None:
        if self._job.state == "paused":
            self._studio.wish(self._job, Wish.RESUME)
        self._studio.wish(self._job, Wish.STOP)

    def _turn(self) -> None:
        job, training = self._job, isinstance(self._job.request, Train)
        glyph, colour = _GLYPHS[job.state]
        self._glyph.show_icon(glyph, colour)
        self._glyph.setToolTip(job.state.capitalize())
        paused = job.state == "paused"
        self._pause.setIcon(icon("play" if paused else "pause"))
        self._pause.setToolTip("Resume" if paused else "Pause")
        self._pause.setAccessibleName(f"{self._pause.toolTip()}: {job.title}")
        self._pause.setVisible(job.open and training)
        self._stop.setVisible(job.open and training)
        self._cancel.setVisible(job.open)
        self._retry.setVisible(job.state in ("failed", "cancelled"))
        self._dismiss.setVisible(not job.open)
        self._bar.setProperty("state", job.state)
        self._bar.style().unpolish(self._bar)
        self._bar.style().polish(self._bar)
        if not job.open:
            self._end()
        elif paused and isinstance(job.latest, TrainProgress):
            self._progress(job.latest)

    def _end(self) -> None:
        """Say how it ended."""
        job = self._job
        if job.state == "failed" and job.failure is not None:
            text = f"{job.failure.title} {job.failure.advice}".strip()
        elif job.state == "cancelled":
            text = "cancelled"
        else:
            text = f"finished in {span(time.monotonic() - job.started)}"
            self._bar.setRange(0, 1000)
            self._bar.setValue(1000)
        if self._bar.maximum() == 0:
            self._bar.setRange(0, 1000)
        self._text.setText(text)
        self._text.setToolTip(text)

    def _progress(self, payload: object) -> None:
        if isinstance(payload, TrainStarted):
            self.device = payload.device
        if isinstance(payload, TrainProgress):
            self._show(payload.fraction, _training_words(payload))
        elif isinstance(payload, InpaintStarted):
            hidden = int((~payload.known).sum())
            self._inpainted = 0
            self._to_inpaint = payload.stages * hidden
            self._show(0.0 if self._to_inpaint else None, "")
        elif isinstance(payload, Moments):
            self._inpainted += len(payload.places)
            share = self._inpainted / self._to_inpaint if self._to_inpaint else None
            name = payload.stages[-1].name if payload.stages else ""
            self._show(None if share is None else min(share, 1.0), name)
        elif isinstance(payload, Share):
            share = payload.done / payload.total if payload.total else None
            self._show(share, payload.text)
        elif self._job.open and self._bar.maximum() != 0 and self._bar.value() <= 0:
            self._show(None, "starting…")

    def _show(self, share: float | None, text: str) -> None:
        """A share of None is work of unknown length: the bar runs to and fro."""
        if share is None:
            self._bar.setRange(0, 0)
            words = text
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * share))
            words = f"{int(100 * share)} %" + (f"  {text}" if text else "")
        if self._text.text() != words:
            self._text.setText(words)


def _training_words(progress: TrainProgress) -> str:
    if progress.state == "paused":
        return f"paused at step {progress.step}"
    words = [f"{progress.steps_per_second:.3g} steps/s"] if progress.steps_per_second > 0 else []
    if progress.seconds_left is not None:
        words.append(f"{span(progress.seconds_left)} left")
    if progress.state != "training":
        words.append(progress.state)
    return "  ".join(words)
