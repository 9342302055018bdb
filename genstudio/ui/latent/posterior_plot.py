"""The true p(z | x) as an image, and q(z | x) as contours over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.core.latent import Posterior
from genstudio.ui.latent.map_layers import paint_ticks
from genstudio.ui.latent.map_scale import LINEAR
from genstudio.ui.latent.painting import coloured_image, small_font
from genstudio.ui.recording.trace_colours import lookup
from genstudio.ui.theme import GAP, theme
from genstudio.ui.words import decimal

__all__ = ["SIGMAS", "PosteriorPlot", "contours", "cropped"]

SIGMAS = (1.0, 2.0, 3.0)
"""At how many σ of q a contour lies: ln q = max ln q − k² / 2."""

_MOST_LOPSIDED = 2.5
_SEEN = 9.0  # nats below the highest that are still shown: a normal density 4.2 σ from its middle


def contours(
    log_q: NDArray[np.float64], axes: NDArray[np.float64], sigmas: float
) -> list[NDArray[np.float64]]:
    """Lines (m, 2) on which ln q is `sigmas`² / 2 below its highest value on the grid.

    Args:
        log_q: (n, n) nats, rows follow the first dimension.
        axes: (2, n) coordinates.
        sigmas: k.
    """
    from pyqtgraph.functions import isocurve  # noqa: PLC0415 - the window need not wait for it

    level = float(log_q.max()) - sigmas**2 / 2
    lines = isocurve(log_q, level, connected=True)
    numbers = np.arange(axes.shape[1])
    # Cells are counted from their centres' half: its 0.5 is the first grid line.
    return [
        np.stack(
            [
                np.interp([x - 0.5 for x, _ in line], numbers, axes[0]),
                np.interp([y - 0.5 for _, y in line], numbers, axes[1]),
            ],
            axis=1,
        )
        for line in lines
    ]


def cropped(found: Posterior) -> Posterior:
    """The part of the grid where either density is more than e⁻⁹ of its highest, and a rim."""
    seen = found.log_p > found.log_p.max() - _SEEN
    seen |= found.log_q > found.log_q.max() - _SEEN
    parts = []
    for along in (seen.any(axis=1), seen.any(axis=0)):
        inside = np.flatnonzero(along)
        parts.append((max(int(inside[0]) - 2, 0), min(int(inside[-1]) + 3, len(along))))
    # Both axes keep as many points, as a `Posterior` has them: the longer part decides.
    count = max(end - start for start, end in parts)
    total = found.axes.shape[1]
    starts = [min(max((start + end - count) // 2, 0), total - count) for start, end in parts]
    first, second = (slice(start, start + count) for start in starts)
    return replace(
        found,
        axes=np.stack([found.axes[0, first], found.axes[1, second]]),
        log_p=found.log_p[first, second],
        log_q=found.log_q[first, second],
    )


class PosteriorPlot(QWidget):
    """The pointer or the arrow keys read ln p and ln q off.

    Attributes:
        read: the grid's place that is read (i, j), or None.
    """

    read = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("q(z | x) over p(z | x)")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(220, 200)
        self._found: Posterior | None = None
        self._image = QImage()
        self._contours: list[list[NDArray[np.float64]]] = []
        self._place: tuple[int, int] | None = None
        self._words = ""
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(420, 380)

    @property
    def found(self) -> Posterior | None:
        """What is shown."""
        return self._found

    def show_posterior(self, found: Posterior | None) -> None:
        """Show one where there is something to see of it, or nothing."""
        found = None if found is None else cropped(found)
        self._found, self._contours, self._words = found, [], ""
        self._read(None)
        if found is not None:
            share = np.exp(found.log_p - found.log_p.max())
            table = lookup("magma")
            self._image = coloured_image(table[np.round(255 * share).astype(np.intp)].T[::-1])
            self._contours = [contours(found.log_q, found.axes, sigmas) for sigmas in SIGMAS]
        self.update()

    def say(self, words: str) -> None:
        """Show a sentence in place of a posterior."""
        self.show_posterior(None)
        self._words = words
        self.setAccessibleDescription(words)

    def words_at(self, place: tuple[int, int]) -> str:
        """Where, ln p and ln q there, in words."""
        if self._found is None:
            return ""
        found, (i, j) = self._found, place
        first, second = (f"z{number + 1}" for number in found.dimensions)
        words = (
            f"{first} {decimal(found.axes[0, i])}, {second} {decimal(found.axes[1, j])}: "
            f"ln p {decimal(found.log_p[i, j])}, ln q {decimal(found.log_q[i, j])} nats"
        )
        return words.replace("-", "−")

    # --- geometry ---

    def area(self) -> QRectF:
        """Where the grid is painted: as wide to as high as it is in latent units, within limits."""
        if self._found is None:
            return QRectF(self.rect())
        extent = np.ptp(self._found.axes, axis=1)
        shape = float(np.clip(extent[0] / extent[1], 1 / _MOST_LOPSIDED, _MOST_LOPSIDED))
        high = min(float(self.height()), self.width() / shape)
        wide = high * shape
        return QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high)

    def position_of(self, place: NDArray[np.float64]) -> QPointF:
        """Where a point (2,) of the two dimensions is on the screen."""
        assert self._found is not None  # noqa: S101 - asked only of what is shown
        area, axes = self.area(), self._found.axes
        half = (axes[:, 1] - axes[:, 0]) / 2  # a grid value is the middle of its cell
        low, high = axes[:, 0] - half, axes[:, -1] + half
        share = (place - low) / (high - low)
        return QPointF(
            area.left() + float(share[0]) * area.width(),
            area.bottom() - float(share[1]) * area.height(),
        )

    def place_at(self, position: QPointF) -> tuple[int, int] | None:
        """The grid's place under a position."""
        area = self.area()
        if self._found is None or not area.contains(position):
            return None
        n = self._found.axes.shape[1]
        i = int((position.x() - area.left()) / area.width() * n)
        j = int((area.bottom() - position.y()) / area.height() * n)
        return min(max(i, 0), n - 1), min(max(j, 0), n - 1)

    # --- painting ---

    def paintEvent(self, _: QPaintEvent) -> None:
        painter, colours = QPainter(self), theme().colours
        if self._found is None:
            painter.fillRect(self.rect(), QColor(colours.raised))
            painter.setPen(QColor(colours.secondary))
            room = QRectF(self.rect()).adjusted(GAP, GAP, -GAP, -GAP)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, self._words)
            return
        area = self.area()
        painter.setFont(small_font(self))
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, self._image)
        self._paint_axes(painter, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, lines in enumerate(self._contours):
            for line in lines:
                path = QPainterPath(self.position_of(line[0]))
                for point in line[1:]:
                    path.lineTo(self.position_of(point))
                # Over a dark map, whatever the theme: cyan is not among its colours.
                painter.strokePath(path, QPen(QColor(0, 0, 0, 160), 3.5))
                painter.strokePath(path, QPen(QColor("#5ce1e6"), 2.0 - 0.4 * index))
        if self._place is not None:
            i, j = self._place
            spot = self.position_of(np.array([self._found.axes[0, i], self._found.axes[1, j]]))
            painter.setPen(QPen(QColor("#ffffff"), 1))
            painter.drawLine(QPointF(spot.x(), area.top()), QPointF(spot.x(), area.bottom()))
            painter.drawLine(QPointF(area.left(), spot.y()), QPointF(area.right(), spot.y()))
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        assert self._found is not None  # noqa: S101 - painted only then
        axes = self._found.axes
        middle = axes.mean(axis=1)
        for axis in range(2):
            marks = []
            for value, words in LINEAR.ticks(axis, float(axes[axis, 0]), float(axes[axis, -1])):
                point = middle.copy()
                point[axis] = value
                spot = self.position_of(point)
                at = spot.x() - area.left() if axis == 0 else spot.y() - area.top()
                marks.append((at, words))
            painter.save()
            painter.translate(area.topLeft())
            paint_ticks(
                painter, QRectF(0, 0, area.width(), area.height()).toRect(), axis, marks, False
            )
            painter.restore()

    # --- pointer and keyboard ---

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._read(self.place_at(event.position()))

    def leaveEvent(self, _: object) -> None:
        self._read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        key = Qt.Key(event.key())
        if self._found is None or key not in moves:
            event.ignore()
            return
        n = self._found.axes.shape[1]
        best = divmod(int(self._found.log_p.argmax()), n)
        i, j = self._place or (int(best[0]), int(best[1]))
        right, up = moves[key]
        self._read((min(max(i + right, 0), n - 1), min(max(j + up, 0), n - 1)))

    def _read(self, place: tuple[int, int] | None) -> None:
        if place != self._place:
            self._place = place
            self.setAccessibleDescription("" if place is None else self.words_at(place))
            self.update()
            self.read.emit(place)
