"""Could this be a generator? Decoded draws from N(0, I), models side by side, and a remedy."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.capabilities import Capability
from genstudio.core.comparison import same_data
from genstudio.core.runs import Run
from genstudio.ui.latent.export_picture import ExportPicture
from genstudio.ui.latent.generator_row import GeneratorRow
from genstudio.ui.latent.generator_verdict import verdict
from genstudio.ui.latent.prior_histograms import PriorHistograms
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF
from genstudio.ui.widgets.seed_row import SeedRow

__all__ = ["GeneratorCheck"]

_COUNT = 16
_BESIDE = 3  # models beside the chosen one, one of each family
_QUESTION = (
    "A generator draws a code from a known distribution and decodes it: z ~ N(0, I), x = g(z).\n"
    "That works where the codes of data lie as that distribution does."
)
_HISTOGRAMS = (
    "Bars: the aggregated posterior q(z) = 1/n Σ q(z | xᵢ) along each dimension, a draw from each "
    "datum's.\nCurve: the prior N(0, 1). The dimensions that carry most come first."
)


class GeneratorCheck(QWidget):
    """Nothing is drawn before it is seen."""

    def __init__(self, studio: Studio, state: LatentState) -> None:
        super().__init__()
        self.studio, self.state = studio, state
        self.question = with_role(
            named(QLabel("Could this be a generator?"), "Question", _QUESTION), "title"
        )
        self.verdict = named(QLabel(wordWrap=True), "Verdict", _QUESTION)
        self.beside = QCheckBox("Side by side")
        self.beside.setToolTip("Other models with a decoder that learned from the same data")
        self.beside.setAccessibleName("Other models beside this one")
        self.beside.setChecked(True)
        self.seed = SeedRow(dice=True)
        self.rows: list[GeneratorRow] = []
        self.histograms = PriorHistograms()
        self.histograms.setToolTip(_HISTOGRAMS)
        self._stale = True
        self._temperature = 1.0  # another one only as long as a recalled file asks for it
        self._page = QWidget()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(GAP)
        self.export = ExportPicture(
            studio, "the draws", "could-it-generate", self._page, self._recipe
        )
        self._build()
        state.run_changed.connect(self._run_changed)
        state.surveyed.connect(self._surveyed)
        studio.runs_changed.connect(self._runs_changed)
        studio.described.connect(self._runs_changed)
        self.seed.edited.connect(self._draw)
        self.beside.toggled.connect(self._runs_changed)
        self._rebuild()
        self._surveyed()

    def settled(self) -> bool:
        """Whether every row has its pictures."""
        return not any(row.busy for row in self.rows)

    def commands(self) -> list[tuple[str, str, object]]:
        """Other draws."""
        return [("Draw other codes", "D", self.seed.dice.click)]

    def recall(self, source: str, seed: int, temperature: float, components: int | None) -> None:
        """Draw as an exported file was drawn, with the chosen model."""
        self.seed.show_seed(seed)
        for row in self.rows[:1]:
            row.choose(source, components)
        self._temperature = temperature
        self._stale = True
        if self.isVisible():
            self._draw()

    def runs(self) -> list[Run]:
        """The chosen run, and beside it the newest of each other family that has a decoder."""
        run = self.state.run
        if run is None:
            return []
        chosen = [run]
        if self.beside.isChecked():
            families = {run.manifest.family}
            for other in same_data(run, [*self.studio.own, *self.studio.shipped]):
                card = self.studio.card_of(other)
                if other.manifest.family in families or card is None:
                    continue
                if card.can(Capability.ENCODER):
                    families.add(other.manifest.family)
                    chosen.append(other)
        return chosen[: _BESIDE + 1]

    # --- following the state ---

    def _run_changed(self) -> None:
        self.verdict.setText("")
        self.histograms.show_survey(None)
        self._rebuild()  # even of the same run, for it may have learned since

    def _surveyed(self) -> None:
        survey, card = self.state.survey, self.state.card
        if survey is None or card is None:
            return
        self.verdict.setText(verdict(survey, card.can(Capability.LATENT_VARIABLE)))
        self.histograms.show_survey(survey)

    def _runs_changed(self) -> None:
        if [run.folder for run in self.runs()] != [row.run.folder for row in self.rows]:
            self._rebuild()

    def _rebuild(self) -> None:
        for row in self.rows:
            row.forget()
            row.hide()  # it is deleted only when the event loop gets to it
            self._rows.removeWidget(row)
            row.deleteLater()
        self.rows = [
            GeneratorRow(self.studio, run, self.studio.card_of(run), _COUNT) for run in self.runs()
        ]
        for row in self.rows:
            self._rows.addWidget(row)
        self._stale = True
        if self.isVisible():
            self._draw()

    def _draw(self) -> None:
        self._stale = False
        temperature, self._temperature = self._temperature, 1.0
        for row in self.rows:
            row.draw(self.seed.seed.value(), temperature)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._draw()

    def _recipe(self) -> dict[str, str]:
        return {
            "runs": ", ".join(row.run.name for row in self.rows),
            "codes": ", ".join(row.source.word for row in self.rows),
            "seed": str(self.seed.seed.value()),
        }

    # --- putting it together ---

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.question, 1)
        bar.addWidget(self.beside)
        bar.addWidget(self.export)
        below = QHBoxLayout()
        below.setSpacing(GAP)
        below.addWidget(self.seed)
        below.addStretch(1)
        heading = named(QLabel("Codes of the data against N(0, 1)"), "Histograms", _HISTOGRAMS)
        page = QVBoxLayout(self._page)
        page.setContentsMargins(0, 0, HALF, 0)
        page.setSpacing(GAP)
        page.addWidget(self.verdict)
        page.addLayout(self._rows)
        page.addWidget(with_role(heading, "heading"))
        page.addWidget(self.histograms)
        page.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(self._page)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(bar)
        column.addLayout(below)
        column.addWidget(scroll, 1)
