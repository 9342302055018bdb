"""A number that is typed, stepped or slid, with its unit and what is wrong with it."""

from __future__ import annotations

import math
import re
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSlider, QWidget

from genstudio.ui.theme import HALF
from genstudio.ui.widgets.field import Field, without_null

__all__ = ["NumberField"]

_TICKS = 1000  # positions of a slider
_DECADES = 4  # a log slider without a lower bound spans so many powers of ten
_FEW = 64  # a linear slider is offered for ranges up to this


class _NumberEdit(QLineEdit):
    """A line for a number: Up and Down step it, Page Up and Page Down by more."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow and page keys."""
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
        self._optional, self._schema = without_null(schema)
        self._whole = self._schema["type"] == "integer"
        self._low: Any = self._schema.get("minimum", self._schema.get("exclusiveMinimum"))
        self._open_end = "exclusiveMinimum" in self._schema
        self._high: Any = self._schema.get("maximum")
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
        """The widget that takes the keyboard."""
        return self.edit

    def set_empty_words(self, words: str) -> None:
        """What an optional number that is left out stands for."""
        self.edit.setPlaceholderText(words)

    def limit(self, high: float) -> None:
        """Allow at most so much; of a field without a slider."""
        self._high = high

    def value(self) -> Any:
        """What the control says."""
        text = _plain(self.edit.text())
        if not text:
            return None
        return int(text) if self._whole else float(text)

    def set_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        self.edit.setText("" if value is None else _shown(value))
        self._move_slider()

    def problem(self) -> str:
        """What is wrong with it, as the end of a sentence."""
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


def _plain(text: str) -> str:
    """Digits as Python reads them: no separators of thousands, no typographic minus."""
    return re.sub(r"[\s,  ]", "", text).replace("−", "-")


def _shown(value: float) -> str:
    """A number as short as it can be without losing anything."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.10g}"


def _finest(value: float) -> float:
    """One unit in the second digit of a number: what one press of an arrow changes."""
    return 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1
