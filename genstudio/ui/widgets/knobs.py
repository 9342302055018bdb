"""The knobs of a sampler, as its family describes them: temperature, top-k."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from genstudio.ui.theme import HALF
from genstudio.ui.widgets.number_field import NumberField
from genstudio.ui.widgets.seed_row import NAMES

__all__ = ["Knobs"]

_LOWEST_TEMPERATURE = 0.1


class Knobs(QWidget):
    """One row for each number of a schema.

    Attributes:
        edited: the person changed one, and all of them make sense.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._fields: dict[str, NumberField] = {}
        self._schema: tuple[dict[str, Any], int] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(HALF)
        self._grid.setHorizontalSpacing(4)  # as in the rows of the seed and of the count
        self._grid.setColumnMinimumWidth(0, NAMES)
        self._grid.setColumnStretch(1, 1)

    @property
    def names(self) -> list[str]:
        """Of the knobs there are."""
        return list(self._fields)

    def field(self, name: str) -> NumberField:
        """The field of a knob."""
        return self._fields[name]

    def offer(self, schema: dict[str, Any], levels: int) -> None:
        """Offer a family's knobs for symbols of so many levels; the same ones stay as they are."""
        if self._schema == (schema, levels):
            return
        self._schema = (schema, levels)
        while self._grid.count():
            item = self._grid.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.deleteLater()
        self._fields = {}
        for row, (name, given) in enumerate(schema.get("properties", {}).items()):
            if given.get("type") in ("number", "integer"):
                self._add(row, name, dict(given), levels)

    def values(self) -> dict[str, Any]:
        """The knobs as settings."""
        return {name: field.value() for name, field in self._fields.items()}

    def show_values(self, values: dict[str, Any]) -> None:
        """Put the knobs somewhere; nobody is told."""
        for name, value in values.items():
            if name in self._fields:
                self._fields[name].set_value(value)

    def problem(self) -> bool:
        """Whether one of them makes no sense."""
        return any(field.problem() for field in self._fields.values())

    def _add(self, row: int, name: str, knob: dict[str, Any], levels: int) -> None:
        if knob.get("log") and knob.get("exclusiveMinimum") == 0:
            knob["minimum"] = _LOWEST_TEMPERATURE
            del knob["exclusiveMinimum"]
        if name == "top_k":
            knob["maximum"] = min(knob.get("maximum", levels), levels)
        title = knob.get("label") or name.replace("_", " ").capitalize()
        field = NumberField(knob, title)
        field.edit.setFixedWidth(56)
        field.set_value(knob["default"])
        field.edited.connect(self._edited)
        label = QLabel(title)
        words = "\n".join(filter(None, (knob.get("description"), knob.get("formula"))))
        label.setToolTip(words)
        field.setToolTip(words)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        self._fields[name] = field

    def _edited(self) -> None:
        if not self.problem():
            self.edited.emit()
