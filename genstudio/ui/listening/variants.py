"""The same sound heard otherwise: each sample given the real past, or with fewer levels."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton

from genstudio.data.companding import Law, requantised
from genstudio.ui.listening.session import Session
from genstudio.ui.theme import icon

__all__ = ["Variants"]

_BITS = (8, 6, 4)
_LAWS: dict[Law, str] = {"mu": "µ-law", "linear": "linear"}


class Variants(QPushButton):
    """A menu of what can be made of the current take; each becomes a take beside it.

    Attributes:
        forced_wanted: the model shall draw it given the real past, and given its own.
    """

    forced_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(icon("tune-variant"), "")
        self.setAccessibleName("Hear it otherwise")
        self.setToolTip("Hear the same sound otherwise: given the real past, or with fewer levels")
        self._session = session
        menu = QMenu(self)
        self.force = menu.addAction("Each sample given the real past, and given its own")
        self.force.triggered.connect(self.forced_wanted)
        menu.addSeparator()
        for bits in _BITS:
            for law in get_args(Law):
                action = menu.addAction(f"{bits} bits, {_LAWS[law]}")
                action.triggered.connect(lambda _, bits=bits, law=law: self._requantise(bits, law))
        self.setMenu(menu)

    def _requantise(self, bits: int, law: Law) -> None:
        take = self._session.current
        if take is not None:
            heard = requantised(take.samples, 2**bits, law)
            self._session.add(heard, f"{take.words}, {bits} bits {_LAWS[law]}")
