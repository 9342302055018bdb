"""What a likelihood is worth that has seen the answer: two curves, honest and cheating."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt

from genstudio.core.messages import Cheated
from genstudio.ui.theme import theme

__all__ = ["CheatPlot"]


class CheatPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Bits per dimension of each batch, as the model with the broken mask goes on learning."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setAccessibleName("Honest and cheating bits per dimension")
        self.setMinimumSize(200, 160)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setLabel("bottom", "step")
        self.setLabel("left", "bits/dim")
        self.plotItem.addLegend(offset=(-8, 8))
        self._honest = self.plot([], [], name="honest")
        self._cheating = self.plot([], [], name="cheating")
        self._paint()
        theme().changed.connect(self._paint)

    def show_batches(self, cheated: Cheated) -> None:
        """Show all batches so far."""
        steps = list(cheated.steps)
        self._honest.setData(steps, list(cheated.honest))
        self._cheating.setData(steps, list(cheated.cheating))
        top = 1.15 * max((*cheated.honest, *cheated.cheating), default=1.0)
        self.setXRange(0, max(1, cheated.total), padding=0)
        self.setYRange(0, top, padding=0)

    def _paint(self) -> None:
        colours = theme().colours
        self.setBackground(colours.surface)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(colours.hairline))
            axis.setTextPen(pg.mkPen(colours.secondary))
            axis.enableAutoSIPrefix(False)
        self.plotItem.legend.setLabelTextColor(colours.text)
        self._honest.setPen(pg.mkPen(colours.good, width=2))
        self._cheating.setPen(pg.mkPen(colours.bad, width=2, style=Qt.PenStyle.DashLine))
