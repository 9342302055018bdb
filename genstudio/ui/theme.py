"""Colours, sizes and icons: one hand for the whole window, light and dark by the system."""

from __future__ import annotations

from dataclasses import dataclass

import qtawesome
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

__all__ = ["CLASS_COLOURS", "GAP", "HALF", "MARGIN", "Colours", "Theme", "icon", "theme"]

HALF, GAP, MARGIN = 8, 16, 24
"""Pixels inside groups, between them, and around a panel."""

CONTROL = 28
"""Height of a control, pixels."""

CLASS_COLOURS = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee",
    "#aa3377", "#ee8866", "#44bb99", "#8877cc", "#999999",
)  # fmt: skip
"""Ten colours that stay apart for the colour-blind; the same class has the same one everywhere."""


@dataclass(frozen=True)
class Colours:
    """What each thing is painted in; hexadecimal."""

    ground: str  # behind panels
    surface: str  # panels, fields
    raised: str  # hovered rows, headers
    text: str
    secondary: str  # small print
    hairline: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str


LIGHT = Colours(
    ground="#f4f5f7",
    surface="#ffffff",
    raised="#e9ebef",
    text="#1c2026",
    secondary="#5b6470",
    hairline="#d8dce2",
    accent="#1f5fd0",
    on_accent="#ffffff",
    good="#1a7f37",
    warn="#9a6700",
    bad="#c62828",
)
DARK = Colours(
    ground="#17191d",
    surface="#1f2227",
    raised="#2a2e35",
    text="#e6e8ec",
    secondary="#9aa3af",
    hairline="#363b44",
    accent="#6ea8fe",
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
        app.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in force."""
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark

    @property
    def colours(self) -> Colours:
        """The colours in force."""
        return DARK if self.dark else LIGHT

    def choose(self, scheme: str) -> None:
        """Follow the "system", or stay "light" or "dark"."""
        hints = QGuiApplication.styleHints()
        if scheme == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(
                Qt.ColorScheme.Dark if scheme == "dark" else Qt.ColorScheme.Light
            )
        self._apply()

    def _apply(self) -> None:
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(_style_sheet(self.colours))
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
    """A Material Design icon, such as "play"; in the colour of text unless said otherwise."""
    colours = theme().colours
    return qtawesome.icon(
        f"mdi6.{name}", color=colour or colours.text, color_disabled=colours.secondary
    )


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
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.secondary,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Accent: colours.accent,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.Mid: colours.hairline,
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


def _style_sheet(c: Colours) -> str:
    """What the palette cannot say. Widgets choose a role by their property "role"."""
    return f"""
    * {{ font-size: 13px; }}
    QLabel[role="title"] {{ font-size: 16px; font-weight: 600; }}
    QLabel[role="secondary"] {{ font-size: 11px; color: {c.secondary}; }}
    QLabel[role="error"] {{ color: {c.bad}; }}
    QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.hairline}; padding: 6px; }}
    QPushButton, QToolButton, QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {{
        min-height: {CONTROL - 8}px; padding: 3px 8px; border: 1px solid {c.hairline};
        border-radius: 6px; background: {c.surface};
    }}
    QPushButton:hover, QToolButton:hover {{ background: {c.raised}; }}
    QPushButton:focus, QToolButton:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus,
    QLineEdit:focus {{ border: 1px solid {c.accent}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {c.secondary}; }}
    QPushButton[role="primary"] {{
        background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; font-weight: 600;
    }}
    QPushButton[role="primary"]:disabled {{ background: {c.raised}; color: {c.secondary}; border-color: {c.hairline}; }}
    QToolButton[role="plain"] {{ border: 1px solid transparent; background: transparent; padding: 3px; }}
    QToolButton[role="plain"]:hover {{ background: {c.raised}; }}
    QToolButton:checked, QPushButton:checked {{ background: {c.raised}; border-color: {c.accent}; }}
    """
