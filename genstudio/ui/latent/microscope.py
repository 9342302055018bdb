"""The microscope: q(z | x) over the true p(z | x), so that the ELBO's gap is something one sees."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.capabilities import Capability
from genstudio.core.latent import Posterior
from genstudio.core.messages import Failed, LookAtPosterior
from genstudio.ui.latent.export_picture import ExportPicture
from genstudio.ui.latent.newest import Newest
from genstudio.ui.latent.painting import picture
from genstudio.ui.latent.posterior_plot import PosteriorPlot
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF
from genstudio.ui.words import decimal

__all__ = ["POSTERIOR", "Microscope"]

POSTERIOR = "latent posterior"
"""The channel."""

_IDEA = (
    "Colours: the true p(z | x) = p(x | z) p(z) / p(x), bright where it is high.\n"
    "Contours: the encoder's q(z | x) at 1, 2 and 3 σ. Where they do not cover the colours, the "
    "ELBO loses."
)
_EVIDENCE = "ln p(x) = ln ∫ p(x | z) p(z) dz, summed over the grid"
_ELBO = "ELBO = E_q[ln p(x | z)] − KL(q(z | x) ‖ p(z)) ≤ ln p(x)"
_GAP = "ln p(x) − ELBO = KL(q(z | x) ‖ p(z | x)) ≥ 0: what is lost because q is not p"
_SLICE_GAP = (
    "KL(q ‖ p) of these two dimensions, the others held at the code's mean: the part of the gap "
    "that is seen here"
)

_CARRIES = "; in brackets the nats that it carries, KL(q(zⱼ | x) ‖ p(zⱼ)) on average"
_DATUM = 48  # pixels of the datum's picture
_KEEP = Qt.AspectRatioMode.KeepAspectRatio
_SMALL = 0.05  # nats of a gap that is called none


class Microscope(QWidget):
    """Of the datum that was started from, or else of the first one of the survey."""

    def __init__(self, studio: Studio, state: LatentState) -> None:
        super().__init__()
        self.state = state
        self.plot = PosteriorPlot()
        self.plot.setToolTip(_IDEA)
        self.first = named(
            QComboBox(), "Across", f"The latent dimension along the lower edge{_CARRIES}"
        )
        self.second = named(
            QComboBox(), "Up", f"The latent dimension along the left edge{_CARRIES}"
        )
        self.datum = named(QLabel(), "The datum's picture", "x, the datum that is looked at")
        self.about = with_role(named(QLabel(), "The datum"), "secondary")
        self.evidence, self.evidence_name = _number("ln p(x)", _EVIDENCE)
        self.elbo, self.elbo_name = _number("ELBO", _ELBO)
        self.gap, self.gap_name = _number("Gap, KL(q ‖ p)", _GAP)
        self.reading = with_role(named(QLabel(), "Under the pointer"), "secondary")
        self.sentence = with_role(named(QLabel(wordWrap=True), "What is seen", _IDEA), "secondary")
        self.warning = with_role(
            named(QLabel(wordWrap=True), "Warning", "Dimensions that carry next to nothing"),
            "error",
        )
        self.export = ExportPicture(studio, "the posterior", "posterior", self.plot, self._recipe)
        self._asking = Newest(studio, self, POSTERIOR)
        self._asking.found.connect(self._take)
        self._asking.failed.connect(self._refuse)
        self._stale = False
        self._build()
        for box in (self.first, self.second):
            box.activated.connect(lambda _, box=box: self._chosen(box))
        self.plot.read.connect(self._read)
        state.run_changed.connect(self._clear)
        state.surveyed.connect(self._surveyed)
        state.source_changed.connect(self._ask)
        self._clear()
        self._surveyed()

    def look_at(self, first: int, second: int) -> None:
        """Turn to two dimensions, if there are such."""
        dims = {first, second}
        if len(dims) == 2 and max(dims) < self.first.count() and min(dims) >= 0:
            self.first.setCurrentIndex(first)
            self.second.setCurrentIndex(second)
            self._ask()

    def settled(self) -> bool:
        """Whether what was asked for is shown."""
        return not self._asking.busy

    # --- following the state ---

    def _clear(self) -> None:
        self._asking.forget()
        self.plot.say(self._lacks())
        self.datum.clear()
        self.first.clear()
        self.second.clear()
        for label in (self.evidence, self.elbo, self.gap):
            label.setText("–")
        self.about.setText("")
        self.warning.hide()
        self.sentence.setText("")
        self._enable(False)

    def _surveyed(self) -> None:
        survey = self.state.survey
        if survey is None:
            return
        self.warning.setText(survey.warning)
        self.warning.setVisible(bool(survey.warning))
        if self._lacks():
            self.plot.say(self._lacks())
            return
        order = self.state.order
        for box, chosen in ((self.first, min(order[:2])), (self.second, max(order[:2]))):
            box.clear()
            for dimension in range(len(order)):
                carried = f"{survey.carries[dimension]:.2f}"
                box.addItem(f"z{dimension + 1} ({carried})", dimension)
            box.setCurrentIndex(int(chosen))
        self._enable(True)
        self._ask()

    def _lacks(self) -> str:
        """Why there is nothing to see, in a sentence; empty when there is."""
        card, survey = self.state.card, self.state.survey
        if card is None:
            return ""
        if not card.can(Capability.LATENT_VARIABLE):
            return (
                f"{card.title} gives each image one code and no distribution of codes: there is "
                "no q(z | x) to look at. A VAE has one."
            )
        if survey is not None and survey.codes.shape[1] < 2:
            return "The codes are single numbers: two dimensions are wanted."
        return ""

    def _chosen(self, box: QComboBox) -> None:
        """The two dimensions are different ones: the other one gives way."""
        other = self.second if box is self.first else self.first
        if self.first.currentIndex() == self.second.currentIndex():
            other.setCurrentIndex(next(i for i in range(2) if i != box.currentIndex()))
        self._ask()

    # --- the engine ---

    def _ask(self) -> None:
        run, survey, source = self.state.run, self.state.survey, self.state.source
        if run is None or survey is None or self.first.count() < 2:
            return
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        if source is not None:
            image, words = source.image, source.words or "The datum that was started from"
            known = source.labels if source.labels.size else self.state.labels
        else:
            image, known = survey.images[0], survey.labels[0]
            words = f"{survey.split} image {survey.numbers[0]}"
        dimensions = (int(self.first.currentData()), int(self.second.currentData()))
        labels = known if self.state.conditional else None
        self.about.setText(words[:1].upper() + words[1:])
        small = picture(image, run.manifest.space.levels)
        self.datum.setPixmap(QPixmap.fromImage(small.scaled(_DATUM, _DATUM, _KEEP)))
        self._asking.ask(LookAtPosterior(run.folder, image, dimensions, labels))

    def _take(self, _: object, found: Posterior) -> None:
        self.plot.show_posterior(found)
        whole = math.isfinite(found.log_evidence)
        gap = found.log_evidence - found.elbo if whole else found.divergence
        self.evidence.setText(_nats(found.log_evidence, "=") if whole else "unknown")
        self.evidence.setToolTip(
            _EVIDENCE if whole else f"{_EVIDENCE}; of more than two dimensions no grid can"
        )
        self.elbo.setText(_nats(found.elbo, "≤" if whole else ""))
        self.gap.setText(_nats(gap, ""))
        for label in (self.gap, self.gap_name):
            label.setToolTip(_GAP if whole else _SLICE_GAP)
        self.sentence.setText(_sentence(gap, whole))

    def _refuse(self, failed: Failed) -> None:
        self.plot.say(f"{failed.title} {failed.advice}".strip())
        self.sentence.setText("")

    def _read(self, place: tuple[int, int] | None) -> None:
        self.reading.setText("" if place is None else self.plot.words_at(place))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._ask()

    def _recipe(self) -> dict[str, str]:
        run, found = self.state.run, self.plot.found
        return {
            "run": "" if run is None else run.name,
            "datum": self.about.text(),
            "dimensions": "" if found is None else str([int(d) + 1 for d in found.dimensions]),
        }

    # --- putting it together ---

    def _enable(self, on: bool) -> None:
        for widget in (self.first, self.second, self.export):
            widget.setEnabled(on)

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        for words, box in (("Across", self.first), ("Up", self.second)):
            label = QLabel(words)
            label.setBuddy(box)
            bar.addWidget(label)
            bar.addWidget(box)
        bar.addStretch(1)
        bar.addWidget(self.export)
        which = QHBoxLayout()
        which.setSpacing(HALF)
        which.addWidget(self.datum)
        which.addWidget(self.about, 1)
        numbers = QGridLayout()
        numbers.setHorizontalSpacing(GAP)
        numbers.setVerticalSpacing(2)
        pairs = (
            (self.evidence_name, self.evidence),
            (self.elbo_name, self.elbo),
            (self.gap_name, self.gap),
        )
        for place, (name, value) in enumerate(pairs):
            numbers.addWidget(name, 0, place)
            numbers.addWidget(value, 1, place)
        numbers.setColumnStretch(3, 1)
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # As high as what they may say, so that another datum or pointer moves nothing.
        line = self.reading.fontMetrics().lineSpacing()
        self.reading.setMinimumHeight(line)
        self.sentence.setMinimumHeight(2 * line)
        self.datum.setFixedSize(_DATUM, _DATUM)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(bar)
        column.addWidget(self.warning)
        column.addLayout(which)
        column.addWidget(self.plot, 1)
        column.addWidget(self.reading)
        column.addLayout(numbers)
        column.addWidget(self.sentence)


def _number(name: str, idea: str) -> tuple[QLabel, QLabel]:
    """A value and its name, both of which explain themselves."""
    value = with_role(named(QLabel("–"), name, idea), "title")
    return value, with_role(named(QLabel(name), f"Name of {name}", idea), "secondary")


def _nats(value: float, mark: str) -> str:
    return f"{mark} {decimal(value)} nats".strip()


def _sentence(gap: float, whole: bool) -> str:
    seen = "the gap" if whole else "the part of the gap that these two dimensions have"
    if gap < _SMALL:
        return f"q covers p nearly everywhere: {seen} is {max(gap, 0.0):.3f} nats."
    words = f"The contours miss part of what shines: {seen} is {gap:.2f} nats"
    if not whole:
        return f"{words}."
    return f"{words}, so that e to the ELBO is only {100 * math.exp(-gap):.2g} % of p(x)."
