"""The map itself: points, what is behind them, the current code; the pointer and the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.ui.latent.density import Density
from genstudio.ui.latent.map_layers import paint_density, paint_points, paint_ticks, paint_tiles
from genstudio.ui.latent.painting import fitted, small_font
from genstudio.ui.theme import HALF, theme

__all__ = ["Card", "MapView", "Tiles"]

_REACH = 12  # pixels from a point within which it is the one meant
_STEP = 8  # pixels that an arrow key moves the code
_CARD = 72  # pixels of the picture beside the pointer
_MARGIN = 0.06
_ZOOM = 1.2
_SMALLEST, _LARGEST = 1e-6, 1e9  # pixels per unit


@dataclass(frozen=True)
class Card:
    """What is shown beside a place: a picture, and what it is."""

    image: QImage
    words: str


@dataclass(frozen=True, eq=False)
class Tiles:
    """Decoded pictures in a grid.

    Attributes:
        low: (2,) of the map, the corner of the grid.
        high: (2,) its far corner.
        columns: side by side.
        rows: one above another.
        sheet: all of them in one picture, as they are seen.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    columns: int
    rows: int
    sheet: QImage


class MapView(QWidget):
    """Left drags the code, right or middle the map; the wheel and + − zoom, F fits.

    The arrow keys move the code (Shift: by a pixel) or, with Ctrl, the map; Enter goes to the
    nearest point.

    Places are (2,) float64 in coordinates of the map: the second one points up.

    Attributes:
        hovered: the point under the pointer (int), or None.
        picked: the person put the code somewhere: (place, index of the point meant or None).
        opened: the person double-clicked a point (int).
        looked: another part of the map is seen.
    """

    hovered = Signal(object)
    picked = Signal(object, object)
    opened = Signal(int)
    looked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Map of the latent space")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.places = np.zeros((0, 2))
        self.classes = np.zeros(0, np.int64)
        self.shown = np.zeros(0, np.bool_)
        self.points_shown = True
        self.density: Density | None = None
        self.tiles: Tiles | None = None
        self.current: NDArray[np.float64] | None = None
        self.current_card: Card | None = None
        self.ticks: Callable[[int, float, float], list[tuple[float, str]]] | None = None
        self.card_of: Callable[[int], Card] | None = None
        self.following = True  # whether the map stays fitted to the points
        self._home: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self._centre = np.zeros(2)
        self._scale = 1.0
        self._layer: QPixmap | None = None
        self._hovered: int | None = None
        self._grabbed: QPointF | None = None
        self._dragging = False
        theme().changed.connect(self.redraw)

    def sizeHint(self) -> QSize:
        return QSize(480, 420)

    # --- what is shown ---

    def show_points(
        self,
        places: NDArray[np.float64],
        classes: NDArray[np.int64],
        home: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    ) -> None:
        """Show points (n, 2) of classes (n,), and fit them.

        Args:
            places: where.
            classes: their colours; −1 for the accent.
            home: the box that fitting shows, beyond which there is nothing; that of the points
                unless given.
        """
        self.places, self.classes, self._home = places, classes, home
        self.shown = np.ones(len(places), np.bool_)
        self._hovered = None
        self.fit()

    def filter_by(self, shown: NDArray[np.bool_]) -> None:
        """Show some of the points (n,)."""
        self.shown = shown
        self._point_at(None)
        self.redraw()

    def show_tiles(self, tiles: Tiles | None) -> None:
        """Show a grid of pictures behind the points, or none."""
        self.tiles = tiles
        self.redraw()

    def show_current(self, place: NDArray[np.float64] | None, card: Card | None = None) -> None:
        """Mark the place of the code; a card is shown beside it while it is dragged."""
        self.current, self.current_card = place, card
        self.update()

    def redraw(self) -> None:
        """Paint all layers anew."""
        self._layer = None
        self.update()

    # --- geometry ---

    def fit(self) -> None:
        """Show all points."""
        self.following = True
        if self._home is not None:
            low, high = self._home
        elif len(self.places):
            low, high = self.places.min(axis=0), self.places.max(axis=0)
        else:
            low, high = np.full(2, -3.0), np.full(2, 3.0)
        extent = np.maximum(high - low, 1e-6)
        room = np.array([self.width(), self.height()], float) * (1 - 2 * _MARGIN)
        self._look((low + high) / 2, float((room / extent).min()))

    def position_of(self, place: NDArray[np.float64]) -> QPointF:
        """Where a place is on the screen."""
        away = (place - self._centre) * self._scale
        return QPointF(self.width() / 2 + away[0], self.height() / 2 - away[1])

    def place_at(self, position: QPointF) -> NDArray[np.float64]:
        """The place under a position on the screen."""
        away = np.array([position.x() - self.width() / 2, self.height() / 2 - position.y()])
        return np.asarray(self._centre + away / self._scale, np.float64)

    def visible(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The corners (2,), (2,) of what is seen."""
        half = np.array([self.width(), self.height()], float) / 2 / self._scale
        return self._centre - half, self._centre + half

    def point_at(self, position: QPointF) -> int | None:
        """The point that is meant by a position; None where none is near."""
        seen = np.flatnonzero(self.shown)
        if not len(seen) or not self.points_shown:
            return None
        away = (self.places[seen] - self.place_at(position)) * self._scale
        squares = np.square(away).sum(axis=1)
        near = int(squares.argmin())
        return int(seen[near]) if squares[near] <= _REACH**2 else None

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Look closer by a factor; the place under a position stays where it is."""
        position = around or QPointF(self.width() / 2, self.height() / 2)
        self.following = False
        place = self.place_at(position)
        scale = min(max(self._scale * factor, _SMALLEST), _LARGEST)
        self._look(place + (self._centre - place) * self._scale / scale, scale)

    def pan(self, right: float, down: float) -> None:
        """Move what is seen by so many pixels."""
        self.following = False
        self._look(self._centre + np.array([-right, down]) / self._scale, self._scale)

    def _look(self, centre: NDArray[np.float64], scale: float) -> None:
        self._centre, self._scale = centre, scale
        self.redraw()
        self.looked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.following:
            self.fit()
        else:
            self._look(self._centre, self._scale)

    # --- painting ---

    def paintEvent(self, _: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.size() != self.size() * ratio:
            self._layer = QPixmap(self.size() * ratio)
            self._layer.setDevicePixelRatio(ratio)
            self._paint_layers(self._layer)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self))
        if self.current is not None:
            self._paint_current(painter, self.position_of(self.current))
        if self._hovered is not None and not self._dragging and self.card_of is not None:
            spot = self.position_of(self.places[self._hovered])
            painter.setPen(QPen(QColor(theme().colours.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(spot, 6, 6)
            self._paint_card(painter, spot, self.card_of(self._hovered))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(theme().colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_layers(self, layer: QPixmap) -> None:
        layer.fill(QColor(theme().colours.surface))
        painter = QPainter(layer)
        painter.setFont(small_font(self))
        if self.density is not None:
            painter.save()
            if self._home is not None:
                painter.setClipRect(self._rect(*self._home))
            paint_density(painter, self.density, self._rect(self.density.low, self.density.high))
            painter.restore()
        if self.tiles is not None:
            tiles = self.tiles
            area = self._rect(tiles.low, tiles.high)
            paint_tiles(painter, tiles.sheet, tiles.columns, tiles.rows, area)
        if self.ticks is not None:
            low, high = self.visible()
            for axis in range(2):
                marks = [
                    (self._along(axis, value), words)
                    for value, words in self.ticks(axis, float(low[axis]), float(high[axis]))
                ]
                paint_ticks(painter, self.rect(), axis, marks, self.tiles is None)
        if self.points_shown and self.shown.any():
            seen = np.flatnonzero(self.shown)
            away = (self.places[seen] - self._centre) * self._scale * np.array([1, -1])
            positions = away + np.array([self.width(), self.height()]) / 2
            paint_points(
                painter,
                self.size(),
                layer.devicePixelRatio(),
                positions,
                self.classes[seen],
                self.tiles is not None,
            )
        painter.end()

    def _along(self, axis: int, value: float) -> float:
        away = (value - float(self._centre[axis])) * self._scale
        return self.width() / 2 + away if axis == 0 else self.height() / 2 - away

    def _rect(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> QRectF:
        return QRectF(
            self.position_of(np.array([low[0], high[1]])),
            self.position_of(np.array([high[0], low[1]])),
        )

    def _paint_current(self, painter: QPainter, spot: QPointF) -> None:
        colours = theme().colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, thick in ((colours.surface, 5.0), (colours.accent, 2.0)):
            painter.setPen(QPen(QColor(colour), thick))
            painter.drawEllipse(spot, 8, 8)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(spot + QPointF(4 * dx, 4 * dy), spot + QPointF(13 * dx, 13 * dy))
        if self._dragging and self.current_card is not None:
            self._paint_card(painter, spot, self.current_card)

    def _paint_card(self, painter: QPainter, spot: QPointF, card: Card) -> None:
        """Beside a spot, on the side where there is room."""
        line = painter.fontMetrics().height()
        wide = max(_CARD, painter.fontMetrics().horizontalAdvance(card.words)) + 2 * HALF
        high = _CARD + line + 2 * HALF + 2
        left = spot.x() + 16 if spot.x() + 16 + wide < self.width() else spot.x() - 16 - wide
        top = min(max(spot.y() - high / 2, 2.0), max(2.0, self.height() - high - 2))
        frame, colours = QRectF(left, top, wide, high), theme().colours
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(frame, 6, 6)
        cell = QRectF(frame.center().x() - _CARD / 2, top + HALF, _CARD, _CARD)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(fitted(card.image, cell), card.image)
        painter.setPen(QColor(colours.text))
        below = QRectF(left, cell.bottom() + 2, wide, line)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), card.words)

    # --- pointer and keyboard ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragging = True
            meant = self.point_at(event.position())
            place = self.place_at(event.position()) if meant is None else self.places[meant]
            self._pick(place, meant)
        elif event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self._grabbed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            moved = event.position() - self._grabbed
            self._grabbed = event.position()
            self.pan(moved.x(), moved.y())
        elif self._dragging:
            self._pick(self.place_at(event.position()), None)
        else:
            self._point_at(self.point_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        self._grabbed = None
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        meant = self.point_at(event.position())
        if meant is not None and event.button() is Qt.MouseButton.LeftButton:
            self.opened.emit(meant)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(_ZOOM ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def leaveEvent(self, _: object) -> None:
        self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        if key in moves:
            right, up = moves[key]
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.pan(-40 * right, 40 * up)
            else:
                fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                start = self._centre if self.current is None else self.current
                step = (1 if fine else _STEP) / self._scale
                self._pick(start + step * np.array([right, up], float), None)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _ZOOM)
        elif key == Qt.Key.Key_F and not event.modifiers():
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.shown.any():
            seen = np.flatnonzero(self.shown)
            start = self._centre if self.current is None else self.current
            meant = int(seen[np.square(self.places[seen] - start).sum(axis=1).argmin()])
            self._pick(self.places[meant], meant)
        else:
            event.ignore()

    def _pick(self, place: NDArray[np.float64], meant: int | None) -> None:
        self._point_at(meant)
        self.current = np.asarray(place, np.float64)
        self.update()
        self.picked.emit(self.current, meant)

    def _point_at(self, which: int | None) -> None:
        if which != self._hovered:
            self._hovered = which
            words = "" if which is None or self.card_of is None else self.card_of(which).words
            self.setAccessibleDescription(words)
            self.update()
            self.hovered.emit(which)
