"""The 2ⁿ states of the truth and of each model, one row each, with samples beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from genstudio.core.chain import ChainFit, ChainTruth
from genstudio.ui.theme import CLASS_COLOURS, GAP, theme
from genstudio.ui.words import parameters

__all__ = ["StateRows", "colour_of"]

_NAME, _SAMPLES = 188, 168  # pixels of the words at the left and of the samples at the right
_LOWEST = 38
_COLOURS = ("full-table", "independent", "markov", "fvsbn", "made")
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def colour_of(family: str) -> QColor:
    """The colour of a family, the same in every part of the panel."""
    return QColor(CLASS_COLOURS[_COLOURS.index(family) if family in _COLOURS else -1])


@dataclass(frozen=True)
class _Row:
    words: str
    score: str
    below: str
    probabilities: NDArray[np.float64]
    drawn: NDArray[np.uint8]
    colour: QColor | None  # None: the truth


class StateRows(QWidget):
    """Histograms over all states, the truth in grey behind each model.

    Attributes:
        chosen: the person chose a model's family, or the truth ("").
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The states' probabilities under the truth and each model")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.truth: ChainTruth | None = None
        self.fits: dict[str, ChainFit] = {}
        self.selected = ""
        self._sorted = True
        self._rank = np.zeros(0, np.int64)
        theme().changed.connect(self._take_theme)

    def show_truth(self, truth: ChainTruth) -> None:
        """Show a distribution, and no model yet."""
        self.truth, self.fits = truth, {}
        self._arrange()

    def show_fit(self, fit: ChainFit) -> None:
        """Show one more model."""
        self.fits[fit.family] = fit
        self.update()

    def set_sorted(self, by_truth: bool) -> None:
        """Order the states by the truth's probability, or by their index."""
        self._sorted = by_truth
        self._arrange()

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 320)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(420, 6 * _LOWEST)

    def words_of(self, row: int, state: int) -> str:
        """A state under the truth and one model, in words."""
        if self.truth is None:
            return ""
        n = len(self.truth.probabilities).bit_length() - 1
        bits = f"{state:0{n}b}"
        words = f"{bits}: truth {self.truth.probabilities[state]:.4f}"
        fits = list(self.fits.values())
        if 0 < row <= len(fits):
            fit = fits[row - 1]
            words += f", {fit.title} {fit.probabilities[state]:.4f}"
        return f"{words}; {self.truth.counts[state]:,} among the samples"

    # --- geometry ---

    def row_rect(self, row: int) -> QRectF:
        """The truth's row is 0, the models follow."""
        height = self.height() / (1 + len(_COLOURS))
        return QRectF(0, row * height, self.width(), height)

    def bars_rect(self, row: int) -> QRectF:
        """Where a row's histogram is."""
        rect = self.row_rect(row)
        return QRectF(_NAME, rect.y() + 4, self.width() - _NAME - _SAMPLES - GAP, rect.height() - 6)

    def state_at(self, point: QPointF) -> tuple[int, int] | None:
        """(row, state) under a point of a histogram."""
        if self.truth is None:
            return None
        for row in range(1 + len(self.fits)):
            area = self.bars_rect(row)
            if area.contains(point):
                share = (point.x() - area.x()) / area.width()
                place = int(np.searchsorted(self._edges(), share, side="right")) - 1
                return row, int(self._rank[min(max(place, 0), len(self._rank) - 1)])
        return None

    def _take_theme(self) -> None:
        self.update()

    def _arrange(self) -> None:
        if self.truth is not None:
            p = self.truth.probabilities
            order = np.argsort(-p, kind="stable") if self._sorted else np.arange(len(p))
            self._rank = order.astype(np.int64)
        self.update()

    # --- painting ---

    def _rows(self) -> list[_Row]:
        if self.truth is None:
            return []
        truth = self.truth
        size = len(truth.probabilities)
        return [
            _Row("Truth", "", f"2ⁿ = {size:,} states", truth.probabilities, truth.drawn, None),
            *(
                _Row(
                    fit.title,
                    f"KL {fit.divergence:.3f}",
                    parameters(fit.parameters, fit.formula).rpartition(" ")[0],
                    fit.probabilities,
                    fit.drawn,
                    colour_of(fit.family),
                )
                for fit in self.fits.values()
            ),
        ]

    @override
    def paintEvent(self, _: QPaintEvent) -> None:
        rows = self._rows()
        if not rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max(float(row.probabilities.max()) for row in rows) * 1.05
        for index, row in enumerate(rows):
            self._paint_row(painter, index, row, most)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(theme().colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_row(self, painter: QPainter, index: int, row: _Row, most: float) -> None:
        colours, rect = theme().colours, self.row_rect(index)
        if index and list(self.fits)[index - 1] == self.selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selection))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
        if row.colour is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(row.colour)
            painter.drawRoundedRect(QRectF(4, rect.y() + 6, 4, rect.height() - 12), 2, 2)
        font = QFont(self.font())
        font.setPixelSize(theme().text_size)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        line = min(theme().text_size + 6, rect.height() / 2)
        top = rect.y() + (rect.height() - 2 * line) / 2
        words = QRectF(16, top, _NAME - 16 - GAP, line)
        painter.drawText(words, _LEFT, row.words)
        painter.drawText(words, _RIGHT, row.score)
        font.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(font)
        painter.setPen(QColor(colours.secondary))
        painter.drawText(QRectF(16, top + line, _NAME - 16, line), _LEFT, row.below)
        self._paint_bars(painter, index, row, most)
        self._paint_samples(painter, rect, row.drawn)

    def _paint_bars(self, painter: QPainter, index: int, row: _Row, most: float) -> None:
        colours, area = theme().colours, self.bars_rect(index)
        if self.truth is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.control))
        painter.drawPolygon(self._outline(self.truth.probabilities, area, most))
        if row.colour is not None:
            painter.setPen(QPen(row.colour, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(self._outline(row.probabilities, area, most))
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())

    def _edges(self) -> NDArray[np.float64]:
        """Where each state of the order shown begins, and the last one ends, as shares; (2ⁿ + 1,).

        Likeliest first they stand on a logarithmic scale, so that the few that matter are seen.
        """
        place = np.arange(len(self._rank) + 1, dtype=float)
        return np.asarray(
            np.log1p(place) / np.log1p(place[-1]) if self._sorted else place / place[-1]
        )

    def _outline(self, p: NDArray[np.float64], area: QRectF, most: float) -> QPolygonF:
        """The upper edge of the bars; states that share a pixel are shown by their mean."""
        edges = area.x() + self._edges() * area.width()
        _, starts = np.unique(np.floor(edges[:-1]), return_index=True)
        sizes = np.diff(np.append(starts, len(p)))
        heights = np.add.reduceat(p[self._rank], starts) / sizes / most
        points = [QPointF(area.left(), area.bottom())]
        rights = np.append(edges[starts[1:]], area.right())
        for left, right, height in zip(edges[starts], rights, heights, strict=True):
            y = area.bottom() - min(1.0, float(height)) * area.height()
            points += [QPointF(float(left), y), QPointF(float(right), y)]
        points.append(QPointF(area.right(), area.bottom()))
        return QPolygonF(points)

    def _paint_samples(self, painter: QPainter, rect: QRectF, drawn: NDArray[np.uint8]) -> None:
        if self.truth is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        height, width = self.truth.shape
        zoom = max(2, int((rect.height() - 10) / height))
        zoom = min(zoom, 8)
        x, y = self.width() - _SAMPLES, int(rect.y() + (rect.height() - zoom * height) / 2)
        for sample in drawn:
            if x + zoom * width > self.width():
                break
            painter.setPen(Qt.PenStyle.NoPen)
            for place, on in enumerate(sample):
                down, across = divmod(place, width)
                painter.setBrush(QColor("white" if on else "black"))
                painter.drawRect(x + across * zoom, y + down * zoom, zoom, zoom)
            painter.setPen(QPen(QColor(theme().colours.control), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(x - 1, y - 1, zoom * width + 1, zoom * height + 1)
            x += zoom * width + 6
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    # --- pointer and keyboard ---

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.state_at(event.position())
        if found is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.words_of(*found), self)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        for row, family in enumerate(["", *self.fits]):
            if self.row_rect(row).contains(event.position()):
                self.select("" if family == self.selected else family)
                self.chosen.emit(self.selected)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if by is None:
            event.ignore()
            return
        families = ["", *self.fits]
        at = families.index(self.selected) if self.selected in families else 0
        self.select(families[min(max(at + by, 0), len(families) - 1)])
        self.chosen.emit(self.selected)

    def select(self, family: str) -> None:
        """Highlight a model without telling anybody."""
        self.selected = family
        fit = self.fits.get(family)
        self.setAccessibleDescription(
            "" if fit is None else f"{fit.title}: KL {fit.divergence:.3f} nats"
        )
        self.update()
