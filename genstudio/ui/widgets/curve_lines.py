"""What one run draws in the plot: raw and smoothed training, validation, its best point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from genstudio.core.measures import Measure
from genstudio.ui.theme import theme
from genstudio.ui.widgets.series import Series

__all__ = ["CurveLines", "View"]


@dataclass(frozen=True)
class View:
    """How the plot is looked at.

    Attributes:
        axis: `Series.STEP` or `Series.SECONDS`.
        unit: what the values of the axis are divided by.
        log_x: whether the horizontal axis is logarithmic.
        log_y: whether the vertical one is.
    """

    axis: int = Series.STEP
    unit: float = 1.0
    log_x: bool = False
    log_y: bool = False

    def placed(self, x: float, y: float) -> tuple[float, float]:
        """A point in the plot's own coordinates."""
        return (
            float(np.log10(x)) if self.log_x else x,
            float(np.log10(y)) if self.log_y else y,
        )


class CurveLines:
    """The plot items of one series.

    Attributes:
        title: what the legend calls it.
        series: the numbers.
        colour: hexadecimal.
        measure: what the values are of: likelihoods (=), bounds (≤) or errors.
        main: whether it is the run that is looked at; only that one is marked and shaded.
    """

    def __init__(
        self,
        plot: pg.PlotItem,
        title: str,
        series: Series,
        colour: str,
        *,
        measure: Measure,
        main: bool,
    ) -> None:
        self.title, self.series, self.colour = title, series, colour
        self.measure, self.main = measure, main
        self._plot = plot
        self._trained: tuple[View, int, int] | None = None
        self._scored: tuple[View, int] | None = None
        self._hovered = False
        line = {"clipToView": True, "autoDownsample": True, "downsampleMethod": "peak"}
        self.raw = pg.PlotDataItem(**line)
        self.smooth = pg.PlotDataItem(**line)
        self.valid = pg.PlotDataItem(clipToView=True, antialias=True)
        self.best = pg.PlotDataItem(pen=None, symbol="o", symbolSize=9)
        self.hover = pg.PlotDataItem(pen=None, symbol="o", symbolSize=7)
        unseen = pg.mkPen(QColor(0, 0, 0, 0))  # without any pen there would be no path to fill
        self._upper, self._lower = pg.PlotDataItem(pen=unseen), pg.PlotDataItem(pen=unseen)
        self.gap = pg.FillBetweenItem(self._upper, self._lower)
        self.words = pg.TextItem(anchor=(0.5, 1.2))
        self._items = [
            self._upper, self._lower, self.gap, self.raw, self.smooth, self.valid, self.best,
            self.hover,
        ]  # fmt: skip
        for item in self._items:
            plot.addItem(item, ignoreBounds=True)
            item.setZValue(item.zValue() + (10 if main else 0))
        plot.addItem(self.words, ignoreBounds=True)
        plot.getViewBox().sigXRangeChanged.connect(self._lean)
        self.paint()

    def remove(self) -> None:
        """Take it out of the plot."""
        self._plot.getViewBox().sigXRangeChanged.disconnect(self._lean)
        for item in [*self._items, self.words]:
            self._plot.removeItem(item)

    def paint(self) -> None:
        """Take the theme's colours, and the screen's pixels: these pens count single ones."""
        colours = theme().colours
        view = self._plot.getViewWidget()
        pixel = 1.0 if view is None else view.devicePixelRatioF()
        faint = QColor(self.colour)
        faint.setAlphaF(0.35)
        self.raw.setPen(pg.mkPen(faint, width=pixel))
        self.smooth.setPen(pg.mkPen(self.colour, width=pixel))
        self.valid.setPen(pg.mkPen(self.colour, width=pixel * (2.5 if self.main else 2)))
        self.best.setSymbolBrush(self.colour)
        self.best.setSymbolPen(pg.mkPen(colours.surface, width=2))
        self.hover.setSymbolBrush(colours.text)
        self.hover.setSymbolPen(pg.mkPen(colours.surface, width=1))
        shade = QColor(colours.warn)
        shade.setAlphaF(0.22)
        self.gap.setBrush(shade)
        self.words.setColor(colours.text)
        ground = QColor(colours.surface)
        ground.setAlphaF(0.8)
        self.words.fill = pg.mkBrush(ground)

    def draw(self, view: View) -> None:
        """Show what the series holds now; what has not changed is left as it is."""
        train, valid = self.series.train, self.series.valid
        trained = (view, train.count, self.series.span)
        scored = (view, valid.count)
        if trained == self._trained and scored == self._scored:
            return
        places = train.column(view.axis)
        if view.unit != 1:
            places = places / view.unit
        raw, medians = train.column(Series.BITS), train.column(Series.MEDIAN)
        smoothed = self.series.span > 1
        self.smooth.setData(places, medians if smoothed else raw)
        self.raw.setData(places if smoothed else places[:0], raw if smoothed else raw[:0])
        self._trained = trained
        if scored != self._scored:
            self._scored = scored
            self._draw_valid(view)
            self._mark_best(view)
            self._shade(view, places, medians)

    def _draw_valid(self, view: View) -> None:
        valid = self.series.valid
        known = valid.column(view.axis) / view.unit
        # A single validation would be a line without length: it is shown as a point.
        symbol = "o" if len(known) == 1 else None
        self.valid.setData(known, valid.column(Series.BITS), symbol=symbol)
        self.valid.setSymbolBrush(self.colour)

    def point_at(self, view: View, place: float | None) -> tuple[float | None, float | None]:
        """Training and validation at a place, marked in the plot; None marks nothing."""
        if place is None:
            if self._hovered:
                self._hovered = False
                self.hover.setData([], [])
            return None, None
        self._hovered = True
        values = self.series.at(view.axis, place * view.unit)
        shown = [value for value in values if value is not None]
        self.hover.setData([place] * len(shown), shown)
        return values

    def _mark_best(self, view: View) -> None:
        best = self.series.best
        self.words.setVisible(best is not None and self.main)
        if best is None:
            self.best.setData([], [])
            return
        step, seconds, bits = best
        place = (step if view.axis == Series.STEP else seconds) / view.unit
        self.best.setData([place], [bits])
        mark = f"{self.measure.mark} " if self.measure.mark else ""
        self.words.setText(f"best {mark}{bits:.4g} at step {step:,}")
        self.words.setPos(*view.placed(place, bits))
        self._lean()

    def _lean(self) -> None:
        """Near the right edge the words grow to the left, near the left one to the right."""
        left, right = self._plot.getViewBox().viewRange()[0]
        share = (self.words.pos().x() - left) / (right - left)
        self.words.setAnchor((min(1.0, max(0.0, share)), 1.2))

    def _shade(self, view: View, places: NDArray[np.float64], medians: NDArray[np.float64]) -> None:
        overfit = self.series.overfit() if self.main else None
        self.gap.setVisible(overfit is not None and overfit.rising)
        if overfit is None or not overfit.rising or not len(places):
            return
        valid = self.series.valid
        after = valid.column(Series.STEP) >= overfit.best_step
        known = valid.column(view.axis)[after] / view.unit
        self._upper.setData(known, valid.column(Series.BITS)[after])
        self._lower.setData(known, np.interp(known, places, medians))
