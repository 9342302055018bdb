"""The way back from a file to the place in the latent space that it shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject

from genstudio.core.errors import UserError
from genstudio.core.recipe import Recipe
from genstudio.ui.latent.denoising import DenoisingView
from genstudio.ui.latent.generator_check import GeneratorCheck
from genstudio.ui.latent.interpolation import Interpolation
from genstudio.ui.latent.microscope import Microscope
from genstudio.ui.latent.side import Side
from genstudio.ui.latent.state import LatentState
from genstudio.ui.latent.sweep import Sweep
from genstudio.ui.latent.way_export import WayRecipe
from genstudio.ui.studio import Studio

__all__ = ["Recalling"]

_WORDS = "recalled from a file"
_UNREADABLE = "The recipe in this file cannot be read."
_BETWEEN = 7  # pictures between codes that came without a way between them


class Recalling(QObject):
    """Waits until the model's space is known, and then shows what a recipe says."""

    def __init__(
        self,
        studio: Studio,
        state: LatentState,
        sweep: Sweep,
        interpolation: Interpolation,
        side: Side,
        generator: GeneratorCheck,
        microscope: Microscope,
        denoising: DenoisingView,
    ) -> None:
        super().__init__(state)
        self._studio, self._state, self._sweep = studio, state, sweep
        self._interpolation, self._side = interpolation, side
        self._generator, self._microscope, self._denoising = generator, microscope, denoising
        self._recalled: Recipe | None = None
        self._dimensions: tuple[int, int] | None = None
        self._methods: dict[str, Callable[[Recipe], None]] = {
            "decode": self._go_to_codes,
            "encode": self._go_to_codes,
            "traverse": self._traverse,
            "draw": self._draw,
            "posterior": self._look_at_posterior,
            "clean": self._clean,
        }
        studio.recipe_recalled.connect(self._take)
        state.code_changed.connect(self._use)
        state.source_changed.connect(self._turn_microscope)

    def _take(self, recipe: Recipe) -> None:
        if recipe.kind in ("latent", "interpolate"):
            self._recalled = recipe
            self._use()

    def _use(self) -> None:
        recipe, state = self._recalled, self._state
        if recipe is None or state.run is None or not state.size or recipe.run != state.run.name:
            return
        self._recalled = self._dimensions = None
        self._sweep.stop()
        try:
            self._show(recipe)
        except UserError as error:
            self._studio.notice("error", error.title, error.advice)

    def _show(self, recipe: Recipe) -> None:
        state = self._state
        method = self._methods.get(recipe.method)
        if recipe.kind == "latent" and method is None:
            raise UserError(f"This GenStudio does not know how to show “{recipe.method}”.")
        if recipe.labels and state.conditional:
            state.set_labels(np.array(recipe.labels[0], np.int64))
        if method is None:
            self._interpolation.put(WayRecipe.read(recipe, state.size))
        else:
            method(recipe)

    # --- what was done ---

    def _go_to_codes(self, recipe: Recipe) -> None:
        """To the first one; of several, all are kept as stations of a way."""
        codes = recipe.codes(self._state.size)
        if len(codes) > 1:
            self._interpolation.put(WayRecipe(codes, "linear", _BETWEEN))
        else:
            self._state.set_code(codes[0], "Recalled")

    def _traverse(self, recipe: Recipe) -> None:
        """To the start, and to and fro along the dimensions."""
        size = self._state.size
        dims = [_whole(dim, 0, size - 1) for dim in _listed(recipe.settings.get("dimensions"))]
        self._state.set_code(recipe.codes(size)[0], "Recalled")
        self._sweep.start(dims)

    def _draw(self, recipe: Recipe) -> None:
        settings = recipe.settings
        components = settings.get("components")
        self._generator.recall(
            str(settings.get("source", "normal")),
            recipe.seed,
            _number(settings.get("temperature", 1.0)),
            None if components is None else _whole(components, 2, 100),
        )
        self._side.turn_to("Generator?")  # afterwards, or it would ask for two drawings

    def _look_at_posterior(self, recipe: Recipe) -> None:
        image, space = recipe.image(), self._state.space
        if space is None or image.shape != space.shape or image.max() >= space.levels:
            raise UserError(f"The image in this file is not one of {space}.")
        first, second = [*_listed(recipe.settings.get("dimensions")), 0, 1][:2]
        last = self._state.size - 1
        self._dimensions = (_whole(first, 0, last), _whole(second, 0, last))
        self._offered("Posterior")
        labels = np.array(recipe.labels[0], np.int64) if recipe.labels else None
        self._state.start_from(image, labels, _WORDS)

    def _turn_microscope(self) -> None:
        """Once the image is encoded, to the dimensions that the file shows."""
        dimensions, self._dimensions = self._dimensions, None
        if dimensions is not None:
            self._microscope.look_at(*dimensions)

    def _clean(self, recipe: Recipe) -> None:
        passes = _whole(recipe.settings.get("passes", 20), 1, 200)
        self._denoising.recall(recipe.seed, passes)
        self._offered("Denoising")

    def _offered(self, page: str) -> None:
        if page not in self._side.tabs.offered:
            raise UserError(f"There is no page “{page}” for this model.")
        self._side.turn_to(page)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _whole(value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or not low <= value <= high:
        raise UserError(_UNREADABLE)
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 10:
        raise UserError(_UNREADABLE)
    return float(value)
