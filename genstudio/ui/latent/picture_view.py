"""One picture as large as whole-number zoom allows, with a line of words above it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from genstudio.ui.latent.painting import picture, small_font
from genstudio.ui.theme import theme

__all__ = ["PictureView"]

_WORDS = 18  # pixels above the picture


class PictureView(QWidget):
    """Paints (H, W, C) in symbol units, whole or not; square pixels, never interpolated.

    Args:
        words: above the picture.
        name: for screen readers.
        least: pixels of the side that it needs.
    """

    def __init__(self, words: str, name: str, least: int) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._words = words
        self._least = least
        self.image = QImage()
        self.setMinimumSize(least, least + _WORDS)
        theme().changed.connect(self.update)

    def show_image(self, image: NDArray[np.floating | np.integer] | None, levels: int = 2) -> None:
        """Show a picture, or none."""
        self.image = QImage() if image is None else picture(image, levels)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._least, self._least + _WORDS)

    def picture_rect(self) -> QRect:
        """Where the picture is; empty without one."""
        if self.image.isNull():
            return QRect()
        ratio = self.devicePixelRatioF()
        wide, high = self.width() * ratio, (self.height() - _WORDS) * ratio
        zoom = max(1, int(min(wide / self.image.width(), high / self.image.height()))) / ratio
        size = QSize(round(self.image.width() * zoom), round(self.image.height() * zoom))
        left = (self.width() - size.width()) // 2
        return QRect(left, _WORDS, size.width(), size.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        where = self.picture_rect()
        if self.image.isNull():
            side = min(self.width(), self.height() - _WORDS) - 1
            where = QRect((self.width() - side) // 2, _WORDS, side, side)
            painter.setPen(QPen(QColor(colours.hairline), 1))
            painter.drawRect(where)
        else:
            painter.drawImage(where, self.image)
        painter.setFont(small_font(self))
        painter.setPen(QColor(colours.secondary))
        words = QRect(where.left(), 0, max(where.width(), self._least), _WORDS - 3)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        elided = painter.fontMetrics().elidedText(
            self._words, Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, int(flags), elided)
