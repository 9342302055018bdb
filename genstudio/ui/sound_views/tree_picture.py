"""The edges and nodes of a tree of dilations, drawn once for every part that is looked at."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from genstudio.ui.sound_views.tree_edges import leaning
from genstudio.ui.sound_views.tree_layout import TreeLayout
from genstudio.ui.theme import theme

__all__ = ["SHADES", "SMALLEST", "shade_table", "tree_picture"]

SHADES = 16
"""How many steps of brightness there are."""

SMALLEST = 2.0
"""The radius, pixels, from which nodes are dots; where many are narrower, they are a band."""

_FEW = 48  # edges, or nodes, of a row that are drawn one by one in any case


def tree_picture(layout: TreeLayout, shares: list[NDArray[np.float64]], ratio: float) -> QPixmap:
    """Draw a tree on a clear ground.

    Args:
        layout: where all is.
        shares: for each row (m,) the brightness of its nodes, 0 … 1.
        ratio: device pixels per pixel.
    """
    size = math.ceil(layout.width * ratio), math.ceil(layout.height * ratio)
    picture = QPixmap(*size)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    shades = [np.round(share * (SHADES - 1)).astype(np.uint8) for share in shares]
    colours = shade_table()
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_edges(painter, layout, shades, colours, ratio)
    for row in range(len(layout.tree)):
        _draw_nodes(painter, layout, row, shades[row], colours, ratio)
    painter.end()
    return picture


def shade_table() -> list[QColor]:
    """SHADES colours in the theme in force: from hairlines over the accent to that of text."""
    colours = theme().colours
    ends = [QColor(colours.hairline), QColor(colours.accent), QColor(colours.text)]
    table = []
    for shade in range(SHADES):
        at = 2 * shade / (SHADES - 1)
        low = min(1, int(at))
        table.append(_between(ends[low], ends[low + 1], at - low))
    return table


def _draw_edges(
    painter: QPainter,
    layout: TreeLayout,
    shades: list[NDArray[np.uint8]],
    colours: list[QColor],
    ratio: float,
) -> None:
    """Where there are many, as pixels; where few, as smooth lines.

    An edge is as bright as the fainter of its ends; where edges cross, the brighter is on top.
    """
    tree = layout.tree
    tall, wide = math.ceil(layout.height * ratio), math.ceil(layout.width * ratio)
    page = np.zeros((tall, wide), np.uint8)
    lines: list[list[QLineF]] = [[] for _ in range(SHADES)]
    for row in range(1, len(tree)):
        edges = tree.edges(row)
        over = layout.columns(row, ratio)[edges.above]
        under = layout.columns(row - 1, ratio)[edges.below]
        here = (np.maximum(over, under) >= 0) & (np.minimum(over, under) < wide)
        over, under = over[here], under[here]
        shade = np.minimum(shades[row][edges.above[here]], shades[row - 1][edges.below[here]])
        top, bottom = layout.y_of(row), layout.y_of(row - 1)
        if len(over) <= _FEW:
            ends = zip(over.tolist(), under.tolist(), shade.tolist(), strict=True)
            for above, below, step in ends:
                line = QLineF((above + 0.5) / ratio, top, (below + 0.5) / ratio, bottom)
                lines[step].append(line)
            continue
        first, behind = round(top * ratio), min(tall, round(bottom * ratio))
        if behind <= first:
            continue
        back = edges.back[here]
        lean = tree.rows[row].dilation * layout.per_sample * ratio
        for apart, leans in ((False, 0.0), (True, lean)):
            some = back == apart
            part = leaning(over[some], shade[some] + 1, leans, behind - first, wide)
            np.maximum(page[first:behind], part, out=page[first:behind])
    faint = [_faint(colour, shade) for shade, colour in enumerate(colours)]
    _draw_page(painter, page, faint, QRectF(0, 0, wide / ratio, tall / ratio))
    for step, drawn in enumerate(lines):
        painter.setPen(QPen(faint[step], 0.8 + 0.7 * step / (SHADES - 1)))
        painter.drawLines(drawn)


def _draw_nodes(
    painter: QPainter,
    layout: TreeLayout,
    row: int,
    shades: NDArray[np.uint8],
    colours: list[QColor],
    ratio: float,
) -> None:
    """Dots, the brighter on top; or a band, as bright in each pixel as the brightest there."""
    columns, radius = layout.columns(row, ratio), layout.radius(row)
    beside = radius * ratio + 1
    here = np.flatnonzero((columns > -beside) & (columns < layout.width * ratio + beside))
    y = layout.y_of(row)
    if radius < SMALLEST and len(here) > _FEW:
        wide = math.ceil(layout.width * ratio)
        page = np.zeros((1, wide), np.uint8)
        # A node is as wide as its sample, or a pixel.
        left = columns - round(layout.per_sample * ratio / 2 - 0.5)
        for across in range(max(1, math.ceil(layout.per_sample * ratio))):
            place = left + across
            seen = (place >= 0) & (place < wide)
            np.maximum.at(page[0], place[seen], shades[seen] + 1)
        tall = min(5.0, max(1.5, 0.5 * layout.gap))
        _draw_page(painter, page, colours, QRectF(0, y - tall / 2, wide / ratio, tall))
        return
    radius = max(SMALLEST, radius)
    dots = [_dot(colour, radius, ratio) for colour in colours]
    here = here[np.argsort(shades[here], kind="stable")]
    left = ((columns[here] + 0.5) / ratio - radius - 1).tolist()
    for x, shade in zip(left, shades[here].tolist(), strict=True):
        painter.drawPixmap(QPointF(x, y - radius - 1), dots[shade])


def _draw_page(
    painter: QPainter, page: NDArray[np.uint8], colours: list[QColor], where: QRectF
) -> None:
    """Paint (rows, columns) of 0 for nothing and 1 … SHADES."""
    table = np.array([0, *(colour.rgba() for colour in colours)], np.uint32)
    painted = table[page]
    tall, wide = page.shape
    image = QImage(painted.data, wide, tall, 4 * wide, QImage.Format.Format_ARGB32)
    painter.drawImage(where, image)


def _between(low: QColor, high: QColor, share: float) -> QColor:
    pairs = zip(
        (low.red(), low.green(), low.blue()), (high.red(), high.green(), high.blue()), strict=True
    )
    return QColor(*(round(a + (b - a) * share) for a, b in pairs))


def _faint(colour: QColor, shade: int) -> QColor:
    """An edge's, behind the nodes."""
    faint = QColor(colour)
    faint.setAlphaF(0.3 + 0.55 * shade / (SHADES - 1))
    return faint


def _dot(colour: QColor, radius: float, ratio: float) -> QPixmap:
    """A node, with a pixel of room around it."""
    side = 2 * radius + 2
    dot = QPixmap(math.ceil(side * ratio), math.ceil(side * ratio))
    dot.setDevicePixelRatio(ratio)
    dot.fill(Qt.GlobalColor.transparent)
    painter = QPainter(dot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(side / 2, side / 2), radius, radius)
    painter.end()
    return dot
