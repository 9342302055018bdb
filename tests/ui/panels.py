"""Panels made up for tests; they stand in no folder that is searched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QPushButton, QVBoxLayout

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.runs import Run
from genstudio.ui.panel import Panel
from genstudio.ui.studio import Studio

__all__ = ["Draws", "Trains"]


class _Shown(Panel):
    """Remembers what it was told."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.told: list[tuple[Run | None, ModelCard | None]] = []
        self.pressed = 0
        self.button = QPushButton("Go")
        self.button.clicked.connect(self._press)
        layout = QVBoxLayout(self)
        layout.addWidget(self.button)

    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        self.told.append((run, card))

    def _press(self) -> None:
        self.pressed += 1

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "pressed", self.button.click


class Trains(_Shown):
    """Works without a model."""

    title, question, icon_name, position = "Train", "Does it train?", "chart-line", 1
    needs_model = False


class Draws(_Shown):
    """Needs an autoregressive model."""

    title, question, icon_name, position = "Generate", "Does it draw?", "play", 2
    needs = (Capability.AUTOREGRESSIVE,)

    def commands(self) -> list[tuple[str, str, object]]:
        return [("Play or pause", "Space", self._press), ("Draw another", "D", self._press)]
