"""Examples of a dataset side by side, each symbol a square of whole screen pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from genstudio.core.pictures import to_8bit
from genstudio.core.spaces import Grid
from genstudio.ui.theme import CLASS_COLOURS, theme

__all__ = ["ExampleGrid"]

_GAP, _WIDEST_GAP, _STRIP = 4, 16, 3  # pixels between images, and of the class's strip below one
_SMALLEST, _LARGEST = 44, 320  # pixels: sides between which an image is shown where it can be


@dataclass(frozen=True)
class _Layout:
    """Where the images lie; all in device pixels.

    Attributes:
        zoom: device pixels per image pixel.
        columns: images side by side.
        shown: indices of the examples that there is room for.
        pitch: from one image to the next, right and down.
        corner: of the first image.
    """

    zoom: int
    columns: int
    shown: tuple[int, ...]
    pitch: QPoint
    corner: QPoint


class ExampleGrid(QWidget):
    """Images of one size, as large as whole-number zoom allows; a strip has the class's colour.

    Where not all of them fit at a size that can be seen, some are shown, evenly over all.

    Attributes:
        arranged: how many images are shown changed.
        chosen: the person clicked an example, or pressed Enter on it; its index.
    """

    arranged = Signal()
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Examples")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 120)
        self._space: Grid | None = None
        self._images: list[QImage] = []
        self._labels = np.empty((0, 0), np.int64)
        self._filter: tuple[int, int] | None = None
        self._layout: _Layout | None = None
        self._cursor: int | None = None  # a place in the layout
        theme().changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(480, 320)

    # --- what is shown ---

    def show_examples(
        self, space: Grid | None, images: NDArray[np.uint8], labels: NDArray[np.int64]
    ) -> None:
        """Show images (n, H, W, C) of a space and their labels (n, L); None shows nothing."""
        self._space = space
        self._images = [] if space is None else _pictures(images, space.levels)
        self._labels = labels
        self._filter = None
        self._rearrange()

    def filter_by(self, chosen: tuple[int, int] | None) -> None:
        """Show only images whose label has a class, (label, class); None shows all."""
        self._filter = chosen
        self._rearrange()

    @property
    def kept(self) -> list[int]:
        """Indices of the examples that the filter lets through."""
        if self._filter is None:
            return list(range(len(self._images)))
        label, which = self._filter
        return [int(index) for index in np.flatnonzero(self._labels[:, label] == which)]

    @property
    def shown(self) -> tuple[int, ...]:
        """Indices of the examples on the screen, in reading order."""
        layout = self._arrangement()
        return () if layout is None else layout.shown

    @property
    def zoom(self) -> int:
        """Device pixels per image pixel; 0 while nothing is shown."""
        layout = self._arrangement()
        return 0 if layout is None else layout.zoom

    def words_of(self, example: int) -> str:
        """An example's labels, in words."""
        if self._space is None:
            return ""
        said = [
            f"{label.name} {label.classes[self._labels[example, column]]}"
            for column, label in enumerate(self._space.labels)
        ]
        words = ", ".join(said) or f"example {example + 1}"
        return words[:1].upper() + words[1:]

    def rect_of(self, place: int) -> QRectF:
        """Where the image at a place of the layout is on the widget."""
        rect, ratio = self._device_rect(place), self.devicePixelRatioF()
        return QRectF(
            rect.x() / ratio, rect.y() / ratio, rect.width() / ratio, rect.height() / ratio
        )

    # --- layout ---

    def _rearrange(self) -> None:
        self._layout = self._cursor = None
        self.setAccessibleDescription("")
        self.update()
        self.arranged.emit()

    @override
    def resizeEvent(self, _: object) -> None:
        self._rearrange()

    def _arrangement(self) -> _Layout | None:
        kept = self.kept
        if self._layout is None and self._space is not None and kept:
            ratio = self.devicePixelRatioF()
            self._layout = _arranged(
                kept,
                QSize(int((self.width() - 2) * ratio), int((self.height() - 2) * ratio)),
                QSize(self._space.width, self._space.height),
                ratio,
                strip=bool(self._space.labels),
            )
        return self._layout

    def _device_rect(self, place: int) -> QRect:
        layout, space = self._arrangement(), self._space
        if layout is None or space is None:
            return QRect()
        row, column = divmod(place, layout.columns)
        corner = layout.corner + QPoint(column * layout.pitch.x(), row * layout.pitch.y())
        return QRect(corner, QSize(space.width, space.height) * layout.zoom)

    def _place_at(self, point: QPointF) -> int | None:
        for place in range(len(self.shown)):
            if self.rect_of(place).adjusted(0, 0, 0, _STRIP).contains(point):
                return place
        return None

    # --- painting ---

    @override
    def paintEvent(self, _: QPaintEvent) -> None:
        layout = self._arrangement()
        colours = theme().colours
        painter = QPainter(self)
        if layout is not None:
            ratio = self.devicePixelRatioF()
            painter.save()
            painter.scale(1 / ratio, 1 / ratio)
            strip = max(1, round(_STRIP * ratio))
            for place, example in enumerate(layout.shown):
                rect = self._device_rect(place)
                painter.drawImage(rect, self._images[example])
                if self._labels.shape[1]:
                    shade = CLASS_COLOURS[int(self._labels[example, 0]) % len(CLASS_COLOURS)]
                    below = QRect(rect.left(), rect.bottom() + 1, rect.width(), strip)
                    painter.fillRect(below, QColor(shade))
            painter.restore()
        if self._cursor is not None:
            tall = _STRIP if self._labels.shape[1] else 0
            around = self.rect_of(self._cursor).adjusted(-1.5, -1.5, 1.5, 1.5 + tall)
            painter.setPen(QPen(QColor(colours.accent), 2, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(around)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    # --- pointer and keyboard ---

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        self._point_at(place)
        if place is None:
            QToolTip.hideText()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        layout, place = self._arrangement(), self._place_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and layout is not None and place is not None:
            self.chosen.emit(layout.shown[place])

    @override
    def leaveEvent(self, _: object) -> None:
        self._point_at(None)

    @override
    def focusOutEvent(self, _: object) -> None:
        self._point_at(None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        layout = self._arrangement()
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and layout is not None
            and self._cursor is not None
        ):
            self.chosen.emit(layout.shown[self._cursor])
            return
        columns = 1 if layout is None else layout.columns
        by = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }.get(Qt.Key(event.key()))
        if layout is None or by is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        moved = 0 if self._cursor is None else self._cursor + by
        if 0 <= moved < len(layout.shown):
            self._point_at(moved)

    def _point_at(self, place: int | None) -> None:
        """Outline the image at a place and say what it is."""
        if place == self._cursor:
            return
        self._cursor = place
        self.update()
        layout = self._arrangement()
        if place is None or layout is None:
            return
        words = self.words_of(layout.shown[place])
        self.setAccessibleDescription(words)
        corner = self.rect_of(place).bottomLeft().toPoint()
        QToolTip.showText(self.mapToGlobal(corner), words, self)


def _arranged(kept: Sequence[int], area: QSize, image: QSize, ratio: float, strip: bool) -> _Layout:
    """The largest zoom at which all are seen, or at which some are large enough to be seen."""
    gap = round(_GAP * ratio)
    extra = round(_STRIP * ratio) if strip else 0
    wide, tall = image.width(), image.height()

    def capacity(zoom: int) -> tuple[int, int]:
        return (
            max(1, (area.width() + gap) // (wide * zoom + gap)),
            max(1, (area.height() + gap) // (tall * zoom + extra + gap)),
        )

    smallest = max(1, math.ceil(_SMALLEST * ratio / tall))
    zoom = max(smallest, int(_LARGEST * ratio) // tall)
    while zoom > smallest and math.prod(capacity(zoom)) < len(kept):
        zoom -= 1
    columns, rows = capacity(zoom)
    # Rows of equal length rather than full ones and a stub.
    columns = math.ceil(len(kept) / math.ceil(len(kept) / columns))
    rows = min(rows, math.ceil(len(kept) / columns))
    count = min(len(kept), columns * rows)
    picked = np.linspace(0, len(kept) - 1, count).round().astype(np.intp)
    widest = round(_WIDEST_GAP * ratio)
    across = _spread(area.width(), wide * zoom, columns, gap, widest)
    down = _spread(area.height(), tall * zoom + extra, rows, gap, widest)
    used = (columns - 1) * across + wide * zoom
    return _Layout(
        zoom,
        columns,
        tuple(kept[index] for index in picked),
        QPoint(across, down),
        QPoint(max(0, (area.width() - used) // 2), round(ratio)),
    )


def _spread(space: int, size: int, count: int, gap: int, widest: int) -> int:
    """From one image to the next, so that they fill the space as far as that looks well."""
    if count < 2:
        return size + gap
    return size + min(widest, max(gap, (space - count * size) // (count - 1)))


def _pictures(images: NDArray[np.uint8], levels: int) -> list[QImage]:
    shades = to_8bit(images, levels)
    if shades.shape[-1] == 1:
        shades = shades.repeat(3, axis=-1)
    height, width = shades.shape[1:3]
    form = QImage.Format.Format_RGB888
    return [
        QImage(np.ascontiguousarray(shade).tobytes(), width, height, 3 * width, form).copy()
        for shade in shades
    ]
