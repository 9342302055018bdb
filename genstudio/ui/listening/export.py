"""The Export button: a take as a file of sound, with the recipe that made it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from typing_extensions import override

from genstudio.core.sound_file import sound_bytes
from genstudio.ui.listening.recipes import recipe_of
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.recording.export_button import ExportButton
from genstudio.ui.recording.exporting import weights_of
from genstudio.ui.studio import Studio

__all__ = ["FORMATS", "SoundExport"]

FORMATS = {"wav": "Sound (WAV)", "flac": "Sound (FLAC, lossless and smaller)"}
"""By suffix, in the order of the menu."""


class SoundExport(ExportButton[SoundTake]):
    """Writes the take that `current` returns as far as it is there."""

    def __init__(self, studio: Studio, current: Callable[[], SoundTake | None]) -> None:
        super().__init__(studio, current, FORMATS)
        self.show_take(None)

    def show_take(self, take: SoundTake | None) -> None:
        """Follow what is shown."""
        self.setEnabled(take is not None)
        self.setToolTip(
            "Save the sound; the file carries the recipe that made it (Ctrl+E)"
            if take is not None
            else "Generate or open a sound first"
        )

    @override
    def name_of(self, take: SoundTake) -> str:
        if take.source:
            return f"{Path(take.source).stem}-{take.space.rate}Hz"
        return f"{take.run.name}-seed{take.seed}-take{take.number}"

    @override
    def write(self, take: SoundTake, path: Path) -> None:
        samples = take.samples.copy()  # it may be growing

        def content() -> bytes:
            recipe = recipe_of(take, len(samples), weights_of(take.run))
            comment = "" if recipe is None else recipe.text()
            return sound_bytes(samples, take.space.rate, path.suffix.lower(), comment)

        self.exporter.write(path, content)
