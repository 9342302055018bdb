"""The tree of dilated convolutions behind a sample, alive (van den Oord et al. 2016a, figure 3)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip
from typing_extensions import override

from genstudio.ui.sound_views.dilations import DECADES, Dilations, TreeRow, shares
from genstudio.ui.sound_views.time_view import TimeView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.tree_layout import TOP, TreeLayout
from genstudio.ui.sound_views.tree_picture import SHADES, SMALLEST, shade_table, tree_picture
from genstudio.ui.theme import theme

__all__ = ["DilationTreeView"]

_LINE = 15  # height of a line of words
_BAR = 64.0  # width of the scale of brightness
_ROOM = 1.08  # of the field of a tree, when that is looked at
_MOTION = 160  # milliseconds in which a first tree grows downwards
_HOLLOW = 2  # pixels between the chosen node and the ring around it
_REACH = 9  # pixels from a node within which a click means it
_ZOOM = 0.8  # of what is seen, for each + or −
_ZOOM_IN = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
_FAR = 1 << 30  # more nodes than a row has
_MOVES = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Home: -_FAR,
    Qt.Key.Key_End: _FAR,
}


class DilationTreeView(TimeView):
    """Rows are layers, the root at the top, dots at the positions that lead to it.

    Brightness is the length of the gradient, of the strongest in the same row: what rows hold has
    different units. Where nodes are narrower than dots a row is a band, as bright in each pixel as
    the strongest node there.

    The pointer or the arrow keys go from node to node; what a node is made of, and what it is a
    part of, is shaded. A click, or Enter, seeks the sample that it lies at. F shows just the tree.

    Attributes:
        tree: what is shown.
        node: (row, node) that is read, or None.
        caption: what the tree is of.
        waiting: the sample whose tree is being computed, or None.
    """

    def __init__(self, window: TimeWindow, name: str = "Tree of dilations") -> None:
        super().__init__(window, name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(96)
        self.tree: Dilations | None = None
        self.node: tuple[int, int] | None = None
        self._logarithmic = True
        self.caption = ""
        self.waiting: int | None = None
        self._shares: list[NDArray[np.float64]] = []
        self._layer: QPixmap | None = None
        self._grown = QVariantAnimation(self, duration=_MOTION, startValue=0.0, endValue=1.0)
        self._grown.valueChanged.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(480, 240)

    # --- what is shown ---

    def show_layers(
        self,
        layers: Sequence[tuple[int, NDArray[np.int64], NDArray[np.floating]]],
        names: Sequence[str] = (),
        caption: str = "",
    ) -> None:
        """Show a tree.

        Args:
            layers: from the samples to the root (dilation, positions (m,), magnitudes (m,)): a
                node at p is made of those at p and p − dilation in the layer before.
            names: of the layers; said by their dilation without.
            caption: what the tree is of.
        """
        said = names or [""] * len(layers)
        rows = [TreeRow(*layer, name) for layer, name in zip(layers, said, strict=True)]
        first = self.tree is None
        self.tree, self.caption, self.waiting = Dilations(rows), caption, None
        self._choose(None)
        self._weigh()
        if first and self.isVisible():
            self._grown.start()

    def show_nothing(self) -> None:
        """Take the tree away."""
        self.tree, self.caption, self.waiting = None, "", None
        self._choose(None)
        self.refresh()

    def show_waiting(self, sample: int | None) -> None:
        """Say that the tree of a sample is being computed."""
        if sample != self.waiting:
            self.waiting = sample
            self.update()

    @property
    def growing(self) -> bool:
        """Whether a first tree has not reached its samples yet."""
        return self._grown.state() is QVariantAnimation.State.Running

    def finish(self) -> None:
        """Show all of a tree that grows."""
        self._grown.stop()
        self.update()

    @property
    def logarithmic(self) -> bool:
        """Whether brightness goes by the logarithm."""
        return self._logarithmic

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Choose the scale of brightness."""
        self._logarithmic = logarithmic
        self._weigh()

    def look_at_tree(self) -> None:
        """Bring all that the sample depends on into view, and no more."""
        if self.tree is not None:
            first, behind = self.tree.first, self.tree.root + 2
            room = (behind - first) * (_ROOM - 1) / 2
            self.window_of_time.look_at(first - room, behind + room)

    def node_words(self, row: int, node: int) -> str:
        """A node in words: where it is, how much it matters, and what it sees."""
        assert self.tree is not None  # noqa: S101 - there are no nodes without one
        here = self.tree.rows[row]
        place, magnitude = int(here.positions[node]), float(here.magnitudes[node])
        label = self._label(row)
        name = f"{here.name} ({label})" if here.name and row else label
        most = float(here.magnitudes.max())
        said = f"{name[:1].upper()}{name[1:]}, sample {place:,}"
        ago = self.tree.root + 1 - place
        said += f", {ago:,} before the one asked about: gradient {magnitude:.2g} nats per unit"
        if most > 0:
            said += f", {_percent(magnitude / most)} of the row's strongest"
        if row:
            *_, (_, leaves) = self.tree.below(row, node)
            said += f"; sees {len(leaves):,} {'sample' if len(leaves) == 1 else 'samples'}"
        return said + "."

    def _label(self, row: int) -> str:
        assert self.tree is not None  # noqa: S101 - there are no rows without one
        if row == 0:
            return "samples"
        said = f"dilation {self.tree.rows[row].dilation}"
        return f"output, {said}" if row == len(self.tree) - 1 else said

    @override
    def words(self) -> str:
        return super().words() if self.node is None else self.node_words(*self.node)

    # --- places ---

    @property
    def layout_of_tree(self) -> TreeLayout:
        """Where all is; there has to be a tree."""
        assert self.tree is not None  # noqa: S101 - nothing asks without one
        window = self.window_of_time
        return TreeLayout(self.tree, self.width(), self.height(), window.start, window.span)

    def node_at(self, point: QPointF) -> tuple[int, int] | None:
        """(row, node) nearest to a point, of the nearest row; None without a tree."""
        return None if self.tree is None else self.layout_of_tree.nearest(point.x(), point.y())

    def node_point(self, row: int, node: int) -> QPointF:
        """Where a node is; there has to be a tree."""
        layout = self.layout_of_tree
        place = int(layout.tree.rows[row].positions[node])
        return QPointF(layout.x_of(place + 0.5), layout.y_of(row))

    # --- painting ---

    def _weigh(self) -> None:
        rows = () if self.tree is None else self.tree.rows
        self._shares = [shares(row.magnitudes, self._logarithmic) for row in rows]
        self.refresh()

    @override
    def refresh(self) -> None:
        self._layer = None
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    @override
    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        small = QFont(self.font())
        small.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(small)
        painter.fillRect(self.rect(), QColor(colours.surface))
        if self.tree is None:
            painter.setPen(QColor(colours.secondary))
            words = "" if self.waiting is not None else "Click a sample to see what led to it"
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), words)
        else:
            self._paint_tree(painter, self.tree)
        if self.waiting is not None:
            self._paint_waiting(painter, self.waiting)
        self.paint_playhead(painter)
        self.paint_focus(painter)

    def _paint_tree(self, painter: QPainter, tree: Dilations) -> None:
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.devicePixelRatio() != ratio:
            self._layer = tree_picture(self.layout_of_tree, self._shares, ratio)
        if self.growing:
            seen = TOP + (self.height() - TOP) * float(self._grown.currentValue())
            painter.setClipRect(QRectF(0, 0, self.width(), seen))
        if self.node is not None:
            self._paint_cones(painter, tree, *self.node)
        painter.drawPixmap(0, 0, self._layer)
        if self.node is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme().colours.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            radius = max(SMALLEST, self.layout_of_tree.radius(self.node[0])) + _HOLLOW
            painter.drawEllipse(self.node_point(*self.node), radius, radius)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setClipping(False)
        self._paint_words(painter, tree)

    def _paint_cones(self, painter: QPainter, tree: Dilations, row: int, node: int) -> None:
        """The outlines of what a node is made of, and of what it is a part of."""
        colour, layout = QColor(theme().colours.selection), self.layout_of_tree
        for steps in (
            list(tree.below(row, node)),
            [(row, tree.rows[row].positions[node : node + 1]), *tree.above(row, node)],
        ):
            ends = [(step, places[0], places[-1]) for step, places in steps if len(places)]
            left = [QPointF(self.x_of(first), layout.y_of(step)) for step, first, _ in ends]
            right = [QPointF(self.x_of(last + 1), layout.y_of(step)) for step, _, last in ends]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(QPolygonF([*left, *reversed(right)]))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_words(self, painter: QPainter, tree: Dilations) -> None:
        colours = theme().colours
        painter.setPen(QColor(colours.secondary))
        head = QRectF(6, 1, self.width() - 12, _LINE)
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        said = metrics.elidedText(self.caption, Qt.TextElideMode.ElideRight, int(head.width()))
        painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft | middle), said)
        least = f"{100 / 10**DECADES:g} % " if self._logarithmic else "0 "
        most = " 100 % of a row’s strongest"
        scale = metrics.horizontalAdvance(least) + _BAR + metrics.horizontalAdvance(most)
        if metrics.horizontalAdvance(said) + 2 * _LINE + scale <= head.width():
            self._paint_scale(painter, least, most)
        widest = max(metrics.horizontalAdvance(self._label(row)) for row in range(len(tree)))
        # Right of the tree if there is room: at the left the upper rows leave more.
        right = self.x_of(tree.root + 1) + widest + 20 < self.width()
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        layout, last = self.layout_of_tree, len(tree) - 1
        every = max(1, math.ceil(_LINE / layout.gap))
        plate = QColor(colours.surface)
        plate.setAlpha(210)
        for row in range(len(tree)):
            # Every so many, and the last one, which the one before may have to make room for.
            if row != last and (row % every or row > last - every):
                continue
            words = self._label(row)
            wide = metrics.horizontalAdvance(words)
            left = self.width() - 6 - wide if right else 6
            where = QRectF(left, layout.y_of(row) - _LINE / 2, wide, _LINE)
            painter.fillRect(where.adjusted(-3, 1, 3, -1), plate)
            painter.drawText(where, int(side | middle), words)

    def _paint_scale(self, painter: QPainter, low: str, high: str) -> None:
        """What the ends of brightness mean, in the upper right corner."""
        metrics = painter.fontMetrics()
        right = self.width() - 6 - metrics.horizontalAdvance(high)
        left = right - _BAR
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(right, 1, self.width() - right, _LINE), middle, high)
        start = left - metrics.horizontalAdvance(low)
        painter.drawText(QRectF(start, 1, left - start, _LINE), middle, low)
        for shade, colour in enumerate(shade_table()):
            step = _BAR / SHADES
            painter.fillRect(QRectF(left + shade * step, 5, step, 7), colour)

    def _paint_waiting(self, painter: QPainter, sample: int) -> None:
        colours = theme().colours
        painter.setPen(QPen(QColor(colours.accent), 1, Qt.PenStyle.DashLine))
        x = math.floor(self.x_of(sample + 0.5)) + 0.5
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        words = f"Computing what led to sample {sample:,} …"
        wide = painter.fontMetrics().horizontalAdvance(words)
        left = min(max(6.0, self.x_of(sample + 0.5) + 6), self.width() - 6.0 - wide)
        where = QRectF(left, self.height() / 2 - _LINE / 2, wide, _LINE)
        painter.fillRect(where.adjusted(-3, 0, 3, 0), QColor(colours.surface))
        painter.setPen(QColor(colours.text))
        painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), words)

    # --- going from node to node ---

    def _choose(self, node: tuple[int, int] | None) -> None:
        if node != self.node:
            self.node = node
            self._describe()
            self.update()

    @override
    def press_at(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        node = self.node_at(point)
        near = node is not None and (self.node_point(*node) - point).manhattanLength() <= _REACH
        if node is not None and near:
            self._seek_node(*node)
        else:
            super().press_at(point, modifiers)

    @override
    def move_to(self, point: QPointF, on_screen: QPointF, pressed: bool) -> None:
        self._choose(self.node_at(point))
        if self.node is not None:
            QToolTip.showText(on_screen.toPoint(), self.node_words(*self.node), self)

    @override
    def leaveEvent(self, _: object) -> None:
        self._choose(None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, tree, chosen = Qt.Key(event.key()), self.tree, self.node
        by = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if tree is None:
            super().keyPressEvent(event)
        elif key is Qt.Key.Key_F:
            self.look_at_tree()
        elif key in _ZOOM_IN or key is Qt.Key.Key_Minus:
            place = tree.root if chosen is None else tree.rows[chosen[0]].positions[chosen[1]]
            self.window_of_time.zoom(float(place) + 0.5, _ZOOM if key in _ZOOM_IN else 1 / _ZOOM)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and chosen is not None:
            self._seek_node(*chosen)
        elif key not in _MOVES:
            super().keyPressEvent(event)
        elif chosen is None:
            self._go_to(len(tree) - 1, 0)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._go_to(*self._nearest(chosen, chosen[0] + _MOVES[key]))
        else:
            self._go_to(chosen[0], chosen[1] + _MOVES[key] * by)

    def _seek_node(self, row: int, node: int) -> None:
        assert self.tree is not None  # noqa: S101 - there are no nodes without one
        self.seek(int(self.tree.rows[row].positions[node]))

    def _nearest(self, chosen: tuple[int, int], row: int) -> tuple[int, int]:
        """The node of another row that lies where one does, or the next one."""
        assert self.tree is not None  # noqa: S101 - there are no nodes without one
        row = min(max(0, row), len(self.tree) - 1)
        place = self.tree.rows[chosen[0]].positions[chosen[1]]
        return row, int(np.searchsorted(self.tree.rows[row].positions, place))

    def _go_to(self, row: int, node: int) -> None:
        assert self.tree is not None  # noqa: S101 - there are no nodes without one
        positions = self.tree.rows[row].positions
        if not len(positions):
            return
        node = min(max(0, node), len(positions) - 1)
        self._choose((row, node))
        self.window_of_time.reveal(int(positions[node]))


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"
