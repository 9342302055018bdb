"""Which other runs' curves lie over the one that is looked at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from genstudio.core.runs import Run
from genstudio.ui.theme import HALF, icon
from genstudio.ui.words import score

__all__ = ["Overlays"]

_MOST_ROWS = 10  # more are scrolled to


class Overlays(QToolButton):
    """A button with a list of runs to tick.

    Attributes:
        ticked: a run was ticked or unticked (folder, whether).
    """

    ticked = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setText("Overlay")
        self.setIcon(icon("chart-multiple"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName("Overlay other runs")
        self.list = QListWidget()
        self.list.setAccessibleName("Runs to overlay")
        self.list.setMinimumWidth(360)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(self._changed)
        words = QLabel("Lay the curves of other runs over this one")
        words.setProperty("role", "secondary")
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(HALF, HALF, HALF, HALF)
        column.addWidget(words)
        column.addWidget(self.list)
        action = QWidgetAction(self)
        action.setDefaultWidget(box)
        menu = QMenu(self)
        menu.addAction(action)
        menu.aboutToShow.connect(self.list.setFocus)
        self.setMenu(menu)

    def offer(self, runs: list[Run], ticked: set[Path]) -> None:
        """List these runs."""
        self.list.blockSignals(True)
        self.list.clear()
        for run in runs:
            best = score(run)
            item = QListWidgetItem(f"{run.manifest.title}   {best}".rstrip())
            item.setData(Qt.ItemDataRole.UserRole, run.folder)
            item.setToolTip(run.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = run.folder in ticked
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        row = self.list.sizeHintForRow(0) if runs else 0
        self.list.setFixedHeight(row * min(len(runs), _MOST_ROWS) + 2 * self.list.frameWidth() + 8)
        self.setEnabled(bool(runs))
        self.setToolTip(
            "Lay the curves of other runs over this one"
            if runs
            else "There is no other run yet; train a second one to compare."
        )

    def _changed(self, item: QListWidgetItem) -> None:
        checked = item.checkState() == Qt.CheckState.Checked
        self.ticked.emit(item.data(Qt.ItemDataRole.UserRole), checked)
