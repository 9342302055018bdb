"""The classes of the map in their colours; each can be left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from genstudio.core.spaces import Label
from genstudio.ui.latent.map_layers import colour_of_class
from genstudio.ui.theme import theme

__all__ = ["MapLegend"]

_WIDE = 36  # pixels that a button needs at the least
_DOT = 10
# Ten outlined buttons would outshine the map; the dot says what is shown.
_QUIET = (
    "QToolButton { padding: 2px 1px; } "
    "QToolButton:!focus { background: transparent; border-color: transparent; }"
)


class MapLegend(QWidget):
    """A button for each class; a double click shows that class alone, or all again.

    Attributes:
        filtered: another choice of classes is shown.
    """

    filtered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Classes on the map")
        self.buttons: list[QToolButton] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        theme().changed.connect(self._paint)

    def offer(self, label: Label | None) -> None:
        """Offer the classes of a label, all of them shown; None hides the legend."""
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        for which, name in enumerate(() if label is None else label.classes):
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            button.setChecked(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIconSize(QSize(_DOT, _DOT))
            button.setProperty("role", "plain")
            button.setMinimumHeight(24)
            button.setStyleSheet(_QUIET)
            said = "" if label is None else label.name.capitalize()
            button.setAccessibleName(f"{said} {name}")
            button.setToolTip(f"{said} {name}: show or hide; double click for these alone")
            button.clicked.connect(self._changed)
            button.installEventFilter(self)
            button.setProperty("which", which)
            self.buttons.append(button)
        self.setVisible(bool(self.buttons))
        self._arrange()
        self._paint()

    def shows(self) -> NDArray[np.bool_]:
        """(classes,) which are shown."""
        return np.array([button.isChecked() for button in self.buttons], np.bool_)

    def only(self, which: int) -> None:
        """Show one class alone; all when it was alone already."""
        alone = self.shows().sum() == 1 and self.buttons[which].isChecked()
        for index, button in enumerate(self.buttons):
            button.setChecked(alone or index == which)
        self._changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonDblClick:
            self.only(int(watched.property("which")))
            return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    def _arrange(self) -> None:
        widest = max((button.sizeHint().width() for button in self.buttons), default=_WIDE)
        columns = max(1, self.width() // (max(_WIDE, widest) + 2))
        columns = min(columns, max(1, len(self.buttons)))
        for index, button in enumerate(self.buttons):
            self._grid.addWidget(button, *divmod(index, columns))

    def _changed(self) -> None:
        self._paint()
        self.filtered.emit()

    def _paint(self) -> None:
        for which, button in enumerate(self.buttons):
            button.setIcon(_dot(colour_of_class(which), button.isChecked()))


def _dot(colour: QColor, filled: bool) -> QIcon:
    """Filled where the class is shown, a ring where it is left out."""
    pixmap = QPixmap(2 * _DOT, 2 * _DOT)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = painter.pen()
    pen.setColor(colour)
    pen.setWidth(3)
    painter.setPen(pen)
    painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(2, 2, 2 * _DOT - 4, 2 * _DOT - 4)
    painter.end()
    return QIcon(pixmap)
