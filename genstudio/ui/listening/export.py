"""The Export button: a take as a file of sound, with the recipe that made it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from genstudio.core.sound_file import sound_bytes
from genstudio.ui.listening.recipes import recipe_of
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.recording.exporting import Exporter, weights_of
from genstudio.ui.studio import Studio
from genstudio.ui.theme import icon

__all__ = ["FORMATS", "SoundExport"]

FORMATS = {"wav": "Sound (WAV)", "flac": "Sound (FLAC, lossless and smaller)"}
"""By suffix, in the order of the menu."""


class SoundExport(QPushButton):
    """Writes the take that `current` returns; says with a notice how it went."""

    def __init__(self, studio: Studio, current: Callable[[], SoundTake | None]) -> None:
        super().__init__(icon("export-variant"), "Export")
        self._studio = studio
        self._current = current
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
        self.setMenu(menu)
        self.show_take(None)

    def show_take(self, take: SoundTake | None) -> None:
        """Follow what is shown."""
        self.setEnabled(take is not None)
        self.setToolTip(
            "Save the sound; the file carries the recipe that made it (Ctrl+E)"
            if take is not None
            else "Generate or open a sound first"
        )

    def ask(self, suffix: str) -> None:
        """Ask where to, and save there."""
        take = self._current()
        if take is None:
            return
        folder = Path(str(self._studio.settings.value("generate/folder", Path.home())))
        dialog = QFileDialog(
            self, f"Export: {FORMATS[suffix]}", str(folder / f"{_name(take)}.{suffix}")
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setNameFilter(f"{FORMATS[suffix]} (*.{suffix})")
        dialog.fileSelected.connect(lambda chosen: self.save(take, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, take: SoundTake, path: Path) -> None:
        """Save as far as it is there; a notice says when the file is."""
        self._studio.settings.setValue("generate/folder", str(path.parent))
        samples = take.samples.copy()  # it may be growing

        def content() -> bytes:
            recipe = recipe_of(take, len(samples), weights_of(take.run))
            comment = "" if recipe is None else recipe.text()
            return sound_bytes(samples, take.space.rate, path.suffix.lower(), comment)

        self.exporter.write(path, content)


def _name(take: SoundTake) -> str:
    if take.source:
        return f"{Path(take.source).stem}-{take.space.rate}Hz"
    return f"{take.run.name}-seed{take.seed}-take{take.number}"
