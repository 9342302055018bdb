"""The way between kept pictures as a file: a strip, or an animation; the recipe is inside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from genstudio.core.errors import UserError
from genstudio.core.export import RATE, animation, check_pixels
from genstudio.core.interpolation import Way
from genstudio.core.pictures import grey, png, sheet
from genstudio.core.recipe import KEY, Recipe
from genstudio.core.runs import Run
from genstudio.core.slides import Slides
from genstudio.core.spaces import Grid
from genstudio.ui.latent.keyframes import Keyframes
from genstudio.ui.latent.walk import SECONDS
from genstudio.ui.recording.exporting import Exporter, weights_of
from genstudio.ui.studio import Studio
from genstudio.ui.theme import icon

__all__ = ["ExportWay", "Form", "WayRecipe", "content_of"]

_SCALES = (1, 2, 4, 8, 16, 32)
_MOST_FRAMES = 500
_GREYS = 256


class Form(StrEnum):
    """What is written."""

    STRIP = "Strip (PNG)"
    GIF = "Animation (GIF)"
    WEBP = "Animation (WebP, lossless)"

    @property
    def suffix(self) -> str:
        """Of the file, without a dot."""
        return {Form.GIF: "gif", Form.WEBP: "webp"}.get(self, "png")


@dataclass(frozen=True, eq=False)
class WayRecipe:
    """What makes the same way again.

    Attributes:
        codes: (k, Z) float32.
        way: straight or on a sphere.
        between: pictures between two of them.
    """

    codes: NDArray[np.float32]
    way: Way
    between: int

    def recipe(self, run: Run, labels: NDArray[np.int64] | None, weights: str = "") -> Recipe:
        """As it is written into files."""
        return Recipe(
            kind="interpolate",
            run=run.name,
            title=run.manifest.title,
            family=run.manifest.family,
            weights=weights,
            labels=[] if labels is None else [labels.tolist()],
            settings={
                "codes": [[float(value) for value in code] for code in self.codes],
                "way": self.way,
                "between": self.between,
            },
        )

    @classmethod
    def read(cls, recipe: Recipe, size: int) -> WayRecipe:
        """Read what `recipe` wrote, for a space of so many dimensions.

        Raises:
            UserError: it is damaged, or of another space.
        """
        settings: dict[str, Any] = recipe.settings
        try:
            way, between = settings["way"], int(settings["between"])
        except (KeyError, TypeError, ValueError) as error:
            raise UserError("The recipe in this file cannot be read.") from error
        if way not in ("linear", "spherical") or not 0 <= between <= 99:
            raise UserError("The recipe in this file cannot be read.")
        return cls(recipe.codes(size), way, between)


def content_of(
    images: NDArray[np.float32], space: Grid, form: Form, scale: int, recipe: Recipe
) -> bytes:
    """The file, of images (n, *S) in order; an animation goes there and back.

    Raises:
        UserError: the picture would be too large.
    """
    if form is Form.STRIP:
        count, height, width, _ = images.shape
        check_pixels(height * scale, (count * (width + 1) - 1) * scale, scale)
        pages = grey(images, space.levels)
        return png(sheet(pages, _GREYS, columns=count, scale=scale), {KEY: recipe.text()})
    there_and_back = np.concatenate([images, images[-2::-1]])
    frames = Slides(grey(there_and_back, space.levels)[:, None])
    seconds = frames.length / RATE
    return animation(frames, "gif" if form is Form.GIF else "webp", scale, recipe, seconds)


class ExportWay(QPushButton):
    """Asks the state to decode what the file holds, and writes it beside the window's work."""

    def __init__(self, studio: Studio, keyframes: Keyframes) -> None:
        super().__init__(icon("export-variant"), "Export")
        self._studio, self._keyframes = studio, keyframes
        self.scale = int(str(studio.settings.value("latent/scale", 8)))
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
        sizes = menu.addMenu("Scale")
        group = QActionGroup(sizes)
        for scale in _SCALES:
            action = sizes.addAction(f"{scale} × {scale} pixels per symbol")
            action.setCheckable(True)
            action.setChecked(scale == self.scale)
            action.triggered.connect(lambda _, scale=scale: self._choose(scale))
            group.addAction(action)
        self.setMenu(menu)
        keyframes.changed.connect(self._allow)
        self._allow()

    def ask(self, form: Form) -> None:
        """Ask where to, and save there."""
        run = self._keyframes.state.run
        if run is None or not self.isEnabled():
            return
        folder = Path(str(self._studio.settings.value("generate/folder", Path.home())))
        name = f"{run.name}-{self._keyframes.way}.{form.suffix}"
        dialog = QFileDialog(self, "Export", str(folder / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form.suffix)
        dialog.setNameFilter(f"{form} (*.{form.suffix})")
        dialog.fileSelected.connect(lambda chosen: self.save(form, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, form: Form, path: Path) -> None:
        """Save to a file; a notice says when it is there."""
        keyframes, state = self._keyframes, self._keyframes.state
        run, space, scale = state.run, state.space, self.scale
        if run is None or space is None or len(keyframes.frames) < 2:
            return
        self._studio.settings.setValue("generate/folder", str(path.parent))
        made = WayRecipe(keyframes.codes, keyframes.way, keyframes.between)
        labels = state.labels
        places = keyframes.places
        if form is not Form.STRIP:
            count = min(_MOST_FRAMES, round(keyframes.last * SECONDS * RATE) + 1)
            places = np.linspace(0, keyframes.last, count)

        def write(images: NDArray[np.float32]) -> None:
            self.exporter.write(
                path,
                lambda: content_of(
                    images, space, form, scale, made.recipe(run, labels, weights_of(run))
                ),
            )

        state.decode_many(keyframes.codes_at(places), write)

    def _allow(self) -> None:
        ready = len(self._keyframes.frames) > 1
        self.setEnabled(ready)
        self.setToolTip(
            "Save the strip or an animation; the file carries the recipe that made it"
            if ready
            else "Keep two pictures first"
        )

    def _choose(self, scale: int) -> None:
        self.scale = scale
        self._studio.settings.setValue("latent/scale", scale)
