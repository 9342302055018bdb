"""One latent dimension: its number, its slider, its value, a lock, and a sweep to and fro."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QToolButton, QWidget

from genstudio.ui.latent.painting import small_font
from genstudio.ui.latent.track import Track
from genstudio.ui.naming import named
from genstudio.ui.theme import icon, theme
from genstudio.ui.words import decimal

__all__ = ["LARGE", "SMALL", "DimensionRow"]

SMALL, LARGE = 36, 76
"""Pixels high, with the strip in the line of the rest and below it."""

_BUTTON = 24
_WIDEST, _AROUND = "−99.99", 16  # and pixels of padding, outline and the cursor


class DimensionRow(QWidget):
    """Shows a dimension; what is done to it is told, not done.

    Attributes:
        dragged: to so far along, from 0 to 1.
        stepped: by so many small steps.
        typed: a number in the unit that is shown.
        homed: back to where it started.
        settled: a drag has ended.
        locked: hold still, or not.
        swept: sweep to and fro, or not.
        dim: which dimension, from 0.
    """

    dragged = Signal(float)
    stepped = Signal(int)
    typed = Signal(float)
    homed = Signal()
    settled = Signal()
    locked = Signal(bool)
    swept = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.dim = 0
        self.carries = _Carries()
        self.track = Track()
        self.edit = _Edit()
        self.lock = _toggle()
        self.sweep = _toggle()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(2)
        self._large: bool | None = None
        self.set_large(False)
        self.track.dragged.connect(self.dragged)
        self.track.stepped.connect(self.stepped)
        self.track.homed.connect(self.homed)
        self.track.settled.connect(self.settled)
        self.edit.stepped.connect(self.stepped)
        self.edit.editingFinished.connect(self._type)
        self.lock.clicked.connect(self.locked)
        self.sweep.clicked.connect(self.swept)

    def set_large(self, large: bool) -> None:
        """The strip over the whole width below the rest, or between the rest in one line."""
        if large == self._large:
            return
        self._large = large
        self.track.thumbnails = 7 if large else 5
        self.setMinimumHeight(LARGE if large else SMALL)
        for widget in (self.carries, self.track, self.edit, self.lock, self.sweep):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.carries, 0, 0)
        if large:
            self._grid.addWidget(self.track, 1, 0, 1, 5)
        else:
            self._grid.addWidget(self.track, 0, 1)
        for column, control in enumerate((self.edit, self.lock, self.sweep), 2):
            self._grid.addWidget(control, 0, column)
        self._grid.setColumnStretch(1, 1)
        self._grid.setRowStretch(0, 0 if large else 1)
        self._grid.setRowStretch(1, 1 if large else 0)

    def show_dim(self, dim: int, share: float, words: str, collapsed: bool) -> None:
        """Stand for a dimension.

        Args:
            dim: from 0.
            share: how much it carries, of what the dimension that carries most does.
            words: the same in words.
            collapsed: whether it carries next to nothing.
        """
        self.dim = dim
        name = f"Dimension {dim + 1}"
        self.carries.show_share(dim + 1, share, collapsed)
        self.carries.setToolTip(words)
        named(self.track, name, f"{words}\nDrag, or use the arrows; Home or a double click: back")
        named(self.edit, f"{name}, value")
        named(self.lock, f"Lock dimension {dim + 1}", "Hold still, whatever moves the code")
        named(self.sweep, f"Sweep dimension {dim + 1}", "To and fro along this dimension")

    def show_value(self, share: float, home: float, number: float, unit: str) -> None:
        """Where it stands; a number that is being typed stays."""
        self.track.show_share(share, home)
        self.edit.setToolTip(f"In {unit}; type a number and press Enter")
        if not self.edit.isModified():
            self.edit.setText(_shown(number))

    def show_state(self, locked: bool, sweeping: bool) -> None:
        """Whether it holds still, and whether it sweeps."""
        self.track.hold(locked)
        self.edit.setReadOnly(locked)
        self.lock.setChecked(locked)
        self.lock.setIcon(icon("lock-outline" if locked else "lock-open-variant-outline"))
        self.sweep.setChecked(sweeping)
        self.sweep.setIcon(icon("stop" if sweeping else "play"))
        self.sweep.setEnabled(not locked)

    def show_pictures(self, pictures: list[QImage]) -> None:
        """The traversal behind the slider."""
        self.track.show_pictures(pictures)

    def _type(self) -> None:
        if not self.edit.isModified():
            return
        self.edit.setModified(False)
        try:
            number = float(self.edit.text().strip().replace("−", "-").replace(",", "."))
        except ValueError:
            number = math.nan
        if math.isfinite(number) and abs(number) < 1e6:
            self.typed.emit(number)
        else:
            self.stepped.emit(0)  # shows again what it was


class _Edit(QLineEdit):
    """A number; Up and Down step it."""

    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setStyleSheet("QLineEdit { padding: 0 4px; }")
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """As wide as the widest number that is shown with decimals."""
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(_WIDEST) + _AROUND)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.setModified(False)
            self.stepped.emit(step)


class _Carries(QWidget):
    """The dimension's number over a bar that says how much it carries."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(26, 30)
        self._number, self._share, self._collapsed = 0, 0.0, False
        theme().changed.connect(self.update)

    def show_share(self, number: int, share: float, collapsed: bool) -> None:
        self._number, self._share, self._collapsed = number, share, collapsed
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.setFont(small_font(self))
        painter.setPen(QColor(colours.secondary if self._collapsed else colours.text))
        words = QRectF(0, 0, self.width(), self.height() - 4)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignCenter), str(self._number))
        bar = QRectF(0, self.height() - 5, self.width(), 3)
        painter.fillRect(bar, QColor(colours.hairline))
        bar.setWidth(bar.width() * self._share)
        painter.fillRect(bar, QColor(colours.accent))


def _toggle() -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "plain")
    button.setCheckable(True)
    button.setFixedSize(_BUTTON, _BUTTON)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def _shown(number: float) -> str:
    return decimal(number, 2 if abs(number) < 100 else 0)
