"""The base of every panel."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.runs import Run
from genstudio.ui.studio import Studio

__all__ = ["Panel", "registered"]

registered: list[type[Panel]] = []
"""Every panel; filled as its module is imported."""


class Panel(QWidget):
    """One screen, one question. Naming a `title` registers the panel.

    A panel receives the studio and nothing else. The window tells it which model is chosen;
    a panel that the model does not qualify for stays visible and says what it needs.

    Attributes:
        title: the tab's word.
        question: the panel's subtitle, ending in a question mark.
        icon_name: a Material Design icon.
        position: from left to right.
        needs: capabilities that the chosen model must have; empty with `needs_model` False
            for panels that work without a model.
        needs_model: whether a model must be chosen.
    """

    title: ClassVar[str]
    question: ClassVar[str]
    icon_name: ClassVar[str]
    position: ClassVar[int]
    needs: ClassVar[tuple[Capability, ...]] = ()
    needs_model: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "title" in cls.__dict__:
            registered.append(cls)
            registered.sort(key=lambda panel: panel.position)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio

    def lacks(self, run: Run | None, card: ModelCard | None) -> str:
        """Why the chosen model does not qualify, in one sentence; empty when it does."""
        if not self.needs_model:
            return ""
        if run is None:
            return "Choose a model in the library, or train a new one."
        if card is None:
            return "The engine is starting; this takes a moment."
        missing = [need for need in self.needs if not card.can(need)]
        if missing:
            return f"{card.title} is not {' and '.join(missing)}, which this panel needs."
        return ""

    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """The chosen model changed to one that qualifies (or to None where none is needed)."""

    def commands(self) -> list[tuple[str, str, object]]:
        """(words, shortcut, callable) for the Run menu and the command palette."""
        return []
