"""Material Design icons, drawn from qtawesome's font in the colours that are in force.

qtawesome itself loads all of its fonts before it draws the first icon, which a person would wait
for at every start; here only the one font is read. Its icons also keep the colour they were made
in, while these follow the theme.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPixmap,
)
from typing_extensions import override

__all__ = ["drawn_icon", "names"]

_FONT = "materialdesignicons6-webfont"


class _Engine(QIconEngine):
    """Draws one glyph in the colour that `colour(enabled)` says at that moment."""

    def __init__(self, glyph: str, colour: Callable[[bool], str]) -> None:
        super().__init__()
        self._glyph = glyph
        self._colour = colour

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        font = QFont(_family())
        font.setPixelSize(max(1, min(rect.width(), rect.height())))
        painter.setFont(font)
        painter.setPen(QColor(self._colour(mode != QIcon.Mode.Disabled)))
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return QPixmap.fromImage(image)

    @override
    def clone(self) -> QIconEngine:
        return _Engine(self._glyph, self._colour)


def drawn_icon(name: str, colour: Callable[[bool], str]) -> QIcon:
    """An icon by its Material Design name, such as "play".

    Args:
        name: see https://pictogrammers.com/library/mdi; the set is version 6.9.
        colour: the colour to draw an enabled (True) or disabled (False) icon in, hexadecimal;
            asked each time the icon is painted.

    Raises:
        KeyError: there is no such icon.
    """
    return QIcon(_Engine(chr(int(names()[name], 16)), colour))


@cache
def names() -> dict[str, str]:
    """Every icon's code point, hexadecimal, by its name."""
    text = next(_fonts().glob(f"{_FONT}-charmap-*.json")).read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found


@cache
def _family() -> str:
    number = QFontDatabase.addApplicationFont(str(next(_fonts().glob(f"{_FONT}-[0-9]*.ttf"))))
    return QFontDatabase.applicationFontFamilies(number)[0]


def _fonts() -> Path:
    found = importlib.util.find_spec("qtawesome")
    if found is None or found.origin is None:
        raise FileNotFoundError("qtawesome is not installed")
    return Path(found.origin).parent / "fonts"
