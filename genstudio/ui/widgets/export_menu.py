"""The Export button: formats, scale, and the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from genstudio.core.errors import UserError
from genstudio.ui.recording.exporting import FORMATS, Exportable, Exporter, copy_picture
from genstudio.ui.studio import Studio
from genstudio.ui.theme import icon

__all__ = ["SCALES", "ExportMenu"]

SCALES = (1, 2, 4, 8, 16, 32)


class ExportMenu(QPushButton):
    """Writes the take that `current` returns; says with a notice how it went."""

    def __init__(self, studio: Studio, current: Callable[[], Exportable | None]) -> None:
        super().__init__(icon("export-variant"), "Export")
        self._studio = studio
        self._current = current
        self.scale = int(str(studio.settings.value("generate/scale", 8)))
        self.exporter = Exporter(self)
        self.exporter.written.connect(
            lambda path: studio.notice("good", f"“{path.name}” is saved.", str(path.parent))
        )
        self.exporter.failed.connect(
            lambda error: studio.notice("error", error.title, error.advice)
        )
        menu = QMenu(self)
        for suffix, words in FORMATS.items():
            menu.addAction(f"{words}…").triggered.connect(lambda _, suffix=suffix: self.ask(suffix))
        menu.addSeparator()
        menu.addAction("Copy picture\tCtrl+C").triggered.connect(self.copy)
        sizes = menu.addMenu("Scale")
        group = QActionGroup(sizes)
        for scale in SCALES:
            action = sizes.addAction(f"{scale} × {scale} pixels per symbol")
            action.setCheckable(True)
            action.setChecked(scale == self.scale)
            action.triggered.connect(lambda _, scale=scale: self._choose(scale))
            group.addAction(action)
        self.setMenu(menu)
        self.show_take(None)

    def show_take(self, take: Exportable | None) -> None:
        """Follow what is shown."""
        self.setEnabled(take is not None)
        self.setToolTip(
            "Save or copy what is drawn; the file carries the recipe that made it"
            if take is not None
            else "Draw something first"
        )

    def ask(self, suffix: str) -> None:
        """Ask where to, and save there."""
        take = self._current()
        if take is None:
            return
        folder = Path(str(self._studio.settings.value("generate/folder", Path.home())))
        name = f"{take.file_name}.{suffix}"
        dialog = QFileDialog(self, f"Export: {FORMATS[suffix]}", str(folder / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setNameFilter(f"{FORMATS[suffix]} (*.{suffix})")
        dialog.fileSelected.connect(lambda chosen: self.save(take, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, take: Exportable, path: Path) -> None:
        """Save to a file; a notice says when it is there."""
        self._studio.settings.setValue("generate/folder", str(path.parent))
        self.exporter.save(take, path, self.scale)

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        take = self._current()
        if take is None:
            return
        try:
            copy_picture(take, self.scale)
        except UserError as error:
            self._studio.notice("error", error.title, error.advice)
            return
        self._studio.notice("good", "The picture is on the clipboard.")

    def _choose(self, scale: int) -> None:
        self.scale = scale
        self._studio.settings.setValue("generate/scale", scale)
