"""The buttons that bring an image, and where the present one comes from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from genstudio.core.spaces import Label
from genstudio.data.pictures import SUFFIXES
from genstudio.ui.inpainting.sources import Sources
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import HALF, icon

__all__ = ["SourceBar"]


class SourceBar(QWidget):
    """One menu of all sources, and a button for each of the two that are wanted most.

    Attributes:
        browse_wanted: the person wants to choose among pages of the data.
        model_wanted: the person wants an image of the model's own.
        caption: where the present image comes from.
    """

    browse_wanted = Signal()
    model_wanted = Signal()

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self._sources = sources
        self.button = named(
            QPushButton(icon("image-outline"), "Image"),
            "Image",
            "Bring an image: from the data, the model, a file, the clipboard, or draw one",
        )
        menu = QMenu(self)
        menu.addAction(icon("dice-5-outline"), "Random image of the data\tA").triggered.connect(
            lambda _checked: sources.random()
        )
        self._classes = menu.addMenu("Random image of a class")
        menu.addAction(icon("skip-next"), "Next image of the data\tShift+A").triggered.connect(
            sources.next
        )
        menu.addAction(icon("view-grid-outline"), "Browse the data…\tShift+B").triggered.connect(
            self.browse_wanted
        )
        menu.addSeparator()
        menu.addAction(icon("creation-outline"), "Drawn by the model").triggered.connect(
            self.model_wanted
        )
        menu.addAction(icon("folder-open-outline"), "From a file…").triggered.connect(
            self.ask_for_file
        )
        menu.addAction(icon("content-paste"), "From the clipboard\tCtrl+V").triggered.connect(
            sources.paste
        )
        menu.addAction(icon("square-outline"), "Blank, to draw by hand").triggered.connect(
            sources.blank
        )
        self.button.setMenu(menu)
        self.random = _small(
            icon("dice-5-outline"), "Random image", "An image of the data by chance (A)"
        )
        self.random.clicked.connect(lambda _checked: sources.random())
        self.next = _small(
            icon("skip-next"), "Next image", "The next image of the data; the mask stays (Shift+A)"
        )
        self.next.clicked.connect(lambda _checked: sources.next())
        self.caption = with_role(QLabel(), "secondary")
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HALF)
        row.addWidget(self.button)
        row.addWidget(self.random)
        row.addWidget(self.next)
        row.addWidget(self.caption, 1)

    def offer(self, labels: tuple[Label, ...]) -> None:
        """Offer the classes of the first label."""
        self._classes.clear()
        for index, name in enumerate(labels[0].classes if labels else ()):
            self._classes.addAction(name).triggered.connect(
                lambda _, index=index: self._sources.random(index)
            )
        self._classes.menuAction().setVisible(bool(labels))

    def say(self, words: str) -> None:
        """Say where the image comes from."""
        self.caption.setText(words[:1].upper() + words[1:])
        self.caption.setToolTip(words)

    def ask_for_file(self) -> None:
        """Ask for a picture file."""
        endings = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        dialog = QFileDialog(self, "Image to complete", "", f"Pictures ({endings})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._sources.read(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _small(glyph: QIcon, name: str, tip: str) -> QToolButton:
    button = named(QToolButton(), name, tip, "plain")
    button.setIcon(glyph)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
