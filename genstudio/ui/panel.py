"""The base of every panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        one_of: capabilities of which the chosen model must have at least one; empty for none.
        needs_model: whether a model must be chosen.
        kinds: of data that it can show.
    """

    title: ClassVar[str]
    question: ClassVar[str]
    icon_name: ClassVar[str]
    position: ClassVar[int]
    needs: ClassVar[tuple[Capability, ...]] = ()
    one_of: ClassVar[tuple[Capability, ...]] = ()
    needs_model: ClassVar[bool] = True
    kinds: ClassVar[tuple[str, ...]] = ("grid",)

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "title" in cls.__dict__:
            registered.append(cls)
            registered.sort(key=lambda panel: panel.position)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio

    @classmethod
    def qualifies(cls, card: ModelCard) -> bool:
        """Whether a family has the capabilities that are needed."""
        return card.can(*cls.needs) and (not cls.one_of or any(map(card.can, cls.one_of)))

    def lacks(self, run: Run | None, card: ModelCard | None) -> str:
        """Why the chosen model does not qualify, in one sentence; empty when it does."""
        if not self.needs_model:
            return ""
        if run is None:
            return "Choose a model in the library, or train a new one."
        if card is None:
            unknown = f"This GenStudio knows no family called “{run.manifest.family}”."
            return unknown if self.studio.cards else "The engine is starting; this takes a moment."
        if not run.has_model:
            return f"“{run.manifest.title}” has no weights yet: its first checkpoint writes them."
        missing = [need for need in self.needs if not card.can(need)]
        if run.manifest.space.kind not in self.kinds:
            own, other = ("sounds", "images") if "sequence" in self.kinds else ("images", "sounds")
            lack = f"This panel is for {own}, and “{run.manifest.title}” has learned {other}."
        elif missing:
            lack = f"{card.title} is not {' and '.join(missing)}, which this panel needs."
        elif not self.qualifies(card):
            lack = f"{card.title} is not {' or '.join(self.one_of)}, which this panel needs."
        else:
            lack = ""
        return lack

    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """The chosen model changed to one that qualifies (or to None where none is needed)."""

    def commands(self) -> list[tuple[str, str, object]]:
        """(words, shortcut, callable) for the Run menu and the command palette.

        The window makes the shortcut work while the panel is the one that is shown, unless the
        panel holds a `QShortcut` or `QAction` with the same keys itself.
        """
        return []

    def settled(self) -> bool:
        """Whether everything that was asked of the panel is on the screen."""
        return True

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """What the guided tour does here: a short name for the picture, and an action.

        The driver performs the action, waits until the panel has settled, and takes the picture;
        only then is the next stop asked for, so a stop may build on what the one before it did.
        """
        return iter(())
