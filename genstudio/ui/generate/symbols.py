"""Drawing symbol by symbol: a player of recordings, in which one may intervene."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.messages import Failed
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.ui.generate.lab import Lab
from genstudio.ui.generate.page import DrawingPage
from genstudio.ui.keys import Command, bind_keys, told
from genstudio.ui.recording.intervening import Intervention
from genstudio.ui.recording.learned_since import LearnedSince
from genstudio.ui.recording.recorder import Recorder, Wanted
from genstudio.ui.recording.takes import Take
from genstudio.ui.recording.undertrained import undertrained
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, MARGIN, icon
from genstudio.ui.widgets.draw_form import COUNTS, DrawForm
from genstudio.ui.widgets.export_menu import ExportMenu
from genstudio.ui.widgets.overlay_choice import OverlayChoice
from genstudio.ui.widgets.side_column import SideColumn
from genstudio.ui.widgets.step_view import StepView
from genstudio.ui.widgets.take_view import TakeView
from genstudio.ui.widgets.takes import TakesTree

__all__ = ["SymbolPage"]

_DEBOUNCE = 120  # milliseconds
_DRAWING_SECONDS = 4.0  # for a whole image at the speed one begins with
_COLUMN = 284
_AT_ONCE = "generate/on_select"
_SPACE = "Space"


class SymbolPage(DrawingPage):
    """Draws with the chosen model, plays the recording, and lets one change a symbol in it."""

    capability = Capability.AUTOREGRESSIVE

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.recorder = Recorder(studio, self)
        self.view = TakeView()
        self.tree = TakesTree()
        self.form = DrawForm()
        self.step_view = StepView()
        self.hand = Intervention(self.recorder, self.view, self.step_view)
        self.overlays = OverlayChoice()
        self.lab = Lab(studio, self.recorder, self.view, self.overlays, self.hand, self.form)
        self.export = ExportMenu(studio, lambda: self.recorder.current)
        self.learned = LearnedSince(studio, self.export.exporter, "The picture", self)
        self.back = QPushButton(icon("view-grid-outline"), "All")
        self.back.setToolTip("Back to all images (Esc)")
        self.trouble = QWidget()
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "error")
        self.retry = QPushButton("Try again")
        self._follow = False  # the next root is shown as far as it is drawn, not from its start
        self._due = False  # something is to be drawn once the panel is seen
        self._own_speed = False
        self._mtime: tuple[object, ...] = ()
        self._note = ""
        self._debounce = QTimer(self, singleShot=True, interval=_DEBOUNCE)
        self._lay_out()
        self._connect()
        bind_keys(self, self._commands(), (self.view.canvas, self.view.transport.scrubber))
        self.form.show_seed(int(str(studio.settings.value("generate/seed", 0))))
        self.form.at_once.setChecked(str(studio.settings.value(_AT_ONCE, "true")) == "true")
        self.form.at_once.toggled.connect(lambda on: studio.settings.setValue(_AT_ONCE, on))
        self._opened(None)

    # --- the model ---

    def show_run(self, run: Run, card: ModelCard) -> None:
        """Draw one image at once, so that there is something to look at."""
        stamp = (run.folder, run.model_path.stat().st_mtime_ns if run.has_model else 0)
        if stamp == self._mtime and self.recorder.run is not None:
            return
        space = run.manifest.space
        if stamp[0] != (self._mtime or (None,))[0]:
            self.recorder.use(run)
            self.lab.use(run)
        self._mtime = stamp
        self._note = undertrained(run)
        self.form.offer(card.controls_schema, space, bool(run.manifest.config.get("conditional")))
        self.step_view.offer(space.levels, space.channels)
        if not self._own_speed:
            self.view.set_speed(max(1.0, space.dimensions / _DRAWING_SECONDS))
            self.view.transport.show_speed(self.view.playback.speed)
        wanted = self.recorder.current is None and self.form.at_once.isChecked()
        self._due = wanted and not self.isVisible()
        if wanted and self.isVisible():
            self.draw()
        self._say()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._due:
            self._due = False
            self.draw()

    # --- drawing ---

    def draw(self, instead: bool = False) -> None:
        """Draw what the form says."""
        seed, count = self.form.seed.value(), self.form.images
        self.studio.settings.setValue("generate/seed", seed)
        self.trouble.hide()
        self.recorder.generate(
            Wanted(
                count=count,
                seed=seed,
                controls=self.form.controls(),
                labels=self.form.classes.labels_for(count, seed),
            ),
            instead,
        )

    def draw_wanted(self) -> None:
        """Draw what the form says, from the start."""
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

    def recall(self, recipe: Recipe) -> None:
        """Make a picture again from the recipe in its file, or score a real one again."""
        run = self.studio.selected
        if run is None or run.name != recipe.run:
            return
        labels = np.array(recipe.labels, np.int64) if recipe.labels else None
        if recipe.kind == "sample":
            self.form.show_seed(recipe.seed)
            self.form.show_controls(recipe.controls)
            self.form.count.choose(str(recipe.count))
            self.form.classes.show_labels(labels)
            self.recorder.generate(
                Wanted(
                    count=recipe.count,
                    seed=recipe.seed,
                    first=recipe.first,
                    controls=recipe.controls,
                    labels=labels,
                    edits=tuple(recipe.edits),
                )
            )
        elif recipe.kind == "complete":
            image, space = recipe.image(), run.manifest.space
            if image.shape != space.shape or image.max() >= space.levels:
                self.studio.notice(
                    "error",
                    f"The image in this file is not one of {space}, which the model scores.",
                )
                return
            told = None if labels is None else labels[0]
            source = str(recipe.settings.get("source", "Real image"))
            self.recorder.score(image, told, source, recipe.seed, recipe.edits)
        else:
            return
        self._due = self._follow = False
        self.learned.expect(recipe, run)

    def _opened(self, take: Take | None) -> None:
        self.hand.let_go()
        position, playing = 0, False
        if take is not None:
            fresh = take.trace.length == 0
            begun = bool(take.edits) and take.trace.length == take.edits[-1].step + 1
            position = take.trace.length
            playing = fresh or begun or not take.trace.complete
            self.form.show_seed(take.request.seed)
        self.overlays.allow_difference(take is not None and take.parent is not None)
        self.view.open(take, position, playing)
        if take is not None and take.trace.length == 0 and (self._follow or take.source):
            self._follow = False
            self.view.jump_to_live()
        self.export.show_take(take)
        self.tree.show_takes(self.recorder.takes, take)

    def _failed(self, failed: Failed) -> None:
        self.problem.setText(f"{failed.title} {failed.advice}".strip())
        self.problem.setToolTip(failed.details)
        self.trouble.show()

    # --- looking ---

    def show_all(self) -> None:
        """Back from an experiment to the picture, or from one image to all of them."""
        if not self.lab.leave() and self.view.sample is not None:
            self.hand.let_go()
            self.view.show_sample(None)

    def _moved(self) -> None:
        self.hand.show()
        self.back.setVisible(self.view.sample is not None)
        self._say()

    def _say(self) -> None:
        take = self.view.take
        words = self._note
        if take is not None and take.parent is not None:
            changed, later = take.changed(self.view.playback.position)
            words = f"{take.place.capitalize()} set to {take.edits[-1].symbol}: "
            words += (
                f"{changed} of {later} later symbols differ" if later else "the rest is drawn anew"
            )
            if self.view.peeking:
                words = "The parent, while P is held"
        elif take is not None and take.trace.count > 1 and self.view.sample is None:
            words = self._note or "Click an image to look at it large"
        elif take is not None and take.source:
            words = take.score
        elif take is not None and not words:
            words = "Pause and click a drawn pixel to change it"
            if self.hand.only_looks:
                words = "Click a drawn pixel to hold it"
        if self.view.caption.text() != words:
            self.view.caption.setText(words)

    # --- keyboard ---

    def commands(self) -> list[tuple[str, str, object]]:
        """Everything the panel does, with its keys."""
        return told(self._commands())

    def _commands(self) -> list[Command]:
        """(words, keys, action, whether the keys belong to the canvas and the scrubber alone)."""
        view, overlays = self.view, self.overlays.words
        return [
            ("Draw another", "D", self.draw_another, False),
            ("Play or pause", _SPACE, view.toggle, False),
            ("One symbol back", "Left", lambda: view.step(-1), True),
            ("One symbol forward", "Right", lambda: view.step(1), True),
            ("To the start", "Home", lambda: view.seek(0), True),
            ("To the newest symbol", "End", view.jump_to_live, True),
            ("Loop", "L", lambda: view.set_loop(not view.playback.loop), False),
            *(
                (
                    f"Show {word.lower()}",
                    str(index),
                    lambda word=word: self.overlays.turn_to(word),
                    False,
                )
                for index, word in enumerate(overlays, 1)
            ),
            ("Back to all images", "Esc", self.show_all, False),
            ("Undo the change", "Ctrl+Z", self.hand.undo, False),
            ("Redo the change", "Ctrl+Shift+Z", self.hand.redo, False),
            ("Copy picture", "Ctrl+C", self.export.copy, False),
            ("Export picture…", "Ctrl+E", lambda: self.export.ask("png"), False),
            ("Fit the canvas", "F", view.canvas.fit, False),
            *self.lab.commands(),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_P and not event.isAutoRepeat():
            self.view.peek(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_P and not event.isAutoRepeat():
            self.view.peek(False)
        else:
            super().keyReleaseEvent(event)

    # --- the tour ---

    def settled(self) -> bool:
        """Whether all is drawn and the playhead rests."""
        playing = self.view.playback.playing
        return self.lab.settled and not (self.recorder.busy or self._due or playing)

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """An image, its uncertainty, a change and what it caused, how it works, many images."""
        yield "draws", self.view.jump_to_live
        yield "entropy", lambda: self.overlays.turn_to("Entropy")
        yield "change", self._tour_change
        yield "difference", lambda: self.overlays.turn_to("Difference")
        yield from self.lab.tour_stops()
        yield "many", self._tour_many

    def _tour_change(self) -> None:
        self.overlays.turn_to("Picture")
        self.hand.change_something()
        self.view.jump_to_live()

    def _tour_many(self) -> None:
        self.overlays.turn_to("Picture")
        self.form.count.choose(str(COUNTS[2]))
        self._follow = True
        self.draw()

    # --- putting it together ---

    def _connect(self) -> None:
        view, recorder, form = self.view, self.recorder, self.form
        recorder.opened.connect(self._opened)
        recorder.grown.connect(view.grow)
        recorder.takes_changed.connect(
            lambda: self.tree.show_takes(recorder.takes, recorder.current)
        )
        recorder.completed.connect(self.tree.draw_thumbnail)
        recorder.forgotten.connect(self.forgotten)
        recorder.failed.connect(self._failed)
        view.moved.connect(self._moved)
        view.transport.speed.sliderMoved.connect(self._sped)
        self.tree.chosen.connect(recorder.open)
        self.tree.deleted.connect(recorder.delete)
        self.overlays.overlay_chosen.connect(view.show_overlay)
        self.back.clicked.connect(self.show_all)
        self.retry.clicked.connect(self.draw_wanted)
        form.controls_edited.connect(self._debounce.start)
        form.wanted_changed.connect(self.draw_wanted)
        form.another_wanted.connect(self.draw_another)
        self._debounce.timeout.connect(self._draw_changed)

    def _sped(self, _: int) -> None:
        self._own_speed = True

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.overlays)
        bar.addStretch(1)
        bar.addWidget(self.back)
        bar.addWidget(self.export)
        row = QHBoxLayout(self.trouble)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.problem, 1)
        row.addWidget(self.retry)
        self.trouble.hide()
        centre = QVBoxLayout()
        centre.setSpacing(HALF)
        centre.addLayout(bar)
        centre.addWidget(self.trouble)
        centre.addWidget(self.lab.strip)
        centre.addWidget(self.lab.stage, 1)
        left = QVBoxLayout()
        left.setSpacing(HALF)
        heading = QLabel("Takes")
        heading.setProperty("role", "heading")
        left.addWidget(heading)
        left.addWidget(self.tree, 1)
        left.addWidget(self.lab.side)
        side = QVBoxLayout()
        side.setSpacing(HALF)
        side.addWidget(SideColumn(_COLUMN, self.step_view, self.form), 1)
        side.addWidget(self.form.another)
        side.addWidget(self.form.at_once)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, HALF, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addLayout(left)
        layout.addLayout(centre, 1)
        layout.addLayout(side)
