"""Colours, sizes and icons: one hand for the whole window, light and dark by the system."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from genstudio.ui.icons import drawn_icon
from genstudio.ui.style import Colours, style_sheet

__all__ = [
    "CLASS_COLOURS",
    "CONTROL",
    "GAP",
    "HALF",
    "MARGIN",
    "TEXT_SIZES",
    "Colours",
    "Theme",
    "icon",
    "theme",
]

HALF, GAP, MARGIN = 8, 16, 24
"""Pixels inside groups, between them, and around a panel."""

CONTROL = 28
"""Height of a control, pixels."""

TEXT_SIZES = (11, 12, 13, 14, 16, 18)
"""Heights of text that a person can choose from, pixels; 13 unless they do."""

CLASS_COLOURS = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee",
    "#aa3377", "#ee8866", "#44bb99", "#8877cc", "#999999",
)  # fmt: skip
"""Ten colours that stay apart for the colour-blind; the same class has the same one everywhere."""

LIGHT = Colours(
    scheme="light",
    ground="#f4f5f7",
    surface="#ffffff",
    raised="#e9ebef",
    selection="#dde7fa",
    text="#1c2026",
    secondary="#5b6470",
    hairline="#d8dce2",
    control="#c3c9d2",
    accent="#1f5fd0",
    accent_strong="#174ba8",
    on_accent="#ffffff",
    good="#146b2e",
    warn="#8a5d00",
    bad="#c62828",
)
DARK = Colours(
    scheme="dark",
    ground="#17191d",
    surface="#1f2227",
    raised="#2a2e35",
    selection="#263650",
    text="#e6e8ec",
    secondary="#9aa3af",
    hairline="#363b44",
    control="#4a515c",
    accent="#6ea8fe",
    accent_strong="#93bfff",
    on_accent="#0d1117",
    good="#4cc38a",
    warn="#e2b340",
    bad="#ff7b72",
)


class Theme(QObject):
    """The colours in force; `changed` is emitted when the system or the person switches."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = "system"
        self._text_size = 13
        self._dark = False
        app.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in force."""
        return self._dark

    @property
    def colours(self) -> Colours:
        """The colours in force."""
        return DARK if self.dark else LIGHT

    @property
    def text_size(self) -> int:
        """The height of plain text, pixels."""
        return self._text_size

    def choose(self, scheme: str) -> None:
        """Follow the "system", or stay "light" or "dark"."""
        self._scheme = scheme
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.disconnect(self._apply)
        if scheme == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if scheme == "dark" else Qt.ColorScheme.Light)
        hints.colorSchemeChanged.connect(self._apply)
        self._apply()

    def set_text_size(self, pixels: int) -> None:
        """Make all text so high; titles and small print keep their proportion to it."""
        if pixels != self._text_size:
            self._text_size = pixels
            self._apply()

    def _apply(self) -> None:
        hints = QGuiApplication.styleHints()
        if self._scheme == "system":
            self._dark = hints.colorScheme() == Qt.ColorScheme.Dark
        else:  # not every platform lets itself be told
            self._dark = self._scheme == "dark"
        font = self._app.font()
        font.setPixelSize(self._text_size)
        self._app.setFont(font)
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(style_sheet(self.colours, self._text_size))
        self.changed.emit()


def theme() -> Theme:
    """The application's theme, made on first use.

    Raises:
        RuntimeError: there is no QApplication yet.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("the theme needs a QApplication")
    found = app.findChild(Theme)
    return found if isinstance(found, Theme) else Theme(app)


def icon(name: str, colour: str = "") -> QIcon:
    """A Material Design icon, such as "play"; it follows the theme when that changes.

    Args:
        name: as on https://pictogrammers.com/library/mdi.
        colour: a word of `Colours`, such as "accent" or "bad"; or hexadecimal, which stays. In
            the colour of text unless given.
    """
    chosen = theme()

    def now(enabled: bool) -> str:
        colours = chosen.colours
        if not enabled:
            return colours.secondary
        return colour if colour.startswith("#") else str(getattr(colours, colour or "text"))

    return drawn_icon(name, now)


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.ground,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.raised,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.surface,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.BrightText: colours.bad,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.secondary,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Accent: colours.accent,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.LinkVisited: colours.accent,
        QPalette.ColorRole.Light: colours.raised,
        QPalette.ColorRole.Midlight: colours.raised,
        QPalette.ColorRole.Mid: colours.hairline,
        QPalette.ColorRole.Dark: colours.control,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.WindowText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.secondary))
    return palette
