"""Runs below each other: what each draws from the same uniforms, and what surprises it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from genstudio.core.messages import Compared
from genstudio.core.pictures import to_8bit
from genstudio.core.spaces import Grid
from genstudio.ui.recording.trace_colours import Overlay, scale_of
from genstudio.ui.theme import HALF, theme

__all__ = ["ComparePictures", "PictureRow"]

_TITLE, _HEADING, _BETWEEN = 20, 24, 24  # pixels: a row's words, the page's, samples and surprise


@dataclass(frozen=True)
class PictureRow:
    """One run.

    Attributes:
        title: in words.
        colour: of its curves.
        compared: what it drew and scored, or None while that is awaited.
        note: what went wrong, in a sentence.
    """

    title: str
    colour: str
    compared: Compared | None
    note: str = ""


class ComparePictures(QWidget):
    """Square pixels, whole-number zoom; the same place is the same uniform, or the same pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Samples from the same uniforms, and surprise at the same image")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._space: Grid | None = None
        self._rows: list[PictureRow] = []
        self._count = 0
        theme().changed.connect(self.update)

    def show_rows(self, space: Grid | None, rows: Sequence[PictureRow], count: int) -> None:
        """Show these, with so many samples each."""
        self._space, self._rows, self._count = space, list(rows), count
        names = ", ".join(row.title for row in rows)
        self.setAccessibleDescription(f"From above: {names}" if names else "")
        self.setMinimumHeight(self.heightForWidth(self.width()))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(480, self.heightForWidth(480))

    @override
    def heightForWidth(self, width: int) -> int:
        return _HEADING + len(self._rows) * (_TITLE + self._side(width)[1] + HALF)

    @override
    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.heightForWidth(self.width()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._space is None:
            return
        colours = theme().colours
        wide, high = self._side(self.width())
        surprise_left = self._count * (wide + HALF) - HALF + _BETWEEN
        painter.setPen(QColor(colours.secondary))
        across = QRectF(0, 0, surprise_left - _BETWEEN, _HEADING)
        painter.drawText(across, Qt.AlignmentFlag.AlignLeft, "Samples from the same uniforms")
        across = QRectF(surprise_left, 0, self.width() - surprise_left, _HEADING)
        painter.drawText(across, Qt.AlignmentFlag.AlignLeft, "Image, surprise")
        top = float(_HEADING)
        for row in self._rows:
            painter.fillRect(QRectF(0, top + 4, 10, 10), QColor(row.colour))
            painter.setPen(QColor(colours.text))
            words = QRectF(16, top, self.width() - 16, _TITLE)
            elided = painter.fontMetrics().elidedText(
                row.title, Qt.TextElideMode.ElideRight, int(words.width())
            )
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft, elided)
            top += _TITLE
            images = self._images(row)
            places = [index * (wide + HALF) for index in range(self._count)]
            places += [surprise_left, surprise_left + wide + HALF]
            for index, left in enumerate(places):
                cell = QRectF(left, top, wide, high)
                if index < len(images):
                    painter.drawImage(cell, images[index])
                else:
                    painter.fillRect(cell, QColor(colours.raised))
            if row.note:
                painter.setPen(QColor(colours.bad))
                note = QRectF(HALF, top, self.width() - HALF, high)
                flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(note, flags, row.note)
            top += high + HALF

    def _side(self, width: int) -> tuple[int, int]:
        """Width and height of one image on the screen, logical pixels."""
        if self._space is None or not self._count:
            return 0, 0
        ratio = self.devicePixelRatioF()
        room = width - _BETWEEN - (self._count + 1) * HALF
        zoom = max(1, int(room * ratio / (self._count + 2) / self._space.width))
        zoom = min(zoom, max(1, int(160 * ratio / self._space.height)))
        return round(zoom * self._space.width / ratio), round(zoom * self._space.height / ratio)

    def _images(self, row: PictureRow) -> list[QImage]:
        """The samples, the image, its surprise."""
        if row.compared is None or self._space is None:
            return []
        levels = self._space.levels
        drawn = [_picture(image, levels) for image in row.compared.samples[: self._count]]
        shown = [*drawn, _picture(row.compared.image, levels)]
        if row.compared.surprise is None:
            return shown
        surprise = row.compared.surprise.mean(axis=2)  # over the channels of a pixel
        return [*shown, _map(surprise, levels)]


def _picture(image: NDArray[np.uint8], levels: int) -> QImage:
    """(H, W, C) symbols."""
    bright = np.ascontiguousarray(to_8bit(image, levels).repeat(3 // image.shape[2], axis=2))
    height, width, _ = bright.shape
    return QImage(bright.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _map(bits: NDArray[np.float64], levels: int) -> QImage:
    """(H, W) surprise, as the Generate panel colours it."""
    scale = scale_of(Overlay.SURPRISE, levels)
    assert scale is not None  # noqa: S101 - only the picture has none
    colours = np.ascontiguousarray(scale.coloured(bits))
    height, width = colours.shape
    return QImage(colours.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
