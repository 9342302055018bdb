"""What a conditional looks at, painted over the canvas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from genstudio.ui.recording.field import FieldOfView
from genstudio.ui.theme import theme
from genstudio.ui.widgets.canvas import Pixel, PixelCanvas

__all__ = ["FieldPaint"]


class FieldPaint(QWidget):
    """Lies on a canvas and lets the pointer through; moves with its zoom, as it is repainted."""

    def __init__(self, canvas: PixelCanvas) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._canvas = canvas
        self._field: FieldOfView | None = None
        self._image = 0
        self._used = QImage()
        self._blind = self._beyond = self._outline = QPainterPath()
        canvas.installEventFilter(self)
        canvas.zoom_changed.connect(self.update)
        theme().changed.connect(self.update)
        self.hide()

    @property
    def field(self) -> FieldOfView | None:
        """What is shown."""
        return self._field

    def show_field(self, field: FieldOfView | None, image: int = 0, layer: int = -1) -> None:
        """Show a layer's field on one of the canvas's images; None shows nothing."""
        if field is not None:
            height, width = field.permitted.shape
            page = np.ascontiguousarray(field.colours(layer))
            form = QImage.Format.Format_ARGB32
            self._used = QImage(page.data, width, height, 4 * width, form).copy()
            if field is not self._field:
                self._blind, self._beyond = _cells(field.blind), _cells(field.beyond)
                self._outline = _border(field.permitted)
        self._field, self._image = field, image
        self.setGeometry(self._canvas.rect())
        self.setVisible(field is not None)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self.setGeometry(self._canvas.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, _: QPaintEvent) -> None:
        field = self._field
        if field is None or self._image >= self._canvas.count:
            return
        first = self._canvas.rect_of(Pixel(self._image, 0, 0))
        height, width = field.permitted.shape
        colours = theme().colours
        painter = QPainter(self)
        painter.translate(first.topLeft())
        painter.scale(first.width(), first.height())
        washed = QColor(colours.ground)
        washed.setAlpha(150)
        painter.fillPath(self._beyond, washed)
        painter.drawImage(QRectF(0, 0, width, height), self._used)
        tint = QColor(colours.warn)
        tint.setAlpha(90)
        painter.fillPath(self._blind, tint)
        hatch = QBrush(QColor(colours.warn), Qt.BrushStyle.BDiagPattern)
        hatch.setTransform(painter.transform().inverted()[0])  # lines as wide as a screen pixel
        painter.fillPath(self._blind, hatch)
        row, column = field.place
        place = QPainterPath()
        place.addRect(column, row, 1, 1)
        for path, inner in ((self._outline, colours.accent), (place, colours.text)):
            for colour, thick in ((QColor(colours.surface), 4.0), (QColor(inner), 2.0)):
                pen = QPen(colour, thick, j=Qt.PenJoinStyle.MiterJoin)
                pen.setCosmetic(True)
                painter.strokePath(path, pen)


def _cells(which: NDArray[np.bool_]) -> QPainterPath:
    """The pixels as squares of side 1."""
    path = QPainterPath()
    for row, column in np.argwhere(which):
        path.addRect(float(column), float(row), 1.0, 1.0)
    return path


def _border(which: NDArray[np.bool_]) -> QPainterPath:
    """Where the region ends, as lines."""
    path = QPainterPath()
    padded = np.pad(which, 1)
    for row, column in np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1]):
        path.moveTo(float(column), float(row))
        path.lineTo(float(column + 1), float(row))
    for row, column in np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1]):
        path.moveTo(float(column), float(row))
        path.lineTo(float(column), float(row + 1))
    return path
