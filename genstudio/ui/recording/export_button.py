"""The Export button: asks where to, writes there, and says with a notice how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from genstudio.ui.recording.exporting import Exporter
from genstudio.ui.studio import Studio
from genstudio.ui.theme import icon

__all__ = ["ExportButton"]

_T = TypeVar("_T")
_FOLDER = "generate/folder"


class ExportButton(QPushButton, Generic[_T]):
    """A menu of formats for the take that `current` returns.

    Args:
        formats: what they are called, by suffix, in the order of the menu.
    """

    def __init__(
        self, studio: Studio, current: Callable[[], _T | None], formats: Mapping[str, str]
    ) -> None:
        super().__init__(icon("export-variant"), "Export")
        self._studio = studio
        self._current = current
        self._formats = formats
        self.exporter = Exporter(self)
        self.exporter.written.connect(
            lambda path: studio.notice("good", f"“{path.name}” is saved.", str(path.parent))
        )
        self.exporter.failed.connect(
            lambda error: studio.notice("error", error.title, error.advice)
        )
        self.choices = QMenu(self)
        for suffix, words in formats.items():
            self.choices.addAction(f"{words}…").triggered.connect(
                lambda _, suffix=suffix: self.ask(suffix)
            )
        self.setMenu(self.choices)

    def name_of(self, take: _T) -> str:
        """What its file is called, without a suffix."""
        raise NotImplementedError

    def write(self, take: _T, path: Path) -> None:
        """Begin to write it; the exporter says when it is there."""
        raise NotImplementedError

    def ask(self, suffix: str) -> None:
        """Ask where to, and save there."""
        take = self._current()
        if take is None:
            return
        words = self._formats[suffix]
        folder = Path(str(self._studio.settings.value(_FOLDER, Path.home())))
        name = str(folder / f"{self.name_of(take)}.{suffix}")
        dialog = QFileDialog(self, f"Export: {words}", name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setNameFilter(f"{words} (*.{suffix})")
        dialog.fileSelected.connect(lambda chosen: self.save(take, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, take: _T, path: Path) -> None:
        """Save to a file; a notice says when it is there."""
        self._studio.settings.setValue(_FOLDER, str(path.parent))
        self.write(take, path)
