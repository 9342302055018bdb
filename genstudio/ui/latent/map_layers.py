"""What the map is painted from, one layer each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from genstudio.ui.latent.density import Density
from genstudio.ui.latent.painting import coloured_image
from genstudio.ui.theme import CLASS_COLOURS, theme

__all__ = ["colour_of_class", "paint_density", "paint_points", "paint_ticks", "paint_tiles"]

_MANY, _FEW = 3.0, 6.0  # pixels across a point, of two thousand or more and of two hundred
_RIM = 1.2  # pixels
_ON_TILES = 5.0  # pixels across, so that pictures are seen between them
_ROOMY = 20  # pixels: a tile from which on there is a line between two
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


def paint_tiles(painter: QPainter, sheet: QImage, columns: int, rows: int, area: QRectF) -> None:
    """A sheet of pictures over an area, with hairlines between those that are large enough."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, area.width() < sheet.width())
    painter.drawImage(area, sheet)
    wide, high = area.width() / columns, area.height() / rows
    if min(wide, high) >= _ROOMY:
        painter.setPen(QPen(QColor(128, 128, 128, 90), 1))  # between pictures that are grey
        for column in range(1, columns):
            x = area.left() + column * wide
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for row in range(1, rows):
            y = area.top() + row * high
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    painter.restore()


def paint_points(
    painter: QPainter,
    size: QSize,
    ratio: float,
    positions: NDArray[np.float64],
    classes: NDArray[np.int64],
    on_tiles: bool,
) -> None:
    """Points by class; a rim keeps them apart from pictures behind them.

    A dot is stamped at every position, one pixel of it at a time for all of them: ten thousand
    take milliseconds, where a painter draws them one by one.

    Args:
        painter: on what.
        size: of that, logical pixels.
        ratio: device pixels per logical one.
        positions: (n, 2) logical pixels.
        classes: (n,)
        on_tiles: whether there are pictures behind them.
    """
    across = float(np.clip(13 - 3 * np.log10(max(len(positions), 1)), _MANY, _FEW))
    across = min(across, _ON_TILES) if on_tiles else across
    wide, high = round(size.width() * ratio), round(size.height() * ratio)
    page = np.zeros(wide * high, np.uint32)
    spots = np.round(positions * ratio).astype(np.int64)
    colours = {int(which): colour_of_class(int(which)).rgb() for which in np.unique(classes)}
    tints = np.array([colours[which] & 0xFFFFFF for which in classes.tolist()], np.uint32)
    if on_tiles:
        rim = np.full(len(spots), QColor(theme().colours.surface).rgb() & 0xFFFFFF, np.uint32)
        _stamp(page, wide, high, spots, rim, (across / 2 + _RIM) * ratio, 255)
        _stamp(page, wide, high, spots, tints, across / 2 * ratio, 255, least=0.5)
    else:
        _stamp(page, wide, high, spots, tints, across / 2 * ratio, 215)
    image = coloured_image(page.reshape(high, wide))
    image.setDevicePixelRatio(ratio)
    painter.drawImage(QPointF(0, 0), image)


def _stamp(
    page: NDArray[np.uint32],
    wide: int,
    high: int,
    spots: NDArray[np.int64],
    tints: NDArray[np.uint32],
    radius: float,
    opacity: int,
    least: float = 0.0,
) -> None:
    """Put a disc at each spot (n, 2); its edge first, so that no edge lies over a middle.

    Pixels of which it covers more than `least` are its own, all of them if that is not zero.
    """
    reach = int(np.ceil(radius))
    offsets = np.stack(np.meshgrid(*[np.arange(-reach, reach + 1)] * 2), axis=-1).reshape(-1, 2)
    cover = np.clip(radius + 0.5 - np.hypot(*offsets.T), 0, 1)  # of a pixel by the disc
    for index in np.argsort(cover):
        if cover[index] <= least:
            continue
        x, y = (spots + offsets[index]).T
        inside = (x >= 0) & (x < wide) & (y >= 0) & (y < high)
        strength = 1.0 if least else float(cover[index])
        alpha = np.uint32(round(opacity * strength) << 24)
        page[y[inside] * wide + x[inside]] = tints[inside] | alpha


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
