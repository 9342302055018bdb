"""What a run is and how it stands: the read-only side of the training form."""

from __future__ import annotations

import html
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from genstudio.core.capabilities import ModelCard
from genstudio.core.messages import TrainProgress
from genstudio.core.runs import Run
from genstudio.core.training import SCHEDULE, Training
from genstudio.data import catalog
from genstudio.ui.studio import Job
from genstudio.ui.theme import GAP, HALF, theme
from genstudio.ui.widgets.form import label_of
from genstudio.ui.words import memory, parameters, score, span

__all__ = ["RunSummary"]

_STATES = {
    "finished": "Finished",
    "stopped": "Stopped and kept",
    "cancelled": "Cancelled",
    "failed": "Failed",
}


class RunSummary(QScrollArea):
    """Title, state, figures while it trains, and every setting it was made with."""

    def __init__(self) -> None:
        super().__init__()
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.about = _secondary()
        self.state = QLabel()
        self.state.setAccessibleName("State of the training")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the training")
        self.figures = QLabel()
        self.figures.setTextFormat(Qt.TextFormat.RichText)
        self._settings = QLabel()
        self._settings.setTextFormat(Qt.TextFormat.RichText)
        self._settings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(HALF)
        for widget in (self.title, self.about, self.state, self.progress, self.figures):
            if isinstance(widget, QLabel):
                widget.setWordWrap(True)
            column.addWidget(widget)
        column.addSpacing(HALF)
        column.addWidget(self._settings)
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        theme().changed.connect(self._paint)
        self._rows: list[tuple[str, list[tuple[str, str]]]] = []

    def show_run(self, run: Run, card: ModelCard | None, job: Job | None) -> None:
        """Say what a run is; `job` is its training, if it is open."""
        manifest = run.manifest
        self.title.setText(manifest.title)
        family = manifest.family if card is None else card.title
        self.about.setText(
            f"{family}, {parameters(manifest.parameters, manifest.parameter_formula)}, "
            f"on {manifest.device}"
            + (f"; began with the weights of {manifest.parent}" if manifest.parent else "")
        )
        live = job is not None and job.open
        self.progress.setVisible(live)
        self.figures.setVisible(live)
        if job is not None and live:
            self.show_progress(job)
        else:
            self.state.setText(_ended(run))
        self._rows = [
            ("Data", _data_rows(run)),
            ("Model", _rows(manifest.config, {} if card is None else card.config_schema)),
            ("Training", _training_rows(manifest.training, card is not None and card.counts)),
        ]
        self._paint()

    def show_start(self, title: str) -> None:
        """Say that a training starts, of which nothing is known yet."""
        self.title.setText(title)
        self.about.clear()
        self.state.setText("Starting: the data are read and the model is built…")
        self.progress.setRange(0, 0)
        self.progress.setVisible(True)
        self.figures.setVisible(False)
        self._rows = []
        self._paint()

    def show_progress(self, job: Job) -> None:
        """Say where a training stands."""
        latest = job.latest
        if not isinstance(latest, TrainProgress):
            self.state.setText("Starting…")
            return
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(1000 * latest.fraction))
        self.state.setText(latest.state.capitalize())
        rate = latest.steps_per_second
        left = "–" if latest.seconds_left is None else span(latest.seconds_left)
        total = "" if latest.total_steps is None else f" of {latest.total_steps:,}"
        self.figures.setText(
            _table(
                [
                    ("Step", f"{latest.step:,}{total}"),
                    ("Epoch", f"{latest.epoch:,.1f}"),
                    ("Throughput", f"{rate:,.0f} steps/s" if rate >= 10 else f"{rate:.2g} steps/s"),
                    ("Time left", "paused" if latest.state == "paused" else left),
                    ("Trained for", span(latest.seconds)),
                    ("Memory", memory(latest.memory) or "–"),
                ]
            )
        )

    def _paint(self) -> None:
        colour = theme().colours.secondary
        parts = [
            f"<p style='color: {colour}; font-weight: 600; margin-bottom: 2px'>{heading}</p>"
            f"{_table(rows)}"
            for heading, rows in self._rows
            if rows
        ]
        self._settings.setText("".join(parts))


def _ended(run: Run) -> str:
    result = run.manifest.result
    if result is None:
        if run.resumable:
            return "Interrupted: it can go on from its last checkpoint."
        return "Interrupted before its first checkpoint."
    words = f"{_STATES[result.state]} after {result.steps:,} steps in {span(result.seconds)}."
    best = score(run).replace(" ", "\N{NO-BREAK SPACE}")
    if best and result.best_step is not None:
        words += f" Best validation {best} at step {result.best_step:,}; those weights are kept."
    elif best:
        words += f" Best validation {best}."
    return words


def _data_rows(run: Run) -> list[tuple[str, str]]:
    spec = run.manifest.data
    known = {card.name: card.title for card in catalog.cards()}
    rows = [("Dataset", known.get(spec.name, spec.name)), ("Form", str(run.manifest.space))]
    return [*rows, ("Folder", spec.folder)] if spec.folder else rows


def _training_rows(training: Training, counts: bool) -> list[tuple[str, str]]:
    values = training.model_dump()
    length = "one pass" if counts else f"{training.length:,.10g} {training.unit}"
    for name in SCHEDULE if counts else ("length", "unit"):
        del values[name]
    return [("Length", length), *_rows(values, Training.model_json_schema())]


def _rows(values: dict[str, Any], schema: dict[str, Any]) -> list[tuple[str, str]]:
    properties = schema.get("properties", {})
    return [
        (
            label_of(name, properties.get(name, {})),
            f"{_said(value)} {properties.get(name, {}).get('unit', '')}".strip(),
        )
        for name, value in values.items()
    ]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    return "own" if value is None else str(value)


def _table(rows: list[tuple[str, str]]) -> str:
    colour = theme().colours.secondary
    lines = "".join(
        f"<tr><td width='130' style='color: {colour}'>{html.escape(name)}</td>"
        f"<td>{html.escape(value)}</td></tr>"
        for name, value in rows
    )
    return f"<table cellspacing='0' cellpadding='1'>{lines}</table>"


def _secondary() -> QLabel:
    label = QLabel()
    label.setProperty("role", "secondary")
    return label
