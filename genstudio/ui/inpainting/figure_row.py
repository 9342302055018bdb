"""The figure of the papers as a strip: *occluded | completions | original*."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.core.spaces import Grid
from genstudio.ui.inpainting.film_colours import hatch, picture
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.canvas import Pixel, PixelCanvas

__all__ = ["Figure", "FigureRow"]

_HEADINGS = 18  # height of the words above, pixels
_LEAST = 6  # completions that are shown where there are so many, however small they get
_EMPTY = "Here the figure appears: occluded, completions, original"


@dataclass(frozen=True, eq=False)
class Figure:
    """What is in the figure.

    Attributes:
        space: of all of it.
        image: (*S) uint8; what it is in the hole counts only if `whole`.
        known: (*S) bool.
        completions: (B, *S) uint8.
        weights: (B,), how much each counts; the heaviest come first.
        whole: whether it is known what the hole hides.
        mask: the colour of the hole, hexadecimal; the accent if empty.
    """

    space: Grid
    image: NDArray[np.uint8]
    known: NDArray[np.bool_]
    completions: NDArray[np.uint8]
    weights: NDArray[np.float64]
    whole: bool
    mask: str = ""

    def order(self) -> NDArray[np.intp]:
        """(B,), the completions from the heaviest on; among equals as they came."""
        return np.argsort(-self.weights, kind="stable")

    def cut(self, count: int) -> Figure:
        """The same with the heaviest completions only."""
        kept = self.order()[:count]
        return replace(self, completions=self.completions[kept], weights=self.weights[kept])


class FigureRow(QWidget):
    """As many completions as fit; a click, or Ctrl+arrows and Enter, chooses one.

    Attributes:
        completion_chosen: its number among all completions, from 0.
        canvas: the strip.
    """

    completion_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._figure: Figure | None = None
        self.canvas = PixelCanvas("Occluded, completions, original")
        self.canvas.setMinimumSize(160, 48)
        self.canvas.setToolTip("Click a completion to compare it with what was there")
        self._headings = _Headings(self.canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF // 2)
        column.addWidget(self._headings)
        column.addWidget(self.canvas, 1)
        self.canvas.clicked.connect(self._choose)
        self.canvas.activated.connect(self._choose)
        self.canvas.zoom_changed.connect(self._headings.update)
        theme().changed.connect(self._redraw)
        self.show_figure(None)

    def sizeHint(self) -> QSize:
        return QSize(480, 120)

    def show_figure(self, figure: Figure | None) -> None:
        """Show a figure, or nothing."""
        self._figure = figure
        self._redraw()

    @property
    def fitting(self) -> int:
        """How many completions are shown."""
        figure = self._figure
        if figure is None:
            return 0
        space, many = figure.space, len(figure.completions)
        zoom = max(1, self.canvas.height() // space.height)
        others = 1 + figure.whole
        fit = (self.canvas.width() // zoom + 1) // (space.width + 1) - others
        return min(many, max(fit, _LEAST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def _choose(self, pixel: Pixel) -> None:
        figure = self._figure
        if figure is not None and 1 <= pixel.image <= self.fitting:
            self.completion_chosen.emit(int(figure.order()[pixel.image - 1]))

    def _redraw(self) -> None:
        figure = self._figure
        if figure is None:
            self.canvas.set_grid(0, 0, 0)
            self._headings.show_parts(0, 0, False)
            return
        shown = figure.cut(self.fitting)
        colours = _colours(shown)
        count = len(colours)
        self.canvas.set_grid(count, figure.space.height, figure.space.width, count)
        self.canvas.write_all(colours)
        many, of = len(shown.completions), len(figure.completions)
        self._headings.show_parts(many, of, figure.whole)
        self.canvas.setAccessibleDescription(
            f"Occluded, then {many} of {of} completions" + (", then original" * figure.whole)
        )


def _colours(figure: Figure) -> NDArray[np.uint32]:
    """(1 + B or 2 + B, H·W)."""
    blank = hatch(figure.space, figure.mask)
    everything = np.ones_like(figure.known)
    parts = [picture(figure.image[None], figure.known, figure.space, blank)]
    parts.append(picture(figure.completions, everything, figure.space, blank))
    if figure.whole:
        parts.append(picture(figure.image[None], everything, figure.space, blank))
    return np.concatenate(parts)


class _Headings(QWidget):
    """Words above the parts of the strip, wherever the canvas puts them."""

    def __init__(self, canvas: PixelCanvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._shown, self._of, self._whole = 0, 0, False
        self.setMinimumHeight(_HEADINGS)
        theme().changed.connect(self.update)

    def show_parts(self, shown: int, of: int, whole: bool) -> None:
        """So many completions of how many, and whether the original follows."""
        self._shown, self._of, self._whole = shown, of, whole
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        small = painter.font()
        small.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(small)
        if not self._shown:
            painter.setPen(QColor(theme().colours.secondary))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter), _EMPTY)
            return
        count = f"{self._shown}" if self._shown == self._of else f"{self._shown} of {self._of}"
        parts = [("occluded", 0, 0), (f"completions ({count})", 1, self._shown)]
        if self._whole:
            parts.append(("original", self._shown + 1, self._shown + 1))
        for words, first, last in parts:
            left = self._canvas.rect_of(Pixel(first, 0, 0)).left()
            right = self._canvas.rect_of(Pixel(last, 0, 0)).left()
            width = self._canvas.rect_of(Pixel(1, 0, 0)).left()
            width -= self._canvas.rect_of(Pixel(0, 0, 0)).left()
            span = QRectF(left, 0, right - left + width - 6, self.height() - 3)
            painter.setPen(QPen(QColor(theme().colours.hairline), 1))
            line = self.height() - 1.5
            painter.drawLine(QPointF(span.left(), line), QPointF(span.right(), line))
            painter.setPen(QColor(theme().colours.secondary))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            elided = painter.fontMetrics().elidedText(
                words, Qt.TextElideMode.ElideRight, int(span.width())
            )
            painter.drawText(span, int(flags), elided)
