"""What every control of one setting can do."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

__all__ = ["Field", "without_null"]


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

    def set_empty_words(self, words: str) -> None:
        """Say what a value that is left out stands for, where one can be left out."""

    def input(self) -> QWidget:
        """The widget that takes the keyboard."""
        return self


def without_null(schema: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether None is allowed, and the schema of the other values."""
    kinds = schema.get("anyOf")
    if kinds is None:
        return False, schema
    others = [kind for kind in kinds if kind.get("type") != "null"]
    return len(others) < len(kinds), others[0]
