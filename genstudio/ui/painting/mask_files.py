"""Masks from files and into files, with the dialogs that ask for them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.data.masks import mask_png, read_mask
from genstudio.data.pictures import SUFFIXES
from genstudio.ui.painting.document import Painting

__all__ = ["MaskFiles", "dropped_picture"]


class MaskFiles(QObject):
    """Reads and writes the mask of a painting.

    Attributes:
        noticed: (kind, title, advice) for a notice: "good", "info" or "error".
    """

    noticed = Signal(str, str, str)

    def __init__(self, painting: Painting, window: QWidget) -> None:
        super().__init__(window)
        self._painting, self._window = painting, window
        self._folder = Path.home()

    def read(self, path: Path) -> None:
        """Take the mask of a file; one of another size is fitted, and a notice says so."""
        height, width = self._painting.shape
        try:
            mask = read_mask(path, height, width)
        except UserError as error:
            self.noticed.emit("error", error.title, error.advice)
            return
        self._folder = path.parent
        self._painting.set_mask(mask.known, "Mask from a file")
        if mask.fitted:
            across, down = mask.size
            self.noticed.emit(
                "info",
                f"“{path.name}” is {across}×{down}: it was fitted to {width}×{height}.",
                "Its centre was kept; each pixel took what is nearest.",
            )

    def write(self, path: Path) -> None:
        """Write the mask as a PNG: known white, hidden black."""
        try:
            write_atomically(path, mask_png(self._painting.known))
        except UserError as error:
            self.noticed.emit("error", error.title, error.advice)
            return
        self._folder = path.parent
        self.noticed.emit("good", f"“{path.name}” is saved.", str(path.parent))

    def ask_read(self) -> None:
        """Ask which file to read."""
        dialog = QFileDialog(self._window, "Import a mask", str(self._folder))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        endings = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        dialog.setNameFilter(f"Pictures ({endings})")
        dialog.fileSelected.connect(lambda chosen: self.read(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_write(self) -> None:
        """Ask where to write."""
        dialog = QFileDialog(self._window, "Export the mask", str(self._folder / "mask.png"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.setNameFilter("Picture (*.png)")
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def dropped_picture(data: QMimeData) -> Path | None:
    """The one picture file that is dragged, if it is one."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in SUFFIXES else None
