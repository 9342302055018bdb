"""The figure of the papers as a strip: *occluded | completions | original*, and as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.pictures import png
from genstudio.core.spaces import Grid
from genstudio.ui.inpainting.film_colours import hatch, picture
from genstudio.ui.studio import Studio
from genstudio.ui.theme import HALF, icon, theme
from genstudio.ui.widgets.canvas import Pixel, PixelCanvas
from genstudio.ui.widgets.page import Page

__all__ = ["Figure", "FigureRow", "Render", "plain"]

_HEADINGS = 18  # height of the words above, pixels
_LEAST = 6  # completions that are shown where there are so many, however small they get
_SCALE = 8  # pixels of a file per symbol
_FOLDER = "inpaint/folder"
_EMPTY = "Here the figure appears: occluded, completions, original"


@dataclass(frozen=True, eq=False)
class Figure:
    """What is in the figure.

    Attributes:
        space: of all of it.
        image: (*S) uint8; what it is in the hole counts only if `whole`.
        known: (*S) bool.
        completions: (B, *S) uint8.
        weights: (B,), how much each counts; the heaviest come first.
        whole: whether it is known what the hole hides.
        texts: what a file says of itself, by keyword; such as its recipe.
        mask: the colour of the hole, hexadecimal; the accent if empty.
    """

    space: Grid
    image: NDArray[np.uint8]
    known: NDArray[np.bool_]
    completions: NDArray[np.uint8]
    weights: NDArray[np.float64]
    whole: bool
    texts: dict[str, str]
    mask: str = ""

    def order(self) -> NDArray[np.intp]:
        """(B,), the completions from the heaviest on; among equals as they came."""
        return np.argsort(-self.weights, kind="stable")

    def cut(self, count: int) -> Figure:
        """The same with the heaviest completions only."""
        kept = self.order()[:count]
        return replace(self, completions=self.completions[kept], weights=self.weights[kept])


Render = Callable[[Figure], NDArray[np.uint8]]
"""Makes a figure the page of a file, (height, width, 3) uint8."""


class FigureRow(QWidget):
    """As many completions as fit; a click, or Ctrl+arrows and Enter, chooses one.

    Attributes:
        completion_chosen: its number among all completions, from 0.
        render_figure: makes the picture that is saved and copied.
        canvas: the strip.
    """

    completion_chosen = Signal(int)

    def __init__(self, studio: Studio, render: Render | None = None) -> None:
        super().__init__()
        self._studio = studio
        self.render_figure = render or plain
        self._figure: Figure | None = None
        self.canvas = PixelCanvas("Occluded, completions, original")
        self.canvas.setMinimumSize(160, 48)
        self.canvas.setToolTip("Click a completion to compare it with what was there")
        self._headings = _Headings(self.canvas)
        self.export = QPushButton(icon("export-variant"), "Figure")
        self.export.setAccessibleName("Export the figure")
        menu = QMenu(self)
        menu.addAction("Save picture (PNG)…").triggered.connect(self.ask)
        menu.addAction("Copy picture").triggered.connect(self.copy)
        self.export.setMenu(menu)
        column = QVBoxLayout()
        column.setSpacing(HALF // 2)
        column.addWidget(self._headings)
        column.addWidget(self.canvas, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(column, 1)
        row.addWidget(self.export, 0, Qt.AlignmentFlag.AlignTop)
        self.canvas.clicked.connect(self._choose)
        self.canvas.activated.connect(self._choose)
        self.canvas.zoom_changed.connect(self._headings.update)
        theme().changed.connect(self._redraw)
        self.show_figure(None)

    def sizeHint(self) -> QSize:
        return QSize(480, 120)

    def show_figure(self, figure: Figure | None) -> None:
        """Show a figure, or nothing."""
        self._figure = figure
        self.export.setEnabled(figure is not None)
        self.export.setToolTip(
            "Save or copy the row of occluded, completions, original"
            if figure is not None
            else "Complete an image first"
        )
        self._redraw()

    @property
    def fitting(self) -> int:
        """How many completions are shown."""
        figure = self._figure
        if figure is None:
            return 0
        space, many = figure.space, len(figure.completions)
        zoom = max(1, self.canvas.height() // space.height)
        others = 1 + figure.whole
        fit = (self.canvas.width() // zoom + 1) // (space.width + 1) - others
        return min(many, max(fit, _LEAST))

    def picture(self) -> bytes:
        """The figure as it is shown, a PNG.

        Raises:
            UserError: there is none, or it would be too large.
        """
        if self._figure is None:
            raise UserError("There is no figure yet.", "Complete an image first.")
        figure = self._figure.cut(self.fitting)
        return png(self.render_figure(figure), figure.texts)

    def ask(self) -> None:
        """Ask where to, and save there."""
        folder = Path(str(self._studio.settings.value(_FOLDER, Path.home())))
        dialog = QFileDialog(self, "Save the figure", str(folder / "inpainting.png"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.setNameFilter("Picture (*.png)")
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, path: Path) -> None:
        """Save to a file; a notice says how it went."""
        try:
            write_atomically(path, self.picture())
        except UserError as error:
            self._studio.notice("error", error.title, error.advice)
            return
        self._studio.settings.setValue(_FOLDER, str(path.parent))
        self._studio.notice("good", f"“{path.name}” is saved.", str(path.parent))

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        try:
            content = self.picture()
        except UserError as error:
            self._studio.notice("error", error.title, error.advice)
            return
        QGuiApplication.clipboard().setImage(QImage.fromData(content))
        self._studio.notice("good", "The figure is on the clipboard.")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def _choose(self, pixel: Pixel) -> None:
        figure = self._figure
        if figure is not None and 1 <= pixel.image <= self.fitting:
            self.completion_chosen.emit(int(figure.order()[pixel.image - 1]))

    def _redraw(self) -> None:
        figure = self._figure
        if figure is None:
            self.canvas.set_grid(0, 0, 0)
            self._headings.show_parts(0, 0, False)
            return
        shown = figure.cut(self.fitting)
        colours = _colours(shown)
        count = len(colours)
        self.canvas.set_grid(count, figure.space.height, figure.space.width, count)
        self.canvas.write_all(colours)
        many, of = len(shown.completions), len(figure.completions)
        self._headings.show_parts(many, of, figure.whole)
        self.canvas.setAccessibleDescription(
            f"Occluded, then {many} of {of} completions" + (", then original" * figure.whole)
        )


def plain(figure: Figure) -> NDArray[np.uint8]:
    """One row of pictures, `_SCALE` pixels a symbol, on the colours of the window."""
    space = figure.space
    colours = _colours(figure)
    page = Page(len(colours), space.height, space.width, len(colours))
    page.fill_gaps(QColor(theme().colours.ground).rgb())
    page.pixels.reshape(-1)[page.index] = colours
    parts = [(page.pixels >> shift) & 0xFF for shift in (16, 8, 0)]
    rgb = np.stack(parts, axis=-1).astype(np.uint8)
    return rgb.repeat(_SCALE, axis=0).repeat(_SCALE, axis=1)


def _colours(figure: Figure) -> NDArray[np.uint32]:
    """(1 + B or 2 + B, H·W)."""
    blank = hatch(figure.space, figure.mask)
    everything = np.ones_like(figure.known)
    parts = [picture(figure.image[None], figure.known, figure.space, blank)]
    parts.append(picture(figure.completions, everything, figure.space, blank))
    if figure.whole:
        parts.append(picture(figure.image[None], everything, figure.space, blank))
    return np.concatenate(parts)


class _Headings(QWidget):
    """Words above the parts of the strip, wherever the canvas puts them."""

    def __init__(self, canvas: PixelCanvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._shown, self._of, self._whole = 0, 0, False
        self.setMinimumHeight(_HEADINGS)
        theme().changed.connect(self.update)

    def show_parts(self, shown: int, of: int, whole: bool) -> None:
        """So many completions of how many, and whether the original follows."""
        self._shown, self._of, self._whole = shown, of, whole
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        small = painter.font()
        small.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(small)
        if not self._shown:
            painter.setPen(QColor(theme().colours.secondary))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter), _EMPTY)
            return
        count = f"{self._shown}" if self._shown == self._of else f"{self._shown} of {self._of}"
        parts = [("occluded", 0, 0), (f"completions ({count})", 1, self._shown)]
        if self._whole:
            parts.append(("original", self._shown + 1, self._shown + 1))
        for words, first, last in parts:
            left = self._canvas.rect_of(Pixel(first, 0, 0)).left()
            right = self._canvas.rect_of(Pixel(last, 0, 0)).left()
            width = self._canvas.rect_of(Pixel(1, 0, 0)).left()
            width -= self._canvas.rect_of(Pixel(0, 0, 0)).left()
            span = QRectF(left, 0, right - left + width - 6, self.height() - 3)
            painter.setPen(QPen(QColor(theme().colours.hairline), 1))
            line = self.height() - 1.5
            painter.drawLine(QPointF(span.left(), line), QPointF(span.right(), line))
            painter.setPen(QColor(theme().colours.secondary))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            elided = painter.fontMetrics().elidedText(
                words, Qt.TextElideMode.ElideRight, int(span.width())
            )
            painter.drawText(span, int(flags), elided)
