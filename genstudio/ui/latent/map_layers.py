"""What the map is painted from, one layer each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from genstudio.ui.latent.density import Density
from genstudio.ui.latent.painting import coloured_image, fitted
from genstudio.ui.theme import CLASS_COLOURS, theme

__all__ = ["colour_of_class", "paint_density", "paint_points", "paint_ticks", "paint_tiles"]

_MANY, _FEW = 3.0, 6.0  # pixels across a point, of ten thousand and of a hundred
_ON_TILES = 4.0  # pixels across, so that pictures are seen between them
_ROOMY, _BETWEEN = 20, 1.0  # pixels: a tile from which on there is room between two
_STRONGEST = 110  # opacity where the density is highest, of 255


def colour_of_class(which: int) -> QColor:
    """Of a point, or of a class in the legend; the accent without a class."""
    if which < 0:
        return QColor(theme().colours.accent)
    return QColor(CLASS_COLOURS[which % len(CLASS_COLOURS)])


def paint_density(painter: QPainter, density: Density, area: QRectF) -> None:
    """As a veil of the accent; how strong goes with the root, so that thin parts are seen too."""
    share = np.sqrt(density.values / density.values.max())
    opacity = np.round(_STRONGEST * share).astype(np.uint32) << 24
    tint = np.uint32(QColor(theme().colours.accent).rgb() & 0xFFFFFF)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(area, coloured_image((opacity | tint)[::-1]))
    painter.restore()


def paint_tiles(painter: QPainter, images: Sequence[Sequence[QImage]], area: QRectF) -> None:
    """Pictures in a grid, the first row lowest."""
    painter.fillRect(area, QColor(theme().colours.surface))
    rows = len(images)
    for row, line in enumerate(images):
        wide, high = area.width() / len(line), area.height() / rows
        for column, image in enumerate(line):
            cell = QRectF(area.left() + column * wide, area.bottom() - (row + 1) * high, wide, high)
            inset = _BETWEEN if min(wide, high) >= _ROOMY else 0.0
            painter.drawImage(fitted(image, cell.adjusted(0, 0, -inset, -inset)), image)


def paint_points(
    painter: QPainter, positions: NDArray[np.float64], classes: NDArray[np.int64], on_tiles: bool
) -> None:
    """Points (n, 2) in pixels, by class; a rim keeps them apart from pictures behind them."""
    size = float(np.clip(12 - 2.2 * np.log10(max(len(positions), 1)), _MANY, _FEW))
    size = min(size, _ON_TILES) if on_tiles else size
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for which in np.unique(classes):
        spots = [QPointF(x, y) for x, y in positions[classes == which].tolist()]
        colour = colour_of_class(int(which))
        colour.setAlphaF(1.0 if on_tiles else 0.85)
        if on_tiles:
            rim = QColor(theme().colours.surface)
            painter.setPen(QPen(rim, size + 2, c=Qt.PenCapStyle.RoundCap))
            painter.drawPoints(spots)
        painter.setPen(QPen(colour, size, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints(spots)
    painter.restore()


def paint_ticks(
    painter: QPainter,
    area: QRect,
    axis: int,
    marks: Sequence[tuple[float, str]],
    lines: bool,
) -> None:
    """Numbers along the lower edge (axis 0) or the left one, with lines across or without."""
    colours = theme().colours
    line = painter.fontMetrics().height()
    for at, words in marks:
        if lines:
            painter.setPen(QPen(QColor(colours.hairline), 1))
            ends = (
                (QPointF(at, 0), QPointF(at, area.height()))
                if axis == 0
                else (QPointF(0, at), QPointF(area.width(), at))
            )
            painter.drawLine(*ends)
        wide = painter.fontMetrics().horizontalAdvance(words) + 6
        box = (
            QRectF(at - wide / 2, area.height() - line - 2, wide, line)
            if axis == 0
            else QRectF(2, at - line / 2, wide, line)
        )
        ground = QColor(colours.surface)
        ground.setAlpha(190)
        painter.fillRect(box, ground)
        painter.setPen(QColor(colours.secondary))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
