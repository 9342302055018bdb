"""The plot the curves lie in: pan, zoom, fit, crosshair, theme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from genstudio.ui.theme import theme
from genstudio.ui.widgets.curve_lines import CurveLines, View
from genstudio.ui.widgets.series import Series

__all__ = ["CurvePlot"]

# pyqtgraph leaves out moves of the pointer that follow within 10 ms, the last one included: the
# values shown would be those of a place it has left.
pg.setConfigOption("mouseRateLimit", 0)

_START = 0.05  # the part of the horizontal axis that may be steep
_MARGIN = 0.06


class _Box(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """A view box whose double click is told."""

    double_clicked = Signal()

    def mouseDoubleClickEvent(self, event: object) -> None:
        """Tell it."""
        self.double_clicked.emit()


class CurvePlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Follows the curves until the person pans or zooms; fitting makes it follow again.

    Attributes:
        hovered: the place under the pointer, in units of the horizontal axis.
        left: the pointer left.
        fit_wanted: double click, or the key F.
        copy_wanted: the keys for copying.
    """

    hovered = Signal(float)
    left = Signal()
    fit_wanted = Signal()
    copy_wanted = Signal()

    def __init__(self) -> None:
        self._box = _Box(enableMenu=False)
        super().__init__(viewBox=self._box)
        self.following = True
        self._whole = False
        self.axis_words = ""
        self._log_x = False
        self.hideButtons()
        self.plotItem.disableAutoRange()
        for side in ("left", "bottom"):
            # Before there is a label: later, turning it off takes the factor of that moment.
            self.getAxis(side).enableAutoSIPrefix(False)
        self.setMinimumSize(240, 120)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Learning curves")
        self.setToolTip("")
        self.setAccessibleDescription(
            "Drag pans, the wheel zooms, arrows and plus and minus do the same; F fits."
        )
        self._cross = pg.InfiniteLine(angle=90)
        self._cross.setVisible(False)
        self.addItem(self._cross, ignoreBounds=True)
        self._box.double_clicked.connect(self.fit_wanted)
        self._box.sigRangeChangedManually.connect(self._loose)
        self.scene().sigMouseMoved.connect(self._moved)

    def fit(self, again: bool = True) -> None:
        """Follow the curves; when they were followed already, show their start or hide it."""
        if again and self.following:
            self._whole = not self._whole
        self.following = True

    def follow(self, curves: Sequence[CurveLines], view: View) -> None:
        """Move to where the curves are, unless the person looks elsewhere."""
        if not self.following:
            return
        spans = [_bounds(lines.series, view, self._whole) for lines in curves]
        known = np.array([span for span in spans if span is not None])
        if not len(known):
            return
        (left, right), (low, high) = (
            (known[:, 0].min(), known[:, 1].max()),
            (known[:, 2].min(), known[:, 3].max()),
        )
        self.frame(*view.placed(left, low), *view.placed(right, high))

    def frame(self, left: float, low: float, right: float, high: float) -> None:
        """Move to a part of the plot, in its own coordinates, with some room around it."""
        height = max(high - low, 1e-3 * abs(high), 1e-9)
        # More room above than below: the legend lies there.
        self._box.setRange(
            xRange=(left, right if right > left else left + 1),
            yRange=(low - _MARGIN * height, high + 2 * _MARGIN * height),
            padding=0.02,
            disableAutoRange=True,
        )

    def set_labels(self, across: str, up: str) -> None:
        """Name the axes, units included."""
        if (across, up) != (self.axis_words, self.getAxis("left").labelText):
            self.axis_words = across
            self.setLabel("bottom", across)
            self.setLabel("left", up)

    def setLogMode(self, x: bool, y: bool) -> None:
        """Powers of ten on either axis."""
        self._log_x = x
        self.plotItem.setLogMode(x, y)

    def paint_theme(self) -> None:
        """Take the theme's colours."""
        colours = theme().colours
        self.setBackground(colours.surface)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(colours.hairline))
            axis.setTextPen(pg.mkPen(colours.secondary))
            axis.setStyle(maxTickLevel=0)  # a fine grid is restless, and half of the painting
        self.showGrid(x=True, y=True, alpha=0.5)
        self._cross.setPen(pg.mkPen(colours.secondary, style=Qt.PenStyle.DashLine))

    def take_key(self, event: QKeyEvent) -> bool:
        """Pan, zoom, fit or copy; whether the key meant one of these."""
        key = event.key()
        pans = {
            Qt.Key.Key_Left: (-0.1, 0.0),
            Qt.Key.Key_Right: (0.1, 0.0),
            Qt.Key.Key_Up: (0.0, 0.1),
            Qt.Key.Key_Down: (0.0, -0.1),
        }
        zooms = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif key == Qt.Key.Key_F and not event.modifiers():
            self.fit_wanted.emit()
        elif key in pans:
            (left, right), (low, high) = self._box.viewRange()
            across, up = pans[Qt.Key(key)]
            self._loose()
            self._box.translateBy(x=across * (right - left), y=up * (high - low))
        elif key in zooms:
            self._loose()
            self._box.scaleBy((zooms[Qt.Key(key)], zooms[Qt.Key(key)]))
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys that mean something to a plot."""
        if self.take_key(event):
            event.accept()
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the crosshair away."""
        super().leaveEvent(event)
        self._cross.setVisible(False)
        self.left.emit()

    def _loose(self) -> None:
        self.following = False

    def _moved(self, place: QPointF) -> None:
        inside = self._box.sceneBoundingRect().contains(place)
        self._cross.setVisible(inside)
        if not inside:
            self.left.emit()
            return
        x = self._box.mapSceneToView(place).x()
        self._cross.setPos(x)
        self.hovered.emit(10**x if self._log_x else x)


def _bounds(series: Series, view: View, whole: bool) -> tuple[float, float, float, float] | None:
    """Left, right, low, high of a series; the first twentieth does not count unless asked for.

    The loss of an untrained model is so much higher than what follows that it would press the
    rest flat, overfitting with it.
    """
    edges: list[tuple[float, float]] = []
    values = []
    for buffer in (series.train, series.valid):
        places = buffer.column(view.axis)
        if not len(places):
            continue
        edges.append((float(places[0]), float(places[-1])))
        few = len(places) < 20
        first = 0 if whole or few else int(np.searchsorted(places, _START * places[-1]))
        values.append(buffer.column(Series.BITS)[first:])
    if not edges:
        return None
    return (
        min(left for left, _ in edges) / view.unit,
        max(right for _, right in edges) / view.unit,
        min(float(part.min()) for part in values),
        max(float(part.max()) for part in values),
    )
