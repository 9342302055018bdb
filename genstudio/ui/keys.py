"""The keys of a panel: some work wherever the focus is, others in a few widgets alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

__all__ = ["Command", "bind_keys", "told"]

Command = tuple[str, str, Callable[[], object], bool]
"""(words, keys, action, whether the keys belong to a few widgets alone); "; " between several."""

_SPACE = "Space"  # the window's, which gives it to a button that has the focus


def bind_keys(owner: QWidget, commands: Iterable[Command], local: Sequence[QWidget]) -> None:
    """Make the keys of commands work in `owner`, and those that are for them in `local` alone."""
    for _, keys, action, few in commands:
        for each in keys.split("; "):
            if each in ("", _SPACE):
                continue
            if not few:
                QShortcut(QKeySequence(each), owner, action)
                continue
            for widget in local:
                shortcut = QShortcut(QKeySequence(each), widget, action)
                # Not an argument of the constructor: PySide loses it, and the arrows would be
                # taken from every slider of the window.
                shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)


def told(commands: Iterable[Command]) -> list[tuple[str, str, object]]:
    """The same as a panel tells the menus of them."""
    return [(words, keys, action) for words, keys, action, _ in commands]
