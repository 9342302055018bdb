"""What the Listen panel shows before there is a sound: what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from genstudio.ui.naming import with_role
from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.glyph import Glyph

__all__ = ["NoSound"]


class NoSound(QWidget):
    """A sentence and two ways on.

    Attributes:
        generate_wanted: draw one.
        open_wanted: open a file.
    """

    generate_wanted = Signal()
    open_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        glyph = Glyph(48, "waveform")
        glyph.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = with_role(
            QLabel(
                "Let the model draw a sound and hear it while it does,\n"
                "or drop a sound file here to listen to it and let the model go on with it."
            ),
            "question",
        )
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        generate = QPushButton(icon("waveform"), "Generate a sound")
        generate.clicked.connect(self.generate_wanted)
        opening = QPushButton(icon("folder-open-outline"), "Open a sound…")
        opening.clicked.connect(self.open_wanted)
        row = QHBoxLayout()
        row.setSpacing(HALF)
        row.addStretch(1)
        row.addWidget(generate)
        row.addWidget(opening)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addStretch(1)
        column.addWidget(glyph)
        column.addWidget(words)
        column.addLayout(row)
        column.addStretch(1)
