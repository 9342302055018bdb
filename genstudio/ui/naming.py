"""Small helpers that give a widget its name, its role and its explanation in one go."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QFrame, QWidget

__all__ = ["hairline", "named", "with_role"]

W = TypeVar("W", bound=QWidget)


def named(widget: W, name: str, tip: str = "", role: str = "") -> W:
    """Give a widget the name that screen readers say, a tooltip, and a role in the style sheet."""
    widget.setAccessibleName(name)
    if tip:
        widget.setToolTip(tip)
    return with_role(widget, role) if role else widget


def with_role(widget: W, role: str) -> W:
    """Give a widget a role in the style sheet."""
    widget.setProperty("role", role)
    return widget


def hairline() -> QFrame:
    """A line between two regions, one above the other."""
    line = with_role(QFrame(), "hairline")
    line.setFixedHeight(1)
    return line
