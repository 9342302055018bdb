"""The tree of takes as thumbnails: seeds are roots, interventions branch off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem

__all__ = ["Listed", "TakesTree"]

_THUMBNAIL = 40
_ROLE = Qt.ItemDataRole.UserRole


class Listed(Protocol):
    """A take as the tree shows it."""

    @property
    def number(self) -> int:
        """1, 2, 3 … as they came."""

    @property
    def parent(self) -> Listed | None:
        """The take that it branched off, which is listed before it."""

    @property
    def words(self) -> str:
        """What tells it from the others."""

    @property
    def told(self) -> str:
        """All that is to be known about it."""

    def sheet(self) -> NDArray[np.uint8]:
        """(height, width, 1 or 3), 0 … 255: its images."""


class TakesTree(QTreeWidget):
    """Click or move with the arrow keys to revisit a take; Delete forgets it.

    Attributes:
        chosen: the person went to a take.
        deleted: the person wants a take forgotten.
    """

    chosen = Signal(object)
    deleted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Takes")
        self.setToolTip("Every seed and every intervention; Delete forgets one with its branches")
        self.setHeaderHidden(True)
        self.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self.setIndentation(12)
        self.setItemsExpandable(False)
        self.setRootIsDecorated(False)
        self.setFixedWidth(144)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._items: dict[int, QTreeWidgetItem] = {}
        self.currentItemChanged.connect(self._moved)

    def show_takes(self, takes: Iterable[Listed], current: Listed | None) -> None:
        """Show a forest; thumbnails that are there already stay."""
        self.blockSignals(True)
        # By the take itself: takes of different models share their numbers.
        icons = {item.data(0, _ROLE): item.icon(0) for item in self._items.values()}
        self.clear()
        self._items = {}
        for take in takes:
            parent = self if take.parent is None else self._items[take.parent.number]
            item = QTreeWidgetItem(parent, [take.words])
            item.setData(0, _ROLE, take)
            item.setSizeHint(0, QSize(0, _THUMBNAIL + 8))
            item.setToolTip(0, take.told)
            item.setIcon(0, icons.get(take, QIcon()))
            item.setExpanded(True)
            self._items[take.number] = item
            if take not in icons:
                self.draw_thumbnail(take)
        self.expandAll()
        self.blockSignals(False)
        self.set_current(current)

    def set_current(self, take: Listed | None) -> None:
        """Highlight a take without telling anybody."""
        self.blockSignals(True)
        item = None if take is None else self._items.get(take.number)
        if item is None:
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentItem(item)
            self.scrollToItem(item)
        self.blockSignals(False)
        self.viewport().update()

    def draw_thumbnail(self, take: Listed) -> None:
        """Draw a take as far as it is recorded."""
        item = self._items.get(take.number)
        if item is None:
            return
        page = take.sheet()
        if page.shape[-1] == 1:
            page = page.repeat(3, axis=2)
        tall, wide, _ = page.shape
        image = QImage(page.tobytes(), wide, tall, wide * 3, QImage.Format.Format_RGB888)
        side = max(1, _THUMBNAIL // max(tall, wide)) * max(tall, wide)
        if max(tall, wide) > _THUMBNAIL:
            side = _THUMBNAIL
        smooth = side < max(tall, wide)
        mode = (
            Qt.TransformationMode.SmoothTransformation
            if smooth
            else Qt.TransformationMode.FastTransformation
        )
        pixmap = QPixmap.fromImage(
            image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode)
        )
        icon = QIcon(pixmap)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)  # the chosen one keeps its own colours
        item.setIcon(0, icon)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and item is not None:
            self.deleted.emit(item.data(0, _ROLE))
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _moved(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(0, _ROLE))
