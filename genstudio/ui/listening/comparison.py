"""Two takes against each other, equally loud, at the same place."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from genstudio.ui.listening.loudness import decibels, equal_gains
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import CONTROL, HALF, icon
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["Comparison"]


class Comparison(QWidget):
    """The letters A and B; hidden while nothing is compared.

    Attributes:
        switched: the person wants to hear and see the other `SoundTake`.
        left: the person wants to compare no more.
        pair: the takes A and B, or None.
    """

    switched = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pair: tuple[SoundTake, SoundTake] | None = None
        self._gains = (1.0, 1.0)
        self.letters = Segmented(["A", "B"], "Compared takes")
        self.letters.chosen.connect(lambda word: self._choose("AB".index(word)))
        self.note = with_role(QLabel(), "secondary")
        self.close_button = named(
            QToolButton(), "Compare no more", "Compare no more (Esc)", role="plain"
        )
        self.close_button.setIcon(icon("close"))
        self.close_button.setFixedSize(CONTROL, CONTROL)
        self.close_button.clicked.connect(self.left)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HALF // 2)
        row.addWidget(self.letters)
        row.addWidget(self.note)
        row.addWidget(self.close_button)
        self.hide()

    def compare(self, first: SoundTake, second: SoundTake) -> None:
        """Begin, with the first one shown."""
        self.pair = first, second
        self.weigh()
        for letter, take in zip("AB", self.pair, strict=True):
            words = f"{letter}: take {take.number}, {take.words} (X)"
            self.letters.button(letter).setToolTip(words)
        self.letters.choose("A")
        self.show()

    def weigh(self) -> None:
        """Measure how loud both are; again once one has grown."""
        if self.pair is None:
            return
        self._gains = equal_gains(self.pair[0].samples, self.pair[1].samples)
        turned = [
            f"{letter} {decibels(gain):.1f} dB".replace("-", "−")
            for letter, gain in zip("AB", self._gains, strict=True)
            if gain < 1.0
        ]
        self.note.setText(turned[0] if turned else "equally loud")
        self.note.setToolTip("The louder one is turned down until both have the same RMS")

    def leave(self) -> None:
        """Compare nothing."""
        self.pair = None
        self.hide()

    def switch(self) -> None:
        """To the other one."""
        if self.pair is not None:
            self._choose(1 - "AB".index(self.letters.word or "A"))

    def gain(self, take: SoundTake) -> float:
        """What a take is played with; 1 of one that is not compared."""
        if self.pair is None or take not in self.pair:
            return 1.0
        return self._gains[self.pair.index(take)]

    @property
    def marks(self) -> dict[SoundTake, str]:
        """The letters of the takes."""
        return {} if self.pair is None else dict(zip(self.pair, "AB", strict=True))

    def follow(self, take: SoundTake | None) -> None:
        """Another take is shown."""
        if self.pair is not None and take in self.pair:
            self.letters.choose("AB"[self.pair.index(take)])

    def _choose(self, which: int) -> None:
        if self.pair is not None:
            self.letters.choose("AB"[which])
            self.switched.emit(self.pair[which])
