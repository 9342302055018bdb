"""Rows of pictures with words above each: square pixels, whole-number zoom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.core.spaces import Grid
from genstudio.ui.latent.painting import picture
from genstudio.ui.theme import HALF, theme

__all__ = ["Sheet", "SheetRow"]

_LARGEST = 96  # pixels of a picture
_GAP = 4


@dataclass(frozen=True, eq=False)
class SheetRow:
    """One row.

    Attributes:
        title: in words; empty for none.
        images: (n, *S) in symbol units; None while they are awaited.
        note: what stands there in place of pictures.
    """

    title: str
    images: NDArray[np.floating | np.integer] | None
    note: str = ""


class Sheet(QWidget):
    """As many columns as are asked for, on as many lines as they need.

    Args:
        name: for screen readers.
        count: pictures in a row.
        lines: of a row, below each other.
    """

    def __init__(self, name: str, count: int, lines: int = 1) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.count, self.lines = count, lines
        self._space: Grid | None = None
        self._rows: tuple[SheetRow, ...] = ()
        theme().changed.connect(self._resized)

    def show_rows(self, space: Grid | None, rows: Sequence[SheetRow]) -> None:
        """Show these, from above."""
        self._space, self._rows = space, tuple(rows)
        titles = [row.title for row in rows if row.title]
        self.setAccessibleDescription(", ".join(titles))
        self._resized()
        self.update()

    @property
    def rows(self) -> tuple[SheetRow, ...]:
        """What is shown."""
        return self._rows

    @property
    def columns(self) -> int:
        """Pictures side by side."""
        return -(-self.count // self.lines)

    def sizeHint(self) -> QSize:
        return QSize(360, self.minimumHeight())

    def side(self) -> tuple[int, int]:
        """Width and height of a picture on the screen, logical pixels."""
        if self._space is None:
            return 0, 0
        ratio = self.devicePixelRatioF()
        room = (self.width() - (self.columns - 1) * _GAP) * ratio / self.columns
        most = _LARGEST * ratio
        zoom = max(1, int(min(room / self._space.width, most / self._space.height)))
        return round(zoom * self._space.width / ratio), round(zoom * self._space.height / ratio)

    def _resized(self) -> None:
        _, high = self.side()
        tall = 0
        for row in self._rows:
            tall += self._title_height(row) + self.lines * (high + _GAP) - _GAP + HALF
        self.setMinimumHeight(max(0, tall - HALF))
        self.updateGeometry()

    def _title_height(self, row: SheetRow) -> int:
        return self.fontMetrics().height() + 4 if row.title else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized()

    def paintEvent(self, _: QPaintEvent) -> None:
        if self._space is None:
            return
        painter, colours = QPainter(self), theme().colours
        wide, high = self.side()
        top = 0.0
        for row in self._rows:
            if row.title:
                painter.setPen(QColor(colours.secondary))
                words = QRectF(0, top, self.width(), self._title_height(row))
                elided = painter.fontMetrics().elidedText(
                    row.title, Qt.TextElideMode.ElideRight, self.width()
                )
                painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), elided)
                top += self._title_height(row)
            for index in range(self.count):
                line, column = divmod(index, self.columns)
                cell = QRectF(column * (wide + _GAP), top + line * (high + _GAP), wide, high)
                if row.images is not None and index < len(row.images):
                    painter.drawImage(cell, picture(row.images[index], self._space.levels))
                elif not row.note:
                    painter.fillRect(cell, QColor(colours.raised))
            tall = self.lines * (high + _GAP) - _GAP
            if row.note:
                painter.setPen(QColor(colours.bad))
                flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(QRectF(0, top, self.width(), tall), flags, row.note)
            top += tall + HALF
