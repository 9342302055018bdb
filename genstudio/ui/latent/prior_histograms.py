"""The aggregated codes against the prior: a small histogram for each dimension."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from genstudio.core.latent import Survey
from genstudio.core.uniforms import generator
from genstudio.ui.latent.painting import small_font
from genstudio.ui.theme import HALF, theme

__all__ = ["PriorHistograms", "aggregated_draws", "divergence_from_normal"]

_BINS = 41
_REACH = 4.0  # the axis goes at least to ± so much, in prior σ
_KEY = 9203  # sets the draws of a histogram apart from all others
_WIDE, _HIGH = 104, 72  # the least of a small histogram, pixels


def aggregated_draws(survey: Survey, seed: int = 0) -> NDArray[np.float64]:
    """Draws of q(z) = 1/n Σ q(z | x), one of each datum's posterior; (n, Z).

    Where a datum has one code and no posterior they are the codes.
    """
    codes = survey.codes.astype(np.float64)
    if survey.std is None:
        return codes
    noise = generator(seed, _KEY).standard_normal(codes.shape)
    return np.asarray(codes + survey.std * noise, np.float64)


def divergence_from_normal(survey: Survey) -> NDArray[np.float64]:
    """(Z,) nats: KL(N(m, s²) ‖ N(0, 1)) = ½ (m² + s² − 1 − ln s²) with m, s of each dimension.

    A Gaussian of the same two moments stands in for the aggregated codes; infinite where they
    are all the same.
    """
    mean, std = survey.aggregated_mean, survey.aggregated_std
    with np.errstate(divide="ignore"):
        return np.asarray(0.5 * (mean**2 + std**2 - 1 - 2 * np.log(std)), np.float64)


@dataclass(frozen=True, eq=False)
class _Cell:
    """One dimension: the bars' edges (b + 1,) and heights (b,), a density."""

    dimension: int
    edges: NDArray[np.float64]
    heights: NDArray[np.float64]


class PriorHistograms(QWidget):
    """The dimensions that carry most, in their order; the curve is N(0, 1) in each of them."""

    def __init__(self, most: int = 12) -> None:
        super().__init__()
        self.setAccessibleName("Aggregated codes against the prior")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._most = most
        self._survey: Survey | None = None
        self._cells: list[_Cell] = []
        theme().changed.connect(self.update)

    @property
    def dimensions(self) -> list[int]:
        """Which are shown."""
        return [cell.dimension for cell in self._cells]

    def show_survey(self, survey: Survey | None) -> None:
        """Show the dimensions of a survey."""
        self._survey, self._cells = survey, []
        if survey is not None:
            draws = aggregated_draws(survey)
            order = np.argsort(-survey.carries, kind="stable")[: self._most]
            self._cells = [_cell(int(dimension), draws[:, dimension]) for dimension in order]
        self.setAccessibleDescription("; ".join(self.words_of(each) for each in self.dimensions))
        self._lay_out()
        self.update()

    def words_of(self, dimension: int) -> str:
        """Mean, spread and divergence of a dimension, in words."""
        if self._survey is None:
            return ""
        mean = self._survey.aggregated_mean[dimension]
        std = self._survey.aggregated_std[dimension]
        far = divergence_from_normal(self._survey)[dimension]
        words = f"z{dimension + 1}: mean {mean:.2f}, σ {std:.2f}; N(0, 1) is {far:.2f} nats away"
        return words.replace("-", "−").replace("inf", "∞")

    # --- geometry ---

    def sizeHint(self) -> QSize:
        return QSize(360, self.minimumHeight())

    def _columns(self) -> int:
        return max(1, min(len(self._cells), self.width() // _WIDE))

    def _lay_out(self) -> None:
        rows = -(-len(self._cells) // self._columns())
        self.setMinimumHeight(rows * (_HIGH + HALF))
        self.updateGeometry()

    def rect_of(self, index: int) -> QRectF:
        """Where the histogram of a place in the order is."""
        row, column = divmod(index, self._columns())
        wide = min(2 * _WIDE, self.width() / self._columns())
        return QRectF(column * wide, row * (_HIGH + HALF), wide - HALF, _HIGH)

    def resizeEvent(self, event: object) -> None:
        self._lay_out()

    # --- painting ---

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self))
        for index, cell in enumerate(self._cells):
            self._paint(painter, self.rect_of(index), cell)

    def _paint(self, painter: QPainter, frame: QRectF, cell: _Cell) -> None:
        colours = theme().colours
        line = painter.fontMetrics().height()
        area = frame.adjusted(0, line, 0, -line)
        low, high = float(cell.edges[0]), float(cell.edges[-1])
        top = max(0.42, float(cell.heights.max()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control))

        def across(value: float) -> float:
            return area.left() + (value - low) / (high - low) * area.width()

        for left, right, tall in zip(cell.edges, cell.edges[1:], cell.heights, strict=False):
            start, end = across(float(left)), across(float(right))
            rise = float(tall) / top * area.height()
            painter.drawRect(QRectF(start, area.bottom() - rise, max(end - start, 0.5), rise))
        curve = QPolygonF()
        for value in np.linspace(low, high, 120).tolist():
            normal = math.exp(-0.5 * value * value) / math.sqrt(2 * math.pi)
            curve.append(QPointF(across(value), area.bottom() - normal / top * area.height()))
        painter.setPen(QPen(QColor(colours.accent), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(curve)
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(colours.text))
        name = QRectF(frame.left(), frame.top(), frame.width(), line)
        painter.drawText(name, int(Qt.AlignmentFlag.AlignLeft), f"z{cell.dimension + 1}")
        painter.setPen(QColor(colours.secondary))
        spread = self._survey.aggregated_std[cell.dimension] if self._survey else 0.0
        painter.drawText(name, int(Qt.AlignmentFlag.AlignRight), f"σ {spread:.3g}")
        below = QRectF(frame.left(), area.bottom() + 1, frame.width(), line)
        for flag, value in (
            (Qt.AlignmentFlag.AlignLeft, low),
            (Qt.AlignmentFlag.AlignRight, high),
        ):
            painter.drawText(below, int(flag), f"{value:.3g}".replace("-", "−"))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        for index, cell in enumerate(self._cells):
            if self.rect_of(index).contains(event.position()):
                words = self.words_of(cell.dimension)
                QToolTip.showText(event.globalPosition().toPoint(), words, self)
                return
        QToolTip.hideText()


def _cell(dimension: int, draws: NDArray[np.float64]) -> _Cell:
    """Bars as a density, over an axis that is as wide as the prior at least."""
    reach = max(_REACH, float(np.abs(draws).max(initial=0.0)))
    heights, edges = np.histogram(draws, bins=_BINS, range=(-reach, reach), density=True)
    return _Cell(dimension, edges, heights)
