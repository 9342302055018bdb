"""What to draw: how many, with which temperature and top-k, from which seed, of which class."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.spaces import Space
from genstudio.ui.theme import HALF, icon
from genstudio.ui.widgets.class_choice import ClassChoice
from genstudio.ui.widgets.knobs import Knobs
from genstudio.ui.widgets.seed_row import NAMES, SeedRow, fresh_seed
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["COUNTS", "DrawForm"]

COUNTS = (1, 4, 16, 36, 64)


class DrawForm(QWidget):
    """The few controls of a sampler.

    Attributes:
        controls_edited: temperature or another knob changed.
        wanted_changed: count, class or a typed seed changed; draw anew.
        another_wanted: the button was pressed; `next_seed` says from which seed.
        another: that button, which the panel keeps in sight below the form.
        at_once: whether a chosen model draws at once; likewise.
    """

    controls_edited = Signal()
    wanted_changed = Signal()
    another_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.knobs = Knobs()
        self.knobs.edited.connect(self.controls_edited)
        self.count = Segmented([str(count) for count in COUNTS], "Images drawn together")
        self.count.setToolTip("How many images are drawn together")
        for count in COUNTS:
            self.count.button(str(count)).setMinimumWidth(24)
        self.count.chosen.connect(lambda _: self.wanted_changed.emit())
        self.row = SeedRow()
        self.seed, self.lock, self.copy = self.row.seed, self.row.lock, self.row.copy
        self.row.edited.connect(self.wanted_changed)
        self.lock.toggled.connect(self._locked)
        self.classes = ClassChoice()
        self.classes.chosen.connect(self.wanted_changed)
        self.another = QPushButton()
        self.another.setProperty("role", "primary")
        self.another.clicked.connect(self.another_wanted)
        self.at_once = QCheckBox("Draw as soon as a model is chosen")
        self._locked(False)
        self._lay_out()

    def offer(self, schema: dict[str, Any], space: Space, conditional: bool) -> None:
        """Offer a family's knobs for a space; values that still fit stay."""
        self.classes.offer(space.labels if conditional else ())
        self.knobs.offer(schema, space.levels)

    def controls(self) -> dict[str, Any]:
        """The knobs as settings."""
        return self.knobs.values()

    def show_controls(self, controls: dict[str, Any]) -> None:
        """Put the knobs somewhere; nobody is told."""
        self.knobs.show_values(controls)

    def show_seed(self, seed: int) -> None:
        """Show a seed; nobody is told."""
        self.row.show_seed(seed)

    def next_seed(self) -> int:
        """The seed of the next drawing: this one where it is locked, else a fresh one."""
        return self.seed.value() if self.lock.isChecked() else fresh_seed()

    @property
    def images(self) -> int:
        """How many images to draw."""
        return int(self.count.word or 1)

    def _locked(self, locked: bool) -> None:
        self.another.setIcon(icon("repeat" if locked else "dice-5-outline", "on_accent"))
        self.another.setText("Draw again" if locked else "Draw another")
        self.another.setToolTip(
            "Draw from the same seed once more (D)" if locked else "Draw from a new seed (D)"
        )

    def _lay_out(self) -> None:
        count = QHBoxLayout()
        count.setSpacing(4)
        images = QLabel("Images")
        images.setFixedWidth(NAMES)
        count.addWidget(images)
        count.addWidget(self.count, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(count)
        column.addWidget(self.knobs)
        column.addWidget(self.row)
        column.addWidget(self.classes)
