"""Controls for one setting each: they hold what was typed, right or wrong, and say what is wrong."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSlider,
    QToolButton,
    QWidget,
)

from genstudio.ui.theme import HALF
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["ChoiceField", "Field", "FolderField", "NumberField", "SwitchField", "field_for"]

_TICKS = 1000  # positions of a slider
_DECADES = 4  # a log slider without a lower bound spans so many powers of ten
_FEW = 64  # a linear slider is offered for ranges up to this


class Field(QWidget):
    """Base of every control of one setting.

    Attributes:
        edited: emitted when the person changes the value, not when the program does.
    """

    edited = Signal()

    def value(self) -> Any:
        """What the control says; meaningful only where `problem` is empty."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        raise NotImplementedError

    def problem(self) -> str:
        """What is wrong with what was typed, as the end of a sentence; empty when nothing is."""
        return ""

    def input(self) -> QWidget:
        """The widget that takes the keyboard."""
        return self


class _NumberEdit(QLineEdit):
    """A line for a number: Up and Down step it, Page Up and Page Down by more."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling over a form must not change it: only a line that has the focus steps."""
        if self.hasFocus() and event.angleDelta().y():
            self.stepped.emit(1 if event.angleDelta().y() > 0 else -1)
        else:
            event.ignore()


class _QuietSlider(QSlider):
    """A slider that leaves the wheel to the form it lies in."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class NumberField(Field):
    """A whole or real number, with a slider where its range invites one, and its unit."""

    def __init__(self, schema: dict[str, Any], name: str) -> None:
        super().__init__()
        self._optional, self._schema = _without_null(schema)
        self._whole = self._schema["type"] == "integer"
        self._low = self._schema.get("minimum", self._schema.get("exclusiveMinimum"))
        self._open_end = "exclusiveMinimum" in self._schema
        self._high = self._schema.get("maximum")
        self._log = bool(schema.get("log"))
        self.edit = _NumberEdit()
        self.edit.setAccessibleName(name)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.edit.setFixedWidth(84)
        self.edit.textEdited.connect(self._typed)
        self.edit.stepped.connect(self._step)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HALF)
        row.addWidget(self.edit)
        self.slider = self._make_slider(name)
        unit = schema.get("unit", "")
        if unit:
            label = QLabel(unit)
            label.setProperty("role", "secondary")
            row.addWidget(label)
        if self.slider is not None:
            row.insertWidget(0, self.slider, 1)
        else:
            row.addStretch(1)
        self.setFocusProxy(self.edit)

    def input(self) -> QWidget:
        return self.edit

    def set_empty_words(self, words: str) -> None:
        """What an optional number that is left out stands for."""
        self.edit.setPlaceholderText(words)

    def value(self) -> Any:
        text = _plain(self.edit.text())
        if not text:
            return None
        return int(text) if self._whole else float(text)

    def set_value(self, value: Any) -> None:
        self.edit.setText("" if value is None else _shown(value))
        self._move_slider()

    def problem(self) -> str:
        text = _plain(self.edit.text())
        if not text:
            return "" if self._optional else "needs a number."
        try:
            value = int(text) if self._whole else float(text)
        except ValueError:
            kind = "a whole number" if self._whole else "a number"
            return f"must be {kind}, not “{self.edit.text().strip()}”."
        if not math.isfinite(value):
            return "must be a finite number."
        above = self._low is None or (value > self._low if self._open_end else value >= self._low)
        below = self._high is None or value <= self._high
        return "" if above and below else f"must be {self._range()}."

    def _range(self) -> str:
        if self._low is None:
            return f"at most {_shown(self._high)}"
        if self._high is None:
            return f"{'more than' if self._open_end else 'at least'} {_shown(self._low)}"
        if self._open_end:
            return f"more than {_shown(self._low)} and at most {_shown(self._high)}"
        return f"between {_shown(self._low)} and {_shown(self._high)}"

    def _make_slider(self, name: str) -> QSlider | None:
        if self._high is None or self._low is None:
            return None
        if not self._log and not (self._whole and self._high - self._low <= _FEW):
            return None
        slider = _QuietSlider(Qt.Orientation.Horizontal)
        slider.setAccessibleName(f"{name}, slider")
        slider.setMinimumWidth(48)
        if self._log:
            slider.setRange(0, _TICKS)
        else:
            slider.setRange(int(self._low), int(self._high))
        slider.valueChanged.connect(self._slid)
        return slider

    def _log_range(self) -> tuple[float, float]:
        high = math.log10(self._high)
        return (math.log10(self._low) if self._low > 0 else high - _DECADES), high

    def _move_slider(self) -> None:
        if self.slider is None or self.problem() or self.value() is None:
            return
        place = float(self.value())
        if self._log:
            low, high = self._log_range()
            place = _TICKS * (math.log10(max(place, 10**low)) - low) / (high - low)
        self.slider.blockSignals(True)
        self.slider.setValue(round(place))
        self.slider.blockSignals(False)

    def _slid(self, place: int) -> None:
        value: float = place
        if self._log:
            low, high = self._log_range()
            exact = 10 ** (low + (high - low) * place / _TICKS)
            value = float(f"{exact:.2g}")
        self.edit.setText(_shown(int(value) if self._whole else value))
        self.edited.emit()

    def _typed(self) -> None:
        self._move_slider()
        self.edited.emit()

    def _step(self, steps: int) -> None:
        if self.problem() or self.value() is None:
            return
        value = self.value()
        if self._log:
            value = float(f"{value * 10 ** (steps / 10):.2g}")
        else:
            value += steps * (1 if self._whole else _finest(value))
        low = -math.inf if self._low is None else self._low
        high = math.inf if self._high is None else self._high
        if value <= low and self._open_end:
            return
        value = min(max(value, low), high)
        self.set_value(int(value) if self._whole else float(f"{value:.10g}"))
        self.edited.emit()


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
        return self.box

    def value(self) -> bool:
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))


class ChoiceField(Field):
    """One of a few values; None, where it is allowed, is the first and has its own word."""

    def __init__(self, values: list[Any], name: str, optional: bool = False) -> None:
        super().__init__()
        self._values = [None, *values] if optional else list(values)
        self._empty = "own"
        self._segments = Segmented((), name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._segments)
        self._offer()
        self._segments.chosen.connect(lambda _: self.edited.emit())

    def set_empty_words(self, words: str) -> None:
        """What None is called."""
        kept = self.value()
        self._empty = words
        self._offer()
        self.set_value(kept)

    def value(self) -> Any:
        return self._values[self._words().index(self._segments.word)]

    def set_value(self, value: Any) -> None:
        self._segments.choose(self._words()[self._values.index(value)])

    def _words(self) -> list[str]:
        return [self._empty if value is None else str(value) for value in self._values]

    def _offer(self) -> None:
        self._segments.offer(self._words())


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
        return self.edit

    def value(self) -> str | None:
        return self.edit.text().strip() or None

    def set_value(self, value: Any) -> None:
        self.edit.setText(value or "")

    def problem(self) -> str:
        folder = self.value()
        if folder is None:
            return "needs a folder that holds pictures."
        return "" if Path(folder).expanduser().is_dir() else "is not there."

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Choose a folder of pictures", self.value() or "")
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
        return self.box

    def value(self) -> Any:
        return self.box.currentData()

    def set_value(self, value: Any) -> None:
        self.box.setCurrentIndex(self.box.findData(value))


def field_for(schema: dict[str, Any], name: str) -> Field:
    """The control that suits one property of a JSON schema.

    Args:
        schema: the property, as pydantic writes it.
        name: its accessible name.

    Raises:
        ValueError: no control is known for such a property.
    """
    optional, inner = _without_null(schema)
    if "enum" in inner:
        few = len(inner["enum"]) + optional <= 5
        return ChoiceField(inner["enum"], name, optional) if few else _ManyField(inner["enum"], name)
    kind = inner.get("type")
    if kind == "boolean":
        return SwitchField(name)
    if kind in ("integer", "number"):
        return NumberField(schema, name)
    if kind == "string":
        return FolderField(name)
    raise ValueError(f"there is no control for {schema}")


def _without_null(schema: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether None is allowed, and the schema of the other values."""
    kinds = schema.get("anyOf")
    if kinds is None:
        return False, schema
    others = [kind for kind in kinds if kind.get("type") != "null"]
    return len(others) < len(kinds), others[0]


def _plain(text: str) -> str:
    """Digits as Python reads them: no separators of thousands, no typographic minus."""
    return re.sub(r"[\s,  ]", "", text).replace("−", "-")


def _shown(value: float) -> str:
    """A number as short as it can be without losing anything."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.10g}"


def _finest(value: float) -> float:
    """One unit in the second digit of a number: what one press of an arrow changes."""
    return 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1
