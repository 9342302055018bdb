"""Drawing in stages: a code, what the decoder expects of it, and what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.messages import Failed
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.core.stages import Stage
from genstudio.ui.generate.code_bars import CodeBars
from genstudio.ui.generate.page import DrawingPage
from genstudio.ui.generate.stage_takes import StageRecorder, StageTake
from genstudio.ui.generate.stage_view import STAGES, StageView
from genstudio.ui.keys import Command, bind_keys, told
from genstudio.ui.naming import named, with_role
from genstudio.ui.recording.learned_since import LearnedSince
from genstudio.ui.recording.recorder import Wanted
from genstudio.ui.recording.undertrained import undertrained
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, MARGIN, icon
from genstudio.ui.widgets.draw_form import COUNTS, DrawForm
from genstudio.ui.widgets.export_menu import ExportMenu
from genstudio.ui.widgets.failure import FailureCard
from genstudio.ui.widgets.segmented import Segmented
from genstudio.ui.widgets.side_column import SideColumn
from genstudio.ui.widgets.takes import TakesTree

__all__ = ["StagePage"]

_DEBOUNCE = 120  # milliseconds
_COLUMN = 284
_AT_ONCE = "generate/on_select"
_SEED = "generate/seed"
_SPACE = "Space"


class StagePage(DrawingPage):
    """Draws with a decoder and plays the stages of it."""

    capability = Capability.DECODER

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.recorder = StageRecorder(studio, self)
        self.view = StageView()
        self.tree = TakesTree()
        self.form = DrawForm()
        self.bars = CodeBars()
        self.about = with_role(named(QLabel(), "Which code"), "heading")
        self.prior = with_role(named(QLabel(wordWrap=True), "Where z comes from"), "secondary")
        self.walk = named(
            QPushButton(icon("vector-curve"), "Walk from here"),
            "Walk from here",
            "Go to this code in the Latent panel, and change its numbers there (W)",
        )
        self.stage = Segmented((), "Stage")
        self.stage.offer(
            [words for words, _ in STAGES.values()], [tip for _, tip in STAGES.values()]
        )
        self.export = ExportMenu(studio, lambda: self.recorder.current)
        self.learned = LearnedSince(studio, self.export.exporter, "The picture", self)
        self.back = QPushButton(icon("view-grid-outline"), "All")
        self.back.setToolTip("Back to all images (Esc)")
        self.failure = FailureCard()
        self.failure.hide()
        self._follow = False  # the next take is shown to its end, not from its start
        self._due = False  # something is to be drawn once the page is seen
        self._stamp: tuple[object, ...] = ()
        self._note = ""
        self._draws_symbols = False
        self._debounce = QTimer(self, singleShot=True, interval=_DEBOUNCE)
        self._lay_out()
        self._connect()
        bind_keys(self, self._commands(), (self.view.canvas, self.view.transport.scrubber))
        self.form.show_seed(int(str(studio.settings.value(_SEED, 0))))
        self.form.at_once.setChecked(str(studio.settings.value(_AT_ONCE, "true")) == "true")
        self.form.at_once.toggled.connect(lambda on: studio.settings.setValue(_AT_ONCE, on))
        self._opened(None)

    # --- the model ---

    @override
    def show_run(self, run: Run, card: ModelCard) -> None:
        """Draw at once, so that there is something to look at."""
        stamp = (run.folder, run.model_path.stat().st_mtime_ns if run.has_model else 0)
        if stamp == self._stamp:
            return
        if stamp[0] != (self._stamp or (None,))[0]:
            self.recorder.use(run)
        self._stamp = stamp
        self._note = undertrained(run)
        self._draws_symbols = card.can(Capability.LATENT_VARIABLE)
        self.walk.setVisible(card.can(Capability.ENCODER))
        space = run.manifest.space
        self.form.offer(card.controls_schema, space, bool(run.manifest.config.get("conditional")))
        wanted = self.recorder.current is None and self.form.at_once.isChecked()
        self._due = wanted and not self.isVisible()
        if wanted and self.isVisible():
            self.draw()
        self._say()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._due:
            self._due = False
            self.draw()

    # --- drawing ---

    def draw(self, instead: bool = False) -> None:
        """Draw what the form says."""
        seed, count = self.form.seed.value(), self.form.images
        self.studio.settings.setValue(_SEED, seed)
        self.failure.hide()
        labels = self.form.classes.labels_for(count, seed)
        wanted = Wanted(count=count, seed=seed, controls=self.form.controls(), labels=labels)
        self.recorder.generate(wanted, instead)

    def draw_wanted(self) -> None:
        """Draw what the form says, from the first stage on."""
        self._follow = False
        self.draw()

    def draw_another(self) -> None:
        """Draw from a fresh seed, or from the same one where it is locked."""
        self.form.show_seed(self.form.next_seed())
        self.draw_wanted()

    def _draw_changed(self) -> None:
        """The knobs moved: the same seed again, shown as far as the old one was."""
        self._follow = self.view.playback.at_end
        self.draw(instead=True)

    @override
    def recall(self, recipe: Recipe) -> None:
        run = self.recorder.run
        if recipe.kind != "sample" or run is None or run.name != recipe.run:
            return
        self._due = self._follow = False
        labels = np.array(recipe.labels, np.int64) if recipe.labels else None
        self.form.show_seed(recipe.seed)
        self.form.show_controls(recipe.controls)
        self.form.count.choose(str(recipe.count))
        self.form.classes.show_labels(labels)
        self.failure.hide()
        self.recorder.generate(
            Wanted(recipe.count, recipe.seed, recipe.first, recipe.controls, labels)
        )
        self.learned.expect(recipe, run)

    def _opened(self, take: StageTake | None) -> None:
        if take is not None:
            self.form.show_seed(take.request.seed)
        fresh = take is not None and not take.seen and not self._follow
        # The first stage is there at once: nothing before it is worth a second.
        self.view.open(take, 1 if fresh else len(STAGES), playing=fresh)
        self._follow = False
        if take is not None:
            take.seen = True
        self.export.show_take(take)
        self.tree.show_takes(self.recorder.takes, take)

    def _failed(self, failed: Failed) -> None:
        self.failure.say(failed.title, failed.advice, failed.details)

    # --- looking ---

    def show_all(self) -> None:
        """Back from one image to all of them."""
        if self.view.sample is not None:
            self.view.show_sample(None)

    def walk_from_here(self) -> None:
        """Go to the code that is looked at in the Latent panel."""
        take = self.recorder.current
        if take is not None and not self.walk.isHidden():
            self.studio.panel_wanted.emit("Latent")
            self.studio.recipe_recalled.emit(take.code_recipe(self.view.looked_at))

    def _looked(self) -> None:
        """The bars are those of the image that is looked at."""
        take, sample = self.view.take, self.view.looked_at
        self.walk.setEnabled(take is not None)
        if take is None:
            self.about.setText("Code")
            return
        many = take.stages.count > 1
        self.about.setText(f"Code of image {sample + 1}" if many else "Code")
        self.prior.setText(take.stages.draws.prior)
        self.bars.show_code(take.stages.codes[sample], take.stages.reach)
        self.bars.mark(self.view.dimension)
        self._say()

    def _moved(self) -> None:
        stage = self.view.stage
        self.stage.choose("" if stage is None else STAGES[stage][0])
        self.back.setVisible(self.view.sample is not None)
        self._say()

    def _say(self) -> None:
        words = self.view.words() or self._note or self._told()
        if self.view.caption.text() != words:
            self.view.caption.setText(words)

    def _told(self) -> str:
        """What the shown stage is, in a sentence."""
        take, stage = self.view.take, self.view.stage
        if take is None or stage is None:
            return ""
        if stage is Stage.CODE:
            return "A cell for each number of z, in reading order"
        if stage is Stage.EXPECTED:
            return "The decoder's mean of p(x | z); nothing is drawn here yet"
        if self._draws_symbols:
            return "x ~ p(x | z): given z, each place is drawn by itself"
        return "The nearest symbols: this decoder gives no distribution of x"

    # --- keyboard ---

    @override
    def commands(self) -> list[tuple[str, str, object]]:
        """Everything the page does, with its keys."""
        return told(self._commands())

    def _commands(self) -> list[Command]:
        """(words, keys, action, whether the keys belong to the canvas and the scrubber alone)."""
        view = self.view
        return [
            ("Draw another", "D", self.draw_another, False),
            ("Play or pause", _SPACE, view.toggle, False),
            ("One stage back", "Left", lambda: view.step(-1), True),
            ("One stage forward", "Right", lambda: view.step(1), True),
            ("To the start", "Home", lambda: view.seek(0), True),
            ("To the last stage", "End", view.jump_to_live, True),
            ("Loop", "L", lambda: view.set_loop(not view.playback.loop), False),
            *(
                (f"Show {words}", str(number), lambda stage=stage: view.go_to(stage), False)
                for number, (stage, (words, _)) in enumerate(STAGES.items(), 1)
            ),
            ("Walk from here in the Latent panel", "W", self.walk_from_here, False),
            ("Back to all images", "Esc", self.show_all, False),
            ("Copy picture", "Ctrl+C", self.export.copy, False),
            ("Export picture…", "Ctrl+E", lambda: self.export.ask("png"), False),
            ("Fit the canvas", "F", view.canvas.fit, False),
        ]

    # --- the tour ---

    @override
    def settled(self) -> bool:
        """Whether all is drawn and the playhead rests."""
        return not (self.recorder.busy or self._due or self.view.playback.playing)

    @override
    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """The stages one by one, and many images."""
        for stage in STAGES:
            yield stage.value, partial(self.view.go_to, stage)
        yield "many", self._tour_many

    def _tour_many(self) -> None:
        self.form.count.choose(str(COUNTS[2]))
        self._follow = True
        self.draw()

    # --- putting it together ---

    def _connect(self) -> None:
        view, recorder, form = self.view, self.recorder, self.form
        words = {words: stage for stage, (words, _) in STAGES.items()}
        recorder.opened.connect(self._opened)
        recorder.takes_changed.connect(
            lambda: self.tree.show_takes(recorder.takes, recorder.current)
        )
        recorder.forgotten.connect(self.forgotten)
        recorder.failed.connect(self._failed)
        view.moved.connect(self._moved)
        view.looked.connect(self._looked)
        self.stage.chosen.connect(lambda word: view.go_to(words[word]))
        self.tree.chosen.connect(recorder.open)
        self.tree.deleted.connect(recorder.delete)
        self.back.clicked.connect(self.show_all)
        self.walk.clicked.connect(self.walk_from_here)
        self.failure.retried.connect(self.draw_wanted)
        form.controls_edited.connect(self._debounce.start)
        form.wanted_changed.connect(self.draw_wanted)
        form.another_wanted.connect(self.draw_another)
        self._debounce.timeout.connect(self._draw_changed)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.stage)
        bar.addStretch(1)
        bar.addWidget(self.back)
        bar.addWidget(self.export)
        centre = QVBoxLayout()
        centre.setSpacing(HALF)
        centre.addLayout(bar)
        centre.addWidget(self.failure)
        centre.addWidget(self.view, 1)
        left = QVBoxLayout()
        left.setSpacing(HALF)
        left.addWidget(with_role(QLabel("Takes"), "heading"))
        left.addWidget(self.tree, 1)
        code = QWidget()
        column = QVBoxLayout(code)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.about)
        column.addWidget(self.bars, 1)
        column.addWidget(self.prior)
        column.addWidget(self.walk)
        side = QVBoxLayout()
        side.setSpacing(HALF)
        side.addWidget(SideColumn(_COLUMN, code, self.form), 1)
        side.addWidget(self.form.another)
        side.addWidget(self.form.at_once)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, HALF, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addLayout(left)
        layout.addLayout(centre, 1)
        layout.addLayout(side)
