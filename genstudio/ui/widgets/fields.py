"""Controls for one setting each: they hold what was typed, right or wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QWidget,
)

from genstudio.ui.theme import HALF
from genstudio.ui.widgets.field import Field, without_null
from genstudio.ui.widgets.number_field import NumberField
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["ChoiceField", "FolderField", "SwitchField", "field_for"]

_SEGMENTS = 20
"""Letters of all words together up to which they have room side by side."""


class SwitchField(Field):
    """Yes or no."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.box = QCheckBox()
        self.box.setAccessibleName(name)
        self.box.clicked.connect(self.edited)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        row.addStretch(1)
        self.setFocusProxy(self.box)

    def input(self) -> QWidget:
        """The widget that takes the keyboard."""
        return self.box

    def value(self) -> bool:
        """What the control says."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        self.box.setChecked(bool(value))


class ChoiceField(Field):
    """One of a few values; None, where it is allowed, is the first and called “own”."""

    def __init__(self, values: list[Any], name: str, optional: bool = False) -> None:
        super().__init__()
        self._values = [None, *values] if optional else list(values)
        self._segments = Segmented(self._words(), name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._segments)
        self._segments.chosen.connect(lambda _: self.edited.emit())

    def value(self) -> Any:
        """What the control says."""
        return self._values[self._words().index(self._segments.word)]

    def set_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        if value in self._values:
            self._segments.choose(self._words()[self._values.index(value)])

    def _words(self) -> list[str]:
        return ["own" if value is None else str(value) for value in self._values]


class FolderField(Field):
    """A folder, typed or chosen in a dialog."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.edit.setAccessibleName(name)
        self.edit.setPlaceholderText("Choose a folder")
        self.edit.textEdited.connect(self.edited)
        self.browse = QToolButton()
        self.browse.setText("Choose…")
        self.browse.setAccessibleName(f"{name}: choose")
        self.browse.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HALF)
        row.addWidget(self.edit, 1)
        row.addWidget(self.browse)
        self.setFocusProxy(self.edit)

    def input(self) -> QWidget:
        """The widget that takes the keyboard."""
        return self.edit

    def value(self) -> str | None:
        """What the control says."""
        return self.edit.text().strip() or None

    def set_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        self.edit.setText(value or "")

    def problem(self) -> str:
        """What is wrong with it, as the end of a sentence."""
        folder = self.value()
        if folder is None:
            return "needs a folder of your own files."
        return "" if Path(folder).expanduser().is_dir() else "is not there."

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Choose a folder", self.value() or "")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._take)
        dialog.open()

    def _take(self, folder: str) -> None:
        self.set_value(folder)
        self.edited.emit()


class _ManyField(Field):
    """One of many values, in a drop-down list."""

    def __init__(self, values: list[Any], name: str) -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setAccessibleName(name)
        for value in values:
            self.box.addItem(str(value), value)
        self.box.activated.connect(lambda _: self.edited.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        self.setFocusProxy(self.box)

    def input(self) -> QWidget:
        """The widget that takes the keyboard."""
        return self.box

    def value(self) -> Any:
        """What the control says."""
        return self.box.currentData()

    def set_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        self.box.setCurrentIndex(self.box.findData(value))


def field_for(schema: dict[str, Any], name: str) -> Field:
    """The control that suits one property of a JSON schema.

    Args:
        schema: the property, as pydantic writes it.
        name: its accessible name.

    Raises:
        ValueError: no control is known for such a property.
    """
    optional, inner = without_null(schema)
    if "enum" in inner:
        letters = sum(len(str(value)) for value in inner["enum"])
        few = len(inner["enum"]) + optional <= 5 and (optional or letters <= _SEGMENTS)
        return (
            ChoiceField(inner["enum"], name, optional) if few else _ManyField(inner["enum"], name)
        )
    kind = inner.get("type")
    if kind == "boolean":
        return SwitchField(name)
    if kind in ("integer", "number"):
        return NumberField(schema, name)
    if kind == "string":
        return FolderField(name)
    raise ValueError(f"there is no control for {schema}")
