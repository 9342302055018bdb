"""The Generate panel: how a model draws, with a page for each way of drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout
from typing_extensions import override

from genstudio.core.capabilities import ModelCard
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.ui.generate.page import DrawingPage
from genstudio.ui.generate.stages import StagePage
from genstudio.ui.generate.symbols import SymbolPage
from genstudio.ui.panel import Panel
from genstudio.ui.studio import Studio

__all__ = ["GeneratePanel"]

_PAGES: tuple[type[DrawingPage], ...] = (SymbolPage, StagePage)
"""A model that can do both draws as the first one says."""


class GeneratePanel(Panel):
    """Shows the page of the chosen model; each is made when a model first needs it."""

    title = "Generate"
    question = "How does it draw?"
    icon_name = "creation-outline"
    position = 2
    one_of = tuple(page.capability for page in _PAGES)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._run: Run | None = None
        self._recalled: Recipe | None = None  # until its model is shown: the engine may be starting
        self._stack = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        studio.recipe_recalled.connect(self._take)

    @property
    def page(self) -> DrawingPage | None:
        """The page that is shown; None before there was a model."""
        page = self._stack.currentWidget()
        return page if isinstance(page, DrawingPage) else None

    @override
    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        if run is None or card is None:
            return
        kind = next(kind for kind in _PAGES if card.can(kind.capability))
        made = [self._stack.widget(index) for index in range(self._stack.count())]
        page = next((page for page in made if isinstance(page, kind)), None)
        if page is None:
            page = kind(self.studio)
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self._run = run
        page.show_run(run, card)
        self._recall()

    def _take(self, recipe: Recipe) -> None:
        if recipe.kind in ("sample", "complete"):
            self._recalled = recipe
            self._recall()

    def _recall(self) -> None:
        recipe, run = self._recalled, self._run
        if self.page is None or recipe is None or run is None or run.name != recipe.run:
            return
        self._recalled = None
        self.page.recall(recipe)

    @override
    def commands(self) -> list[tuple[str, str, object]]:
        """Those of the page that is shown."""
        return [] if self.page is None else self.page.commands()

    @override
    def settled(self) -> bool:
        return self.page is None or self.page.settled()

    @override
    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        return iter(()) if self.page is None else self.page.tour_stops()
