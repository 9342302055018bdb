"""Where to start from: an image of the data, a file, a drawing, or anywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from genstudio.data.pictures import SUFFIXES
from genstudio.ui.inpainting.sources import Sources
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import named
from genstudio.ui.theme import CONTROL, icon

__all__ = ["StartBar"]


class StartBar(QWidget):
    """A menu of all sources, a button for the two wanted most, and the class to decode as.

    Attributes:
        browse_wanted: the person wants to choose among pages of the data.
        drawing_wanted: the person wants to draw.
    """

    browse_wanted = Signal()
    drawing_wanted = Signal()

    def __init__(self, state: LatentState, sources: Sources) -> None:
        super().__init__()
        self._state, self._sources = state, sources
        self.button = named(
            QPushButton("Start from"),
            "Start from",
            "Encode an image and walk on from its code",
        )
        menu = QMenu(self)
        menu.addAction(icon("dice-5-outline"), "Random image of the data\tA").triggered.connect(
            lambda _checked: sources.random()
        )
        self._of_class = menu.addMenu("Random image of a class")
        menu.addAction(icon("skip-next"), "Next image of the data\tShift+A").triggered.connect(
            sources.next
        )
        menu.addAction(icon("view-grid-outline"), "Browse the data…\tShift+B").triggered.connect(
            self.browse_wanted
        )
        menu.addSeparator()
        menu.addAction(icon("draw"), "A drawing…\tB").triggered.connect(self.drawing_wanted)
        menu.addAction(icon("folder-open-outline"), "From a file…").triggered.connect(
            self.ask_for_file
        )
        menu.addAction(icon("content-paste"), "From the clipboard\tCtrl+V").triggered.connect(
            sources.paste
        )
        self.button.setMenu(menu)
        self.random = _small(
            icon("dice-5-outline"), "Random image", "An image of the data by chance (A)"
        )
        self.random.clicked.connect(lambda _checked: sources.random())
        self.draw = _small(icon("draw"), "Draw", "Draw an image and encode it (B)")
        self.draw.clicked.connect(self.drawing_wanted)
        self._classes = QHBoxLayout()
        self._classes.setSpacing(4)
        self.boxes: list[QComboBox] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.button)
        row.addWidget(self.random)
        row.addWidget(self.draw)
        row.addStretch(1)
        row.addLayout(self._classes)
        state.run_changed.connect(self._offer)
        state.labels_changed.connect(self._show_labels)

    def ask_for_file(self) -> None:
        """Ask for a picture file."""
        endings = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        dialog = QFileDialog(self, "Image to start from", "", f"Pictures ({endings})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._sources.read(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _offer(self) -> None:
        """The classes of the data, and a list of each label where the model is conditioned."""
        space = self._state.space
        labels = () if space is None else space.labels
        self._of_class.clear()
        for index, name in enumerate(labels[0].classes if labels else ()):
            self._of_class.addAction(name).triggered.connect(
                lambda _, index=index: self._sources.random(index)
            )
        self._of_class.menuAction().setVisible(bool(labels))
        while (item := self._classes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.boxes = []
        for label in labels if self._state.conditional else ():
            box = named(QComboBox(), f"Class: {label.name}", "The class that the decoder is told")
            box.addItems([f"{label.name.capitalize()} {name}" for name in label.classes])
            box.activated.connect(lambda _: self._choose())
            self._classes.addWidget(box)
            self.boxes.append(box)
        self._show_labels()

    def _choose(self) -> None:
        self._state.set_labels(np.array([box.currentIndex() for box in self.boxes], np.int64))

    def _show_labels(self) -> None:
        labels = self._state.labels
        if labels is not None:
            for box, which in zip(self.boxes, labels, strict=False):
                box.setCurrentIndex(int(which))


def _small(glyph: QIcon, name: str, tip: str) -> QToolButton:
    button = named(QToolButton(), name, tip, "plain")
    button.setIcon(glyph)
    button.setFixedSize(CONTROL, CONTROL)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
