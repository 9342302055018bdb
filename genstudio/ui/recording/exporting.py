"""Writing takes to files beside the window's own work, and to the clipboard."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from genstudio.core.errors import UserError
from genstudio.core.files import disk_errors, write_atomically
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run

__all__ = ["FORMATS", "Exportable", "Exporter", "copy_picture", "weights_of"]

FORMATS = {
    "png": "Picture (PNG)",
    "gif": "Animation (GIF)",
    "webp": "Animation (WebP, lossless)",
    "npz": "Recording (NPZ, for numpy)",
}
"""By suffix, in the order of the menu."""


class Exportable(Protocol):
    """What was drawn and can be written to a file that carries its recipe."""

    @property
    def run(self) -> Run:
        """The model's."""

    @property
    def file_name(self) -> str:
        """What to call a file of it, without an ending."""

    def recipe(self, weights: str = "") -> Recipe:
        """What makes it again, by the SHA-256 of the weights."""

    def content(self, kind: str, scale: int, recipe: Recipe) -> bytes:
        """The file, of one of the `FORMATS`, with a recipe in it.

        Raises:
            UserError: it would be too large, or there is nothing to write yet.
        """


def weights_of(run: Run) -> str:
    """The SHA-256 of a run's weights, hexadecimal.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        with disk_errors(run.model_path), run.model_path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise UserError(f"“{run.manifest.title}” has no weights.") from error


class Exporter(QObject):
    """Encodes and writes in a thread of its own for each file; the thread ends with the file.

    Attributes:
        written: the `Path` is there, whole.
        failed: a `UserError` says why it is not.
        weighed: (run, SHA-256) of `weigh`.
    """

    written = Signal(object)
    failed = Signal(object)
    weighed = Signal(object, str)

    def save(self, take: Exportable, path: Path, scale: int) -> None:
        """Write a take; the suffix says in which format."""
        self._beside(lambda: self._save(take, path, scale))

    def write(self, path: Path, content: Callable[[], bytes]) -> None:
        """Write what is yet to be made; a `UserError` on the way is `failed`."""
        self._beside(lambda: self._write(path, content()))

    def weigh(self, run: Run) -> None:
        """Ask for the SHA-256 of a run's weights."""
        self._beside(lambda: self.weighed.emit(run, weights_of(run)))

    def _save(self, take: Exportable, path: Path, scale: int) -> None:
        kind = path.suffix.lower().removeprefix(".")
        if kind not in FORMATS:
            known = ", ".join(f".{suffix}" for suffix in FORMATS)
            raise UserError(f"“{path.name}” has no known ending.", f"Known endings: {known}.")
        self._write(path, take.content(kind, scale, take.recipe(weights_of(take.run))))

    def _write(self, path: Path, content: bytes) -> None:
        write_atomically(path, content)
        self.written.emit(path)

    def _beside(self, action: Callable[[], None]) -> None:
        def work() -> None:
            try:
                action()
            except UserError as error:
                self.failed.emit(error)
            except OSError as error:
                self.failed.emit(UserError(f"The file could not be written: {error}."))

        threading.Thread(target=work, name="genstudio export").start()


def copy_picture(take: Exportable, scale: int) -> None:
    """Put a take on the clipboard, as a picture and as a PNG file with its recipe."""
    content = take.content("png", scale, take.recipe())
    data = QMimeData()
    data.setImageData(QImage.fromData(content))
    data.setData("image/png", content)
    QGuiApplication.clipboard().setMimeData(data)
