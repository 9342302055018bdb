"""One factor p(xᵢ | x₁ … xᵢ₋₁) as a table: a row for each context, a column for each model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView
from typing_extensions import override

from genstudio.core.chain import ChainFit, ChainTruth
from genstudio.core.joint import contexts, factor
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.factor_strip import past_words

__all__ = ["FactorTable"]

Index = QModelIndex | QPersistentModelIndex
_SHORT = {"Full table": "Full", "Independent": "Indep."}


class _Factor(QAbstractTableModel):
    """The numbers of one factor; the contexts that the truth knows best stand first."""

    def __init__(self) -> None:
        super().__init__()
        self.headers: list[str] = []
        self.contexts: list[str] = []
        self.seen = np.zeros(0, np.int64)
        self.values = np.zeros((0, 0))

    def show(self, i: int, truth: ChainTruth, fits: Sequence[ChainFit]) -> None:
        self.beginResetModel()
        rank = np.argsort(-contexts(truth.probabilities, i), kind="stable")
        columns = [truth.probabilities, *(fit.probabilities for fit in fits)]
        self.values = np.stack([factor(p, i)[rank] for p in columns], axis=1)
        self.seen = contexts(truth.counts.astype(float), i)[rank].astype(np.int64)
        self.contexts = [f"{context:0{i - 1}b}" if i > 1 else "–" for context in rank]
        past = past_words(i) or "–"
        titles = [_SHORT.get(fit.title, fit.title) for fit in fits]
        self.headers = [past, "Seen", "Truth", *titles]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.contexts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as above
        return 0 if parent.isValid() else len(self.headers)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headers[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignCenter)
        if role == Qt.ItemDataRole.ForegroundRole and not self.seen[row] and column != 2:
            return QColor(theme().colours.secondary)
        if role == Qt.ItemDataRole.ToolTipRole and not self.seen[row]:
            return "No sample begins like this: a table knows only its prior here."
        return self._words(row, column) if role == Qt.ItemDataRole.DisplayRole else None

    def _words(self, row: int, column: int) -> str:
        if column == 0:
            return self.contexts[row]
        if column == 1:
            return f"{self.seen[row]:,}"
        return f"{self.values[row, column - 2]:.2f}"


class FactorTable(QTableView):
    """P(xᵢ = 1) in every context; what was never seen in the samples is grey."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The chosen factor's table")
        self.numbers = _Factor()
        self.setModel(self.numbers)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(24)
        header.setHighlightSections(False)
        theme().changed.connect(self._take_theme)
        self._take_theme()

    def show_factor(self, i: int, truth: ChainTruth, fits: Sequence[ChainFit]) -> None:
        """Show the i-th factor of the truth and of the models."""
        self.numbers.show(i, truth, fits)
        self._take_widths()

    def _take_theme(self) -> None:
        size = max(9, theme().text_size - 2)
        self.setStyleSheet(
            f"QTableView, QHeaderView::section {{ font-size: {size}px; }}"
            "QHeaderView::section { padding: 2px 0; } QTableView::item { padding: 0; }"
        )
        self.verticalHeader().setDefaultSectionSize(size + 9)
        self._take_widths()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_widths()

    def _take_widths(self) -> None:
        """As wide as the widest words; what room is left is shared."""
        numbers = self.numbers
        if not numbers.contexts:
            return
        font = QFont(self.font())
        font.setPixelSize(max(9, theme().text_size - 2))
        measure = QFontMetrics(font).horizontalAdvance
        rows = [numbers.contexts[0], f"{numbers.seen.max():,}"]
        rows += ["0.00"] * (len(numbers.headers) - 2)
        widths = [
            max(measure(header), measure(row)) + HALF
            for header, row in zip(numbers.headers, rows, strict=True)
        ]
        spare = max(0, self.viewport().width() - sum(widths)) // len(widths)
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width + spare)
