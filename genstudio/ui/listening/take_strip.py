"""The takes side by side: each its waveform, what it is, and how it was made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from genstudio.ui.listening.takes import SoundTake, SoundTakes
from genstudio.ui.theme import theme

__all__ = ["TakeStrip"]

_ROLE = Qt.ItemDataRole.UserRole
_WIDTH, _HEIGHT, _WAVE = 192, 76, 24
_FULL = 32768


def envelope(samples: NDArray[np.int16], width: int) -> NDArray[np.int16]:
    """The lowest and highest sample of each of `width` equal parts: (2, width)."""
    if not len(samples):
        return np.zeros((2, width), np.int16)
    starts = np.arange(width) * len(samples) // width
    return np.stack([np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)])


class _Painter(QStyledItemDelegate):
    """Paints one take."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(_WIDTH, _HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        take, mark = index.data(_ROLE), index.data(_ROLE + 1)
        colours = theme().colours
        box: QRect = option.rect.adjusted(2, 2, -2, -2)
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.accent if chosen else colours.hairline))
        painter.setBrush(QColor(colours.selection if chosen else colours.surface))
        painter.drawRoundedRect(box, 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        inside = box.adjusted(8, 4, -8, -4)
        self._wave(painter, take, QRect(inside.x(), inside.y(), inside.width(), _WAVE))
        self._words(painter, take, mark, inside.adjusted(0, _WAVE + 2, 0, 0))
        painter.restore()

    def _wave(self, painter: QPainter, take: SoundTake, where: QRect) -> None:
        low, high = envelope(take.samples, where.width())
        full = max(1, int(max(-int(low.min()), int(high.max()))))
        middle, half = where.y() + where.height() / 2, where.height() / 2
        given = take.seam * where.width() // max(1, take.length) if take.origin else 0
        plain, drawn = QColor(theme().colours.secondary), QColor(theme().colours.accent)
        for x in range(where.width()):
            painter.setPen(plain if x < given or take.source else drawn)
            top = round(middle - half * int(high[x]) / full)
            bottom = round(middle - half * int(low[x]) / full)
            painter.drawLine(QPoint(where.x() + x, top), QPoint(where.x() + x, bottom))

    def _words(self, painter: QPainter, take: SoundTake, mark: str, where: QRect) -> None:
        colours, metrics = theme().colours, painter.fontMetrics()
        line = metrics.height()
        head = QRect(where.x(), where.y(), where.width(), line)
        painter.setPen(QColor(colours.text))
        corner = mark or f"#{take.number}"
        painter.setPen(QColor(colours.accent if mark else colours.secondary))
        painter.drawText(head, int(Qt.AlignmentFlag.AlignRight), corner)
        head.setWidth(head.width() - metrics.horizontalAdvance(corner) - 8)
        painter.setPen(QColor(colours.text))
        elided = metrics.elidedText(take.words, Qt.TextElideMode.ElideMiddle, head.width())
        painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft), elided)
        small = painter.font()
        small.setPixelSize(theme().text_size - 2)
        painter.setFont(small)
        painter.setPen(QColor(colours.secondary))
        for row, words in enumerate((take.details, take.verdict), 1):
            below = QRect(where.x(), where.y() + row * line, where.width(), line)
            fitting = painter.fontMetrics().elidedText(
                words, Qt.TextElideMode.ElideRight, below.width()
            )
            painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft), fitting)


class TakeStrip(QListWidget):
    """Click or move with the arrow keys to go to a take; Delete forgets it.

    Attributes:
        chosen: the person went to a `SoundTake`.
        deleted: the person wants a `SoundTake` forgotten.
        compared: the person wants a `SoundTake` compared with the current one.
    """

    chosen = Signal(object)
    deleted = Signal(object)
    compared = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Takes")
        self.setToolTip(
            "Every sound that was drawn or opened; Delete forgets one, a right click compares it"
        )
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setItemDelegate(_Painter(self))
        self.setFixedHeight(_HEIGHT + 12)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setStyleSheet("TakeStrip { background: transparent; }")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.currentItemChanged.connect(self._moved)
        theme().changed.connect(self.viewport().update)

    def show_takes(
        self, takes: SoundTakes, current: SoundTake | None, marks: dict[SoundTake, str]
    ) -> None:
        """Show them, newest last, with a letter on those that are compared."""
        self.blockSignals(True)
        self.clear()
        for take in takes:
            item = QListWidgetItem()
            item.setData(_ROLE, take)
            item.setData(_ROLE + 1, marks.get(take, ""))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{take.words}, {take.details}")
            item.setToolTip(f"{take.words}\n{take.details}")
            self.addItem(item)
            if take is current:
                self.setCurrentItem(item)
        self.blockSignals(False)
        self.setVisible(self.count() > 0)
        if (item := self.currentItem()) is not None:
            self.scrollToItem(item)

    def refresh(self) -> None:
        """Paint a take that has grown."""
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and item is not None:
            self.deleted.emit(item.data(_ROLE))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.RightButton:  # which asks about a take, and stays
            super().mousePressEvent(event)

    def _moved(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(_ROLE))

    def _menu(self, at: QPoint) -> None:
        item = self.itemAt(at)
        if item is None:
            return
        take = item.data(_ROLE)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Compare with the take that is shown (A/B)").triggered.connect(
            lambda: self.compared.emit(take)
        )
        menu.addAction("Forget").triggered.connect(lambda: self.deleted.emit(take))
        menu.popup(self.viewport().mapToGlobal(at))
