"""The button that brings a real image: of the data, of a class, drawn by hand, or of a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from genstudio.core.spaces import Label
from genstudio.data.pictures import SUFFIXES
from genstudio.ui.naming import named

__all__ = ["RealImage"]


class RealImage(QPushButton):
    """Its surprise is that of the data: how unlikely the model finds what is real.

    Attributes:
        pick_wanted: an image of the data, of a class of the first label, or of any (None).
        drawing_wanted: one that a person draws.
        file_wanted: a `Path`.
    """

    pick_wanted = Signal(object)
    drawing_wanted = Signal()
    file_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("Real image")
        named(self, "Real image")
        self.setToolTip(
            "A real image as a take, scored and not drawn: its surprise is −log₂ p(xᵢ | x₁ … xᵢ₋₁)"
        )
        self._menu = QMenu(self)
        self._menu.addAction("From the data\tI").triggered.connect(
            lambda: self.pick_wanted.emit(None)
        )
        self._classes = self._menu.addMenu("Of a class")
        self._menu.addAction("Drawn by hand…\tShift+I").triggered.connect(
            lambda _checked: self.drawing_wanted.emit()
        )
        self._menu.addAction("From a file…").triggered.connect(self._ask)
        self.setMenu(self._menu)

    def offer(self, labels: tuple[Label, ...]) -> None:
        """Offer the classes of the first label."""
        self._classes.clear()
        for index, name in enumerate(labels[0].classes if labels else ()):
            self._classes.addAction(name).triggered.connect(
                lambda _, index=index: self.pick_wanted.emit(index)
            )
        self._classes.menuAction().setVisible(bool(labels))

    def _ask(self) -> None:
        endings = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        name, _ = QFileDialog.getOpenFileName(self, "Real image", "", f"Pictures ({endings})")
        if name:
            self.file_wanted.emit(Path(name))
