"""What may come next: p(xₜ | past) over the levels as a column beside the axis of amplitudes."""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from genstudio.data.companding import expanded
from genstudio.ui.theme import theme
from genstudio.ui.widgets.bars import Conditional

__all__ = ["NextSampleColumn", "Placement", "borders"]

_LINK, _STRIP, _WORDS = 22, 10, 60  # widths right of the bars, pixels
_LINE = 15  # height of a line of words
_MARK = 5  # half the height of a mark
_PAGE = 16  # levels that Page Up and Page Down pass


class Placement(StrEnum):
    """Where the levels are along the column."""

    AMPLITUDE = "amplitude"
    EVEN = "even"


def borders(levels: int, placement: Placement) -> NDArray[np.float64]:
    """(K + 1,) ends of the levels' shares of the axis −1 … 1, from the lowest.

    By amplitude, level k has what is quantised to it: its ends are halfway between its neighbours
    and itself where µ-law counts evenly.
    """
    if placement is Placement.EVEN:
        return np.linspace(-1.0, 1.0, levels + 1)
    mu = levels - 1
    value = np.clip((np.arange(levels + 1) - 0.5) * (2 / mu) - 1, -1.0, 1.0)
    ends = np.asarray(np.sign(value) * np.expm1(np.abs(value) * np.log1p(mu)) / mu)
    ends[[0, -1]] = -1.0, 1.0
    return ends


class NextSampleColumn(QWidget):
    """Bars from the left, loud above and loud below, silence in the middle, as in a waveform.

    By amplitude the bars are the density of what comes next, since quiet levels are closer to each
    other than a pixel; evenly they are its probabilities. Right of them [0, 1) is shared out among
    the levels from below, and the uniform's mark stands in the share of the level that it picked.

    The pointer reads a level, and so do the arrow keys, Page Up and Down, Home and End.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("What may come next")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_LINK + _STRIP + _WORDS + 60, 80)
        self.placement = Placement.AMPLITUDE
        self._shown: Conditional | None = None
        self._step: int | None = None
        self._cursor: int | None = None
        self._borders = borders(2, self.placement)
        theme().changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(220, 240)

    @property
    def shown(self) -> Conditional | None:
        """What is shown."""
        return self._shown

    @property
    def cursor_level(self) -> int | None:
        """The level that is read."""
        return self._cursor

    def show_conditional(self, conditional: Conditional | None, step: int | None = None) -> None:
        """Show the conditional (K,) of a sample, and which one it is; or nothing."""
        before = 0 if self._shown is None else self._shown.model.size
        self._shown, self._step = conditional, step
        if conditional is None:
            self._point_at(None)
        elif conditional.model.size != before:
            self._borders = borders(conditional.model.size, self.placement)
            self._point_at(None)
        elif self._cursor is not None:
            self.setAccessibleDescription(self.words_of(self._cursor))
        self.update()

    def set_placement(self, placement: Placement) -> None:
        """Choose where the levels are."""
        self.placement = placement
        if self._shown is not None:
            self._borders = borders(self._shown.model.size, placement)
        self.update()

    # --- geometry ---

    @property
    def _room(self) -> float:
        """How long the longest bar is."""
        return float(self.width() - _LINK - _STRIP - _WORDS)

    def y_of(self, place: float) -> float:
        """Where a place on the axis −1 … 1 is, in pixels from the top."""
        return self.height() * (1 - place) / 2

    def level_rect(self, level: int) -> QRectF:
        """A level's share of the column."""
        low, high = self.y_of(self._borders[level]), self.y_of(self._borders[level + 1])
        return QRectF(0, high, self._room, low - high)

    def level_at(self, y: float) -> int | None:
        """The level at a height, or None where nothing is shown."""
        if self._shown is None:
            return None
        place = 1 - 2 * y / self.height()
        index = int(np.searchsorted(self._borders, place, side="right")) - 1
        return min(max(0, index), self._shown.model.size - 1)

    def row_masses(self, p: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        """Probability (rows,) in each of so many equal rows from the top; of all together 1."""
        sums = np.concatenate([[0.0], np.cumsum(p)])
        edges = np.linspace(-1.0, 1.0, rows + 1)
        return np.asarray(np.diff(np.interp(edges, self._borders, sums))[::-1])

    # --- in words ---

    def words_of(self, level: int) -> str:
        """What is to be read at a level."""
        shown = self._shown
        if shown is None:
            return ""
        levels = shown.model.size
        amplitude = float(expanded(np.array([level], np.uint8), levels)[0])
        model, drawn = float(shown.model[level]), float(shown.drawn_from[level])
        said = (
            f"Level {level} of 0 to {levels - 1}, amplitude {_signed(amplitude)}: p = {model:.4f}"
        )
        if abs(model - drawn) > 1e-4:
            said += f", drawn with {drawn:.4f}"
        if level == shown.symbol:
            said += ", given" if shown.given else f", drawn by u = {shown.uniform:.3f}"
        first, last = self._beside(level)
        if last > first:
            together = float(shown.drawn_from[first : last + 1].sum())
            said += f". Levels {first} to {last} share this pixel: {together:.4f} together"
        return said + "."

    def _beside(self, level: int) -> tuple[int, int]:
        """First and last of the levels that are in the same row of pixels as a level."""
        middle = (self._borders[:-1] + self._borders[1:]) / 2
        rows = np.floor(self.height() * (1 - middle) / 2)
        same = np.flatnonzero(rows == rows[level])
        return int(same[0]), int(same[-1])

    # --- painting ---

    @override
    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        small = QFont(self.font())
        small.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(small)
        painter.fillRect(self.rect(), QColor(colours.surface))
        if self._shown is None:
            painter.setPen(QColor(colours.secondary))
            how = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), int(how), "What may come next appears as samples do")
        else:
            self._paint_axis(painter)
            self._paint_bars(painter, self._shown)
            self._paint_shares(painter, self._shown)
            self._paint_words(painter, self._shown)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_axis(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(theme().colours.hairline), 1))
        for place in (-0.5, 0.0, 0.5):
            y = math.floor(self.y_of(place)) + 0.5
            painter.drawLine(QPointF(0, y), QPointF(self._room, y))

    def _paint_bars(self, painter: QPainter, shown: Conditional) -> None:
        colours = theme().colours
        ratio = self.devicePixelRatioF()
        rows, wide = math.ceil(self.height() * ratio), max(1, round(self._room * ratio))
        masses = self.row_masses(shown.drawn_from, rows)
        changed = not np.allclose(shown.model, shown.drawn_from, atol=1e-4)
        model = self.row_masses(shown.model, rows) if changed else masses
        most = max(float(masses.max()), float(model.max()))
        lengths = np.round(masses / most * wide)
        page = np.zeros((rows, wide), np.uint32)
        page[np.arange(wide) < lengths[:, None]] = QColor(colours.control).rgba()
        if self._cursor is not None:
            middle = float(self._borders[self._cursor : self._cursor + 2].mean())
            row = min(rows - 1, int(self.y_of(middle) * ratio))
            band = self.level_rect(self._cursor)
            first, behind = int(band.top() * ratio), math.ceil(band.bottom() * ratio)
            part = page[min(first, row) : max(behind, row + 1)]
            part[part == 0] = QColor(colours.selection).rgba()
        image = QImage(page.data, wide, rows, 4 * wide, QImage.Format.Format_ARGB32)
        painter.drawImage(QRectF(0, 0, wide / ratio, rows / ratio), image)
        self._paint_drawn(painter, shown)
        if changed:
            ghost = np.minimum(model / most * self._room, self._room - 1)
            painter.setPen(QPen(QColor(colours.secondary), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            seen = np.flatnonzero(ghost >= 0.5)
            ends = slice(max(0, int(seen[0]) - 1), int(seen[-1]) + 2)
            heights = (np.arange(rows) + 0.5) / ratio
            places = zip(ghost[ends].tolist(), heights[ends].tolist(), strict=True)
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in places]))

    def _paint_drawn(self, painter: QPainter, shown: Conditional) -> None:
        """The level that came of it: its share in the accent, and a line where that is narrow."""
        accent = QColor(theme().colours.accent)
        rect = self.level_rect(shown.symbol)
        line = max(1.5, rect.height())
        painter.fillRect(QRectF(0, rect.center().y() - line / 2, self._room, line), accent)

    def _paint_shares(self, painter: QPainter, shown: Conditional) -> None:
        """The cumulative scale, the uniform's mark on it, and the way from there to the level."""
        colours = theme().colours
        tall = float(self.height())
        left = self._room + _LINK
        sums = np.concatenate([[0.0], np.cumsum(shown.drawn_from)])
        sums /= sums[-1]
        rows = self.height()
        page = np.full((rows, 1), QColor(colours.raised).rgba(), np.uint32)
        page[np.minimum(rows - 1, (rows * (1 - sums[1:-1])).astype(np.int64))] = QColor(
            colours.control
        ).rgba()
        image = QImage(page.data, 1, rows, 4, QImage.Format.Format_ARGB32)
        painter.drawImage(QRectF(left, 0, _STRIP, tall), image)
        bottom, top = tall * (1 - sums[shown.symbol]), tall * (1 - sums[shown.symbol + 1])
        accent = QColor(colours.accent)
        painter.fillRect(QRectF(left, top, _STRIP, max(1.0, bottom - top)), accent)
        rect = self.level_rect(shown.symbol)
        shade = QColor(accent)
        shade.setAlpha(90)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent, 1))
        painter.setBrush(shade)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(self._room, rect.top()),
                    QPointF(left, top),
                    QPointF(left, bottom),
                    QPointF(self._room, rect.bottom()),
                ]
            )
        )
        at = tall * (1 - shown.uniform)
        tip = left + _STRIP + 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.secondary if shown.given else colours.text))
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(tip, at),
                    QPointF(tip + _MARK + 2, at - _MARK + 1),
                    QPointF(tip + _MARK + 2, at + _MARK - 1),
                ]
            )
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_words(self, painter: QPainter, shown: Conditional) -> None:
        colours = theme().colours
        middle = Qt.AlignmentFlag.AlignVCenter
        left = self._room + _LINK + _STRIP + _MARK + 6
        at = self.height() * (1 - shown.uniform)
        top = min(max(0.0, at - _LINE / 2), self.height() - _LINE)
        painter.setPen(QColor(colours.secondary if shown.given else colours.text))
        said = "given" if shown.given else f"u {shown.uniform:.3f}"
        painter.drawText(QRectF(left, top, _WORDS - _MARK - 6, _LINE), int(middle), said)
        painter.setPen(QColor(colours.secondary))
        for end, y in (("1", 0.0), ("0", float(self.height() - _LINE))):
            if abs(y - top) > _LINE:
                painter.drawText(QRectF(left, y, _WORDS, _LINE), int(middle), end)
        # Where the bars are not: at the other end than the likeliest level.
        likeliest = int(shown.drawn_from.argmax())
        below = 2 * likeliest >= shown.drawn_from.size
        first = self.height() - 2 * _LINE if below else 0
        which = "" if self._step is None else f"sample {self._step:,}"
        most = f"highest p {float(shown.drawn_from[likeliest]):.3f}"
        for line, words in enumerate((which, most)):
            where = QRectF(6, first + line * _LINE, self._room - 8, _LINE)
            self._paint_plate(painter, where, words)

    def _paint_plate(self, painter: QPainter, where: QRectF, words: str) -> None:
        """Words that can be read over bars."""
        plate = QColor(theme().colours.surface)
        plate.setAlpha(200)
        wide = min(where.width(), painter.fontMetrics().horizontalAdvance(words))
        painter.fillRect(QRectF(where.x() - 2, where.y() + 1, wide + 4, _LINE - 2), plate)
        painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), words)

    # --- reading ---

    def _point_at(self, level: int | None) -> None:
        if level != self._cursor:
            self._cursor = level
            self.setAccessibleDescription("" if level is None else self.words_of(level))
            self.update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.level_at(event.position().y()))
        QToolTip.showText(event.globalPosition().toPoint(), self.accessibleDescription(), self)

    @override
    def leaveEvent(self, _: object) -> None:
        self._point_at(None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        shown = self._shown
        key = Qt.Key(event.key())
        by = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: _PAGE,
            Qt.Key.Key_PageDown: -_PAGE,
        }.get(key)
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
        if shown is None or (by is None and key not in ends):
            event.ignore()
        elif by is None:
            self._point_at(ends[key] % shown.model.size)
        else:
            start = shown.symbol if self._cursor is None else self._cursor
            self._point_at(min(max(0, start + by), shown.model.size - 1))


def _signed(amplitude: float) -> str:
    return f"{amplitude:+.4f}".replace("-", "−")
