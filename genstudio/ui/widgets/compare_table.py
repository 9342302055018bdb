"""The table of a comparison: a tick and a colour for each run, and its figures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from genstudio.core.comparison import Facts
from genstudio.ui.words import span

__all__ = ["CompareTable"]

_COLUMNS = {
    "Run": "Tick the runs to compare (Space)",
    "Parameters": "Trained numbers",
    "bits/dim": "Best validation score: = exact, ≤ a bound.\n−log₂ p(x) / D",
    "nats": "The same per image: −ln p(x)",
    "This image": "Nats of the image whose surprise is shown: = exact, ≤ a bound",
    "Trained for": "Time of training, pauses left out",
    "Best epoch": "Passes over the data at the best validation",
    "Time an image": "To draw one image alone, here and now",
    "Error": "Of a family without a likelihood, best on validation images:\na mean square",
}
_ROW = 30


class CompareTable(QTableWidget):
    """One row a run.

    Attributes:
        ticked: a run was ticked or unticked (its row, whether).
    """

    ticked = Signal(int, bool)

    def __init__(self) -> None:
        super().__init__(0, len(_COLUMNS))
        self.setAccessibleName("Runs and their figures")
        for column, (words, tip) in enumerate(_COLUMNS.items()):
            heading = QTableWidgetItem(words)
            heading.setToolTip(tip)
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            heading.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(column, heading)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.itemChanged.connect(self._changed)

    def show_facts(self, rows: Sequence[tuple[Facts, str | None]]) -> None:
        """Show each run's facts; a colour where it is ticked, None where it is not."""
        self.blockSignals(True)
        self.setRowCount(len(rows))
        best = min(
            (facts.valid_bits_per_dim for facts, _ in rows if facts.valid_bits_per_dim is not None),
            default=None,
        )
        for row, (facts, colour) in enumerate(rows):
            title = QTableWidgetItem(facts.title)
            title.setFlags(title.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = colour is not None
            title.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            title.setData(Qt.ItemDataRole.DecorationRole, _swatch(colour))
            title.setToolTip(f"{facts.name}, {facts.family}")
            self.setItem(row, 0, title)
            for column, text in enumerate(_words(facts), 1):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if column == 2 and best is not None and facts.valid_bits_per_dim == best:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                    item.setToolTip("The best of these")
                self.setItem(row, column, item)
        self.blockSignals(False)
        frame = 2 * self.frameWidth() + self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(frame + _ROW * min(6, max(2, len(rows))))

    def _changed(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self.ticked.emit(item.row(), item.checkState() == Qt.CheckState.Checked)


def _words(facts: Facts) -> tuple[str, ...]:
    mark = facts.mark
    bits, nats = facts.valid_bits_per_dim, facts.valid_nats
    return (
        f"{facts.parameters:,}",
        "–" if bits is None else f"{mark} {bits:.4f}",
        "–" if nats is None else f"   {mark} {nats:.2f}",
        _image(facts),
        "–" if facts.training_seconds is None else span(facts.training_seconds),
        "–" if facts.best_epoch is None else f"{facts.best_epoch:.1f}",
        "…" if facts.seconds_per_image is None else _short(facts.seconds_per_image),
        "–" if facts.valid_error is None else f"{facts.valid_error:.3g}",
    )


def _image(facts: Facts) -> str:
    if facts.seconds_per_image is None:
        return "…"
    return "–" if facts.image_nats is None else f"{facts.mark} {facts.image_nats:.2f}"


def _short(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.2g} s"


def _swatch(colour: str | None) -> QPixmap:
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(colour) if colour else Qt.GlobalColor.transparent)
    return pixmap
