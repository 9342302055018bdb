"""An exported sound whose file is opened is drawn again from the recipe in it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from genstudio.core.recipe import Recipe
from genstudio.ui.listening.form import ListenForm
from genstudio.ui.listening.session import Session
from genstudio.ui.recording.exporting import Exporter
from genstudio.ui.recording.learned_since import LearnedSince
from genstudio.ui.studio import Studio

__all__ = ["Recalling"]


class Recalling(QObject):
    """Waits for recipes of sounds; says so where the model has learned since."""

    def __init__(
        self,
        studio: Studio,
        session: Session,
        form: ListenForm,
        exporter: Exporter,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._studio, self._session, self._form = studio, session, form
        self._learned = LearnedSince(studio, exporter, "The sound", self)
        self._waiting: Recipe | None = None
        studio.recipe_recalled.connect(self._recall)

    def go_on(self) -> None:
        """There is a model now: what came before it is drawn."""
        if self._waiting is not None:
            recipe, self._waiting = self._waiting, None
            self._recall(recipe)

    def _recall(self, recipe: Recipe) -> None:
        run = self._studio.selected
        if run is None or run.name != recipe.run or run.manifest.space.kind != "sequence":
            return
        if self._session.run is None:  # the engine is starting, and has told of no model yet
            self._waiting = recipe
            return
        labels = np.array(recipe.labels, np.int64) if recipe.labels else None
        self._form.row.show_seed(recipe.seed)
        self._form.knobs.show_values(recipe.controls)
        self._form.classes.show_labels(labels)
        self._session.recall(recipe, "Given beginning")
        self._learned.expect(recipe, run)
