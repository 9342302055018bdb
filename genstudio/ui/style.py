"""The style sheet: what a palette cannot say."""

from __future__ import annotations

from dataclasses import dataclass

from genstudio.core.paths import resource

__all__ = ["Colours", "style_sheet"]


@dataclass(frozen=True)
class Colours:
    """What each thing is painted in; hexadecimal."""

    scheme: str  # "light" or "dark"
    ground: str  # behind panels
    surface: str  # panels, fields
    raised: str  # hovered rows, headers
    selection: str  # the chosen row
    text: str
    secondary: str  # small print
    hairline: str  # between regions
    control: str  # the outline of boxes and handles
    accent: str
    accent_strong: str  # the accent under the pointer
    on_accent: str
    good: str
    warn: str
    bad: str


def style_sheet(c: Colours, text_size: int) -> str:
    """The sheet for a set of colours and a height of plain text, pixels.

    Widgets choose a role by their property "role": labels "title", "secondary", "error"; push
    buttons "primary", "link"; tool buttons "plain"; frames "surface" and "card".
    """
    return _text(c, text_size) + _controls(c) + _choices(c) + _views(c) + _regions(c)


def _image(name: str, c: Colours) -> str:
    return f"url({(resource('icons') / f'{name}-{c.scheme}.svg').as_posix()})"


def _text(c: Colours, size: int) -> str:
    return f"""
    QLabel[role="title"] {{ font-size: {size + 3}px; font-weight: 600; }}
    QLabel[role="secondary"] {{ font-size: {size - 2}px; color: {c.secondary}; }}
    QLabel[role="question"] {{ color: {c.secondary}; }}
    QLabel[role="heading"] {{ font-size: {size - 2}px; font-weight: 600; color: {c.secondary}; }}
    QLabel[role="error"] {{ color: {c.bad}; }}
    QToolTip {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.hairline}; padding: 6px;
    }}
    """


def _controls(c: Colours) -> str:
    return f"""
    QPushButton, QToolButton, QComboBox, QAbstractSpinBox, QLineEdit {{
        min-height: 20px; padding: 3px 8px; border: 1px solid {c.hairline};
        border-radius: 6px; background: {c.surface}; color: {c.text};
        selection-background-color: {c.accent}; selection-color: {c.on_accent};
    }}
    QPushButton {{ padding: 3px 12px; }}
    QLineEdit {{ padding: 0 8px; min-height: 26px; }}
    QLineEdit > QToolButton, QLineEdit > QToolButton:hover {{
        border: none; background: transparent; padding: 0; min-height: 0;
    }}
    QPushButton:hover, QToolButton:hover, QComboBox:hover {{ background: {c.raised}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {c.hairline}; }}
    QPushButton:focus, QToolButton:focus, QComboBox:focus, QAbstractSpinBox:focus,
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus {{ border: 1px solid {c.accent}; }}
    QPushButton:disabled, QToolButton:disabled, QComboBox:disabled, QAbstractSpinBox:disabled,
    QLineEdit:disabled {{ color: {c.secondary}; background: {c.ground}; }}
    QPushButton[role="primary"] {{
        background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent};
        font-weight: 600;
    }}
    QPushButton[role="primary"]:hover {{
        background: {c.accent_strong}; border-color: {c.accent_strong};
    }}
    QPushButton[role="primary"]:focus {{ border: 2px solid {c.text}; padding: 2px 11px; }}
    QPushButton[role="primary"]:disabled {{
        background: {c.raised}; color: {c.secondary}; border-color: {c.hairline};
    }}
    QPushButton[role="link"] {{
        border: 1px solid transparent; background: transparent; color: {c.accent}; padding: 3px 4px;
    }}
    QPushButton[role="link"]:hover {{ color: {c.accent_strong}; background: {c.raised}; }}
    QPushButton[role="link"]:focus {{ border: 1px solid {c.accent}; }}
    QToolButton[role="plain"] {{
        border: 1px solid transparent; background: transparent; padding: 3px;
    }}
    QToolButton[role="plain"]:hover {{ background: {c.raised}; }}
    QToolButton[role="plain"]:focus {{ border: 1px solid {c.accent}; }}
    QToolButton:checked, QPushButton:checked {{
        background: {c.selection}; border-color: {c.accent};
    }}
    QToolButton[role="plain"]:checked {{ border: 1px solid {c.accent}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton::menu-button {{ border: none; width: 16px; }}
    QToolButton::menu-arrow, QPushButton::menu-indicator {{
        image: {_image("chevron-down", c)}; width: 12px; height: 12px;
    }}
    QPushButton::menu-indicator {{
        subcontrol-origin: padding; subcontrol-position: center right; right: 6px;
    }}
    QComboBox {{ padding-right: 24px; }}
    QComboBox::drop-down {{ border: none; width: 24px; }}
    QComboBox::down-arrow {{ image: {_image("chevron-down", c)}; width: 14px; height: 14px; }}
    QComboBox QAbstractItemView {{
        background: {c.surface}; border: 1px solid {c.hairline}; outline: none; padding: 4px;
        selection-background-color: {c.selection}; selection-color: {c.text};
    }}
    QAbstractSpinBox {{ padding-right: 20px; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
        subcontrol-origin: border; width: 20px; border: none; background: transparent;
    }}
    QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
    QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
    QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{
        background: {c.raised};
    }}
    QAbstractSpinBox::up-arrow {{ image: {_image("chevron-up", c)}; width: 12px; height: 12px; }}
    QAbstractSpinBox::down-arrow {{
        image: {_image("chevron-down", c)}; width: 12px; height: 12px;
    }}
    """


def _choices(c: Colours) -> str:
    return f"""
    QCheckBox, QRadioButton {{ spacing: 8px; min-height: 24px; }}
    QCheckBox:disabled, QRadioButton:disabled {{ color: {c.secondary}; }}
    QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator {{
        width: 14px; height: 14px; border: 1px solid {c.control}; background: {c.surface};
    }}
    QCheckBox::indicator, QAbstractItemView::indicator {{ border-radius: 4px; }}
    QRadioButton::indicator {{ border-radius: 8px; }}
    QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {c.accent}; }}
    QCheckBox::indicator:checked, QRadioButton::indicator:checked,
    QAbstractItemView::indicator:checked, QCheckBox::indicator:indeterminate {{
        background: {c.accent}; border-color: {c.accent};
    }}
    QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{
        image: {_image("check", c)};
    }}
    QCheckBox::indicator:indeterminate {{ image: {_image("dash", c)}; }}
    QRadioButton::indicator:checked {{ image: {_image("dot", c)}; }}
    QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border: 1px solid {c.text}; }}
    QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
        background: {c.ground}; border-color: {c.hairline};
    }}
    QSlider:horizontal {{ min-height: 24px; }}
    QSlider:vertical {{ min-width: 24px; }}
    QSlider::groove {{ background: {c.hairline}; border-radius: 2px; }}
    QSlider::groove:horizontal {{ height: 4px; }}
    QSlider::groove:vertical {{ width: 4px; }}
    QSlider::sub-page:horizontal, QSlider::add-page:vertical {{
        background: {c.accent}; border-radius: 2px;
    }}
    QSlider::handle {{
        background: {c.accent}; border: 2px solid {c.surface}; border-radius: 8px;
        width: 12px; height: 12px;
    }}
    QSlider::handle:horizontal {{ margin: -6px 0; }}
    QSlider::handle:vertical {{ margin: 0 -6px; }}
    QSlider::handle:hover {{ background: {c.accent_strong}; }}
    QSlider::handle:focus {{ border: 2px solid {c.text}; }}
    QSlider::sub-page:disabled, QSlider::add-page:vertical:disabled,
    QSlider::handle:disabled {{ background: {c.control}; }}
    QProgressBar {{
        border: none; border-radius: 3px; background: {c.hairline}; min-height: 6px;
        max-height: 6px; text-align: center;
    }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    QProgressBar[state="failed"]::chunk {{ background: {c.bad}; }}
    QProgressBar[state="finished"]::chunk {{ background: {c.good}; }}
    QProgressBar[state="paused"]::chunk, QProgressBar[state="cancelled"]::chunk {{
        background: {c.secondary};
    }}
    """


def _views(c: Colours) -> str:
    return f"""
    QAbstractItemView {{
        background: {c.surface}; border: none; outline: none;
        alternate-background-color: {c.ground};
        selection-background-color: {c.selection}; selection-color: {c.text};
    }}
    QListView::item, QTreeView::item {{ padding: 4px; }}
    QListView::item {{ border-radius: 4px; }}
    QListView::item:hover, QTreeView::item:hover {{ background: {c.raised}; }}
    QListView::item:selected, QTreeView::item:selected {{
        background: {c.selection}; color: {c.text};
    }}
    QTableView {{ gridline-color: {c.hairline}; }}
    QHeaderView::section {{
        background: {c.surface}; color: {c.secondary}; border: none;
        border-bottom: 1px solid {c.hairline}; padding: 4px 8px;
    }}
    QTreeView::branch:closed:has-children {{ image: {_image("chevron-right", c)}; }}
    QTreeView::branch:open:has-children {{ image: {_image("chevron-down", c)}; }}
    QPlainTextEdit, QTextEdit {{
        background: {c.surface}; border: 1px solid {c.hairline}; border-radius: 6px; padding: 4px;
        selection-background-color: {c.accent}; selection-color: {c.on_accent};
    }}
    QScrollArea {{ border: none; background: transparent; }}
    QScrollBar {{ background: transparent; border: none; }}
    QScrollBar:vertical {{ width: 10px; }}
    QScrollBar:horizontal {{ height: 10px; }}
    QScrollBar::handle {{ background: {c.control}; border-radius: 3px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 32px; }}
    QScrollBar::handle:horizontal {{ min-width: 32px; }}
    QScrollBar::handle:hover {{ background: {c.secondary}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def _regions(c: Colours) -> str:
    return f"""
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{
        background: transparent; color: {c.secondary}; padding: 8px 12px; min-height: 22px;
        border: none; border-bottom: 2px solid transparent;
    }}
    QTabBar::tab:hover {{ color: {c.text}; background: {c.raised}; }}
    QTabBar::tab:selected {{ color: {c.text}; border-bottom: 2px solid {c.accent}; }}
    QTabBar::tab:selected:focus {{ color: {c.accent}; background: {c.selection}; }}
    QTabBar::tab:disabled {{ color: {c.control}; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {c.hairline}; }}
    QMenuBar {{ background: {c.surface}; border-bottom: 1px solid {c.hairline}; padding: 2px 8px; }}
    QMenuBar::item {{ background: transparent; padding: 5px 10px; border-radius: 6px; }}
    QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {c.raised}; }}
    QMenu {{ background: {c.surface}; border: 1px solid {c.hairline}; padding: 4px; }}
    QMenu::item {{ padding: 5px 28px 5px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.selection}; color: {c.text}; }}
    QMenu::item:disabled {{ color: {c.secondary}; }}
    QMenu::icon {{ padding-left: 8px; }}
    QMenu::separator {{ height: 1px; background: {c.hairline}; margin: 4px 8px; }}
    QMenu::right-arrow {{ image: {_image("chevron-right", c)}; width: 12px; height: 12px; }}
    QMenu::indicator {{ width: 14px; height: 14px; left: 8px; }}
    QMenu::indicator:checked {{ image: {_image("tick", c)}; }}
    QSplitter::handle {{ background: {c.hairline}; }}
    QSplitter::handle:hover {{ background: {c.accent}; }}
    QSplitter::handle:horizontal {{ width: 1px; }}
    QSplitter::handle:vertical {{ height: 1px; }}
    QGroupBox {{ border: none; margin-top: 20px; font-weight: 600; }}
    QGroupBox::title {{ subcontrol-origin: margin; left: 0; }}
    QFrame[role="surface"] {{ background: {c.surface}; border: none; }}
    QFrame[role="hairline"] {{ background: {c.hairline}; border: none; }}
    QFrame[role="card"] {{
        background: {c.surface}; border: 1px solid {c.hairline}; border-radius: 6px;
    }}
    QFrame[role="toast"] {{
        background: {c.surface}; border: 1px solid {c.control}; border-radius: 6px;
    }}
    """
