"""One model's decoded draws, and from where its codes are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.latent import LatentDraws
from genstudio.core.messages import DrawCodes, Failed
from genstudio.core.runs import Run
from genstudio.ui.latent.newest import Newest
from genstudio.ui.latent.sheet import Sheet, SheetRow
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Studio
from genstudio.ui.theme import HALF
from genstudio.ui.widgets.segmented import Segmented
from genstudio.ui.widgets.spin import Spin

__all__ = ["SOURCES", "GeneratorRow", "Source"]

_COMPONENTS = (2, 100)


@dataclass(frozen=True)
class Source:
    """From where codes are drawn.

    Attributes:
        name: as `DrawCodes` calls it.
        word: on its button.
        idea: its tooltip, with the formula.
    """

    name: Literal["normal", "aggregated", "gaussian", "mixture"]
    word: str
    idea: str


SOURCES = (
    Source("normal", "N(0, I)", "z ~ N(0, I): what a generator is asked to draw from"),
    Source(
        "aggregated",
        "Data",
        "z ~ q(z) = 1/n Σ q(z | xᵢ): the codes that the training data have. Good pictures here "
        "and bad ones from N(0, I) say that the decoder is fine and the codes lie elsewhere",
    ),
    Source(
        "gaussian",
        "Gaussian",
        "A remedy: z ~ N(m, S), with the mean m and the covariance S of the training data's codes",
    ),
    Source(
        "mixture",
        "Mixture",
        "A remedy: z ~ Σₖ πₖ N(mₖ, Sₖ), fitted to the training data's codes by expectation "
        "maximisation (Dempster, Laird & Rubin 1977)",
    ),
)


class GeneratorRow(QWidget):
    """A model, the switch of its source, its pictures.

    Attributes:
        settled_changed: draws were asked for, or came.
    """

    settled_changed = Signal()

    def __init__(self, studio: Studio, run: Run, card: ModelCard | None, count: int) -> None:
        super().__init__()
        self.run, self.card = run, card
        self._count, self._seed = count, 0
        self._temperature = 1.0
        self._asking = Newest(studio, self, f"draw codes {run.folder}")
        self._asking.found.connect(self._take)
        self._asking.failed.connect(self._refuse)
        self._asking.busy_changed.connect(self.settled_changed)
        title = run.manifest.title
        self.heading = with_role(
            named(QLabel(title), "Model", f"{title}. {self._about()}"), "heading"
        )
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.source = Segmented(name=f"Codes of {title}")
        self.source.offer([each.word for each in SOURCES], [each.idea for each in SOURCES])
        self.components = Spin("Components of the mixture")
        self.components.setToolTip("How many Gaussians K the mixture has: z ~ Σₖ πₖ N(mₖ, Sₖ)")
        self.components.setRange(*_COMPONENTS)
        self.components.setValue(10)
        self.components.setKeyboardTracking(False)
        self.components.hide()
        self.sheet = Sheet(f"Draws of {title}", count, lines=2)
        self.draws: LatentDraws | None = None
        above = QHBoxLayout()
        above.setSpacing(HALF)
        above.addWidget(self.heading, 1)
        above.addWidget(self.source)
        above.addWidget(self.components)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(above)
        column.addWidget(self.sheet)
        self.source.chosen.connect(self._choose)
        self.components.valueChanged.connect(self.ask)
        self._show(None)

    @property
    def has_prior(self) -> bool:
        """Whether the family was trained for codes from N(0, I)."""
        return self.card is not None and self.card.can(Capability.LATENT_VARIABLE)

    @property
    def busy(self) -> bool:
        """Whether draws are awaited."""
        return self._asking.busy

    def draw(self, seed: int, temperature: float) -> None:
        """Draw anew."""
        self._seed, self._temperature = seed, temperature
        self.ask()

    def choose(self, source: str, components: int | None = None) -> None:
        """Turn to a source by its name, without drawing; an unknown one changes nothing."""
        chosen = next((each for each in SOURCES if each.name == source), None)
        if chosen is not None:
            self.source.choose(chosen.word)
            self.components.setVisible(chosen.name == "mixture")
        if components is not None:
            self.components.blockSignals(True)
            self.components.setValue(components)
            self.components.blockSignals(False)

    def ask(self) -> None:
        """Draw from the source that is chosen."""
        chosen = next(each for each in SOURCES if each.word == self.source.word)
        request = DrawCodes(
            self.run.folder,
            source=chosen.name,
            components=self.components.value(),
            count=self._count,
            seed=self._seed,
            temperature=self._temperature,
        )
        self._asking.ask(request)

    def forget(self) -> None:
        """Want nothing more: the row goes."""
        self._asking.forget()

    def _choose(self, word: str) -> None:
        self.components.setVisible(word == "Mixture")
        self.ask()

    def _take(self, _: object, found: LatentDraws) -> None:
        self.draws = found
        self._show(found.expected)

    def _refuse(self, failed: Failed) -> None:
        self._show(None, f"{failed.title} {failed.advice}".strip())

    def _show(self, images: NDArray[np.float32] | None, note: str = "") -> None:
        self.sheet.show_rows(self.run.manifest.grid, [SheetRow("", images, note)])

    def _about(self) -> str:
        if self.card is None:
            return self.run.manifest.family
        why = (
            "its codes were pulled towards N(0, I) while it learned"
            if self.has_prior
            else "nothing told it where its codes should lie"
        )
        return f"{self.card.title}: {why}"
