"""Numbers that change sixty times a second, and the scale of a colour map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from genstudio.ui.recording.trace_colours import Scale
from genstudio.ui.theme import theme

__all__ = ["Facts", "ScaleBar"]

_ROW = 20
_BAR = 72


class Facts(QWidget):
    """Rows of a name and a value; changing them does not lay out anything anew."""

    def __init__(self, name: str, rows: int) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._most = rows
        self._rows: tuple[tuple[str, str], ...] = ()
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, self._most * _ROW)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """What is shown."""
        return self._rows

    def show_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Show (name, value) pairs."""
        if rows != self._rows:
            self._rows = rows
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.fillRect(self.rect(), QColor(colours.ground))
        for index, (name, value) in enumerate(self._rows):
            row = QRectF(0, index * _ROW, self.width(), _ROW)
            painter.setPen(QColor(colours.secondary))
            painter.drawText(row, int(Qt.AlignmentFlag.AlignVCenter), name)
            painter.setPen(QColor(colours.text))
            painter.drawText(
                row, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), value
            )


class ScaleBar(QWidget):
    """What the colours of an overlay mean."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Colour scale")
        self.setFixedHeight(18)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._scale: Scale | None = None
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        if self._scale is None:
            return QSize(0, 18)
        return QSize(
            _BAR + 16 + self.fontMetrics().horizontalAdvance("".join(self._words())) + 16, 18
        )

    def show_scale(self, scale: Scale | None) -> None:
        """Show a scale, or nothing."""
        self._scale = scale
        self.setAccessibleDescription(" ".join(self._words()))
        self.updateGeometry()
        self.update()

    def _words(self) -> tuple[str, str]:
        if self._scale is None:
            return "", ""
        low, high = f"{self._scale.low:g}".replace("-", "−"), f"{self._scale.high:g}"
        more = "≥ " if self._scale.open_ended else ""
        sign = "+" if self._scale.low < 0 else ""
        return low, f"{more}{sign}{high} {self._scale.unit}"

    def paintEvent(self, _: QPaintEvent) -> None:
        if self._scale is None:
            return
        painter = QPainter(self)
        low, high = self._words()
        painter.setPen(QColor(theme().colours.secondary))
        metrics = painter.fontMetrics()
        left = metrics.horizontalAdvance(low) + 6
        row = np.ascontiguousarray(self._scale.colours.reshape(1, -1))
        image = QImage(row.data, 256, 1, 1024, QImage.Format.Format_RGB32)
        painter.drawText(QRectF(0, 0, left, 18), int(Qt.AlignmentFlag.AlignVCenter), low)
        painter.drawImage(QRectF(left, 4, _BAR, 10), image, QRectF(0, 0, 256, 1))
        painter.drawText(
            QRectF(left + _BAR + 6, 0, self.width() - left - _BAR - 6, 18),
            int(Qt.AlignmentFlag.AlignVCenter),
            high,
        )
