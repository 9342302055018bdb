"""A seed: to be read, typed, kept, rolled anew and copied."""

from __future__ import annotations

import secrets

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from genstudio.ui.theme import CONTROL, icon
from genstudio.ui.widgets.spin import Spin

__all__ = ["NAMES", "SeedRow", "fresh_seed"]

NAMES = 92
"""Width of the names beside the controls, pixels."""

_LARGEST_SEED = 2**31 - 1
_FRESH_SEEDS = 1_000_000  # six digits are easy to read out


def fresh_seed() -> int:
    """A seed by chance."""
    return secrets.randbelow(_FRESH_SEEDS)


class SeedRow(QWidget):
    """The number, a lock that keeps it, dice where they are wanted, and a button to copy it.

    Attributes:
        edited: the person typed, stepped or rolled a seed.
        seed: the number.
        lock: checked while the seed is to be kept.
        dice: rolls another.
        copy: puts the seed on the clipboard.
    """

    edited = Signal()

    def __init__(self, dice: bool = False) -> None:
        super().__init__()
        self.seed = Spin("Seed")
        self.seed.setRange(0, _LARGEST_SEED)
        self.seed.setKeyboardTracking(False)
        self.seed.setMinimumWidth(88)
        self.seed.setToolTip("The same seed gives the same picture, however many are drawn")
        self.seed.valueChanged.connect(lambda _: self.edited.emit())
        self.lock = _small("lock-open-variant-outline", "Keep this seed")
        self.lock.setCheckable(True)
        self.lock.toggled.connect(self._locked)
        self.dice = _small("dice-5-outline", "Another seed")
        self.dice.clicked.connect(lambda: self.seed.setValue(fresh_seed()))
        self.dice.setVisible(dice)
        self.copy = _small("content-copy", "Copy the seed")
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(str(self.seed.value()))
        )
        name = QLabel("Seed")
        name.setFixedWidth(NAMES)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(name)
        row.addWidget(self.seed, 1)
        for button in (self.dice, self.lock, self.copy):
            row.addWidget(button)

    def show_seed(self, seed: int) -> None:
        """Show a seed; nobody is told."""
        self.seed.blockSignals(True)
        self.seed.setValue(seed)
        self.seed.blockSignals(False)

    def _locked(self, locked: bool) -> None:
        self.lock.setIcon(icon("lock-outline" if locked else "lock-open-variant-outline"))


def _small(name: str, words: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "plain")
    button.setIcon(icon(name))
    button.setFixedSize(CONTROL, CONTROL)
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
