"""One diagnostic over stages or lags: thin lines for the chains, a bold one for what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import theme
from genstudio.ui.widgets.curve_plot import CurvePlot

__all__ = ["DiagnosticPlot", "Line"]

_FEW = 10


@dataclass(frozen=True, eq=False)
class Line:
    """One line.

    Attributes:
        words: what it is, for the legend and the reading; empty for neither.
        values: (n,), or (n, chains) for as many thin ones; NaN where there is none.
        colour: a word of `Colours`.
        dashed: whether it is.
        band: from where to where a broad line lies behind it, all across; None for none.
    """

    words: str
    values: NDArray[np.float64]
    colour: str = "accent"
    dashed: bool = False
    band: tuple[float, float] | None = None


class DiagnosticPlot(QWidget):
    """A title, a plot, and the values under the pointer; F fits, + − and arrows zoom and pan."""

    def __init__(self, title: str, idea: str, across: str, up: str) -> None:
        super().__init__()
        self.title = title
        self._across = across
        self._x: NDArray[np.float64] = np.zeros(0)
        self._lines: tuple[Line, ...] = ()
        self._span: tuple[float, float] | None = None
        self.heading = with_role(named(QLabel(title), title, idea), "heading")
        self.reading = with_role(named(QLabel(), f"{title}: values"), "secondary")
        self.reading.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.plot = CurvePlot()
        self.plot.setAccessibleName(title)
        self.plot.setToolTip(idea)
        self.plot.setMinimumSize(220, 110)
        self.plot.set_labels("", up)
        above = QHBoxLayout()
        above.addWidget(self.heading)
        above.addWidget(self.reading, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(above)
        column.addWidget(self.plot, 1)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._rest)
        self.plot.fit_wanted.connect(self._fit)
        theme().changed.connect(self._draw)

    def explain(self, idea: str) -> None:
        """Say what it shows, in a tooltip."""
        self.heading.setToolTip(idea)
        self.plot.setToolTip(idea)

    def sizeHint(self) -> QSize:
        return QSize(320, 180)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show_lines(
        self,
        x: NDArray[np.float64],
        lines: Sequence[Line],
        span: tuple[float, float] | None = None,
    ) -> None:
        """Show lines over places (n,); `span` is what the vertical axis shows at the least."""
        self._x, self._lines, self._span = x, tuple(lines), span
        self._draw()

    def words_at(self, index: int) -> str:
        """The values at a place, in words."""
        told = [
            f"{line.words} {line.values[index]:.4g}"
            for line in self._lines
            if line.words and np.isfinite(line.values[index])
        ]
        if not told:
            return ""
        return f"{self._across} {self._x[index]:g}: {', '.join(told)}".replace("-", "−")

    def _draw(self) -> None:
        for item in list(self.plot.plotItem.items):
            if isinstance(item, pg.PlotDataItem | pg.LinearRegionItem):
                self.plot.removeItem(item)
        for line in self._lines:
            self._draw_line(line)
        self.plot.paint_theme()
        self._frame()
        self._rest()

    def _draw_line(self, line: Line) -> None:
        colour = QColor(getattr(theme().colours, line.colour))
        if line.values.ndim == 2:
            # One item for all chains: a NaN lifts the pen from the end of one to the next.
            ends = np.full((1, line.values.shape[1]), np.nan)
            values = np.concatenate([line.values, ends]).T.reshape(-1)
            places = np.tile(np.append(self._x, np.nan), line.values.shape[1])
            colour.setAlphaF(0.45)
            self.plot.addItem(
                pg.PlotDataItem(places, values, pen=pg.mkPen(colour, width=1), connect="finite")
            )
            return
        if line.band is not None:
            shade = QColor(colour)
            shade.setAlphaF(0.18)
            band = pg.LinearRegionItem(
                line.band,
                orientation="horizontal",
                movable=False,
                brush=pg.mkBrush(shade),
                pen=pg.mkPen(None),
            )
            self.plot.addItem(band, ignoreBounds=True)
        style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
        item = pg.PlotDataItem(
            self._x,
            line.values,
            pen=pg.mkPen(colour, width=2, style=style),
            connect="finite",
            antialias=True,
        )
        if np.isfinite(line.values).sum() == 1:  # a line without length is shown as a point
            item.setSymbol("o")
            item.setSymbolBrush(colour)
            item.setSymbolPen(pg.mkPen(None))
        self.plot.addItem(item)

    def _frame(self) -> None:
        if not self.plot.following or not len(self._x):
            return
        known = [line.values[np.isfinite(line.values)] for line in self._lines]
        ends = [value for values in known if values.size for value in (values.min(), values.max())]
        ends += [edge for line in self._lines for edge in line.band or ()]
        ends += list(self._span or ())
        if not ends:
            return
        left, right = float(self._x[0]), float(self._x[-1])
        if left == right:
            left, right = left - 0.5, right + 0.5
        # Stages and lags are whole numbers; where they are many, so are pyqtgraph's own ticks.
        spacing = {"major": 1, "minor": 1} if right - left < _FEW else {}
        self.plot.getAxis("bottom").setTickSpacing(**spacing)
        self.plot.frame(left, float(min(ends)), right, float(max(ends)))

    def _fit(self) -> None:
        self.plot.following = True
        self._frame()

    def _read(self, place: float) -> None:
        if len(self._x):
            self.reading.setText(self.words_at(int(np.abs(self._x - place).argmin())))

    def _rest(self) -> None:
        """Without a pointer the last values are told."""
        self.reading.setText(self.words_at(len(self._x) - 1) if len(self._x) else "")
