"""The base of what the Generate panel shows: one page for each way of drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from PySide6.QtWidgets import QWidget

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.ui.studio import Studio

__all__ = ["DrawingPage"]


class DrawingPage(QWidget):
    """What is drawn, its transport, the takes, the form, the keys.

    Attributes:
        capability: a model with it draws in this way.
    """

    capability: ClassVar[Capability]

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio

    def forgotten(self, count: int) -> None:
        """Say that so many takes went."""
        takes = "The oldest take was" if count == 1 else f"The {count} oldest takes were"
        self.studio.notice("info", f"{takes} forgotten to make room.")

    def show_run(self, run: Run, card: ModelCard) -> None:
        """The chosen model, which draws in this way."""
        raise NotImplementedError

    def recall(self, recipe: Recipe) -> None:
        """Make again what an exported file holds, where it is of the chosen model."""
        raise NotImplementedError

    def commands(self) -> list[tuple[str, str, object]]:
        """As those of a panel."""
        raise NotImplementedError

    def settled(self) -> bool:
        """Whether everything that was asked for is shown."""
        raise NotImplementedError

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """As those of a panel."""
        raise NotImplementedError
