"""The Inpaint panel: paint a mask, and see what could be hidden under it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout
from typing_extensions import override

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.messages import Failed, Fitted
from genstudio.core.runs import Run
from genstudio.ui.inpainting.browser import Browser
from genstudio.ui.inpainting.desk import Desk
from genstudio.ui.inpainting.exporting import ExportTrial, Form
from genstudio.ui.inpainting.findings import Findings
from genstudio.ui.inpainting.fit_note import FitNote
from genstudio.ui.inpainting.guide import three_steps
from genstudio.ui.inpainting.recalling import Recalling, carries_recipe
from genstudio.ui.inpainting.session import Session
from genstudio.ui.inpainting.side import Side
from genstudio.ui.inpainting.source_bar import SourceBar
from genstudio.ui.inpainting.stage import Stage
from genstudio.ui.inpainting.trial import Subject, Trial
from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.mask_files import dropped_picture
from genstudio.ui.painting.presets import Preset
from genstudio.ui.painting.tools import ToolStrip
from genstudio.ui.panel import Panel
from genstudio.ui.panels.inpaint_tour import stops
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, MARGIN, icon
from genstudio.ui.widgets.failure import FailureCard

__all__ = ["InpaintPanel"]

_TAUGHT = ("7", "9")  # digits whose lower halves look alike, and whose upper ones do not
_EXAMPLE_COUNT = "9"  # completions of each method: so many are large enough side by side
_FIGURE = (104, 200)  # the least and the largest height of the figure, pixels


class InpaintPanel(Panel):
    """The image and its mask to the left, completions in the middle, the method to the right."""

    title = "Inpaint"
    question = "What could be hidden here?"
    icon_name = "image-edit-outline"
    position = 3
    needs = (Capability.INPAINTING,)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.setAcceptDrops(True)
        self.session = Session(studio, self)
        self.desk = Desk(studio, self)
        self.sources, self.painting = self.desk.sources, self.desk.painting
        self.canvas = PaintCanvas(self.painting)
        self.strip = ToolStrip(self.canvas)
        self.bar = SourceBar(self.sources)
        self.fit = FitNote()
        self.failure = FailureCard()
        self.failure.hide()
        doing = (self.browse, self.draw_one, self.bar.ask_for_file, self.complete)
        self.guide = three_steps(self.sources, self.painting, *doing)
        self.stage = Stage(self.guide)
        self.findings = Findings(studio, self.desk, self.canvas, self.stage)
        self.side = Side(self.session, self.findings.pages)
        self.form = self.side.form
        self.export = ExportTrial(studio, lambda: self.session.current)
        Recalling(studio, self.desk, self.form, self.session, self.export.exporter)
        self.example = QPushButton(icon("school-outline"), "Example")
        self.example.setToolTip(
            "Hide the top of a digit and give the bottom:\n"
            "raster beside a method that sees what comes later (T)"
        )
        self._pictures = QHBoxLayout()
        self._example_due = False  # the next image is the one to show the difference on
        self._failed: Callable[[], None] | None = None  # asks again for what failed
        self._lay_out()
        self._connect()
        self._bind_keys()
        self._allow()

    # --- the model ---

    @override
    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """Another model: image and mask stay if they fit it, and its newest result is shown."""
        if run is None or card is None:
            return
        old = self.desk.run
        space = run.manifest.space
        conditional = bool(run.manifest.config.get("conditional"))
        self.form.offer(self.studio.methods, card, space.labels if conditional else ())
        self.findings.forget()
        if old is None:
            self._recall_form()
        if old is None or old.folder != run.folder:
            self._example_due = False
            self.bar.offer(space.labels)
            self.desk.use(run)
            current = self.session.current
            if current is None or current.run.folder != run.folder:
                mine = (t for t in reversed(self.session.trials) if t.run.folder == run.folder)
                self.session.show(next(mine, None))
        self._allow()

    # --- completing ---

    def complete(self) -> None:
        """Complete what is hidden as the form says; while something runs, it waits its turn."""
        run = self.desk.run
        if run is None or self.problem():
            self._allow()
            return
        self.failure.hide()
        choices = self.form.choices()
        settings = self.studio.settings
        settings.setValue("inpaint/method", choices[0].method.name)
        settings.setValue("inpaint/count", choices[0].count)
        settings.setValue("inpaint/seed", choices[0].seed)
        self.session.ask(run, self.desk.subject_now(), self.desk.known(), choices)

    def problem(self) -> str:
        """Why nothing can be completed now, in one sentence; empty when it can."""
        return self.desk.problem() or self.form.problem()

    def show_example(self) -> None:
        """Hide the top of a seven or a nine, give the bottom, and let two methods complete it."""
        run = self.desk.run
        if run is None:
            return
        labels = run.manifest.space.labels
        classes = labels[0].classes if labels else ()
        known = [classes.index(word) for word in _TAUGHT if word in classes]
        self._example_due = True
        self.sources.random(secrets.choice(known) if known else None)

    def _compare_methods(self) -> None:
        self.painting.preset(Preset.TOP)
        self.form.choose("raster")
        self.form.set_beside(True)
        self.form.count.choose(_EXAMPLE_COUNT)
        self.complete()

    def _beside_toggled(self, beside: bool) -> None:
        """A result that is shown gets its neighbour at once, from its own seed."""
        trial, other = self.session.current, self.form.other
        if trial is not None and beside and other is not None and not self.form.problem():
            alone = trial.beside is None and trial.result is not None
            if alone and trial.method == self.form.method:
                self.session.ask_beside(trial, other, self.form.forms[other.name].values())
                self.stage.show_trial(trial)
        self._allow()

    # --- the image ---

    def _brought(self, subject: Subject) -> None:
        """Another image; the mask stays."""
        self.failure.hide()
        self.fit.hide()
        self.form.show_labels(subject.labels)
        self.bar.say(subject.words)
        self._allow()
        if self._example_due:
            self._example_due = False
            self._compare_methods()

    def _fitted(self, found: Fitted, name: str) -> None:
        if self.desk.run is not None:
            self.fit.say(found, name, self.desk.run.manifest.grid)

    def browse(self) -> None:
        """Choose among pages of the data."""
        if self.desk.run is not None:
            browser = Browser(self.studio, self.desk.run, self)
            browser.taken.connect(self.sources.take)
            browser.open()

    def draw_one(self) -> None:
        """An image of the model's own, of the chosen class where it is conditioned on one."""
        self.sources.drawn(self.form.labels())

    def peek(self, peeking: bool) -> None:
        """Show what is hidden, for as long as it is wanted."""
        self.canvas.set_shown(self.painting.image if peeking else None)

    # --- results ---

    def _follow(self) -> None:
        """Show the trial that is looked at."""
        trial = self.session.current
        again = trial is not None and trial.film is None and self.stage.first.film is not None
        if trial is not self.stage.trial or again:
            self.stage.show_trial(trial)
        beside = trial is not None and trial.beside is not None
        self._pictures.setStretchFactor(self.stage, 2 if beside else 1)
        self.export.show_trial(trial)
        pair = [] if trial is None else [trial, trial.beside]
        failed = next((t for t in pair if t is not None and t.failure is not None), None)
        if failed is not None and failed.failure is not None:
            self._say_failure(failed.failure, lambda: self.session.retry(failed))
        elif self._failed is not None and self._failed != self.sources.again:
            self._failed = None
            self.failure.hide()
        self._allow()

    def _ended(self, trial: Trial) -> None:
        self.stage.end(trial)
        self.export.show_trial(self.session.current)

    def use(self, trial: Trial) -> None:
        """Put image, mask and settings of a trial back, to change them and ask again."""
        if self.desk.run is None or trial.run.folder != self.desk.run.folder:
            self.studio.select(trial.run.folder)
        self.desk.put(trial.subject, trial.request.known)
        self.form.show_trial(trial)
        self.side.turn_to("Method")
        self._allow()

    # --- telling ---

    def _allow(self) -> None:
        self.desk.labels = self.form.labels()
        self.side.allow(self.problem())
        button = self.guide.buttons["Complete"]
        button.setEnabled(self.side.complete.isEnabled())
        button.setToolTip(self.side.complete.toolTip())

    def _say_failure(self, failed: Failed, again: Callable[[], None]) -> None:
        self._failed = again
        self.fit.hide()
        self.failure.say(failed.title, failed.advice, failed.details)

    def _try_again(self) -> None:
        again, self._failed = self._failed, None
        self.failure.hide()
        if again is not None:
            again()

    def _source_failed(self, failed: Failed) -> None:
        self._example_due = False
        self._say_failure(failed, self.sources.again)

    def _forgotten(self, count: int) -> None:
        results = "The oldest result was" if count == 1 else f"The {count} oldest results were"
        self.studio.notice("info", f"{results} forgotten to make room.")

    # --- keyboard ---

    @override
    def commands(self) -> list[tuple[str, str, object]]:
        """Everything the panel does, with its keys; what the canvas does has its own."""
        shown, tabs = self.stage.first.choice, self.side.tabs
        return [
            ("Complete what is hidden", "Ctrl+Return", self.complete),
            ("Cancel completing", "Esc", self._escape),
            ("Random image of the data", "A", self.sources.random),
            ("Next image of the data", "Shift+A", self.sources.next),
            ("Browse the data…", "Shift+B", self.browse),
            ("Image drawn by the model", "", self.draw_one),
            ("Image from a file…", "", self.bar.ask_for_file),
            ("Image from the clipboard", "Ctrl+V", self.sources.paste),
            ("Blank image", "", self.sources.blank),
            ("Example: hide the top, give the bottom", "T", self.show_example),
            ("Beside another method", "S", self.form.beside.click),
            ("Another seed", "Shift+D", self.form.row.dice.click),
            ("Play or pause", "Space", self.stage.first.toggle),
            *(
                (f"Show {word.lower()}", str(number), shown.button(word).click)
                for number, word in enumerate(shown.offered, 1)
            ),
            *(
                (f"{word} at the side", f"Alt+{number}", lambda word=word: self.side.turn_to(word))
                for number, word in enumerate(tabs.offered, 1)
            ),
            ("Copy the figure", "Ctrl+C", self.export.copy),
            ("Export the figure…", "Ctrl+E", lambda: self.export.ask(Form.FIGURE)),
            *(
                (action.text(), action.shortcut().toString(), action.trigger)
                for action in self.canvas.actions()
            ),
        ]

    def _bind_keys(self) -> None:
        held = {action.shortcut().toString() for action in self.canvas.actions()}
        for _, keys, action in self.commands():
            # Space is the window's, which gives it to a button that has the focus.
            if keys and keys != "Space" and keys not in held:
                QShortcut(QKeySequence(keys), self, action)  # type: ignore[call-overload] # callable

    def _escape(self) -> None:
        """Cancel; where nothing runs, back from one completion to all."""
        if self.session.busy:
            self.session.cancel()
        else:
            self.stage.show_all()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_P and not event.isAutoRepeat():
            self.peek(True)
        else:
            super().keyPressEvent(event)

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_P and not event.isAutoRepeat():
            self.peek(False)
        else:
            super().keyReleaseEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Pictures are taken; what was exported here, and all else, is the window's."""
        path = dropped_picture(event.mimeData())
        if path is not None and not carries_recipe(path):
            event.acceptProposedAction()
        else:
            event.ignore()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_picture(event.mimeData())
        if path is not None:
            self.sources.read(path)
            event.acceptProposedAction()

    # --- the tour ---

    @override
    def settled(self) -> bool:
        """Whether the image is here, all is completed, and the playhead rests."""
        waiting = self.sources.busy or self.session.busy or self.findings.busy
        return not waiting and self.stage.settled

    @override
    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """See `stops`."""
        return stops(self)

    # --- putting it together ---

    def _recall_form(self) -> None:
        """Begin with the method, count and seed of last time."""
        stored = self.studio.settings.value
        count, seed = int(str(stored("inpaint/count", 16))), int(str(stored("inpaint/seed", 0)))
        self.form.show_recipe(str(stored("inpaint/method", "raster")), {}, count, seed)

    def _connect(self) -> None:
        session, form, painting = self.session, self.form, self.painting
        session.begun.connect(self.stage.begin)
        session.grown.connect(self.stage.grow)
        session.ended.connect(self._ended)
        session.changed.connect(self._follow)
        session.forgotten.connect(self._forgotten)
        self.sources.fitted.connect(self._fitted)
        self.sources.failed.connect(self._source_failed)
        self.desk.brought.connect(self._brought)
        self.bar.browse_wanted.connect(self.browse)
        self.bar.model_wanted.connect(self.draw_one)
        self.example.clicked.connect(self.show_example)
        self.failure.retried.connect(self._try_again)
        self.strip.noticed.connect(self.studio.notice)
        painting.mask_changed.connect(self._allow)
        painting.image_changed.connect(self._allow)
        form.edited.connect(self._allow)
        form.beside_toggled.connect(self._beside_toggled)
        self.side.complete_wanted.connect(self.complete)
        self.side.results.used.connect(self.use)
        self.findings.page_wanted.connect(self.side.turn_to)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(HALF)
        bar.addWidget(self.bar, 1)
        bar.addWidget(self.example)
        bar.addWidget(self.export)
        self._pictures.setSpacing(GAP)
        self._pictures.addWidget(self.canvas, 1)
        self._pictures.addWidget(self.stage, 1)
        self.findings.set_figure_height(*_FIGURE)
        centre = QVBoxLayout()
        centre.setSpacing(HALF)
        centre.addLayout(bar)
        centre.addWidget(self.fit)
        centre.addWidget(self.failure)
        centre.addLayout(self._pictures, 7)
        centre.addWidget(self.stage.player)
        centre.addWidget(self.findings.figure, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, HALF, GAP, GAP)
        row.setSpacing(GAP)
        row.addWidget(self.strip)
        row.addLayout(centre, 1)
        row.addWidget(self.side)
