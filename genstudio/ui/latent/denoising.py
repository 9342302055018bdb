"""What a denoising autoencoder does: noisy, cleaned, original; and cleaning of pure noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from genstudio.core.capabilities import ModelCard
from genstudio.core.messages import Clean, Failed
from genstudio.core.uniforms import generator
from genstudio.ui.latent.denoising_film import DenoisingFilm
from genstudio.ui.latent.export_picture import ExportPicture
from genstudio.ui.latent.newest import Newest
from genstudio.ui.latent.sheet import Sheet, SheetRow
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF
from genstudio.ui.widgets.seed_row import SeedRow
from genstudio.ui.widgets.spin import Spin

__all__ = ["CLEAN", "DREAM", "DenoisingView"]

CLEAN, DREAM = "latent clean", "latent clean noise"
"""The channels."""

FAMILY = "denoising-autoencoder"

_EXAMPLES, _DREAMS = 8, 16
_PASSES = 20
_CHOICE_KEY = 6143  # sets the choice of images apart from other draws
_ROWS = "x̃ ~ q(x̃ | x) is what it is given, g(f(x̃)) what it makes of it, x what it should be"
_DIFFUSION = (
    "To clean a little, again and again, starting from nothing but noise: this is what diffusion "
    "models do, with a network that knows how much noise is left and takes only part of it."
)


class DenoisingView(QWidget):
    """Nothing is asked for before it is seen."""

    def __init__(self, studio: Studio, state: LatentState) -> None:
        super().__init__()
        self.state = state
        self.examples = Sheet("Noisy, cleaned, original", _EXAMPLES)
        self.examples.setToolTip(_ROWS)
        self.film = DenoisingFilm(_DREAMS)
        self.seed = SeedRow(dice=True)
        self.passes = Spin("Passes")
        self.passes.setRange(1, 200)
        self.passes.setValue(_PASSES)
        self.passes.setKeyboardTracking(False)
        self.passes.setToolTip("How often pure noise is cleaned: xₜ₊₁ = g(f(xₜ))")
        self.error = with_role(
            named(
                QLabel(),
                "Mean squares",
                "Mean over the places of (x̃ − x)² and of (g(f(x̃)) − x)², on the scale 0 … 1",
            ),
            "secondary",
        )
        self.diffusion = with_role(
            named(QLabel(_DIFFUSION, wordWrap=True), "Diffusion"), "secondary"
        )
        self._page = QWidget()
        self.export = ExportPicture(studio, "this page", "denoising", self._page, self._recipe)
        self._cleaning = Newest(studio, self, CLEAN)
        self._cleaning.found.connect(self._take_examples)
        self._cleaning.failed.connect(self._refuse_examples)
        self._dreaming = Newest(studio, self, DREAM)
        self._dreaming.found.connect(self._take_film)
        self._dreaming.failed.connect(self._refuse_film)
        self._stale = True
        self._build()
        state.run_changed.connect(self._run_changed)
        state.surveyed.connect(self._ask_examples)
        self.seed.edited.connect(self._ask)
        self.passes.valueChanged.connect(lambda _: self._ask_film())

    @staticmethod
    def lacks(card: ModelCard | None) -> str:
        """Why a family has nothing to show here, in a sentence; empty when it has."""
        if card is not None and card.name != FAMILY:
            return f"{card.title} was not trained to take noise away."
        return ""

    def recall(self, seed: int, passes: int) -> None:
        """Clean the noise of a seed so often."""
        self.seed.show_seed(seed)
        self.passes.blockSignals(True)
        self.passes.setValue(passes)
        self.passes.blockSignals(False)
        self._stale = True
        if self.isVisible():
            self._ask()

    def settled(self) -> bool:
        """Whether what was asked for is shown."""
        return not self._cleaning.busy and not self._dreaming.busy

    def commands(self) -> list[tuple[str, str, object]]:
        """Play, and other noise."""
        return [
            ("Play the cleaning", "Space", self.film.toggle),
            ("Other noise", "D", self.seed.dice.click),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.film.toggle()
        else:
            super().keyPressEvent(event)

    # --- the engine ---

    def _run_changed(self) -> None:
        self._cleaning.forget()
        self._dreaming.forget()
        self.examples.show_rows(None, [])
        self.film.show_passes(self.state.space, None)
        self.error.setText("")
        self._stale = True
        if self.isVisible():
            self._ask()

    def _ask(self) -> None:
        self._stale = False
        self._ask_examples()
        self._ask_film()

    def _ask_film(self) -> None:
        run = self.state.run
        if run is not None and not self._stale and not self.lacks(self.state.card):
            request = Clean(
                run.folder,
                count=_DREAMS,
                passes=self.passes.value(),
                seed=self.seed.seed.value(),
                labels=self.state.labels,
            )
            self._dreaming.ask(request)

    def _ask_examples(self) -> None:
        run, survey = self.state.run, self.state.survey
        if run is None or survey is None or self._stale or self.lacks(self.state.card):
            return
        seed = self.seed.seed.value()
        count = min(_EXAMPLES, len(survey.images))
        chosen = generator(seed, _CHOICE_KEY).permutation(len(survey.images))[:count]
        images = survey.images[chosen]
        labels = survey.labels[chosen] if self.state.conditional else None
        self._cleaning.ask(Clean(run.folder, images, passes=1, seed=seed, labels=labels), images)

    def _take_examples(self, images: NDArray[np.uint8], found: NDArray[np.float32]) -> None:
        space = self.state.space
        rows = [
            SheetRow("Noisy", found[0]),
            SheetRow("Cleaned", found[1]),
            SheetRow("Original", images),
        ]
        self.examples.show_rows(space, rows)
        if space is not None:
            noisy, clean = (
                float(np.square((each - images) / (space.levels - 1)).mean()) for each in found[:2]
            )
            self.error.setText(f"Mean square from the original: {noisy:.4f} → {clean:.4f}")

    def _refuse_examples(self, failed: Failed) -> None:
        note = f"{failed.title} {failed.advice}".strip()
        self.examples.show_rows(self.state.space, [SheetRow("", None, note)])

    def _take_film(self, _: object, found: NDArray[np.float32]) -> None:
        self.film.show_passes(self.state.space, found)

    def _refuse_film(self, failed: Failed) -> None:
        note = f"{failed.title} {failed.advice}".strip()
        self.film.show_passes(self.state.space, None, note)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._ask()

    def _recipe(self) -> dict[str, str]:
        run = self.state.run
        return {
            "run": "" if run is None else run.name,
            "seed": str(self.seed.seed.value()),
            "passes": str(self.passes.value()),
        }

    # --- putting it together ---

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.seed)
        words = QLabel("Passes")
        words.setBuddy(self.passes)
        bar.addWidget(words)
        bar.addWidget(self.passes)
        bar.addStretch(1)
        bar.addWidget(self.export)
        again = with_role(QLabel("Pure noise, cleaned again and again"), "heading")
        page = QVBoxLayout(self._page)
        page.setContentsMargins(0, 0, HALF, 0)
        page.setSpacing(HALF)
        page.addWidget(self.examples)
        page.addWidget(self.error)
        page.addSpacing(GAP)
        page.addWidget(again)
        page.addWidget(self.film)
        page.addWidget(self.diffusion)
        page.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(self._page)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(bar)
        column.addWidget(scroll, 1)
