"""A choice of one among a few words, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

__all__ = ["Segmented"]


class Segmented(QWidget):
    """A row of buttons of which one is down; the arrow keys move between them.

    Attributes:
        chosen: emitted with the word when the person chooses one, not when the program does.
    """

    chosen = Signal(str)

    def __init__(self, words: Sequence[str] = (), name: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._buttons: dict[str, QPushButton] = {}
        self.offer(words)

    def offer(self, words: Sequence[str], helps: Sequence[str] = ()) -> None:
        """Show these words instead; `helps` are their tooltips. The first is down."""
        for button in self._buttons.values():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        for index, word in enumerate(words):
            button = QPushButton(word)
            button.setCheckable(True)
            button.setAccessibleName(f"{self.accessibleName()}: {word}".lstrip(": "))
            button.setToolTip(helps[index] if index < len(helps) else "")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setStyleSheet(_corners(index == 0, index == len(words) - 1))
            button.clicked.connect(lambda _, word=word: self.chosen.emit(word))
            self._group.addButton(button)
            self._row.addWidget(button)
            self._buttons[word] = button
        if words:
            self.choose(words[0])

    @property
    def offered(self) -> list[str]:
        """All of them, from left to right."""
        return list(self._buttons)

    @property
    def word(self) -> str:
        """The word that is down; empty when none is."""
        return next((word for word, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, word: str) -> None:
        """Put a word down without telling anybody; one that is not there leaves all up."""
        self._group.setExclusive(False)
        for name, button in self._buttons.items():
            button.setChecked(name == word)
        self._group.setExclusive(True)

    def button(self, word: str) -> QPushButton:
        """The button of a word."""
        return self._buttons[word]


def _corners(first: bool, last: bool) -> str:
    """One outline around the row: only its ends are rounded, neighbours share a hairline."""
    left, right = (6 if first else 0), (6 if last else 0)
    joined = "" if first else "QPushButton:!checked:!focus { border-left-color: transparent; }"
    return (
        "QPushButton { padding: 3px 6px; margin: 0; "
        f"border-top-left-radius: {left}px; border-bottom-left-radius: {left}px; "
        f"border-top-right-radius: {right}px; border-bottom-right-radius: {right}px; }}"
        f"{joined}"
    )
