"""A place under the pointer: what it would be given all others, beside given the past alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from genstudio.core.messages import Failed, Probed
from genstudio.ui.inpainting.probing import Probing, Question
from genstudio.ui.naming import named, with_role
from genstudio.ui.recording.takes import CHANNELS
from genstudio.ui.studio import Studio
from genstudio.ui.theme import HALF
from genstudio.ui.widgets.paired_bars import PairedBars
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["ProbeView", "total_variation"]

_EMPTY = "Point at a pixel of a whole image"
_IDEA = (
    "p(xᵢ | all others) ∝ p(x) with xᵢ = v, over all v: what a Gibbs visit draws from.\n"
    "p(xᵢ | past) = p(xᵢ | x₁ … xᵢ₋₁): what raster draws from, blind to what comes later.\n"
    "Total variation ½ Σᵥ |p(v | all others) − p(v | past)|: how much probability they move."
)
_SAME = 0.01  # total variation below which the two are called the same


class ProbeView(QWidget):
    """Keeps the last answer until the next one; nothing flickers while it is awaited."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.probing = Probing(studio, self)
        self.where = named(QLabel(), "The place", role="heading")
        self.bars = PairedBars("given all others", "given the past", _EMPTY)
        self.bars.setToolTip(_IDEA)
        self.channel = Segmented(CHANNELS, "Channel")
        self.channel.setVisible(False)
        self.sentence = with_role(
            named(QLabel(wordWrap=True), "The difference", _IDEA), "secondary"
        )
        # As high as its longest sentence, so that another one moves nothing.
        self.sentence.setMinimumHeight(3 * self.sentence.fontMetrics().lineSpacing())
        self._asked: Question | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.where)
        column.addWidget(self.bars, 8)
        column.addWidget(self.channel)
        column.addWidget(self.sentence)
        column.addStretch(1)
        self.probing.found.connect(self._answer)
        self.probing.failed.connect(self._refuse)
        self.channel.chosen.connect(self._ask_again)
        self.clear()

    def ask(self, question: Question) -> None:
        """Ask of a pixel; in colour of the chosen channel of it."""
        channels = question.space.channels
        self.channel.setVisible(channels == 3)
        self._asked = question
        self.probing.ask(self._of_channel(question))

    def rest(self) -> None:
        """Ask nothing more; what is shown stays."""
        self._asked = None
        self.probing.forget()

    def clear(self) -> None:
        """Show nothing: the image or the model is another one."""
        self.rest()
        self.channel.setVisible(False)
        self.where.setText("No pixel")
        self.bars.show_pair(None)
        self.sentence.setText("")

    def say(self, words: str) -> None:
        """Show nothing but words."""
        self.clear()
        self.sentence.setText(words)

    def _of_channel(self, question: Question) -> Question:
        channels = question.space.channels
        if channels == 1:
            return question
        channel = CHANNELS.index(self.channel.word)
        place = question.place - question.place % channels + channel
        return replace(question, place=place)

    def _ask_again(self) -> None:
        if self._asked is not None:
            self.ask(self._asked)

    def _answer(self, question: Question, found: Probed) -> None:
        self.where.setText(_where(question))
        self.bars.show_pair(np.stack([found.given_all, found.given_past]), question.symbol)
        words = _difference(found)
        self.sentence.setText(words)
        self.bars.setAccessibleDescription(words)

    def _refuse(self, failed: Failed) -> None:
        self.sentence.setText(f"{failed.title} {failed.advice}".strip())


def total_variation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """½ Σᵥ |p(v) − q(v)| of two distributions (K,)."""
    return float(np.abs(one - other).sum() / 2)


def _where(question: Question) -> str:
    space = question.space
    pixel, channel = divmod(question.place, space.channels)
    row, column = divmod(pixel, space.width)
    colour = f" {CHANNELS[channel].lower()}" if space.channels == 3 else ""
    kind = "known" if question.known else "drawn"
    return f"Row {row + 1}, column {column + 1}{colour}: symbol {question.symbol}, {kind}"


def _difference(found: Probed) -> str:
    if not np.isfinite(found.given_all).all():
        return "This model cannot weigh all other symbols: only the past is shown."
    moved = total_variation(found.given_all, found.given_past)
    if moved < _SAME:
        return f"What comes later says nothing new here (total variation {moved:.3f})."
    gained = int(np.argmax(found.given_all - found.given_past))
    return (
        f"What comes later moves {100 * moved:.0f} % of the probability, above all to symbol "
        f"{gained} (total variation {moved:.3f})."
    )
