"""Decoded data as pictures, and small things painted the same way everywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QWidget

from genstudio.core.pictures import grey
from genstudio.ui.theme import theme

__all__ = ["coloured_image", "fitted", "picture", "small_font"]


def picture(image: NDArray[np.floating | np.integer], levels: int) -> QImage:
    """(H, W, C) in symbol units, whole or not, as a picture of one pixel each."""
    bright = grey(image.astype(np.float32), levels)
    bright = np.ascontiguousarray(bright.repeat(3 // bright.shape[2], axis=2))
    height, width, _ = bright.shape
    return QImage(bright.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def coloured_image(colours: NDArray[np.uint32]) -> QImage:
    """(H, W) 0xAARRGGBB as a picture of one pixel each."""
    page = np.ascontiguousarray(colours)
    height, width = page.shape
    return QImage(page.data, width, height, 4 * width, QImage.Format.Format_ARGB32).copy()


def fitted(image: QImage, cell: QRectF) -> QRectF:
    """The largest rectangle of the image's shape in the middle of a cell."""
    if image.isNull():
        return cell
    scale = min(cell.width() / image.width(), cell.height() / image.height())
    wide, high = image.width() * scale, image.height() * scale
    return QRectF(cell.center().x() - wide / 2, cell.center().y() - high / 2, wide, high)


def small_font(widget: QWidget) -> QFont:
    """The widget's font at the size of small print."""
    font = QFont(widget.font())
    font.setPixelSize(max(9, theme().text_size - 2))
    return font
