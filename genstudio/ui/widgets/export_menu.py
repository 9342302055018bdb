"""The Export button: formats, scale, and the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QActionGroup
from typing_extensions import override

from genstudio.core.errors import UserError
from genstudio.ui.recording.export_button import ExportButton
from genstudio.ui.recording.exporting import FORMATS, Exportable, copy_picture
from genstudio.ui.studio import Studio

__all__ = ["SCALES", "ExportMenu"]

SCALES = (1, 2, 4, 8, 16, 32)


class ExportMenu(ExportButton[Exportable]):
    """Writes the take that `current` returns; says with a notice how it went."""

    def __init__(self, studio: Studio, current: Callable[[], Exportable | None]) -> None:
        super().__init__(studio, current, FORMATS)
        self.scale = int(str(studio.settings.value("generate/scale", 8)))
        menu = self.choices
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
        self.show_take(None)

    def show_take(self, take: Exportable | None) -> None:
        """Follow what is shown."""
        self.setEnabled(take is not None)
        self.setToolTip(
            "Save or copy what is drawn; the file carries the recipe that made it"
            if take is not None
            else "Draw something first"
        )

    @override
    def name_of(self, take: Exportable) -> str:
        return take.file_name

    @override
    def write(self, take: Exportable, path: Path) -> None:
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
