"""One step of a recording in full: its distribution, what was drawn, and another symbol by hand."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget

from genstudio.core.draw import adjusted
from genstudio.ui.recording.takes import CHANNELS, Take
from genstudio.ui.theme import HALF
from genstudio.ui.widgets.bars import Conditional, ConditionalBars
from genstudio.ui.widgets.readout import Facts
from genstudio.ui.widgets.segmented import Segmented
from genstudio.ui.widgets.spin import Spin

__all__ = ["StepView"]


class StepView(QWidget):
    """Bars and numbers of a step; where one may intervene, a symbol to put there.

    Attributes:
        symbol_chosen: a symbol for the chosen pixel.
        channel_chosen: red, green or blue: 0, 1, 2.
    """

    symbol_chosen = Signal(int)
    channel_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.bars = ConditionalBars()
        self.facts = Facts("The step in numbers", 5)
        self.channel = Segmented(CHANNELS, "Channel")
        self.channel.chosen.connect(lambda word: self.channel_chosen.emit(CHANNELS.index(word)))
        self.symbol = Spin("Symbol to put here")
        self.put = QPushButton("Put it here")
        self.put.clicked.connect(lambda: self.symbol_chosen.emit(self.symbol.value()))
        self.symbol.lineEdit().returnPressed.connect(self.put.click)
        self.bars.symbol_chosen.connect(self.symbol_chosen)
        row = QHBoxLayout()
        row.setSpacing(HALF)
        row.addWidget(self.symbol, 1)
        row.addWidget(self.put, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)  # the bars' own limits
        column.addWidget(self.bars, 1)
        column.addWidget(self.facts)
        column.addWidget(self.channel)
        column.addLayout(row)
        self._shown: tuple[object, ...] = ()
        self.offer(2, 1)

    def offer(self, levels: int, channels: int) -> None:
        """Suit a space."""
        self.channel.setVisible(channels == 3)
        self.symbol.setRange(0, levels - 1)

    def set_choosable(self, why_not: str) -> None:
        """Whether a symbol can be put by hand; if not, the tooltips say what would allow it."""
        enabled = not why_not
        if self.put.isEnabled() != enabled or self.put.toolTip() != why_not:
            self.bars.choosable = enabled
            self.put.setEnabled(enabled)
            self.symbol.setEnabled(enabled)
            self.put.setToolTip(
                why_not
                or "Everything after this pixel is drawn anew from the same uniforms (Enter)"
            )
            self.symbol.setToolTip(why_not)

    def show_step(self, take: Take | None, sample: int, step: int, position: int) -> None:
        """Show a step of a sample; the sums are over the first `position` steps.

        A step that is not drawn yet (≥ position) shows where it is, and no distribution.
        """
        key = (take, sample, step, position)
        if key == self._shown:
            return
        self._shown = key
        if take is None or step < 0:
            self.bars.show_conditional(None)
            self.facts.show_rows(())
            return
        trace = take.trace
        drawn = step < position
        if drawn:
            model = trace.probabilities[sample, step]
            self.bars.show_conditional(
                Conditional(
                    model.astype(float),
                    adjusted(model, trace.controls),
                    float(trace.uniforms[sample, step]),
                    int(trace.symbols[sample, step]),
                    bool(trace.given[sample, step]),
                )
            )
        else:
            self.bars.show_conditional(None)
        self.facts.show_rows(_rows(take, sample, step, position, drawn))

    def show_symbol(self, symbol: int) -> None:
        """Begin the choice of another symbol here."""
        self.symbol.setValue(symbol)


def _rows(
    take: Take, sample: int, step: int, position: int, drawn: bool
) -> tuple[tuple[str, str], ...]:
    trace, space = take.trace, take.trace.grid
    place, channel = divmod(int(trace.order[step]), space.channels)
    row, column = divmod(place, space.width)
    colour = f" {CHANNELS[channel].lower()}" if space.channels == 3 else ""
    where = f"row {row + 1}, column {column + 1}{colour}"
    if trace.count > 1:
        where += f", image {sample + 1}"
    nats = float(trace.surprise[sample, :position].sum(dtype=float))
    bits = nats / math.log(2)
    so_far = (
        ("log p so far", f"{_signed(-nats)} nats = {_signed(-bits)} bits"),
        ("Average so far", f"{bits / position:.3f} bits/dim" if position else "–"),
    )
    if not drawn:
        return ("Step", f"{step + 1}: {where}"), ("Symbol", "not drawn yet"), *so_far
    symbol = int(trace.symbols[sample, step])
    p = float(trace.probabilities[sample, step, symbol])
    by_hand = any(edit.step == step for edit in take.edits)
    how = "by hand" if by_hand else "known" if trace.given[sample, step] else "drawn"
    surprise = float(trace.surprise[sample, step]) / math.log(2)
    return (
        ("Step", f"{step + 1}: {where}"),
        ("Symbol", f"{symbol} {how}, p = {p:.3f}"),
        ("Surprise", f"{surprise:.2f} of {_entropy(take, sample, step)} expected"),
        *so_far,
    )


def _entropy(take: Take, sample: int, step: int) -> str:
    return f"{float(take.trace.entropy[sample, step]) / math.log(2):.2f} bits"


def _signed(value: float) -> str:
    return f"{value:,.1f}".replace("-", "−").replace(",", " ")
