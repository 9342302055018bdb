"""The curves of other runs over those of the one that is shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from genstudio.core.capabilities import ModelCard
from genstudio.core.errors import UserError
from genstudio.core.measures import Measure
from genstudio.core.runs import Run
from genstudio.ui.studio import Studio
from genstudio.ui.theme import CLASS_COLOURS
from genstudio.ui.widgets.curves import Curves
from genstudio.ui.widgets.overlays import Overlays
from genstudio.ui.widgets.series import Series

__all__ = ["OverlayCurves", "measure_of", "read_series"]


class OverlayCurves(QObject):
    """Reads and draws what is ticked in the list of runs.

    Attributes:
        changed: a run's curves came or went.
        folders: whose curves are drawn.
    """

    changed = Signal()

    def __init__(self, studio: Studio, curves: Curves, button: Overlays) -> None:
        super().__init__(button)
        self._studio = studio
        self._curves = curves
        self._button = button
        self._shown: Path | None = None
        self._colours: dict[Path, str] = {}
        button.ticked.connect(self._tick)
        studio.runs_changed.connect(self._offer)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Whose curves are drawn."""
        return tuple(self._colours)

    def show_run(self, folder: Path | None) -> None:
        """Say which run is shown; its own curves are not laid over themselves."""
        self._shown = folder
        self._offer()

    def tick_some(self, most: int) -> None:
        """Lay the first few over the one that is shown."""
        for index in range(min(most, self._button.list.count())):
            self._button.list.item(index).setCheckState(Qt.CheckState.Checked)

    def _runs(self) -> list[Run]:
        return [*self._studio.own, *self._studio.shipped]

    def _offer(self) -> None:
        others = [run for run in self._runs() if run.folder != self._shown]
        for folder in set(self._colours) - {run.folder for run in others}:
            self._remove(folder)
        self._button.offer(others, set(self._colours))

    def _tick(self, folder: Path, on: bool) -> None:
        if not on:
            self._remove(folder)
            return
        run = next(run for run in self._runs() if run.folder == folder)
        # The first colour is the shown run's; of the others each keeps the one it got.
        free = [colour for colour in CLASS_COLOURS[1:] if colour not in self._colours.values()]
        self._colours[folder] = free[0] if free else CLASS_COLOURS[-1]
        self._curves.show_series(
            str(folder),
            run.manifest.title,
            read_series(self._studio, run),
            self._colours[folder],
            measure=measure_of(run, self._studio.card_of(run)),
        )
        self.changed.emit()

    def _remove(self, folder: Path) -> None:
        self._colours.pop(folder, None)
        self._curves.remove(str(folder))
        self.changed.emit()


def read_series(studio: Studio, run: Run) -> Series:
    """A run's curves from its folder; where they are damaged, a notice says so."""
    series = Series()
    try:
        series.add(run.metrics())
    except UserError as error:
        studio.notice("warning", error.title, error.advice)
    return series


def measure_of(run: Run, card: ModelCard | None) -> Measure:
    """What a run's scores are of: likelihoods, bounds or errors."""
    if run.manifest.result is not None:
        return run.manifest.result.measure
    return Measure.EXACT if card is None else card.measure
