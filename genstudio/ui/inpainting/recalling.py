"""The way back from an exported file to what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from genstudio.core.errors import UserError
from genstudio.core.inpainting import MethodCard
from genstudio.core.recipe import Recipe, read_recipe
from genstudio.core.runs import Run
from genstudio.ui.inpainting.desk import Desk
from genstudio.ui.inpainting.method_form import MethodForm
from genstudio.ui.inpainting.session import Choice, Session
from genstudio.ui.inpainting.trial import Subject
from genstudio.ui.recording.exporting import Exporter
from genstudio.ui.recording.learned_since import LearnedSince
from genstudio.ui.studio import Studio

__all__ = ["Recalling", "carries_recipe"]


class Recalling(QObject):
    """Lays image and mask on the desk, fills in the form, and completes again."""

    def __init__(
        self, studio: Studio, desk: Desk, form: MethodForm, session: Session, exporter: Exporter
    ) -> None:
        super().__init__(desk)
        self._studio, self._desk, self._form, self._session = studio, desk, form, session
        self._learned = LearnedSince(studio, exporter, "The completions", self)
        studio.recipe_recalled.connect(self._recalled)

    def _recalled(self, recipe: Recipe) -> None:
        run = self._desk.run
        if recipe.kind != "inpaint" or run is None or run.name != recipe.run:
            return
        try:
            choice = _choice(recipe, self._studio.methods)
            subject = _subject(recipe, run, choice)
        except UserError as error:
            self._studio.notice("error", error.title, error.advice)
            return
        known = recipe.known()
        self._desk.put(subject, known)
        self._form.show_recipe(recipe.method, recipe.settings, recipe.count, recipe.seed)
        self._session.ask(run, subject, known, [choice])
        self._learned.expect(recipe, run)


def carries_recipe(path: Path) -> bool:
    """Whether a picture was exported by GenStudio."""
    try:
        read_recipe(path)
    except UserError:
        return False
    return True


def _choice(recipe: Recipe, methods: Sequence[MethodCard]) -> Choice:
    method = next((card for card in methods if card.name == recipe.method), None)
    if method is None:
        raise UserError(
            f"This GenStudio knows no method “{recipe.method}”.", "Update it to recall this file."
        )
    labels = np.array(recipe.labels[0], np.int64) if recipe.labels else None
    return Choice(method, dict(recipe.settings), recipe.count, recipe.seed, labels)


def _subject(recipe: Recipe, run: Run, choice: Choice) -> Subject:
    image, space = recipe.image(), run.manifest.space
    if image.shape != space.shape or image.max() >= space.levels:
        raise UserError(f"The image in this file is not one of {space}, which the model completes.")
    labels = np.empty(0, np.int64) if choice.labels is None else choice.labels
    return Subject(image, labels, "recalled from a file")
