"""Chain rule: why factorise? The lecture's slide on re-expression as a laboratory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from genstudio.core.chain import CURVE, ChainFit, ChainNews, ChainRule, ChainSettings
from genstudio.core.messages import Failed
from genstudio.data import catalog
from genstudio.ui.naming import hairline, with_role
from genstudio.ui.panel import Panel
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import GAP, HALF, MARGIN
from genstudio.ui.widgets.divergence_plot import DivergencePlot
from genstudio.ui.widgets.factor_strip import FactorStrip, factor_words
from genstudio.ui.widgets.factor_table import FactorTable
from genstudio.ui.widgets.failure import FailureCard
from genstudio.ui.widgets.form import Form
from genstudio.ui.widgets.state_rows import StateRows
from genstudio.ui.words import span

__all__ = ["ChainRulePanel"]

_DELAY = 150  # milliseconds of quiet before a changed setting is acted upon
_SIDE = 364
_KEY = "chain-rule/settings"
_MODELS = 5


class ChainRulePanel(Panel):
    """The formula, the states under the truth and each model, what each costs, and its tables."""

    title = "Chain rule"
    question = "Why factorise?"
    icon_name = "link-variant"
    position = 7
    needs_model = False

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.strip = FactorStrip()
        self.rows = StateRows()
        self.plot = DivergencePlot()
        self.table = FactorTable()
        self.form = Form(ChainSettings.model_json_schema())
        self.sorted = QCheckBox("Likeliest first")
        self.truth_words = _small_print()
        self.progress = _small_print()
        self.table_words = _small_print()
        self.failure = FailureCard()
        self.fits: dict[str, ChainFit] = {}
        self.points: dict[tuple[str, int], float] = {}
        self._asked: ChainSettings | None = None  # what the points are of, but for m
        self._job: Job | None = None
        self._wanted, self._found, self._began = 0, 0, 0.0
        self._wait = QTimer(self, singleShot=True, interval=_DELAY)
        self._wait.timeout.connect(self.fit)
        self._recall()
        self._build()
        self._connect()

    # --- what the window asks ---

    @override
    def commands(self) -> list[tuple[str, str, object]]:
        return [
            ("Fit again with other samples", "Ctrl+R", self.another_seed),
            ("Twice the samples", "Ctrl+Up", lambda: self.scale_samples(2)),
            ("Half the samples", "Ctrl+Down", lambda: self.scale_samples(0.5)),
            ("Next factor", "Ctrl+Right", lambda: self.choose_factor(self.strip.factor + 1)),
            ("Previous factor", "Ctrl+Left", lambda: self.choose_factor(self.strip.factor - 1)),
            ("Order the states by the truth", "Ctrl+L", self.sorted.toggle),
        ]

    @override
    def settled(self) -> bool:
        return self._job is None and not self._wait.isActive()

    @override
    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Many samples, a later factor, one model alone, and fewer pixels."""
        yield "many samples", lambda: self.set_value("samples", 3000)
        yield "factor", lambda: self.choose_factor(5)
        yield "one model", lambda: self._select("full-table")
        yield "nine pixels", lambda: self.set_value("pixels", 9)

    # --- actions ---

    def fit(self) -> None:
        """Fit every model to the samples that the form asks for; the newest wish wins."""
        self._wait.stop()
        if self.form.problems():
            return
        settings = ChainSettings.checked(self.form.values())
        known = {"samples": 0}
        if self._asked is None or (
            self._asked.model_copy(update=known) != settings.model_copy(update=known)
        ):
            self.points.clear()
        self._asked = settings
        curve = tuple(m for m in CURVE if sum(at == m for _, at in self.points) < _MODELS)
        self._wanted, self._found = _MODELS * len({settings.samples, *curve}), 0
        self._began = time.monotonic()
        self.failure.hide()
        self._job = job = self.studio.submit(ChainRule(settings, curve), channel="chain-rule")
        job.progressed.connect(lambda news: self._take(job, news))
        job.finished.connect(lambda _: self._end(job))
        job.failed.connect(lambda failed: self._fail(job, failed))
        job.cancelled.connect(lambda: self._end(job))
        self.studio.settings.setValue(_KEY, settings.model_dump_json())
        self._tell()

    def another_seed(self) -> None:
        """Draw other samples."""
        self.set_value("seed", int(self.form.values()["seed"]) + 1)

    def scale_samples(self, by: float) -> None:
        """Change m by a factor."""
        field = self.form.field("samples")
        if not field.problem():
            self.set_value("samples", min(max(10, round(field.value() * by)), CURVE[-1]))

    def set_value(self, name: str, value: object) -> None:
        """Change a setting as the person would."""
        self.form.set_values({name: value})
        self._edited()

    def choose_factor(self, factor: int) -> None:
        """Show the table of a factor."""
        self.strip.choose(factor)
        self._show_table()

    # --- building ---

    def _build(self) -> None:
        self.sorted.setChecked(True)
        self.sorted.setToolTip(
            "Order the states by the truth's probability, on a logarithmic scale; "
            "else by x₁ … xₙ as a number"
        )
        self.failure.hide()
        head = QHBoxLayout()
        head.addWidget(_heading("All 2ⁿ states: truth in grey, models as lines, samples"))
        head.addStretch(1)
        head.addWidget(self.sorted)
        left = QVBoxLayout()
        left.setSpacing(HALF // 2)
        left.addLayout(head)
        left.addWidget(self.rows, 3)
        left.addWidget(_heading("KL(truth ‖ model) in nats, against the samples m"))
        left.addWidget(self.plot, 2)
        side = QWidget()
        side.setFixedWidth(_SIDE)
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(HALF // 2)
        for widget in (self.form, self.truth_words, self.progress, self.failure, hairline()):
            right.addWidget(widget)
        right.addWidget(self.table_words)
        right.addWidget(self.table, 1)
        below = QHBoxLayout()
        below.setSpacing(MARGIN)
        below.addLayout(left, 1)
        below.addWidget(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, HALF, GAP, GAP)
        column.setSpacing(HALF)
        column.addWidget(self.strip)
        column.addLayout(below, 1)

    def _connect(self) -> None:
        self.form.edited.connect(self._edited)
        self.strip.chosen.connect(self.choose_factor)
        self.rows.chosen.connect(self._select)
        self.plot.samples_chosen.connect(lambda m: self.set_value("samples", m))
        self.sorted.toggled.connect(self.rows.set_sorted)
        self.failure.retried.connect(self.fit)

    def _recall(self) -> None:
        """Begin with the settings of last time."""
        settings = ChainSettings()
        with suppress(ValidationError):  # what another version wrote may not be understood
            settings = ChainSettings.model_validate_json(
                str(self.studio.settings.value(_KEY, "{}"))
            )
        self.form.set_values(settings.model_dump())
        self.strip.show_factors(settings.pixels)
        self.strip.choose(3)

    # --- fitting ---

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """The first fit waits until somebody looks."""
        super().showEvent(event)
        if self._asked is None and self._job is None:
            self._wait.start()

    def _edited(self) -> None:
        self._wait.start()

    def _take(self, job: Job, news: ChainNews) -> None:
        if job is not self._job or self._asked is None:
            return
        if news.truth is not None:
            self.fits.clear()
            self.rows.show_truth(news.truth)
            self.strip.show_factors(self._asked.pixels)
            self._say_truth()
        for fit in news.fits:
            self.fits[fit.family] = fit
            self.rows.show_fit(fit)
        if news.truth is not None or news.fits:
            self._show_table()
        self._found += len(news.points)
        self.points |= {(point.family, point.samples): point.divergence for point in news.points}
        titles = {family: fit.title for family, fit in self.fits.items()}
        self.plot.show_points(self.points, titles, self._asked.samples)
        self._tell()

    def _end(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self._tell()

    def _fail(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self._job = None
            self._tell()
            self.failure.say(failed.title, failed.advice, failed.details)

    # --- telling ---

    def _tell(self) -> None:
        if self._job is None:
            self.progress.setText(_HOW)
            return
        words = f"Fitted {self._found} of {self._wanted}"
        spent = time.monotonic() - self._began
        if spent > 2 and self._found:
            left = spent * (self._wanted - self._found) / self._found
            words += f", about {span(left)} left"
        self.progress.setText(f"{words}…")

    def _say_truth(self) -> None:
        truth = self.rows.truth
        if truth is None or self._asked is None:
            return
        height, width = truth.shape
        title = catalog.card(self._asked.data).title
        self.truth_words.setText(
            f"The truth: {truth.images:,} images of {title}, averaged to {height}×{width} pixels "
            f"that are on where brighter than the mean, show {truth.patterns:,} of "
            f"{len(truth.probabilities):,} states; {truth.smoothing:.0%} is spread over all. "
            "The models see m samples of it."
        )

    def _show_table(self) -> None:
        truth, i = self.rows.truth, self.strip.factor
        if truth is not None:
            self.table.show_factor(i, truth, list(self.fits.values()))
            words = factor_words(i).replace("|", " = 1|", 1) if i > 1 else "p(x₁ = 1)"
            contexts = "1 context" if i == 1 else f"{2 ** (i - 1):,} contexts, likeliest first"
            self.table_words.setText(f"<b>{words}</b>, {contexts}")

    def _select(self, family: str) -> None:
        self.rows.select(family)
        self.plot.select(family)


_HOW = (
    "Tables count the samples with the prior α, which keeps KL finite. Networks have no prior: "
    "they stop where a fifth of the samples, held out, is predicted best."
)


def _heading(words: str) -> QLabel:
    return with_role(QLabel(words), "heading")


def _small_print() -> QLabel:
    label = with_role(QLabel(), "secondary")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    return label
