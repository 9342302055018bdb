"""What sound to draw: of which class, how long, how boldly, from which seed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from genstudio.core.spaces import Sequence
from genstudio.core.trace import longest_recording
from genstudio.ui.listening.session import Wanted
from genstudio.ui.theme import HALF, icon
from genstudio.ui.widgets.class_choice import ClassChoice
from genstudio.ui.widgets.knobs import Knobs
from genstudio.ui.widgets.number_field import NumberField
from genstudio.ui.widgets.seed_row import NAMES, SeedRow, fresh_seed

__all__ = ["ListenForm"]

_SHORTEST = 0.05  # seconds
_NARROW = 64  # pixels: room for the box beside it


class ListenForm(QWidget):
    """The few controls of a drawing.

    Attributes:
        generate_wanted: the button was pressed; `next_seed` says from which seed.
        stop_wanted: the button was pressed while something is drawn.
        button: that button, which the panel keeps in sight below the form.
        while_written: whether a sound plays while it is drawn.
    """

    generate_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._space: Sequence | None = None
        self._drawing = False
        self.classes = ClassChoice()
        self.knobs = Knobs()
        self.seconds = NumberField({"type": "number", "unit": "s", "minimum": _SHORTEST}, "Length")
        self.seconds.edit.setFixedWidth(_NARROW)
        self.seconds.set_value(1.0)
        self.endless = QCheckBox("Until I stop")
        self.endless.toggled.connect(lambda on: self.seconds.setEnabled(not on))
        self.row = SeedRow()
        self.row.seed.setToolTip("The same seed gives the same sound; a typed one is kept")
        self.row.edited.connect(lambda: self.row.lock.setChecked(True))
        self.while_written = QCheckBox("Play while it is written")
        self.while_written.setToolTip("Hear each sample as soon as the model has drawn it")
        self.while_written.setChecked(True)
        self.button = QPushButton()
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self._pressed)
        self.show_drawing(False)
        self._lay_out()

    def offer(self, schema: dict[str, Any], space: Sequence, conditional: bool) -> None:
        """Offer a family's knobs and a space's classes; values that still fit stay."""
        self.classes.offer(space.labels if conditional else ())
        self.knobs.offer(schema, space.levels)
        if space != self._space:
            self._space = space
            most = int(longest_recording(space) / space.rate)
            self.seconds.limit(most)
            self.seconds.set_value(space.seconds)
            words = f"How long the sound is, at most {most} s; the model learned from {space}"
            self.seconds.setToolTip(words)
            self.seconds.edit.setToolTip(words)
            self.endless.setToolTip(f"Go on drawing until Stop, at most {most} s")

    def wanted(self, seed: int) -> Wanted | None:
        """What the form says; None where something in it makes no sense."""
        space = self._space
        if space is None or self.knobs.problem():
            return None
        if self.endless.isChecked():
            length = longest_recording(space)
        elif self.seconds.problem():
            return None
        else:
            length = max(1, min(longest_recording(space), round(self.seconds.value() * space.rate)))
        return Wanted(length, seed, self.knobs.values(), self.classes.labels_for(1, seed))

    @property
    def problem(self) -> str:
        """What is wrong with what was typed, in a sentence; empty where nothing is."""
        if not self.endless.isChecked() and (wrong := self.seconds.problem()):
            return f"The length {wrong}"
        for name in self.knobs.names:
            if wrong := self.knobs.field(name).problem():
                return f"{name.replace('_', ' ').capitalize()} {wrong}"
        return ""

    def next_seed(self) -> int:
        """The seed of the next drawing: this one where it is locked, else a fresh one."""
        return self.row.seed.value() if self.row.lock.isChecked() else fresh_seed()

    def show_drawing(self, drawing: bool) -> None:
        """Turn the button into what ends the drawing, and back."""
        self._drawing = drawing
        self.button.setIcon(icon("stop" if drawing else "waveform", "on_accent"))
        self.button.setText("Stop" if drawing else "Generate")
        self.button.setToolTip(
            "Draw no further; what there is stays (Esc)" if drawing else "Draw a new sound (G)"
        )

    def _pressed(self) -> None:
        (self.stop_wanted if self._drawing else self.generate_wanted).emit()

    def _lay_out(self) -> None:
        name = QLabel("Length")
        name.setFixedWidth(NAMES)
        length = QHBoxLayout()
        length.setSpacing(4)
        length.addWidget(name)
        length.addWidget(self.seconds)
        length.addWidget(self.endless, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.classes)
        column.addLayout(length)
        column.addWidget(self.knobs)
        column.addWidget(self.row)
        column.addStretch(1)
