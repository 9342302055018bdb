"""What to draw: how many, with which temperature and top-k, from which seed, of which class."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.spaces import Space
from genstudio.ui.theme import HALF, icon
from genstudio.ui.widgets.class_choice import ClassChoice
from genstudio.ui.widgets.number_field import NumberField
from genstudio.ui.widgets.seed_row import NAMES, SeedRow, fresh_seed
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["COUNTS", "DrawForm"]

COUNTS = (1, 4, 16, 36, 64)
_LOWEST_TEMPERATURE = 0.1


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
        self._knobs: dict[str, NumberField] = {}
        self._schema: tuple[dict[str, Any], int] | None = None
        self._knob_grid = QGridLayout()
        self._knob_grid.setContentsMargins(0, 0, 0, 0)
        self._knob_grid.setVerticalSpacing(HALF)
        self._knob_grid.setHorizontalSpacing(4)  # as in the rows of the seed and of the count
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
        if self._schema == (schema, space.levels):
            return
        self._schema = (schema, space.levels)
        while self._knob_grid.count():
            item = self._knob_grid.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.deleteLater()
        self._knobs = {}
        for row, (name, given) in enumerate(schema.get("properties", {}).items()):
            if given.get("type") not in ("number", "integer"):
                continue
            knob = dict(given)
            if knob.get("log") and knob.get("exclusiveMinimum") == 0:
                knob["minimum"] = _LOWEST_TEMPERATURE
                del knob["exclusiveMinimum"]
            if name == "top_k":
                knob["maximum"] = min(knob.get("maximum", space.levels), space.levels)
            title = knob.get("label") or name.replace("_", " ").capitalize()
            field = NumberField(knob, title)
            field.edit.setFixedWidth(56)
            field.set_value(knob["default"])
            field.edited.connect(self._knob_edited)
            label = QLabel(title)
            words = "\n".join(filter(None, (knob.get("description"), knob.get("formula"))))
            label.setToolTip(words)
            field.setToolTip(words)
            self._knob_grid.addWidget(label, row, 0)
            self._knob_grid.addWidget(field, row, 1)
            self._knobs[name] = field

    def controls(self) -> dict[str, Any]:
        """The knobs as settings."""
        return {name: field.value() for name, field in self._knobs.items()}

    def show_controls(self, controls: dict[str, Any]) -> None:
        """Put the knobs somewhere; nobody is told."""
        for name, value in controls.items():
            if name in self._knobs:
                self._knobs[name].set_value(value)

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

    def _knob_edited(self) -> None:
        if not any(field.problem() for field in self._knobs.values()):
            self.controls_edited.emit()

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
        column.addLayout(self._knob_grid)
        column.addWidget(self.row)
        column.addWidget(self.classes)
        self._knob_grid.setColumnMinimumWidth(0, NAMES)
        self._knob_grid.setColumnStretch(1, 1)
