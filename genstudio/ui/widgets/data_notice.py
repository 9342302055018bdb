"""What stands where the examples will be: not here yet, being read, or why it cannot be read."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from genstudio.core.messages import Share
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import GAP, icon
from genstudio.ui.widgets.data_download import DataDownload
from genstudio.ui.widgets.failure import FailureCard
from genstudio.ui.widgets.glyph import Glyph

__all__ = ["DataNotice"]

_WIDTH = 400


class DataNotice(QWidget):
    """A glyph, a sentence or two, and the one thing that can be done about it.

    Attributes:
        folder_wanted: the person wants to choose a folder.
        retried: the person wants to try again.
    """

    folder_wanted = Signal()
    retried = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._glyph = Glyph(48)
        self._glyph.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = with_role(QLabel(alignment=Qt.AlignmentFlag.AlignCenter), "title")
        self.words = with_role(QLabel(alignment=Qt.AlignmentFlag.AlignCenter), "question")
        self.choose = QPushButton(icon("folder-open-outline", "on_accent"), "Choose a folder…")
        with_role(self.choose, "primary")
        self.choose.clicked.connect(self.folder_wanted)
        self.bar = named(QProgressBar(textVisible=False), "Progress of reading")
        self.download = DataDownload(primary=True)
        self.failure = FailureCard()
        self.failure.retried.connect(self.retried)
        column = QVBoxLayout()
        column.setSpacing(GAP)
        column.addStretch(2)
        for label in (self._glyph, self.title, self.words):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignHCenter)
        for widget in (self.bar, self.download, self.failure):
            column.addWidget(widget)
        column.addStretch(3)
        holder = QWidget()
        holder.setLayout(column)
        holder.setMaximumWidth(_WIDTH)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(holder, 8)
        row.addStretch(1)

    def say_remote(self, title: str, images: int) -> None:
        """Say that a dataset is not here; the caller fills `download`."""
        held = f"Its {images:,} images" if images else "Its images"
        self._say(
            "tray-arrow-down",
            f"{title} is not on this machine yet",
            f"{held} and their histograms appear here once it is downloaded.",
            self.download,
        )

    def ask_folder(self, sounds: bool) -> None:
        """Ask for a folder of pictures, or of sounds."""
        if sounds:
            glyph, what = "folder-music", "sounds"
            becomes = "Silence around them is cut off, and long ones are cut into pieces"
        else:
            glyph, what = "folder-image", "pictures"
            becomes = "Each is cropped to a square and resized"
        self._say(
            glyph,
            f"Learn from your own {what}",
            f"Choose a folder of them, or drop one here. {becomes}; subfolders become classes.",
            self.choose,
        )

    def say_reading(self, payload: object) -> None:
        """Say that the data are being read, and how far that is."""
        share = payload if isinstance(payload, Share) else Share(0, 0, "Reading")
        counted = share.total > 2
        self.bar.setRange(0, int(share.total) if counted else 0)
        self.bar.setValue(int(share.done) if counted else 0)
        self._say("database-search-outline", "Looking at the data", share.text, self.bar)

    def say_failure(self, title: str, advice: str, details: str) -> None:
        """Say why the data cannot be read."""
        self._say("image-broken-variant", "", "", self.failure)
        self.failure.say(title, advice, details)

    def _say(self, glyph: str, title: str, words: str, act: QWidget) -> None:
        self._glyph.show_icon(glyph)
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.words.setText(words)
        self.words.setVisible(bool(words))
        for widget in (self.choose, self.bar, self.download, self.failure):
            widget.setVisible(widget is act)
