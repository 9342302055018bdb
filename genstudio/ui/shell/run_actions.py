"""What one can do with a run; the menus, the library and the palette share these actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from genstudio.core import library
from genstudio.core.errors import UserError
from genstudio.core.messages import Train
from genstudio.core.runs import Run
from genstudio.ui.studio import Studio
from genstudio.ui.theme import icon

__all__ = ["RunActions"]


class RunActions(QObject):
    """Actions on the chosen run; each says in its tooltip why it cannot be had.

    Attributes:
        rename, duplicate, export, show_folder, go_on, delete: the actions.
    """

    rename_wanted = Signal()

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self.studio = studio
        self._window = window
        self.rename = self._action("Rename", "rename-box", "F2", self.rename_wanted.emit)
        self.duplicate = self._action("Duplicate", "content-copy", "Ctrl+D", self._duplicate)
        self.export = self._action("Export run…", "export-variant", "Ctrl+Shift+E", self._export)
        self.show_folder = self._action("Show run folder", "folder-outline", "", self._show_folder)
        self.go_on = self._action("Continue training", "play-circle-outline", "", self._go_on)
        self.delete = self._action("Move to trash…\tDel", "trash-can-outline", "", self._delete)
        studio.run_selected.connect(self._allow)
        studio.jobs_changed.connect(self._allow)
        self._allow()

    def all(self) -> Iterator[QAction]:
        """Every action, in the order of the menus."""
        yield from (self.rename, self.duplicate, self.export, self.show_folder, self.go_on)
        yield self.delete

    def _action(self, words: str, glyph: str, keys: str, slot: Callable[[], object]) -> QAction:
        action = QAction(icon(glyph), words, self)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked: slot())
        return action

    def _allow(self) -> None:
        run = self.studio.selected
        reasons = dict.fromkeys(self.all(), "" if run else "Choose a model in the library first.")
        if run is not None:
            training = self.studio.training_of(run.folder) is not None
            if run in self.studio.shipped:
                shipped = "Models that come with GenStudio stay as they are; duplicate it first."
                reasons |= dict.fromkeys((self.rename, self.delete), shipped)
            elif training:
                reasons[self.delete] = "It is being trained; stop the training first."
                reasons[self.go_on] = "It is being trained already."
        for action, reason in reasons.items():
            action.setEnabled(not reason)
            action.setToolTip(reason or action.text().partition("\t")[0].rstrip("…"))
            action.setStatusTip(reason)

    # --- the actions; each is enabled only while a run is chosen ---

    def _chosen(self) -> Run:
        run = self.studio.selected
        if run is None:
            raise RuntimeError("the action needs a chosen run")
        return run

    def _duplicate(self) -> None:
        run, copies = self._chosen(), list[Run]()
        if self.studio.change_library(lambda: copies.append(run.duplicate(self.studio.root))):
            self.studio.select(copies[0].folder)

    def _export(self) -> None:
        run = self._chosen()
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export run", f"{run.name}.zip", "Exported runs (*.zip *.genstudio)"
        )
        if not name:
            return
        try:
            library.export_run(run, Path(name))
        except UserError as error:
            self.studio.notice("error", error.title, error.advice)
        else:
            self.studio.notice("good", f"“{run.manifest.title}” was exported.", name)

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._chosen().folder)))

    def _go_on(self) -> None:
        """Resume from the checkpoint; where there is none, the Train panel offers the weights."""
        run = self._chosen()
        if run.resumable and run not in self.studio.shipped:
            self.studio.train(Train(resume=run.folder), run.manifest.title)
        self.studio.panel_wanted.emit("Train")

    def _delete(self) -> None:
        run = self._chosen()
        answer = QMessageBox.question(
            self._window,
            "Move to trash",
            f"Move “{run.manifest.title}” to the trash?\n"
            "Its weights and curves can be brought back from there.",
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
        )
        if answer == QMessageBox.StandardButton.Yes and self.studio.change_library(
            lambda: library.delete_run(run)
        ):
            self.studio.notice("info", f"“{run.manifest.title}” is in the trash now.")
