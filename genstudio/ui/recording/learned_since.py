"""Whether a model has learned since a file was made with it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.ui.recording.exporting import Exporter
from genstudio.ui.studio import Studio

__all__ = ["LearnedSince"]


class LearnedSince(QObject):
    """Weighs the run of a recalled recipe, and says so where its weights are others.

    Args:
        what: may come out differently then, such as "The picture".
    """

    def __init__(self, studio: Studio, exporter: Exporter, what: str, parent: QObject) -> None:
        super().__init__(parent)
        self._studio, self._exporter, self._what = studio, exporter, what
        self._expected = ""
        exporter.weighed.connect(self._weighed)

    def expect(self, recipe: Recipe, run: Run) -> None:
        """This was made with these weights."""
        self._expected = recipe.weights
        if recipe.weights:
            self._exporter.weigh(run)

    def _weighed(self, run: Run, weights: str) -> None:
        if self._expected and weights != self._expected:
            self._studio.notice(
                "warning",
                f"“{run.manifest.title}” has learned since that file was made.",
                f"{self._what} may come out differently.",
            )
        self._expected = ""
