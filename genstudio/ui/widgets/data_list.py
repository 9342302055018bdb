"""The datasets, each with where it stands."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)
from typing_extensions import override

from genstudio.data import catalog
from genstudio.ui.data_state import DataState, data_state
from genstudio.ui.naming import named
from genstudio.ui.theme import HALF, icon, theme

__all__ = ["DataList"]

_NAME, _STATE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_GLYPHS = {
    "embedded": ("package-variant-closed", "secondary"),
    "here": ("check-circle-outline", "good"),
    "part": ("circle-half-full", "warn"),
    "remote": ("tray-arrow-down", "secondary"),
    "yours": ("folder-outline", "secondary"),
}
_GLYPH = 18


class DataList(QListWidget):
    """One row for each dataset of the catalog: its title, and whether it is here.

    Attributes:
        chosen: another dataset was chosen, by its name.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        named(self, "Datasets")
        self.setItemDelegate(_Painter(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setStyleSheet("QListWidget { background: transparent; }")
        self._states: dict[str, DataState] = {}
        for card in catalog.cards():
            item = QListWidgetItem(card.title)
            item.setData(_NAME, card.name)
            self.addItem(item)
        self.refresh()
        self.currentItemChanged.connect(
            lambda item, _: self.chosen.emit(item.data(_NAME)) if item is not None else None
        )

    def refresh(self) -> None:
        """Look again which datasets are here."""
        for row, card in enumerate(catalog.cards()):
            state = self._states[card.name] = data_state(card)
            item = self.item(row)
            item.setData(_STATE, state)
            item.setToolTip(f"{card.summary}\n{state.words}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{card.title}: {state.words}")

    def state_of(self, name: str) -> DataState:
        """Where a dataset stood when it was last looked for."""
        return self._states[name]

    def choose(self, name: str) -> None:
        """Choose a dataset; one that there is not leaves things as they are."""
        for row in range(self.count()):
            if self.item(row).data(_NAME) == name:
                self.setCurrentRow(row)


class _Painter(QStyledItemDelegate):
    """A glyph of the state, the title, and the state in words below it."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(120, 2 * QFontMetrics(option.font).height() + 2 * HALF)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        state = index.data(_STATE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = option.rect.adjusted(HALF, 2, -HALF, -2)
        _ground(painter, option, rect)
        glyph, colour = _GLYPHS[state.kind]
        icon(glyph, colour).paint(
            painter,
            QRect(rect.left() + HALF, rect.center().y() - _GLYPH // 2 + 1, _GLYPH, _GLYPH),
        )
        small = QFont(option.font)
        small.setPixelSize(max(9, option.font.pixelSize() - 2))
        left = rect.left() + 2 * HALF + _GLYPH
        upper = QFontMetrics(option.font).height()
        line = QRect(left, rect.top() + HALF - 3, rect.right() - left - HALF, upper)
        colours = theme().colours
        _line(painter, line, index.data(), option.font, colours.text)
        line.translate(0, upper + 1)
        _line(painter, line, state.words, small, colours.secondary)
        painter.restore()


def _ground(painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
    colours = theme().colours
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
    if selected or option.state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(QColor(colours.accent) if focused and selected else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.selection if selected else colours.raised))
        painter.drawRoundedRect(rect, 6, 6)


def _line(painter: QPainter, rect: QRect, text: str, font: QFont, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
