"""What can be written of a trial: the figure, the sheet of completions, the film, the numbers."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QActionGroup, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from genstudio.core.errors import UserError
from genstudio.core.export import animation, inpainted_npz, picture
from genstudio.core.figure import FigureRow, figure_png, representatives
from genstudio.core.recipe import Packed, Recipe
from genstudio.ui.inpainting.trial import Trial
from genstudio.ui.recording.exporting import Exporter, weights_of
from genstudio.ui.studio import Studio
from genstudio.ui.theme import icon

__all__ = ["ExportTrial", "Form", "content_of", "recipe_of"]

_SCALES = (1, 2, 4, 8, 16, 32)
_IN_FIGURE = 8  # completions in a row of the figure


class Form(StrEnum):
    """What is written."""

    FIGURE = "Figure: occluded, completions, original (PNG)"
    SHEET = "Completions (PNG)"
    GIF = "Film (GIF)"
    WEBP = "Film (WebP, lossless)"
    NPZ = "Completions and marginals (NPZ, for numpy)"

    @property
    def suffix(self) -> str:
        """Of the file, without a dot."""
        return {Form.GIF: "gif", Form.WEBP: "webp", Form.NPZ: "npz"}.get(self, "png")


def recipe_of(trial: Trial, weights: str = "") -> Recipe:
    """All that is needed to complete the same again; `weights` is the SHA-256 of the model's."""
    request, run = trial.request, trial.run
    return Recipe(
        kind="inpaint",
        run=run.name,
        title=run.manifest.title,
        family=run.manifest.family,
        weights=weights,
        count=request.count,
        seed=request.seed,
        labels=[] if request.labels is None else [request.labels.tolist()],
        method=request.method,
        settings=request.settings,
        picture=Packed.of(trial.subject.image),
        mask=Packed.of(request.known),
    )


def content_of(trial: Trial, form: Form, scale: int, recipe: Recipe) -> bytes:
    """The file.

    Raises:
        UserError: nothing is completed yet, or the picture would be too large.
    """
    result, film, request = trial.result, trial.film, trial.request
    if result is None or film is None:
        raise UserError("Nothing is completed yet.", "Wait until the completions are there.")
    levels = film.space.levels
    if form is Form.FIGURE:
        shown = representatives(result.weights, _IN_FIGURE)
        row = FigureRow(request.image, request.known, result.images[shown], trial.subject.image)
        return figure_png([row], levels, scale, recipe)
    if form is Form.SHEET:
        return picture(result.images, levels, scale, recipe)
    if form is Form.NPZ:
        return inpainted_npz(result, trial.subject.image, request.known, recipe)
    return animation(film, "gif" if form is Form.GIF else "webp", scale, recipe)


class ExportTrial(QPushButton):
    """Writes the trial that `current` returns; says with a notice how it went."""

    def __init__(self, studio: Studio, current: Callable[[], Trial | None]) -> None:
        super().__init__(icon("export-variant"), "Export")
        self._studio, self._current = studio, current
        self.scale = int(str(studio.settings.value("inpaint/scale", 8)))
        self.exporter = Exporter(self)
        self.exporter.written.connect(
            lambda path: studio.notice("good", f"“{path.name}” is saved.", str(path.parent))
        )
        self.exporter.failed.connect(
            lambda error: studio.notice("error", error.title, error.advice)
        )
        menu = QMenu(self)
        for form in Form:
            menu.addAction(f"{form}…").triggered.connect(lambda _, form=form: self.ask(form))
        menu.addSeparator()
        menu.addAction("Copy the figure\tCtrl+C").triggered.connect(lambda _: self.copy())
        menu.addAction("Copy the completions").triggered.connect(lambda _: self.copy(Form.SHEET))
        sizes = menu.addMenu("Scale")
        group = QActionGroup(sizes)
        for scale in _SCALES:
            action = sizes.addAction(f"{scale} × {scale} pixels per symbol")
            action.setCheckable(True)
            action.setChecked(scale == self.scale)
            action.triggered.connect(lambda _, scale=scale: self._choose(scale))
            group.addAction(action)
        self.setMenu(menu)
        self.show_trial(None)

    def show_trial(self, trial: Trial | None) -> None:
        """Follow what is shown."""
        self.setEnabled(trial is not None and trial.result is not None)
        self.setToolTip(
            "Save or copy what came out; the file carries the recipe that made it"
            if self.isEnabled()
            else "Complete something first"
        )

    def ask(self, form: Form) -> None:
        """Ask where to, and save there."""
        trial = self._current()
        if trial is None or trial.result is None:
            return
        folder = Path(str(self._studio.settings.value("generate/folder", Path.home())))
        name = f"{trial.run.name}-{trial.method.name}-seed{trial.request.seed}.{form.suffix}"
        dialog = QFileDialog(self, "Export", str(folder / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form.suffix)
        dialog.setNameFilter(f"{form} (*.{form.suffix})")
        dialog.fileSelected.connect(lambda chosen: self.save(trial, form, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, trial: Trial, form: Form, path: Path) -> None:
        """Save to a file; a notice says when it is there."""
        self._studio.settings.setValue("generate/folder", str(path.parent))
        scale = self.scale
        self.exporter.write(
            path, lambda: content_of(trial, form, scale, recipe_of(trial, weights_of(trial.run)))
        )

    def copy(self, form: Form = Form.FIGURE) -> None:
        """Put a picture on the clipboard, as pixels and as a PNG file with its recipe."""
        trial = self._current()
        if trial is None or trial.result is None:
            return
        try:
            content = content_of(trial, form, self.scale, recipe_of(trial))
        except UserError as error:
            self._studio.notice("error", error.title, error.advice)
            return
        data = QMimeData()
        data.setImageData(QImage.fromData(content))
        data.setData("image/png", content)
        QGuiApplication.clipboard().setMimeData(data)
        self._studio.notice("good", "The picture is on the clipboard.")

    def _choose(self, scale: int) -> None:
        self.scale = scale
        self._studio.settings.setValue("inpaint/scale", scale)
