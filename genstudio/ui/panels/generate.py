"""The Generate panel: a player of recordings, in which one may intervene."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.errors import UserError
from genstudio.core.messages import Failed
from genstudio.core.recipe import Recipe
from genstudio.core.runs import Run
from genstudio.ui.panel import Panel
from genstudio.ui.recorder import Recorder, Wanted
from genstudio.ui.studio import Studio
from genstudio.ui.takes import Take
from genstudio.ui.theme import GAP, HALF, MARGIN, icon
from genstudio.ui.trace_colours import Overlay
from genstudio.ui.widgets.canvas import Pixel
from genstudio.ui.widgets.draw_form import COUNTS, DrawForm
from genstudio.ui.widgets.export_menu import ExportMenu
from genstudio.ui.widgets.segmented import Segmented
from genstudio.ui.widgets.step_view import StepView
from genstudio.ui.widgets.take_view import TakeView
from genstudio.ui.widgets.takes import TakesTree

__all__ = ["GeneratePanel"]

_FEW_STEPS = 300
_DEBOUNCE = 120  # milliseconds
_DRAWING_SECONDS = 4.0  # for a whole image at the speed one begins with
_COLUMN = 276
_OVERLAYS = {
    "Picture": (Overlay.PICTURE, "What is drawn"),
    "Entropy": (Overlay.ENTROPY, "How uncertain each symbol was before it was drawn: H(p)"),
    "Surprise": (Overlay.SURPRISE, "How unlikely the symbol was that was drawn: −log₂ p(x)"),
    "P(on)": (Overlay.ON, "How bright the symbol was expected to be: E[x] / (K − 1)"),
    "Difference": (Overlay.DIFFERENCE, "What the change caused: this take minus its parent"),
}
_NO_PARENT = "Change a pixel by hand first: the difference shows what that caused"


class GeneratePanel(Panel):
    """Draws with the chosen model, plays the recording, and lets one change a symbol in it."""

    title = "Generate"
    question = "How does it draw?"
    icon_name = "creation-outline"
    position = 2
    needs = (Capability.AUTOREGRESSIVE,)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.recorder = Recorder(studio, self)
        self.view = TakeView()
        self.tree = TakesTree()
        self.form = DrawForm()
        self.step_view = StepView()
        self.overlays = Segmented(list(_OVERLAYS), "Overlay")
        self.overlays.offer(list(_OVERLAYS), [words for _, words in _OVERLAYS.values()])
        self.export = ExportMenu(studio, lambda: self.recorder.current)
        self.back = QPushButton(icon("view-grid-outline"), "All")
        self.back.setToolTip("Back to all images (Esc)")
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "error")
        self.retry = QPushButton("Try again")
        self._pinned: tuple[int, int] | None = None
        self._hovered: Pixel | None = None
        self._channel = 0
        self._follow = False  # the next root is shown as far as it is drawn, not from its start
        self._due = False  # something is to be drawn once the panel is seen
        self._own_speed = False
        self._mtime: tuple[object, ...] = ()
        self._note = ""
        self._expected_weights = ""
        self._debounce = QTimer(self, singleShot=True, interval=_DEBOUNCE)
        self._lay_out()
        self._connect()
        self._bind_keys()
        self.form.show_seed(int(str(studio.settings.value("generate/seed", 0))))
        self._opened(None)

    # --- the model ---

    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """Draw one image at once, so that there is something to look at."""
        if run is None or card is None:
            return
        stamp = (run.folder, run.model_path.stat().st_mtime_ns if run.has_model else 0)
        if stamp == self._mtime and self.recorder.run is not None:
            return
        space = run.manifest.space
        if stamp[0] != (self._mtime or (None,))[0]:
            self.recorder.use(run)
        self._mtime = stamp
        self._note = _quality(run)
        self.form.offer(card.controls_schema, space, bool(run.manifest.config.get("conditional")))
        self.step_view.offer(space.levels, space.channels)
        if not self._own_speed:
            self.view.set_speed(max(1.0, space.dimensions / _DRAWING_SECONDS))
            self.view.transport.show_speed(self.view.playback.speed)
        wanted = self.recorder.current is None and self._draws_at_once
        self._due = wanted and not self.isVisible()
        if wanted and self.isVisible():
            self.draw()
        self._say()

    @property
    def _draws_at_once(self) -> bool:
        return str(self.studio.settings.value("generate/on_select", "true")).lower() == "true"

    def set_draws_at_once(self, wanted: bool) -> None:
        """Whether choosing a model draws one image with it."""
        self.studio.settings.setValue("generate/on_select", wanted)

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
        self.problem.parentWidget().hide()
        self.recorder.generate(
            Wanted(
                count=count,
                seed=seed,
                controls=self.form.controls(),
                labels=self.form.classes.labels_for(count, seed),
            ),
            instead,
        )

    def draw_another(self) -> None:
        """Draw from a fresh seed, or from the same one where it is locked."""
        self.form.show_seed(self.form.next_seed())
        self._follow = False
        self.draw()

    def _draw_changed(self) -> None:
        """The knobs moved: the same seed again, shown as far as the old one was."""
        self._follow = self.view.playback.at_end
        self.draw(instead=True)

    def _recalled(self, recipe: Recipe) -> None:
        """Make a picture again from the recipe in its file."""
        run = self.studio.selected
        if recipe.kind != "sample" or run is None or run.name != recipe.run:
            return
        self._due = self._follow = False
        labels = np.array(recipe.labels, np.int64) if recipe.labels else None
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
        self._expected_weights = recipe.weights
        if recipe.weights:
            self.export.exporter.weigh(run)

    def _weighed(self, run: Run, weights: str) -> None:
        if self._expected_weights and weights != self._expected_weights:
            self.studio.notice(
                "warning",
                f"“{run.manifest.title}” has learned since that file was made.",
                "The picture may come out differently.",
            )
        self._expected_weights = ""

    def _opened(self, take: Take | None) -> None:
        self._pinned = None
        position, playing = 0, False
        if take is not None:
            fresh = take.trace.length == 0
            begun = bool(take.edits) and take.trace.length == take.edits[-1].step + 1
            position = take.trace.length
            playing = fresh or begun or not take.trace.complete
            self.form.show_seed(take.request.seed)
        has_parent = take is not None and take.parent is not None
        difference = self.overlays.button("Difference")
        difference.setEnabled(has_parent)
        difference.setToolTip(_OVERLAYS["Difference"][1] if has_parent else _NO_PARENT)
        if not has_parent and self.view.overlay is Overlay.DIFFERENCE:
            self.choose_overlay("Picture")
        self.view.open(take, position, playing)
        if take is not None and take.trace.length == 0 and self._follow:
            self._follow = False
            self.view.jump_to_live()
        self.view.canvas.set_cursor(None)
        self.export.show_take(take)
        self.tree.show_takes(self.recorder.takes, take)
        self._moved()

    def _failed(self, failed: Failed) -> None:
        self.problem.setText(f"{failed.title} {failed.advice}".strip())
        self.problem.setToolTip(failed.details)
        self.problem.parentWidget().show()

    # --- looking ---

    def choose_overlay(self, word: str) -> None:
        """Show the picture, or what is behind it."""
        if self.overlays.button(word).isEnabled():
            self.overlays.choose(word)
            self.view.show_overlay(_OVERLAYS[word][0])

    def show_all(self) -> None:
        """Back from one image to all of them."""
        if self.view.sample is not None:
            self._pinned = None
            self.view.show_sample(None)
            self._moved()

    def _looked_at(self) -> tuple[int, int]:
        """The sample and the step that the numbers are about."""
        take, position = self.view.take, self.view.playback.position
        if take is None:
            return 0, -1
        if self._hovered is not None and self._hovered.image < self.view.canvas.count:
            sample = self.view.sample_of(self._hovered)
            return sample, self._step_at(self._hovered.row, self._hovered.column)
        sample = self.view.sample or 0
        if self._pinned is not None:
            return sample, self._step_at(*self._pinned)
        return sample, position - 1

    def _step_at(self, row: int, column: int) -> int:
        assert self.view.take is not None  # noqa: S101 - callers have one
        space = self.view.take.trace.space
        return self.view.take.trace.step_of(
            (row * space.width + column) * space.channels + min(self._channel, space.channels - 1)
        )

    def _hover(self, pixel: Pixel | None) -> None:
        self._hovered = pixel
        self._moved()

    def _moved(self) -> None:
        sample, step = self._looked_at()
        self.step_view.show_step(self.view.take, sample, step, self.view.playback.position)
        self.step_view.set_choosable(self._why_not())
        self.back.setVisible(self.view.sample is not None)
        self._say()

    def _say(self) -> None:
        take = self.view.take
        words = self._note
        if take is not None and take.parent is not None:
            changed, later = take.changed(self.view.playback.position)
            words = f"The change at {take.words} altered {changed} of the {later} symbols after it"
            if self.view.peeking:
                words = "The parent, while P is held"
        elif take is not None and take.trace.count > 1 and self.view.sample is None:
            words = self._note or "Click an image to look at it large"
        elif take is not None and not words:
            words = "Pause and click a drawn pixel to change it"
        if self.view.caption.text() != words:
            self.view.caption.setText(words)

    # --- intervening ---

    def _why_not(self) -> str:
        """Why no symbol can be put by hand just now; empty when one can."""
        take = self.view.take
        if take is None:
            return "Draw something first"
        if take.trace.count > 1 and self.view.sample is None:
            return "Click an image to look at it large first"
        if self._pinned is None:
            return "Click a drawn pixel, or reach one with Ctrl and the arrow keys"
        if self._step_at(*self._pinned) >= self.view.playback.position:
            return "This pixel is not drawn yet"
        return ""

    def _clicked(self, pixel: Pixel) -> None:
        take = self.view.take
        if take is None:
            return
        if take.trace.count > 1 and self.view.sample is None:
            self._hovered = None
            self.view.show_sample(pixel.image)
            self._moved()
            return
        was_playing = self.view.playback.playing
        self.view.pause()
        self._pin(pixel)
        if not was_playing:
            self._activated(pixel)

    def _pin(self, pixel: Pixel) -> None:
        self._pinned = (pixel.row, pixel.column)
        self.view.canvas.set_cursor(pixel)
        self._moved()
        sample, step = self._looked_at()
        if self.view.take is not None and not self._why_not():
            self.step_view.show_symbol(int(self.view.take.trace.symbols[sample, step]))

    def _activated(self, pixel: Pixel) -> None:
        """A click or Enter on a pixel: with two symbols it flips, else one is to be chosen."""
        take = self.view.take
        if take is None or self._why_not():
            return
        space = take.trace.space
        if space.levels == 2 and space.channels == 1:
            step = self._step_at(pixel.row, pixel.column)
            self._put(1 - int(take.trace.symbols[self.view.sample or 0, step]))
        else:
            self.step_view.symbol.setFocus()
            self.step_view.symbol.selectAll()

    def _put(self, symbol: int) -> None:
        """Put a symbol at the pinned pixel and draw all that comes after it again."""
        take = self.view.take
        if take is None or self._pinned is None or self._why_not():
            return
        sample, step = self.view.sample or 0, self._step_at(*self._pinned)
        if int(take.trace.symbols[sample, step]) != symbol:
            pinned = self._pinned
            self.recorder.intervene(take, sample, step, symbol)
            self._pin(Pixel(0, *pinned))

    def undo(self) -> None:
        """Back to the take that was changed; the change stays among the takes."""
        take = self.recorder.current
        if take is not None and take.parent is not None:
            self.recorder.open(take.parent)
            if take.parent.trace.count > 1:
                self.view.show_sample(take.sample)

    def redo(self) -> None:
        """To the newest change of this take."""
        take = self.recorder.current
        if take is not None and take.children:
            self.recorder.open(take.children[-1])

    def _chose_channel(self, channel: int) -> None:
        self._channel = channel
        self._moved()

    def _forgotten(self, count: int) -> None:
        takes = "The oldest take was" if count == 1 else f"The {count} oldest takes were"
        self.studio.notice("info", f"{takes} forgotten to make room.")

    # --- keyboard ---

    def commands(self) -> list[tuple[str, str, object]]:
        """Everything the panel does, with its keys."""
        return [(words, keys, action) for words, keys, action, _ in self._commands()]

    def _commands(self) -> list[tuple[str, str, Callable[[], object], bool]]:
        """(words, keys, action, whether the keys belong to the canvas and the scrubber alone)."""
        view, overlays = self.view, list(_OVERLAYS)
        return [
            ("Draw another", "D", self.draw_another, False),
            ("Play or pause", "Space", view.toggle, True),
            ("One symbol back", "Left", lambda: view.step(-1), True),
            ("One symbol forward", "Right", lambda: view.step(1), True),
            ("To the start", "Home", lambda: view.seek(0), True),
            ("To the newest symbol", "End", view.jump_to_live, True),
            ("Loop", "L", lambda: view.set_loop(not view.playback.loop), False),
            *(
                (f"Show {word.lower()}", str(index), lambda word=word: self.choose_overlay(word), False)
                for index, word in enumerate(overlays, 1)
            ),
            ("Back to all images", "Esc", self.show_all, False),
            ("Undo the change", "Ctrl+Z", self.undo, False),
            ("Redo the change", "Ctrl+Shift+Z", self.redo, False),
            ("Copy picture", "Ctrl+C", self.export.copy, False),
            ("Export picture…", "Ctrl+E", lambda: self.export.ask("png"), False),
            ("Fit the canvas", "F", view.canvas.fit, False),
        ]

    def _bind_keys(self) -> None:
        for _, keys, action, local in self._commands():
            if not local:
                context = Qt.ShortcutContext.WidgetWithChildrenShortcut
                QShortcut(QKeySequence(keys), self, action, context=context)
                continue
            for widget in (self.view.canvas, self.view.transport.scrubber):
                context = Qt.ShortcutContext.WidgetShortcut
                QShortcut(QKeySequence(keys), widget, action, context=context)

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
        return not (self.recorder.busy or self._due or self.view.playback.playing)

    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """One image, what was uncertain in it, a change and what it caused, many images."""
        yield "draws", self.view.jump_to_live
        yield "entropy", lambda: self.choose_overlay("Entropy")
        yield "change", self._tour_change
        yield "difference", lambda: self.choose_overlay("Difference")
        yield "many", self._tour_many

    def _tour_change(self) -> None:
        take = self.view.take
        if take is None:
            return
        self.choose_overlay("Picture")
        space = take.trace.space
        self._pin(Pixel(0, space.height // 3, space.width // 2))
        old = int(take.trace.symbols[0, self._step_at(*(self._pinned or (0, 0)))])
        self._put(0 if 2 * old >= space.levels else space.levels - 1)
        self.view.jump_to_live()

    def _tour_many(self) -> None:
        self.choose_overlay("Picture")
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
        recorder.forgotten.connect(self._forgotten)
        recorder.failed.connect(self._failed)
        view.moved.connect(self._moved)
        view.canvas.hovered.connect(self._hover)
        view.canvas.clicked.connect(self._clicked)
        view.canvas.cursor_moved.connect(self._pin)
        view.canvas.activated.connect(self._clicked)
        view.transport.speed.sliderMoved.connect(self._sped)
        self.tree.chosen.connect(recorder.open)
        self.tree.deleted.connect(recorder.delete)
        self.overlays.chosen.connect(self.choose_overlay)
        self.back.clicked.connect(self.show_all)
        self.retry.clicked.connect(lambda: self.draw())
        self.step_view.symbol_chosen.connect(self._put)
        self.step_view.channel_chosen.connect(self._chose_channel)
        form.controls_edited.connect(self._debounce.start)
        form.wanted_changed.connect(lambda: self.draw())
        form.another_wanted.connect(self.draw_another)
        self._debounce.timeout.connect(self._draw_changed)
        self.export.exporter.weighed.connect(self._weighed)
        self.studio.recipe_recalled.connect(self._recalled)

    def _sped(self, _: int) -> None:
        self._own_speed = True

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.overlays)
        bar.addStretch(1)
        bar.addWidget(self.back)
        bar.addWidget(self.export)
        trouble = QWidget()
        row = QHBoxLayout(trouble)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.problem, 1)
        row.addWidget(self.retry)
        trouble.hide()
        centre = QVBoxLayout()
        centre.setSpacing(HALF)
        centre.addLayout(bar)
        centre.addWidget(trouble)
        centre.addWidget(self.view, 1)
        left = QVBoxLayout()
        left.setSpacing(HALF)
        heading = QLabel("Takes")
        heading.setProperty("role", "heading")
        left.addWidget(heading)
        left.addWidget(self.tree, 1)
        page = QWidget()
        right = QVBoxLayout(page)
        right.setContentsMargins(0, 0, HALF, 0)
        right.setSpacing(GAP)
        right.addWidget(self.form)
        right.addWidget(self.step_view)
        right.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(_COLUMN + HALF)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, HALF, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addLayout(left)
        layout.addLayout(centre, 1)
        layout.addWidget(scroll)


def _quality(run: Run) -> str:
    """A sentence where the model cannot draw well yet; empty where it can."""
    result = run.manifest.result
    try:
        steps = result.steps if result is not None else max((m.step for m in run.metrics()), default=0)
    except UserError:
        return ""
    if steps >= _FEW_STEPS:
        return ""
    return f"This model has learned for {steps} steps only, so its pictures are rough"
