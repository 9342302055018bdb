"""What can be found out about the completions: pages for the side, and the figure below."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from genstudio.core.capabilities import Capability
from genstudio.ui.inpainting.before_after import BeforeAfter, Case
from genstudio.ui.inpainting.desk import Desk
from genstudio.ui.inpainting.diagnostics_view import DiagnosticsView
from genstudio.ui.inpainting.figure_row import Figure, FigureRow
from genstudio.ui.inpainting.probe_view import ProbeView
from genstudio.ui.inpainting.probing import Question
from genstudio.ui.inpainting.stage import Stage
from genstudio.ui.inpainting.trial import Trial
from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.studio import Studio
from genstudio.ui.widgets.canvas import Pixel

__all__ = ["COMPARE", "DIAGNOSTICS", "PROBE", "Findings"]

COMPARE, PROBE, DIAGNOSTICS = "Compare", "Probe", "Diagnostics"
"""The pages, as their tabs call them."""


class Findings(QObject):
    """Keeps the pages and the figure at what the stage shows.

    Attributes:
        page_wanted: the person wants to look at a page.
        pages: by the word of the tab, with what the tab's tooltip says.
        figure: *occluded | completions | original*.
    """

    page_wanted = Signal(str)

    def __init__(self, studio: Studio, desk: Desk, canvas: PaintCanvas, stage: Stage) -> None:
        super().__init__(stage)
        self._studio, self._desk, self._stage = studio, desk, stage
        self.compare = BeforeAfter()
        self.probe = ProbeView(studio)
        self.diagnostics = DiagnosticsView(studio)
        self.figure = FigureRow()
        self.pages: dict[str, tuple[QWidget, str]] = {
            COMPARE: (self.compare, "One completion against what was there"),
            PROBE: (self.probe, "What a pixel would be, given all others and given the past"),
            DIAGNOSTICS: (self.diagnostics, "Whether the completions can be trusted"),
        }
        self._completion = 0
        self._trial: Trial | None = None
        self._drawn: tuple[object, ...] = ()
        stage.set_mask_colour(canvas.overlay[0].name())
        canvas.overlay_changed.connect(lambda: stage.set_mask_colour(canvas.overlay[0].name()))
        stage.moved.connect(self._follow)
        stage.chosen.connect(self._choose)
        self.figure.completion_chosen.connect(self._look_at)
        stage.hovered.connect(self._probe_completion)
        canvas.hovered.connect(self._probe_picture)

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self.probe.probing.busy

    def set_figure_height(self, least: int, largest: int) -> None:
        """Give the figure room between two heights, pixels."""
        self.figure.setMinimumHeight(least)
        self.figure.setMaximumHeight(largest)

    def forget(self) -> None:
        """Another model: what was probed is no longer so."""
        self.probe.clear()

    def _follow(self) -> None:
        """Show what has come of the trial that is shown; the curves grow with its film."""
        trial = self._stage.chosen_trial
        if trial is not self._trial:
            self._trial, self._completion = trial, 0
            self.probe.rest()
        film = None if trial is None else trial.film
        if film is not self.diagnostics.film:
            self.diagnostics.set_film(film)
        elif film is not None:
            self.diagnostics.grew()
        result = None if trial is None else trial.result
        if result is not None and self.diagnostics.found is not result:
            self.diagnostics.finish(result)
        drawn = (trial, result, self._stage.mask_colour)
        if drawn != self._drawn:
            self._drawn = drawn
            self._draw()

    def _draw(self) -> None:
        trial = self._trial
        if trial is None or trial.result is None:
            self.figure.show_figure(None)
            self.compare.show_case(None)
            return
        result = trial.result
        self.figure.show_figure(
            Figure(
                space=trial.run.manifest.grid,
                image=trial.subject.image,
                known=trial.request.known,
                completions=result.images,
                weights=result.weights,
                whole=True,
                mask=self._stage.mask_colour,
            )
        )
        self._compare()

    def _compare(self) -> None:
        trial = self._trial
        if trial is None or trial.result is None:
            return
        self._completion = min(self._completion, len(trial.result.images) - 1)
        self.compare.show_case(
            Case(
                space=trial.run.manifest.grid,
                image=trial.subject.image,
                known=trial.request.known,
                completion=trial.result.images[self._completion],
                mask=self._stage.mask_colour,
                name=f"Completion {self._completion + 1}",
            )
        )

    def _choose(self, completion: int) -> None:
        self._completion = completion
        self._compare()

    def _look_at(self, completion: int) -> None:
        self._choose(completion)
        self.page_wanted.emit(COMPARE)

    # --- the probe ---

    def _probe_completion(self, image: NDArray[np.uint8] | None, pixel: Pixel | None) -> None:
        trial = self._trial
        if image is not None and pixel is not None and trial is not None:
            self._ask(trial, image, pixel)

    def _probe_picture(self, pixel: Pixel | None) -> None:
        """Pixels of the whole picture on the canvas."""
        if pixel is not None and self._desk.fits:
            self._ask(None, self._desk.painting.image, pixel)

    def _ask(self, trial: Trial | None, image: NDArray[np.uint8], pixel: Pixel) -> None:
        run = self._desk.run if trial is None else trial.run
        if run is None or not self.probe.isVisible() or not run.has_model:
            return
        card = self._studio.cards.get(run.manifest.family)
        if card is not None and not card.can(Capability.AUTOREGRESSIVE):
            self.probe.say(f"{card.title} has no exact p(xᵢ | all others), so nothing is probed.")
            return
        space = run.manifest.grid
        place = (pixel.row * space.width + pixel.column) * space.channels
        known = self._desk.known() if trial is None else trial.request.known
        labels = self._desk.labels if trial is None else trial.request.labels
        self.probe.ask(
            Question(
                run=run.folder,
                modified=run.model_path.stat().st_mtime_ns,
                space=space,
                image=image,
                place=place,
                known=bool(known.reshape(-1)[place]),
                labels=labels,
            )
        )
