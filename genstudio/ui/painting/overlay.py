"""What lies over hidden pixels: its colour and how much is seen through it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QSlider, QToolButton

from genstudio.ui.naming import named
from genstudio.ui.painting.canvas import PaintCanvas

__all__ = ["OverlayChoice"]

_COLOURS = {
    "Red": "#ee6677",
    "Orange": "#ee8866",
    "Yellow": "#ccbb44",
    "Green": "#44bb99",
    "Blue": "#4477aa",
    "Purple": "#8877cc",
    "Grey": "#808080",
}


class OverlayChoice(QObject):
    """A menu of colours and a slider, to be laid out by whoever made this.

    Attributes:
        colour: a button with the menu.
        opacity: the slider, in per cent.
    """

    def __init__(self, canvas: PaintCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        colour, opacity = canvas.overlay
        self.colour = named(QToolButton(), "Overlay colour", "Colour of what is hidden", "plain")
        self.colour.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.colour)
        for words, code in _COLOURS.items():
            action = menu.addAction(_patch(QColor(code)), words)
            action.triggered.connect(lambda _, code=code: self.choose(QColor(code)))
        menu.addSeparator()
        menu.addAction("Another…").triggered.connect(self._ask)
        self.colour.setMenu(menu)
        self.opacity = named(
            QSlider(Qt.Orientation.Horizontal), "Overlay opacity", f"Opacity: {opacity:.0%}"
        )
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(10)
        self.opacity.setValue(round(100 * opacity))
        self.opacity.setMinimumWidth(48)
        self.opacity.valueChanged.connect(self._slid)
        self.colour.setIcon(_patch(colour))

    def choose(self, colour: QColor) -> None:
        """Put another colour over what is hidden."""
        self._canvas.set_overlay(colour, self._canvas.overlay[1])
        self.colour.setIcon(_patch(colour))

    def _slid(self, percent: int) -> None:
        self._canvas.set_overlay(self._canvas.overlay[0], percent / 100)
        self.opacity.setToolTip(f"Opacity: {percent} %")

    def _ask(self) -> None:
        dialog = QColorDialog(self._canvas.overlay[0], self.colour)
        dialog.setWindowTitle("Overlay colour")
        dialog.colorSelected.connect(self.choose)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _patch(colour: QColor) -> QIcon:
    pixmap = QPixmap(16, 16)
    pixmap.fill(colour)
    return QIcon(pixmap)
