"""The laboratory of the Generate panel: how the shown model works, tried on the shown image."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from genstudio.core.messages import Failed, LookedBack, Picked, PickImage, ReadImage
from genstudio.core.runs import Run
from genstudio.ui.generate.draw_dialog import DrawDialog
from genstudio.ui.naming import named, with_role
from genstudio.ui.recording.field import FieldOfView
from genstudio.ui.recording.intervening import Intervention
from genstudio.ui.recording.looking_back import LookingBack, Question
from genstudio.ui.recording.recorder import Recorder
from genstudio.ui.recording.subject import Subject
from genstudio.ui.recording.takes import Take
from genstudio.ui.recording.trace_colours import Overlay
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import HALF, icon
from genstudio.ui.widgets.causality_page import CausalityPage
from genstudio.ui.widgets.draw_form import DrawForm
from genstudio.ui.widgets.field_paint import FieldPaint
from genstudio.ui.widgets.field_strip import FieldStrip
from genstudio.ui.widgets.overlay_choice import OverlayChoice
from genstudio.ui.widgets.race_page import RacePage
from genstudio.ui.widgets.real_image import RealImage
from genstudio.ui.widgets.take_view import TakeView

__all__ = ["Lab"]

_PICK = "pick image"
_NOTHING = "Draw something first"
_BY_HAND = "By hand"


class Lab(QObject):
    """Joins the overlay “Field”, the experiments and real images to the player.

    Attributes:
        stage: the player, or the experiment in its place.
        strip: the field's slider, above the stage.
        side: the buttons, below the takes.
    """

    def __init__(
        self,
        studio: Studio,
        recorder: Recorder,
        view: TakeView,
        overlays: OverlayChoice,
        hand: Intervention,
        form: DrawForm,
    ) -> None:
        super().__init__(view)
        self._studio, self._recorder, self._view = studio, recorder, view
        self._overlays, self._hand, self._form = overlays, hand, form
        self.looking = LookingBack(studio, self)
        self.paint = FieldPaint(view.canvas)
        self.strip = FieldStrip()
        self.strip.hide()
        self.causality = CausalityPage(studio)
        self.race = RacePage(studio)
        self.stage = QStackedWidget()
        for page in (view, self.causality, self.race):
            self.stage.addWidget(page)
        self.real = RealImage()
        self._picking: Job | None = None
        self._begin: Callable[[], None] = self.test_causality
        self._experiments = [
            _button("Causality", "gesture-tap", self.test_causality),
            _button("Break the mask", "lock-open-variant-outline", self.break_mask),
            _button("Race", "timer-outline", self.run_race),
        ]
        self._tips = (
            "Change each symbol and see that no conditional at or before it moves: p(xᵢ | x₁ … "
            "xᵢ₋₁) depends on the past alone (T)",
            "Let every symbol see itself, and see what cheating does to the likelihood (B)",
            "The same seed drawn the fastest way and the naive way, on the clock (R)",
        )
        self.side = self._arranged()
        self._connect()
        self._offer(None)

    @property
    def settled(self) -> bool:
        """Whether nothing is awaited."""
        waiting = self.looking.busy or self._picking is not None or self.strip.growing
        return not (waiting or self.causality.busy or self.race.busy)

    def use(self, run: Run) -> None:
        """Turn to another model."""
        self.real.offer(run.manifest.grid.labels)
        self.leave()

    def leave(self) -> bool:
        """Back to the player; returns whether there was an experiment to leave."""
        page = self.stage.currentWidget()
        if page is self._view:
            return False
        for experiment in (self.causality, self.race):
            experiment.cancel()
        self.stage.setCurrentWidget(self._view)
        self.strip.setVisible(self._overlays.overlay is Overlay.FIELD)
        self._view.canvas.setFocus()
        return True

    def commands(self) -> list[tuple[str, str, Callable[[], object], bool]]:
        """As those of the panel."""
        return [
            ("Let the field grow", "G", self.strip.grow, False),
            ("Real image from the data", "I", lambda: self.pick(None), False),
            ("Real image drawn by hand…", "Shift+I", self.draw, False),
            ("Test causality", "T", self.test_causality, False),
            ("Break the mask", "B", self.break_mask, False),
            ("Race the fastest way against the naive one", "R", self.run_race, False),
        ]

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """The field of a pixel, the race, the test."""
        yield "field", self._tour_field
        yield "race", self.run_race
        yield "causality", self.test_causality
        yield "real", self._tour_real

    # --- experiments ---

    def test_causality(self) -> None:
        """Change each symbol of the shown image."""
        self._experiment(
            self.test_causality,
            self.causality,
            lambda subject: self.causality.start(subject, broken=False),
        )

    def break_mask(self) -> None:
        """The same on a copy that cheats, and what that does to the likelihood."""
        self._experiment(
            self.break_mask,
            self.causality,
            lambda subject: self.causality.start(subject, broken=True),
        )

    def run_race(self) -> None:
        """Draw the shown image's seed twice."""
        self._experiment(self.run_race, self.race, self.race.start)

    def _experiment(
        self, begin: Callable[[], None], page: QWidget, start: Callable[[Subject], None]
    ) -> None:
        take = self._view.take
        if take is None or not take.trace.length:
            return
        self._begin = begin
        self._view.pause()
        self.strip.hide()
        self.stage.setCurrentWidget(page)
        start(Subject.of(take, self._hand.looked_at()[0]))

    # --- real images ---

    def pick(self, class_index: int | None) -> None:
        """An image of the data that the model learned, from those that it did not learn from."""
        run = self._recorder.run
        if run is None:
            return
        seed = secrets.randbelow(1_000_000)
        request = PickImage(run.manifest.data, seed, class_index)
        self._bring(request, lambda found: self._picked(run, found))

    def draw(self) -> None:
        """An image that a person draws; a real one that is shown is drawn on."""
        run, take = self._recorder.run, self._view.take
        if run is None:
            return
        begun = take.trace.images()[0] if take is not None and take.source else None
        dialog = DrawDialog(run.manifest.grid, begun, self._view)
        dialog.drawn.connect(lambda image: self._show(run, image, self._told(), _BY_HAND))
        dialog.open()

    def read(self, path: Path) -> None:
        """An image from a file."""
        run = self._recorder.run
        if run is None:
            return
        request = ReadImage(path, run.manifest.grid)
        self._bring(request, lambda image: self._show(run, image, self._told(), path.name))

    def _bring(self, request: PickImage | ReadImage, then: Callable[..., None]) -> None:
        self._picking = job = self._studio.submit(request, channel=_PICK)
        job.finished.connect(then)
        job.failed.connect(self._refused)
        job.ended.connect(lambda: self._brought(job))

    def _brought(self, job: Job) -> None:
        if job is self._picking:
            self._picking = None

    def _refused(self, failed: Failed) -> None:
        self._studio.notice("error", failed.title, failed.advice, failed.details)

    def _picked(self, run: Run, found: Picked) -> None:
        conditional = bool(run.manifest.config.get("conditional"))
        self._show(run, found.image, found.labels if conditional else None, f"Data #{found.number}")

    def _show(
        self, run: Run, image: NDArray[np.uint8], labels: NDArray[np.int64] | None, source: str
    ) -> None:
        if run is self._recorder.run:
            self._recorder.score(image, labels, source, self._form.seed.value())

    def _told(self) -> NDArray[np.int64] | None:
        """The class that is chosen in the form; any comes by chance from the seed."""
        labels = self._form.classes.labels_for(1, self._form.seed.value())
        return None if labels is None else labels[0]

    # --- the field ---

    def _overlaid(self, overlay: Overlay) -> None:
        self.leave()
        shown = overlay is Overlay.FIELD
        self.strip.setVisible(shown)
        self._hand.only_looks = shown
        if shown:
            self._follow()
        else:
            self.looking.forget()
            self.paint.show_field(None)

    def _follow(self) -> None:
        """Ask about the symbol that is looked at."""
        if self._overlays.overlay is not Overlay.FIELD:
            return
        question = self._question()
        if question is None:
            self.looking.forget()
            self.paint.show_field(None)
            self.strip.say("Point at a drawn pixel, or click one to hold it.")
        else:
            self.looking.ask(question, patient=self._view.playback.playing)

    def _question(self) -> Question | None:
        take, run = self._view.take, self._recorder.run
        sample, step = self._hand.looked_at()
        if take is None or run is None or not 0 <= step < take.trace.length or not run.has_model:
            return None
        subject = Subject.of(take, sample, step)
        modified = run.model_path.stat().st_mtime_ns
        return Question(run.folder, modified, subject.image, step, subject.labels)

    def _found(self, question: Question, found: LookedBack) -> None:
        take = self._view.take
        if take is None or self._overlays.overlay is not Overlay.FIELD:
            return
        field = FieldOfView.of(found, take.trace.grid, take.trace.order, question.step)
        self.strip.show_field(field)
        self._paint_field(field)

    def _paint_field(self, field: FieldOfView | None) -> None:
        image = 0 if self._view.canvas.count == 1 else self._hand.looked_at()[0]
        self.paint.show_field(field, image, self.strip.layer)

    # --- putting it together ---

    def _offer(self, take: Take | None) -> None:
        """What can be tried now."""
        for button, tip in zip(self._experiments, self._tips, strict=True):
            button.setEnabled(take is not None)
            button.setToolTip(tip if button.isEnabled() else _NOTHING)

    def _connect(self) -> None:
        self._recorder.opened.connect(self._opened)
        self._overlays.overlay_chosen.connect(self._overlaid)
        self._hand.looked.connect(self._follow)
        self.looking.found.connect(self._found)
        self.looking.failed.connect(
            lambda failed: self.strip.say(f"{failed.title} {failed.advice}".strip())
        )
        self.strip.layer_chosen.connect(lambda _: self._paint_field(self.paint.field))
        self.real.pick_wanted.connect(self.pick)
        self.real.drawing_wanted.connect(self.draw)
        self.real.file_wanted.connect(self.read)
        for experiment in (self.causality, self.race):
            experiment.left.connect(self.leave)
            experiment.again_wanted.connect(self._again)

    def _again(self) -> None:
        self._begin()

    def _opened(self, take: Take | None) -> None:
        self.leave()
        self._offer(take)

    def _arranged(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.real)
        column.addSpacing(HALF)
        column.addWidget(with_role(QLabel("How it works"), "heading"))
        for button in self._experiments:
            column.addWidget(button)
        return side

    # --- the tour ---

    def _tour_field(self) -> None:
        self._overlays.turn_to("Field")
        self._hand.hold_something()

    def _tour_real(self) -> None:
        self._overlays.turn_to("Surprise")
        self.pick(None)


def _button(words: str, glyph: str, slot: Callable[[], None]) -> QPushButton:
    button = named(QPushButton(icon(glyph), words), words)
    button.clicked.connect(lambda _checked: slot())
    return button
