"""How many images there are of each class: a bar each, and a click shows that class alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from genstudio.core.spaces import Label
from genstudio.ui.theme import CLASS_COLOURS, HALF, theme

__all__ = ["ClassBars", "lowest_row"]

_HIGHEST, _THICKEST = 44, 24  # of a row and of a bar, pixels
_LONGEST_NAME = 120


def lowest_row() -> int:
    """Pixels that a row needs, at the size that text has."""
    return theme().text_size + 2


class ClassBars(QWidget):
    """One row for each class of a label: its name, a bar in its colour, its count.

    Attributes:
        chosen: the person chose a class (int), or let go of it (None).
        cursor_moved: the keyboard moved on to a class.
    """

    chosen = Signal(object)
    cursor_moved = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.label = Label(name="class", classes=("",))
        self.counts = np.zeros(0, np.int64)
        self.selected: int | None = None
        self._cursor: int | None = None
        theme().changed.connect(self._take_text_size)
        self.show_counts(self.label, self.counts)

    def show_counts(self, label: Label, counts: NDArray[np.int64]) -> None:
        """Show the counts (classes,) of a label; no class is selected."""
        self.label, self.counts = label, counts
        self.selected = self._cursor = None
        self.setAccessibleName(f"Images of each {label.name}")
        self._take_text_size()

    def select(self, which: int | None) -> None:
        """Select a class, or none, without telling anybody."""
        self.selected = which
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, 22 * max(1, len(self.counts)))

    def words_of(self, which: int) -> str:
        """A class's count and share, in words."""
        count, total = int(self.counts[which]), max(1, int(self.counts.sum()))
        hint = "click to show all again" if which == self.selected else "click to see these alone"
        return (
            f"{self.label.name.capitalize()} {self.label.classes[which]}: {count:,} images, "
            f"{100 * count / total:.1f} %; {hint}"
        )

    # --- geometry ---

    def _take_text_size(self) -> None:
        self.setMinimumHeight(lowest_row() * max(1, len(self.counts)))
        self.update()

    def row_rect(self, which: int) -> QRectF:
        """The row of a class."""
        height = min(_HIGHEST, self.height() / max(1, len(self.counts)))
        return QRectF(0, which * height, self.width(), height)

    def _row_at(self, point: QPointF) -> int | None:
        for which in range(len(self.counts)):
            if self.row_rect(which).contains(point):
                return which
        return None

    # --- painting ---

    @override
    def paintEvent(self, _: QPaintEvent) -> None:
        if not len(self.counts):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(font)
        metrics = painter.fontMetrics()
        names = [metrics.horizontalAdvance(name) for name in self.label.classes]
        name_width = min(_LONGEST_NAME, max(names)) + HALF
        count_width = metrics.horizontalAdvance(f"{int(self.counts.max()):,}") + HALF
        for which in range(len(self.counts)):
            self._paint_row(painter, which, name_width, count_width)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(theme().colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_row(
        self, painter: QPainter, which: int, name_width: float, count_width: float
    ) -> None:
        colours, row = theme().colours, self.row_rect(which)
        if which in (self.selected, self._cursor):
            ground = colours.selection if which == self.selected else colours.raised
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(row, 4, 4)
        inner = row.adjusted(HALF / 2, 0, -HALF / 2, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colours.text))
        name = painter.fontMetrics().elidedText(
            self.label.classes[which], Qt.TextElideMode.ElideRight, int(name_width)
        )
        painter.drawText(
            QRectF(inner.left(), row.top(), name_width, row.height()),
            int(middle | Qt.AlignmentFlag.AlignLeft),
            name,
        )
        painter.setPen(QColor(colours.secondary))
        painter.drawText(
            inner, int(middle | Qt.AlignmentFlag.AlignRight), f"{self.counts[which]:,}"
        )
        most = max(1, int(self.counts.max()))
        room = inner.width() - name_width - count_width
        tall = min(_THICKEST, row.height() - 4)
        bar = QRectF(
            inner.left() + name_width,
            row.center().y() - tall / 2,
            max(0.0, room * int(self.counts[which]) / most),
            tall,
        )
        shade = QColor(CLASS_COLOURS[which % len(CLASS_COLOURS)])
        if self.selected not in (None, which):
            shade.setAlphaF(0.35)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(bar, 2, 2)

    # --- pointer and keyboard ---

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        which = self._row_at(event.position())
        self._point_at(which)
        if which is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.words_of(which), self)

    @override
    def leaveEvent(self, _: object) -> None:
        self._point_at(None)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        which = self._row_at(event.position())
        if which is not None and event.button() is Qt.MouseButton.LeftButton:
            self._toggle(which)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key)
        if by is not None and len(self.counts):
            start = self.selected if self._cursor is None else self._cursor
            moved = 0 if start is None else min(max(start + by, 0), len(self.counts) - 1)
            self._point_at(moved)
            self.cursor_moved.emit(moved)
        elif (
            key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
            and self._cursor is not None
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._toggle(self._cursor)
        elif key == Qt.Key.Key_Escape and self.selected is not None:
            self._toggle(self.selected)
        else:
            event.ignore()

    def _point_at(self, which: int | None) -> None:
        if which != self._cursor:
            self._cursor = which
            self.setAccessibleDescription("" if which is None else self.words_of(which))
            self.update()

    def _toggle(self, which: int) -> None:
        self.select(None if which == self.selected else which)
        self.chosen.emit(self.selected)
