"""A painting as it is shown: its symbols in colours, and over what is hidden a colour and an edge.

Nothing of a frame is computed for more than the cells that changed: they are given their colours
as they change, and the edge is drawn only where the window is painted anew.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from genstudio.ui.painting.colours import blended, greys, symbol_colours
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.edges import outline
from genstudio.ui.painting.shapes import Cells
from genstudio.ui.theme import CLASS_COLOURS
from genstudio.ui.widgets.canvas import PixelCanvas

__all__ = ["PaintingView", "box_of", "part_of"]

_EDGE_FROM = 3  # device pixels per pixel from which an edge leaves something of a pixel to see


class PaintingView(PixelCanvas):
    """Shows a painting and follows it.

    Attributes:
        painting: what is shown.
        palette_changed: symbols are shown in other colours, or there are other symbols.
        overlay_changed: what is hidden lies under another colour.
    """

    palette_changed = Signal()
    overlay_changed = Signal()

    def __init__(self, painting: Painting, name: str = "Picture and mask") -> None:
        super().__init__(name)
        self.painting = painting
        self._palette: NDArray[np.uint32] | None = None
        self._shown: NDArray[np.uint8] | None = None
        self._overlay, self._opacity = QColor(CLASS_COLOURS[1]), 0.65
        self._form: tuple[int, ...] = ()  # H, W, C and K of what is drawn
        painting.image_changed.connect(self._follow)
        painting.mask_changed.connect(self._follow)
        self._fit_painting()

    @property
    def palette_colours(self) -> NDArray[np.uint32]:
        """(K,) 0xffRRGGBB of the symbols of a picture with one channel."""
        return greys(self.painting.levels) if self._palette is None else self._palette

    def set_symbol_colours(self, colours: NDArray[np.uint32] | None) -> None:
        """Show the K symbols of pictures with one channel in these 0xffRRGGBB; None in greys."""
        self._palette = colours
        self._redraw()
        self.palette_changed.emit()

    @property
    def overlay(self) -> tuple[QColor, float]:
        """The colour that lies over hidden pixels, and its opacity from 0 to 1."""
        return self._overlay, self._opacity

    def set_overlay(self, colour: QColor, opacity: float) -> None:
        """Choose what lies over hidden pixels."""
        self._overlay, self._opacity = colour, opacity
        self._redraw()
        self.overlay_changed.emit()

    def set_shown(self, image: NDArray[np.uint8] | None) -> None:
        """Show the symbols (H, W, C) of another picture where pixels are hidden; None none.

        Nothing lies over them then but the edge of the mask. The painting stays as it is.

        Raises:
            ValueError: it is of another shape than the painting.
        """
        if image is not None and image.shape != self.painting.image.shape:
            raise ValueError(f"{image.shape} over {self.painting.image.shape}")
        self._shown = image
        self._redraw()

    # --- following the painting ---

    def _follow(self, cells: Cells) -> None:
        """Draw the cells that changed, and the edges beside them."""
        if self._form != (*self.painting.image.shape, self.painting.levels):
            self._fit_painting()
            return
        self._recolour_cells(np.flatnonzero(cells))
        self._update_cells(box_of(cells))

    def _fit_painting(self) -> None:
        """Begin with a painting whose size, channels or levels are new."""
        painting = self.painting
        self._form = (*painting.image.shape, painting.levels)
        self.set_grid(1, *painting.shape)
        if self._palette is not None and len(self._palette) != painting.levels:
            self._palette = None
        if self._shown is not None and self._shown.shape != painting.image.shape:
            self._shown = None
        self._redraw()
        self.palette_changed.emit()

    def _redraw(self) -> None:
        self._recolour_cells(np.arange(self.painting.known.size))
        self.update()

    def _recolour_cells(self, pixels: NDArray[np.int64]) -> None:
        painting, shown = self.painting, self._shown
        channels = painting.image.shape[2]
        hidden = ~painting.known.reshape(-1)[pixels]
        symbols = painting.image.reshape(-1, channels)[pixels]
        if shown is not None:
            symbols = np.where(hidden[:, None], shown.reshape(-1, channels)[pixels], symbols)
        colours = symbol_colours(symbols, painting.levels, self.palette_colours)
        if shown is None and hidden.any():
            colours[hidden] = blended(colours[hidden], self._overlay.rgb(), self._opacity)
        self.write(pixels, colours[None])

    def _update_cells(self, box: QRect) -> None:
        """Paint a part of the picture anew, with the lines around it."""
        if box.isValid():
            grown = self._on_widget(box.adjusted(-1, -1, 1, 1))
            self.update(grown.toAlignedRect().adjusted(-1, -1, 1, 1))

    # --- painting ---

    def _paint_part(self, painter: QPainter, part: QRect) -> None:
        super()._paint_part(painter, part)
        hidden = ~self.painting.known
        if self.zoom >= _EDGE_FROM and hidden.any():
            around = part_of(np.pad(hidden, 1), part.adjusted(0, 0, 2, 2))
            self._paint_outline(painter, around, part, self._overlay)

    def _paint_outline(self, painter: QPainter, cells: Cells, part: QRect, colour: QColor) -> None:
        """The inner outline of a part's cells, given with a margin of one: (h + 2, w + 2)."""
        thick = max(1, round(self.devicePixelRatioF()))
        pixels = outline(cells, self.zoom, thick)
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable([0, colour.rgba()])
        painter.drawImage(self._on_widget(part), image)


def box_of(cells: Cells) -> QRect:
    """The smallest rectangle around the cells; not a valid one where there is no cell."""
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    if not rows.size:
        return QRect()
    top, left = int(rows[0]), int(columns[0])
    return QRect(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


def part_of(cells: Cells, part: QRect) -> Cells:
    """The cells of a rectangle."""
    rows = slice(part.y(), part.y() + part.height())
    return cells[rows, part.x() : part.x() + part.width()]
