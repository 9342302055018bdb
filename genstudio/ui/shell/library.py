"""The library: one's own runs and the shipped ones, with a filter, on the left of the window."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
)
from typing_extensions import override

from genstudio.core.messages import TrainProgress
from genstudio.core.runs import Run
from genstudio.ui.naming import named, with_role
from genstudio.ui.shell.library_rows import ROW, LibraryRows, RowPainter
from genstudio.ui.shell.run_actions import RunActions
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import GAP, HALF, icon

__all__ = ["Library"]


class Library(QFrame):
    """A searchable list of runs; choosing one here chooses it everywhere."""

    train_wanted = Signal()

    def __init__(self, studio: Studio, actions: RunActions) -> None:
        super().__init__()
        named(self, "Library", role="surface")
        self.studio = studio
        self._actions = actions
        self.rows = LibraryRows(studio)
        self.filter = named(
            QLineEdit(placeholderText="Filter", clearButtonEnabled=True),
            "Filter the library",
            "Show only runs whose title, family or data hold these words",
        )
        leading = QLineEdit.ActionPosition.LeadingPosition
        self.filter.addAction(icon("magnify", "secondary"), leading)
        self.list = named(_List(), "Runs")
        self.list.setModel(self.rows)
        self.list.setItemDelegate(RowPainter(self.rows))
        self.empty = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignTop)
        self.empty.setProperty("role", "secondary")
        self.train = QPushButton(icon("plus"), "Train new")
        self.train.setToolTip("Show the Train panel, where a new model is made")
        self.train.clicked.connect(self.train_wanted)
        self._arrange()
        self.filter.textChanged.connect(self._filter)
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.list.customContextMenuRequested.connect(self._menu)
        actions.rename_wanted.connect(self.rename)
        studio.runs_changed.connect(self.refresh)
        studio.described.connect(self.refresh)
        studio.run_selected.connect(self._follow)
        studio.jobs_changed.connect(self._repaint)
        studio.job_started.connect(self._watch)
        self.refresh()

    def _arrange(self) -> None:
        self.setMinimumWidth(216)
        heading = with_role(QLabel("Library"), "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, GAP)
        layout.setSpacing(HALF)
        for widget in (heading, self.filter, self.list, self.empty, self.train):
            if widget is self.list:
                layout.addWidget(widget, 1)
                continue
            inset = QVBoxLayout()
            inset.setContentsMargins(GAP, 0, GAP, 0)
            inset.addWidget(widget)
            layout.addLayout(inset, 1 if widget is self.empty else 0)

    def refresh(self) -> None:
        """Take the studio's lists as they are now."""
        self.rows.refresh()
        self._after()

    def rename(self) -> None:
        """Edit the chosen run's title in place."""
        index = self.rows.index_of(self.studio.selected)
        if index.isValid():
            self.list.setFocus()
            self.list.edit(index)

    def _filter(self, text: str) -> None:
        self.rows.set_filter(text)
        self._after()

    def _after(self) -> None:
        """Say so when nothing is listed; mark the chosen run."""
        listed = self.rows.rowCount() > 0
        self.list.setVisible(listed)
        self.empty.setVisible(not listed)
        self.empty.setText(
            "No run matches the filter."
            if self.filter.text().strip()
            else "No runs yet. Train your first model; digits take about a minute."
        )
        self._follow(self.studio.selected)

    def _follow(self, run: Run | None) -> None:
        model = self.list.selectionModel()
        index = self.rows.index_of(run)
        if index != self.list.currentIndex():
            model.blockSignals(True)
            self.list.setCurrentIndex(index)
            model.blockSignals(False)
        self.list.viewport().update()

    def _choose(self, current: QModelIndex) -> None:
        run = current.data(ROW) if current.isValid() else None
        if isinstance(run, Run) and (
            self.studio.selected is None or run.folder != self.studio.selected.folder
        ):
            self.studio.select(run.folder)

    def _menu(self, at: QPoint) -> None:
        if not isinstance(self.list.indexAt(at).data(ROW), Run):
            return
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.addActions(list(self._actions.all()))
        menu.insertSeparator(self._actions.delete)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _watch(self, job: Job) -> None:
        job.progressed.connect(self._take_progress)
        job.state_changed.connect(self._repaint)

    def _take_progress(self, payload: object) -> None:
        if isinstance(payload, TrainProgress) and payload.preview is not None:
            self._repaint()

    def _repaint(self) -> None:
        self.list.viewport().update()


class _List(QListView):
    """A list whose arrows skip what cannot be chosen, and whose Enter leaves the choice alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Menu:
            rect = self.visualRect(self.currentIndex())
            self.customContextMenuRequested.emit(rect.center())
            return
        super().keyPressEvent(event)
