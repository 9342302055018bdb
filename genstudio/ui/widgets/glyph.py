"""An icon that stands by itself, in the colours of the day."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from genstudio.ui.theme import icon, theme

__all__ = ["Glyph"]


class Glyph(QLabel):
    """A label with an icon of so many pixels; unlike a pixmap it follows the theme."""

    def __init__(self, side: int, name: str = "", colour: str = "secondary") -> None:
        super().__init__()
        self._side, self._name, self._colour = side, name, colour
        theme().changed.connect(self._paint)
        self._paint()

    def show_icon(self, name: str, colour: str = "secondary") -> None:
        """Show another icon, in a colour named as for `genstudio.ui.theme.icon`."""
        self._name, self._colour = name, colour
        self._paint()

    def _paint(self) -> None:
        if self._name:
            self.setPixmap(icon(self._name, self._colour).pixmap(self._side, self._side))
