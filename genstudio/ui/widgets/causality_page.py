"""No conditional looks ahead: every symbol is changed in turn; and what it is worth to cheat."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout

from genstudio.core.messages import Causality, Cheat, Cheated, Moved
from genstudio.core.pictures import to_8bit
from genstudio.ui.recording.subject import Subject
from genstudio.ui.recording.trace_colours import packed
from genstudio.ui.studio import Studio
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.canvas import PixelCanvas
from genstudio.ui.widgets.cheat_plot import CheatPlot
from genstudio.ui.widgets.experiment import Experiment

__all__ = ["CausalityPage"]

_HONEST = (
    "Each symbol is changed in turn, from the last to the first. Green: no conditional "
    "p(xⱼ | x₁ … xⱼ₋₁) with j ≤ i moved as xᵢ changed. Red: one did, which is a look ahead."
)
_BROKEN = (
    "The mask of a copy is broken: every symbol may see itself. First each symbol is changed in "
    "turn, then the copy goes on learning, beside the honest model on the same images."
)
_ON = "Now the copy that sees itself goes on learning, beside the honest model on the same images."
_TINT = 0.65  # of a changed pixel's colour that is green or red
_LAST = 20  # batches that the final scores are the mean of


class CausalityPage(Experiment):
    """The test on the shown image; with the mask broken, followed by the training that cheats."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "Causality", _HONEST)
        self.canvas = PixelCanvas("Changed symbols")
        self.plot: CheatPlot | None = None
        self._subject: Subject | None = None
        self._broken = False
        self._moved = Moved((), (), ())
        self._cheated = Cheated((), 0, (), ())
        self._row = QHBoxLayout()
        self._row.setSpacing(HALF)
        self._row.addWidget(self.canvas, 1)
        self.body.addLayout(self._row)
        theme().changed.connect(self._paint)

    def start(self, subject: Subject, broken: bool) -> None:
        """Test a model on an image."""
        self._subject, self._broken = subject, broken
        self._moved, self._cheated = Moved((), (), ()), Cheated((), 0, (), ())
        self.idea.setText(_BROKEN if broken else _HONEST)
        if broken and self.plot is None:
            self.plot = CheatPlot()
            self._row.addWidget(self.plot, 1)
        if self.plot is not None:
            self.plot.setVisible(broken)
            self.plot.show_batches(self._cheated)
        space = subject.space
        self.canvas.set_grid(1, space.height, space.width)
        self._paint()
        self.say("Changing each symbol in turn…")
        self.submit(
            Causality(run=subject.run, image=subject.image, broken=broken, labels=subject.labels)
        )

    def take_progress(self, payload: object) -> None:
        if isinstance(payload, Moved):
            self._moved = Moved.joined([self._moved, payload])
            self._paint()
            self.say(self._so_far())
        elif isinstance(payload, Cheated) and self.plot is not None:
            self._cheated = Cheated.joined([self._cheated, payload])
            self.plot.show_batches(self._cheated)
            self.say(self._scores())

    def take_end(self) -> None:
        if self._subject is not None and self._broken and not self._cheated.steps:
            if self._moved.steps:
                self.idea.setText(f"{self._so_far()} {_ON}")
                self.say("The copy begins to learn…")
                self.submit(Cheat(run=self._subject.run))
            return
        if self._broken:
            lesson = "a likelihood that has seen the answer says nothing about what one can draw."
            self.say(f"{self._scores().removesuffix('.')}: {lesson}")
        else:
            self.say(self._verdict())

    def take_cancel(self) -> None:
        self.say(f"Cancelled. {self._scores() if self._cheated.steps else self._so_far()}")

    # --- in words ---

    def _so_far(self) -> str:
        count, wrong = len(self._moved.steps), self._wrong()
        total = 0 if self._subject is None else self._subject.space.dimensions
        if wrong:
            most = max(self._moved.earlier)
            return (
                f"{count} of {total} symbols changed; {wrong} moved a conditional at or before "
                f"them, by up to {most:.3g} nats."
            )
        return f"{count} of {total} symbols changed; no conditional at or before them moved."

    def _verdict(self) -> str:
        count, wrong = len(self._moved.steps), self._wrong()
        most = max(self._moved.earlier, default=0.0)
        if wrong:
            return (
                f"{count} symbols changed; {wrong} of them moved a conditional at or before them "
                f"(largest change {most:.3g} nats): this model looks ahead."
            )
        later = max(self._moved.later, default=0.0)
        return (
            f"{count} symbols changed; no conditional at or before them moved (largest change "
            f"{most:g} nats). Later ones did, by up to {later:.3g} nats."
        )

    def _scores(self) -> str:
        honest = float(np.mean(self._cheated.honest[-_LAST:]))
        cheating = float(np.mean(self._cheated.cheating[-_LAST:]))
        return (
            f"After {len(self._cheated.steps)} of {self._cheated.total} steps of cheating: honest "
            f"{honest:.3f} bits/dim, cheating {cheating:.3f}."
        )

    def _wrong(self) -> int:
        return sum(nats > 0 for nats in self._moved.earlier)

    # --- in colours ---

    def _paint(self) -> None:
        subject = self._subject
        if subject is None:
            return
        shades = to_8bit(subject.image, subject.space.levels).astype(np.float64)
        colours = shades.repeat(3 // shades.shape[2], axis=2).reshape(-1, 3)
        places = subject.order[np.array(self._moved.steps, np.int64)] // subject.space.channels
        wrong = np.array(self._moved.earlier) > 0
        good, bad = theme().colours.good, theme().colours.bad
        for some, name in ((places[~wrong], good), (places[wrong], bad)):
            colour, pixels = QColor(name), np.unique(some)
            state = np.array([colour.red(), colour.green(), colour.blue()], np.float64)
            colours[pixels] = (1 - _TINT) * colours[pixels] + _TINT * state
        self.canvas.write_all(packed(np.round(colours).astype(np.uint8))[None])
