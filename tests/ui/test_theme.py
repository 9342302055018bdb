"""Colours that can be read, icons that exist, text in three sizes."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from genstudio.core.paths import resource
from genstudio.ui.style import Colours, style_sheet
from genstudio.ui.theme import DARK, LIGHT, icon, theme
from genstudio.ui.widgets.glyph import Glyph


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [channel / 255 for channel in QColor(colour).getRgb()[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("word", ["text", "secondary", "accent", "good", "warn", "bad"])
@pytest.mark.parametrize("ground", ["ground", "surface", "raised", "selection"])
def test_every_word_can_be_read(colours: Colours, word: str, ground: str) -> None:
    assert _contrast(getattr(colours, word), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_primary_button_can_be_read(colours: Colours) -> None:
    assert _contrast(colours.on_accent, colours.accent) >= 4.5
    assert _contrast(colours.on_accent, colours.accent_strong) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_picture_of_the_style_sheet_is_there(qapp: QApplication, colours: Colours) -> None:
    named = re.findall(r"url\((.*?)\)", style_sheet(colours, 13))
    assert named
    for name in named:
        assert not QIcon(name).pixmap(QSize(16, 16)).isNull(), name
        assert resource("icons").as_posix() in name


def test_icons_follow_the_theme(qapp: QApplication) -> None:
    play = icon("play")
    try:
        theme().choose("light")
        light = play.pixmap(16, 16).toImage()
        theme().choose("dark")
        assert theme().dark
        dark = play.pixmap(16, 16).toImage()
    finally:
        theme().choose("system")
    assert light.pixelColor(7, 8) == QColor(LIGHT.text)
    assert dark.pixelColor(7, 8) == QColor(DARK.text)


def test_an_icon_that_is_not_there_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_titles_grow_with_the_text(qtbot) -> None:
    label = QLabel("Title")
    label.setProperty("role", "title")
    qtbot.addWidget(label)
    theme()
    label.ensurePolished()
    before = label.fontInfo().pixelSize()
    try:
        theme().set_text_size(18)
        label.ensurePolished()
        assert label.fontInfo().pixelSize() == before + 5
    finally:
        theme().set_text_size(13)


def test_an_icon_by_itself_follows_the_theme(qtbot: QtBot) -> None:
    glyph = Glyph(32, "play", "text")
    qtbot.addWidget(glyph)
    seen = {}
    for scheme, colours in (("light", LIGHT), ("dark", DARK)):
        theme().choose(scheme)
        image = glyph.pixmap().toImage()
        solid = [
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255
        ]
        seen[scheme] = set(solid) == {colours.text}
    theme().choose("system")
    assert seen == {"light": True, "dark": True}
