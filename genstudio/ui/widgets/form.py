"""A form made from the JSON schema of some settings: ranges, units, help and formulas included."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QToolTip, QVBoxLayout, QWidget

from genstudio.ui.theme import HALF, icon
from genstudio.ui.widgets.field import Field
from genstudio.ui.widgets.fields import field_for

__all__ = ["Form", "label_of"]


def label_of(name: str, schema: Mapping[str, Any]) -> str:
    """The words beside a setting, in sentence case."""
    spelled = str(schema.get("label") or name.replace("_", " "))
    return spelled[:1].upper() + spelled[1:]


class Form(QWidget):
    """One row per setting: its words, its control, a “?” that explains it, and what is wrong.

    Settings marked as advanced are folded away until asked for.

    Attributes:
        edited: emitted when the person changes a value.
    """

    edited = Signal()

    def __init__(self, schema: Mapping[str, Any], skip: Iterable[str] = ()) -> None:
        super().__init__()
        skipped = set(skip)
        properties = {k: v for k, v in schema["properties"].items() if k not in skipped}
        self._rows = {name: _Row(name, spec) for name, spec in properties.items()}
        self._extra: dict[str, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        plain = [row for row in self._rows.values() if not row.advanced]
        advanced = [row for row in self._rows.values() if row.advanced]
        column.addWidget(_stack(plain))
        self.fold: QToolButton | None = None
        self._folded = _stack(advanced)
        if advanced:
            self.fold = self._make_fold()
            column.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
            column.addWidget(self._folded)
        self._folded.setVisible(False)
        for row in self._rows.values():
            row.field.edited.connect(self._edited)
        self.set_values({name: spec.get("default") for name, spec in properties.items()})

    def field(self, name: str) -> Field:
        """The control of a setting."""
        return self._rows[name].field

    def values(self) -> dict[str, Any]:
        """What the controls say, by name.

        Raises:
            ValueError: one of them holds no value; `problems` says which.
        """
        return {name: row.field.value() for name, row in self._rows.items() if row.applies}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values; names the form does not know are left aside."""
        for name, value in values.items():
            if name in self._rows:
                self._rows[name].field.set_value(value)
        self._tell_problems()

    def offer(self, names: Iterable[str]) -> None:
        """Show these settings alone; the others are left out of `values`."""
        wanted = set(names)
        for name, row in self._rows.items():
            row.set_applies(name in wanted)

    def set_empty_words(self, name: str, words: str) -> None:
        """Say what a setting that is left out stands for."""
        self._rows[name].field.set_empty_words(words)

    def set_problem(self, name: str, problem: str) -> None:
        """Add what is wrong in the light of other settings, as the end of a sentence."""
        self._extra[name] = problem
        self._tell_problems()

    def problems(self) -> dict[str, str]:
        """One sentence for each setting that does not fit, by name."""
        found = {}
        for name, row in self._rows.items():
            problem = row.field.problem() or self._extra.get(name, "")
            if problem and row.applies:
                found[name] = f"{row.words} {problem}"
        return found

    def unfold(self, shown: bool = True) -> None:
        """Show or hide the advanced settings."""
        if self.fold is not None:
            self.fold.setChecked(shown)

    def _make_fold(self) -> QToolButton:
        fold = QToolButton()
        fold.setText("More settings")
        fold.setProperty("role", "plain")
        fold.setCheckable(True)
        fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        fold.setArrowType(Qt.ArrowType.RightArrow)
        fold.toggled.connect(self._fold)
        return fold

    def _fold(self, shown: bool) -> None:
        self._folded.setVisible(shown)
        if self.fold is not None:
            arrow = Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow
            self.fold.setArrowType(arrow)
            self.fold.setText("Fewer settings" if shown else "More settings")

    def _edited(self) -> None:
        self._tell_problems()
        self.edited.emit()

    def _tell_problems(self) -> None:
        problems = self.problems()
        for name, row in self._rows.items():
            row.tell(problems.get(name, ""))
        if any(self._rows[name].advanced for name in problems):
            self.unfold()


class _Row:
    """The widgets of one setting."""

    def __init__(self, name: str, schema: Mapping[str, Any]) -> None:
        self.words = label_of(name, schema)
        self.advanced = bool(schema.get("advanced"))
        self.applies = True
        self.field = field_for(dict(schema), self.words)
        self.help = _help(self.words, schema)
        self.label = QLabel(self.words)
        self.label.setWordWrap(True)
        self.label.setBuddy(self.field.input())
        self.button = QToolButton()
        self.button.setProperty("role", "plain")
        self.button.setAccessibleName(f"What is “{self.words}”?")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._explain)
        self.button.setIcon(icon("help-circle-outline", "secondary"))
        self.error = QLabel()
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        self.error.setVisible(False)
        for widget in (self.label, self.field, self.field.input(), self.button):
            widget.setToolTip(self.help)
        self.field.input().setAccessibleDescription(str(schema.get("description", "")))

    def set_applies(self, applies: bool) -> None:
        self.applies = applies
        for widget in (self.label, self.field, self.button):
            widget.setVisible(applies)
        self.error.setVisible(applies and bool(self.error.text()))

    def tell(self, problem: str) -> None:
        self.error.setText(problem)
        self.error.setVisible(bool(problem) and self.applies)

    def _explain(self) -> None:
        corner = self.button.mapToGlobal(QPoint(0, self.button.height()))
        QToolTip.showText(corner, self.help, self.button)


def _help(words: str, schema: Mapping[str, Any]) -> str:
    """The name, the sentence and the formula, as rich text of a readable width."""
    parts = [f"<b>{html.escape(words)}</b>", html.escape(str(schema.get("description", "")))]
    if schema.get("formula"):
        parts.append(f"<i>{html.escape(str(schema['formula']))}</i>")
    return "<div style='max-width: 320px'>" + "<br>".join(parts) + "</div>"


def _stack(rows: list[_Row]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(HALF)
    grid.setVerticalSpacing(4)
    grid.setColumnMinimumWidth(0, 96)
    grid.setColumnStretch(1, 1)
    for index, row in enumerate(rows):
        grid.addWidget(row.label, 2 * index, 0)
        grid.addWidget(row.field, 2 * index, 1)
        grid.addWidget(row.button, 2 * index, 2)
        grid.addWidget(row.error, 2 * index + 1, 0, 1, 3)
    return holder
