"""Whether the completions can be trusted: a verdict in words, and the curves behind it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.inpainting import Film, Inpainted, Stage
from genstudio.ui.inpainting.diagnostic_plot import DiagnosticPlot, Line
from genstudio.ui.inpainting.stage_values import csv_of
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, icon, theme
from genstudio.ui.widgets.plot_export import picture_of
from genstudio.ui.words import span

__all__ = ["DiagnosticsView"]

_NARROW = 300  # pixels below which a plot is not put beside another
_FOLDER = "inpaint/folder"
_EMPTY = "Nothing to judge yet: complete an image, and its chains or particles are followed here."
_UNDER_WAY = "Under way: the verdict comes when all is drawn."
_INDEPENDENT = "One pass makes independent draws: there are no chains or weights to follow."
_EXACT = "Nothing is approximated: there are no chains or weights to follow."


@dataclass(frozen=True)
class _Diagnostic:
    """A plot that is there where its values are known.

    Attributes:
        title: above the plot.
        idea: its tooltip, with the formula.
        up: name of the vertical axis, units included.
        least: how many stages have to know it.
        value: of a stage; NaN where it does not know.
    """

    title: str
    idea: str
    up: str
    least: int
    value: Callable[[Stage], float]


_LOG_P = _Diagnostic(
    "log p of the completions",
    "ln p(x) of each whole completion at the end of each stage, thin; their mean, bold.\n"
    "Chains that agree and drift no more have mixed.",
    "nats",
    2,
    lambda stage: float(stage.log_prob.mean()),
)
_EFFECTIVE = _Diagnostic(
    "Effective size and β",
    "ESS = (Σ w)² / Σ w²: how many of the B weighted particles still count, as a share of B.\n"
    "β: the power to which the later known symbols count by now,\n"
    "p_β(hidden) ∝ p(hidden | earlier known) · p(later known | hidden)^β.",
    "share",
    1,
    lambda stage: stage.effective if math.isfinite(stage.effective) else stage.beta,
)
_FLIPS = _Diagnostic(
    "Flip rate",
    "The share of visits in a stage that changed the symbol they found.\n"
    "Near 0 the chain is stuck, or nothing else is possible.",
    "share",
    1,
    lambda stage: stage.flips,
)
_EVIDENCE = _Diagnostic(
    "Evidence",
    "ln p̂(known symbols met so far): the product of the mean weights, unbiased as p̂.\n"
    "The band is ± its standard error.",
    "nats",
    1,
    lambda stage: stage.log_evidence,
)
_AUTO = "Autocorrelation"
_AUTO_IDEA = (
    "ρₖ = cov(ℓₜ, ℓₜ₊ₖ) / var(ℓₜ), over the sweeps t, of ℓ = {followed}.\n"
    "Where it has fallen to 0 two images of a chain are as good as independent."
)
_STATES = {True: ("check-circle", "good"), False: ("alert", "warn"), None: ("information", "")}
_STATE_WORDS = {True: "Nothing wrong", False: "Take care", None: "Cannot be told"}


class DiagnosticsView(QWidget):
    """Follows a film; shows only the plots that its method has."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.film: Film | None = None
        self.found: Inpainted | None = None
        self._drawn: tuple[int, bool] = (-1, False)
        self.sign = QLabel()
        self.sign.setFixedSize(20, 20)
        self.verdict = named(QLabel(wordWrap=True), "Verdict")
        self.facts = with_role(named(QLabel(wordWrap=True), "In numbers"), "secondary")
        self.note = with_role(named(QLabel(_EMPTY, wordWrap=True), "Note"), "question")
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.export = QPushButton(icon("export-variant"), "Values")
        self.export.setAccessibleName("Export the diagnostics")
        menu = QMenu(self)
        menu.addAction("Save values (CSV)…").triggered.connect(lambda: self.ask("csv"))
        menu.addAction("Save picture (PNG)…").triggered.connect(lambda: self.ask("png"))
        menu.addAction("Copy values").triggered.connect(self.copy)
        self.export.setMenu(menu)
        self.plots = {
            each.title: DiagnosticPlot(each.title, each.idea, "Stage", each.up)
            for each in (_LOG_P, _EFFECTIVE, _FLIPS, _EVIDENCE)
        }
        self.plots[_AUTO] = DiagnosticPlot(_AUTO, "", "Lag", "ρ")
        self._columns = 0
        self._lay_out()
        theme().changed.connect(self._sign)
        self.set_film(None)

    # --- what is shown ---

    def set_film(self, film: Film | None) -> None:
        """Follow another film."""
        self.film, self.found = film, None
        self._drawn = (-1, False)
        for plot in self.plots.values():
            plot.plot.following = True
        self.grew()

    def grew(self) -> None:
        """The film has more; only another stage changes anything here."""
        stages = 0 if self.film is None else len(self.film.stages)
        if (stages, self.found is not None) != self._drawn:
            self._drawn = (stages, self.found is not None)
            self._show()

    def finish(self, found: Inpainted) -> None:
        """The film has ended, and this came of it."""
        self.found = found
        self.grew()

    @property
    def titles(self) -> list[str]:
        """The plots that there are now."""
        return [title for title, plot in self.plots.items() if not plot.isHidden()]

    def _show(self) -> None:
        film, found = self.film, self.found
        stages = [] if film is None else film.stages
        for each in (_LOG_P, _EFFECTIVE, _FLIPS, _EVIDENCE):
            values = np.array([each.value(stage) for stage in stages])
            there = np.isfinite(values).sum() >= each.least
            self.plots[each.title].setVisible(bool(there))
            if there:
                self._fill(each, stages, values)
        auto = self.plots[_AUTO]
        auto.setVisible(found is not None and found.autocorrelation.size > 1)
        if found is not None and found.autocorrelation.size > 1:
            auto.explain(_AUTO_IDEA.format(followed=found.followed))
            lags = np.arange(found.autocorrelation.size, dtype=float)
            lines = [Line("", np.zeros_like(lags), "secondary", dashed=True)]
            auto.show_lines(lags, [*lines, Line("ρ", found.autocorrelation)], (0.0, 1.0))
        ended = _EXACT if found is not None and found.exact else _INDEPENDENT
        self.note.setText(_EMPTY if film is None else ended if found is not None else "")
        self.note.setVisible(not self.titles and bool(self.note.text()))
        self.export.setEnabled(bool(stages))
        self.export.setToolTip(
            "Save or copy what each stage told" if stages else "There are no stages yet"
        )
        self._say()
        self._arrange()

    def _fill(self, each: _Diagnostic, stages: list[Stage], values: NDArray[np.float64]) -> None:
        """Only stages that know the value; earlier ones of another kind have no place here."""
        assert self.film is not None  # noqa: S101 - it has stages
        known = np.flatnonzero(np.isfinite(values))
        chosen, x = [stages[index] for index in known], (known + 1).astype(np.float64)
        values = values[known]
        plot = self.plots[each.title]
        if each is _LOG_P:
            chains = np.stack([stage.log_prob for stage in chosen])
            plot.show_lines(x, [Line("", chains), Line("mean", values)])
        elif each is _EFFECTIVE:
            effective = np.array([stage.effective for stage in chosen]) / self.film.count
            beta = np.array([stage.beta for stage in chosen])
            lines = [Line("ESS / B", effective), Line("β", beta, "warn", dashed=True)]
            plot.show_lines(x, [line for line in lines if np.isfinite(line.values).any()], (0, 1))
        elif each is _FLIPS:
            plot.show_lines(x, [Line("flipped", values)], (0.0, 0.0))
        else:
            plot.show_lines(x, [Line("ln p̂", values, band=self._evidence())])

    def _evidence(self) -> tuple[float, float] | None:
        """The estimate minus and plus its standard error; None while there is none."""
        if self.found is None or not math.isfinite(self.found.evidence_error):
            return None
        middle, error = self.found.log_evidence, self.found.evidence_error
        return middle - error, middle + error

    def _say(self) -> None:
        film, found = self.film, self.found
        self.verdict.setVisible(film is not None)
        self.facts.setVisible(found is not None)
        self._sign()
        if found is None:
            self.verdict.setText(_UNDER_WAY)
            return
        self.verdict.setText(found.verdict)
        self.verdict.setAccessibleDescription(_STATE_WORDS[found.settled])
        mean = float(found.weights @ found.log_prob)
        many = len(found.weights)
        told = [f"mean log p = {mean:.1f} nats"] if math.isfinite(mean) else []
        if math.isfinite(found.log_evidence):
            error = found.evidence_error
            spread = f" ± {error:.2f}" if math.isfinite(error) and error else ""
            told.append(f"log p(known) = {found.log_evidence:.2f}{spread} nats")
        if math.isfinite(found.effective):
            told.append(f"worth {found.effective:.1f} of {many} independent draws")
        if found.exact:
            told.append("exact")
        told.append(f"{span(found.seconds)}" if found.seconds >= 1 else f"{found.seconds:.2f} s")
        self.facts.setText(" · ".join(told).replace("-", "−"))

    def _sign(self) -> None:
        """Green or amber beside the verdict; the words say the same."""
        self.sign.setVisible(self.film is not None)
        settled = None if self.found is None else self.found.settled
        name, colour = _STATES[settled]
        ratio = self.devicePixelRatioF()
        self.sign.setPixmap(icon(name, colour or "secondary").pixmap(self.sign.size(), ratio))
        self.sign.setAccessibleName(_STATE_WORDS[settled])

    # --- exporting ---

    def ask(self, suffix: str) -> None:
        """Ask where to, and save there."""
        folder = Path(str(self._studio.settings.value(_FOLDER, Path.home())))
        name = f"inpainting-diagnostics.{suffix}"
        dialog = QFileDialog(self, "Save the diagnostics", str(folder / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setNameFilter(f"*.{suffix}")
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, path: Path) -> None:
        """Save a .csv of the values or a .png of the plots; a notice says how it went."""
        try:
            if path.suffix.lower() == ".csv":
                write_atomically(path, self.csv().encode())
            elif not picture_of(self._body).save(str(path)):
                raise UserError(f"{path} cannot be written.", "Choose another folder.")
        except UserError as error:
            self._studio.notice("error", error.title, error.advice)
            return
        self._studio.settings.setValue(_FOLDER, str(path.parent))
        self._studio.notice("good", f"“{path.name}” is saved.", str(path.parent))

    def csv(self) -> str:
        """What each stage told, a line for each."""
        return "" if self.film is None else csv_of(self.film.stages, self.film.count)

    def copy(self) -> None:
        """Put the values on the clipboard."""
        QGuiApplication.clipboard().setText(self.csv())
        self._studio.notice("good", "The values are on the clipboard.")

    # --- layout ---

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.sign)
        row.addWidget(self.verdict, 1)
        row.addWidget(self.export)
        self._body = QWidget()
        self._grid = QGridLayout(self._body)
        for plot in self.plots.values():
            plot.setParent(self._body)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(row)
        column.addWidget(self.facts)
        column.addWidget(self.note, 20)
        column.addWidget(scroll, 20)
        column.addStretch(1)
        self._scroll = scroll

    def _arrange(self) -> None:
        """Beside each other where there is room for it."""
        self._scroll.setVisible(bool(self.titles))
        columns = max(1, min(len(self.titles), self.width() // _NARROW))
        for plot in self.plots.values():
            self._grid.removeWidget(plot)
        for index, title in enumerate(self.titles):
            self._grid.addWidget(self.plots[title], *divmod(index, columns))
        for column in range(max(columns, self._columns)):
            self._grid.setColumnStretch(column, int(column < columns))
        self._columns = columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if max(1, min(len(self.titles), self.width() // _NARROW)) != self._columns:
            self._arrange()
