"""The rows of the library: what the list holds, and how one is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from genstudio.core.errors import UserError
from genstudio.core.runs import Run
from genstudio.ui.naming import named
from genstudio.ui.shell.thumbnails import SIDE, thumbnail
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, icon, theme
from genstudio.ui.words import day, parameters, score

__all__ = ["ROW", "LibraryRows", "RowPainter"]

ROW = Qt.ItemDataRole.UserRole
"""The role under which a row hands out what it stands for: Run, UserError, or a heading's str."""

_RUN_HEIGHT, _HEADING_HEIGHT = SIDE + HALF, 28
_FAMILY_GLYPHS = {"pixelcnn": "grid", "made": "graph-outline"}

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class _Row:
    of: Run | UserError | str
    own: bool = True


class LibraryRows(QAbstractListModel):
    """Own runs, those that do not open, and the shipped ones, in two groups, filtered."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._studio = studio
        self._filter = ""
        self._rows: list[_Row] = []
        self.refresh()

    def refresh(self) -> None:
        """Take the studio's lists as they are now."""
        self.beginResetModel()
        studio = self._studio
        own = [_Row(run) for run in studio.own if self._matches(run)]
        if not self._filter:
            own += [_Row(error) for error in studio.broken]
        shipped = [_Row(run, own=False) for run in studio.shipped if self._matches(run)]
        self._rows = []
        for heading, rows in (("Yours", own), ("Shipped", shipped)):
            if rows:
                self._rows += [_Row(heading), *rows]
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Keep only runs whose title, family or data hold every word of a text."""
        self._filter = text.casefold().strip()
        self.refresh()

    @property
    def runs(self) -> Sequence[Run]:
        """The runs that are listed, from the top."""
        return [row.of for row in self._rows if isinstance(row.of, Run)]

    def index_of(self, run: Run | None) -> QModelIndex:
        """Where a run stands; an invalid index where it is not listed."""
        for number, row in enumerate(self._rows):
            if run is not None and isinstance(row.of, Run) and row.of.folder == run.folder:
                return self.index(number)
        return QModelIndex()

    def family(self, run: Run) -> str:
        """What the family is called, as far as the engine has told."""
        card = self._studio.card_of(run)
        return card.title if card is not None else run.manifest.family

    def state(self, run: Run) -> str:
        """Where a run stands: "training", "paused", "interrupted", "failed", …; or "finished"."""
        job = self._studio.training_of(run.folder)
        if job is not None:
            return "training" if job.state == "running" else job.state
        result = run.manifest.result
        return "interrupted" if result is None else result.state

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()].of
        if role == ROW:
            return row
        if isinstance(row, Run):
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
                return row.manifest.title
            if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
                return self._description(row)
        elif role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return str(row)
        return None

    @override
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        run = self._rows[index.row()].of
        if role != Qt.ItemDataRole.EditRole or not isinstance(run, Run):
            return False
        if str(value) == run.manifest.title:
            return False
        return self._studio.change_library(lambda: run.rename(str(value)))

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self._rows[index.row()]
        if not isinstance(row.of, Run):
            return Qt.ItemFlag.ItemIsEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if row.own else flags

    def _matches(self, run: Run) -> bool:
        manifest = run.manifest
        text = f"{manifest.title} {manifest.family} {self.family(run)} {manifest.data.name}"
        return all(word in text.casefold() for word in self._filter.split())

    def _description(self, run: Run) -> str:
        manifest = run.manifest
        lines = [
            manifest.title,
            f"{self.family(run)} on {manifest.data.name}, {manifest.space}",
            parameters(manifest.parameters, manifest.parameter_formula).replace(",", "\u202f"),
        ]
        if score(run):
            lines.append(f"{score(run)} on validation images")
        return "\n".join([*lines, f"{self.state(run)}, {day(manifest.created)}", str(run.folder)])


class RowPainter(QStyledItemDelegate):
    """Paints a heading, a run, or the one sentence of a run that does not open."""

    def __init__(self, rows: LibraryRows) -> None:
        super().__init__(rows)
        self._library = rows

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(ROW)
        if isinstance(row, Run):
            lines = 3 * QFontMetrics(option.font).height() + HALF
            return QSize(160, max(_RUN_HEIGHT, lines) + HALF)
        if isinstance(row, UserError):
            return QSize(160, 4 * QFontMetrics(_small(option.font)).height() + GAP)
        return QSize(160, _HEADING_HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = index.data(ROW)
        rect = option.rect.adjusted(HALF, 2, -HALF, -2)
        if isinstance(row, Run):
            self._ground(painter, option, rect)
            self._run(painter, option, rect, row)
        elif isinstance(row, UserError):
            self._broken(painter, option, rect, row)
        else:
            font = _small(option.font)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(theme().colours.secondary))
            painter.drawText(rect.adjusted(HALF, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, str(row))
        painter.restore()

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        return named(QLineEdit(parent), "Title of the run")

    @override
    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect = option.rect.adjusted(SIDE + 2 * GAP, HALF, -GAP, 0)
        editor.setGeometry(rect.left() - HALF, rect.top() - 4, rect.width() + HALF, 28)

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text())

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        colours = theme().colours
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if not selected and not hovered:
            return
        painter.setPen(QColor(colours.accent) if focused and selected else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.selection if selected else colours.raised))
        painter.drawRoundedRect(rect, 6, 6)

    def _run(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, run: Run) -> None:
        colours, state = theme().colours, self._library.state(run)
        place = QRect(rect.left() + 4, rect.center().y() - SIDE // 2 + 1, SIDE, SIDE)
        self._picture(painter, place, run)
        _dot(painter, place.topRight(), state)
        left = place.right() + GAP // 2 + 4
        text = QRect(left, rect.top() + 6, rect.right() - left - HALF, rect.height() - 12)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        small = _small(option.font)
        manifest = run.manifest
        line = QRect(text.left(), text.top(), text.width(), QFontMetrics(bold).height())
        _line(painter, line, manifest.title, bold, colours.text)
        line.translate(0, line.height() + 2)
        family = f"{self._library.family(run)} · {manifest.data.name}"
        _line(painter, line, family, small, colours.secondary)
        line.translate(0, QFontMetrics(small).height() + 2)
        words = (score(run) if state in ("finished", "stopped") else "") or state
        _line(painter, line, words, small, colours.text)
        date, metrics = day(manifest.created), QFontMetrics(small)
        if metrics.horizontalAdvance(words + date) + HALF <= line.width():  # the score matters more
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.setPen(QColor(colours.secondary))
            painter.drawText(line, right, date)

    def _picture(self, painter: QPainter, place: QRect, run: Run) -> None:
        pixmap = thumbnail(run, painter.device().devicePixelRatioF())
        if pixmap is not None:
            size = pixmap.deviceIndependentSize().toSize()
            corner = place.center() - QPoint(size.width() // 2 - 1, size.height() // 2 - 1)
            painter.drawPixmap(corner, pixmap)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().colours.raised))
        painter.drawRoundedRect(place, 4, 4)
        glyph = _FAMILY_GLYPHS.get(run.manifest.family, "chart-bell-curve")
        icon(glyph, "secondary").paint(painter, place.adjusted(16, 16, -16, -16))

    def _broken(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, error: UserError
    ) -> None:
        icon("alert-circle-outline", "bad").paint(
            painter, QRect(rect.left() + HALF, rect.top() + 6, 16, 16)
        )
        painter.setFont(_small(option.font))
        painter.setPen(QColor(theme().colours.secondary))
        painter.drawText(
            rect.adjusted(32, 4, -HALF, 0), int(Qt.TextFlag.TextWrapAnywhere), str(error)
        )


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(max(9, font.pixelSize() - 2))
    return small


def _line(painter: QPainter, rect: QRect, text: str, font: QFont, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _dot(painter: QPainter, corner: QPoint, state: str) -> None:
    colours = theme().colours
    found = {
        "training": colours.accent,
        "paused": colours.secondary,
        "failed": colours.bad,
        "interrupted": colours.warn,
    }.get(state)
    if found is not None:
        painter.setPen(QColor(colours.surface))
        painter.setBrush(QColor(found))
        painter.drawEllipse(corner, 5, 5)
