"""The Latent panel: walk through the space that a model encodes data into."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout
from typing_extensions import override

from genstudio.core.capabilities import Capability, ModelCard
from genstudio.core.messages import Failed, Fitted, Share
from genstudio.core.runs import Run
from genstudio.ui.inpainting.browser import Browser
from genstudio.ui.inpainting.fit_note import FitNote
from genstudio.ui.inpainting.recalling import carries_recipe
from genstudio.ui.inpainting.sources import Sources
from genstudio.ui.inpainting.trial import Subject
from genstudio.ui.latent.denoising import DenoisingView
from genstudio.ui.latent.desk import Desk
from genstudio.ui.latent.direction_page import DirectionPage
from genstudio.ui.latent.directions import Directions
from genstudio.ui.latent.draw_dialog import DrawDialog
from genstudio.ui.latent.generator_check import GeneratorCheck
from genstudio.ui.latent.interpolation import Interpolation
from genstudio.ui.latent.map import LatentMap
from genstudio.ui.latent.microscope import Microscope
from genstudio.ui.latent.recalling import Recalling
from genstudio.ui.latent.side import Page, Side
from genstudio.ui.latent.sliders import Sliders
from genstudio.ui.latent.start_bar import StartBar
from genstudio.ui.latent.state import LatentState
from genstudio.ui.latent.sweep import Sweep
from genstudio.ui.naming import hairline, with_role
from genstudio.ui.painting.mask_files import dropped_picture
from genstudio.ui.panel import Panel
from genstudio.ui.panels.latent_tour import stops
from genstudio.ui.studio import Studio
from genstudio.ui.theme import GAP, HALF, MARGIN
from genstudio.ui.widgets.failure import FailureCard

__all__ = ["LatentPanel"]

_SLIDERS, _WIDEST = 264, 420  # pixels


class LatentPanel(Panel):
    """Sliders to the left, the picture amid, the map to the right, the way between below."""

    title = "Latent"
    question = "What lies in between?"
    icon_name = "vector-curve"
    position = 4
    needs = (Capability.ENCODER,)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.setAcceptDrops(True)
        self.state = LatentState(studio, self)
        self.sources = Sources(studio, self)
        self.sweep = Sweep(self.state)
        self.directions = Directions(self.state, studio.settings)
        self.sliders = Sliders(studio, self.state, self.sweep)
        self.bar = StartBar(self.state, self.sources)
        self.desk = Desk(self.state)
        self.interpolation = Interpolation(studio, self.state)
        self.fit = FitNote()
        self.failure = FailureCard()
        self.failure.hide()
        self.progress = with_role(QLabel(), "secondary")
        self.drawing: DrawDialog | None = None
        self.map = LatentMap(studio, self.state)
        self.generator = GeneratorCheck(studio, self.state)
        self.microscope = Microscope(studio, self.state)
        self.denoising = DenoisingView(studio, self.state)
        self.side = Side(self._pages())
        self.recalling = Recalling(
            studio,
            self.state,
            self.sweep,
            self.interpolation,
            self.side,
            self.generator,
            self.microscope,
            self.denoising,
        )
        self._again: Callable[[], None] = self.state.again
        self._lay_out()
        self._connect()
        self._bind_keys()

    def _pages(self) -> list[Page]:
        return [
            Page("Map", "Where the data are, and what lies there", self.map, self.map.settled),
            Page(
                "Arithmetic",
                "More like a class, or along a direction of your own",
                DirectionPage(self.state, self.directions),
                lambda: True,
            ),
            Page(
                "Generator?",
                "Could this be a generator? Draws from N(0, I), decoded",
                self.generator,
                self.generator.settled,
            ),
            Page(
                "Posterior",
                "q(z | x) over the true p(z | x)",
                self.microscope,
                self.microscope.settled,
            ),
            Page(
                "Denoising",
                "Noisy, cleaned, original; and cleaning of nothing but noise",
                self.denoising,
                self.denoising.settled,
            ),
        ]

    # --- the model ---

    @override
    def show_run(self, run: Run | None, card: ModelCard | None) -> None:
        """Another model: its space is surveyed, and one starts from the middle of its data."""
        if run is None or card is None:
            return
        # The page that looks at a posterior says what it needs, and makes room for its neighbour.
        last = "Denoising" if not self.denoising.lacks(card) else "Posterior"
        self.side.offer(["Map", "Arithmetic", "Generator?", last])
        old = self.state.run
        self.state.use(run, card)
        if old is None or old.folder != run.folder:
            self.sources.use(run)

    def _calm(self) -> None:
        self.failure.hide()
        self.fit.hide()

    # --- where from ---

    def _brought(self, subject: Subject) -> None:
        space = self.state.space
        if space is not None and subject.image.shape == space.shape:
            self._calm()
            self.sweep.stop()
            self.state.start_from(subject.image, subject.labels, subject.words)

    def _fitted(self, found: Fitted, name: str) -> None:
        if self.state.space is not None:
            self.fit.say(found, name, self.state.space)

    def browse(self) -> None:
        """Choose among pages of the data."""
        if self.state.run is not None:
            browser = Browser(self.studio, self.state.run, self)
            browser.taken.connect(self.sources.take)
            browser.open()

    def draw(self) -> None:
        """Draw an image; its code follows each stroke."""
        if self.state.space is not None and self.drawing is None:
            self.sweep.stop()
            self.drawing = DrawDialog(self.state, self.state.space, self)
            self.drawing.finished.connect(self._drawn)
            self.drawing.show()

    def _drawn(self) -> None:
        self.drawing = None

    # --- moving by itself ---

    @property
    def moving(self) -> bool:
        """Whether anything moves the code by itself."""
        return self.sweep.running or self.interpolation.walk.running

    def rest(self) -> None:
        """Stop what moves; where nothing does, play what there is to play."""
        if self.moving:
            self.sweep.stop()
            self.interpolation.walk.stop()
        elif self.side.page == "Denoising":
            self.denoising.film.toggle()
        elif len(self.interpolation.keyframes.frames) > 1:
            self.interpolation.walk.start()
        else:
            self.sliders.animate_all()

    def _swept(self) -> None:
        if self.sweep.running:
            self.interpolation.walk.stop()

    def _walked(self) -> None:
        if self.interpolation.walk.running:
            self.sweep.stop()

    # --- telling ---

    def _say_failure(self, failed: Failed) -> None:
        self._again = self.state.again
        self.failure.say(failed.title, failed.advice, failed.details)

    def _source_failed(self, failed: Failed) -> None:
        self._again = self.sources.again
        self.failure.say(failed.title, failed.advice, failed.details)

    def _try_again(self) -> None:
        self.failure.hide()
        self._again()

    def _follow_survey(self) -> None:
        job = self.state.surveying
        self.progress.setVisible(job is not None)
        self.progress.setText("Encoding the data …")
        if job is not None:
            job.progressed.connect(self._show_share)

    def _show_share(self, share: object) -> None:
        if isinstance(share, Share) and share.total:
            self.progress.setText(f"Encoding the data: {share.done:,.0f} of {share.total:,.0f}")

    # --- keyboard ---

    @override
    def commands(self) -> list[tuple[str, str, object]]:
        """Everything the panel does, with its keys."""
        return [
            ("Start from a random image of the data", "A", self.sources.random),
            ("Start from the next image of the data", "Shift+A", self.sources.next),
            ("Browse the data…", "Shift+B", self.browse),
            ("Start from a drawing…", "B", self.draw),
            ("Start from a file…", "", self.bar.ask_for_file),
            ("Start from the clipboard", "Ctrl+V", self.sources.paste),
            ("Random code of the prior", "R", self.sliders.random_point),
            ("Random code such as data have", "Shift+R", self.sliders.random_code),
            ("Reset all dimensions", "Ctrl+0", self.sliders.reset.click),
            ("Sweep all dimensions", "W", self.sliders.animate.click),
            ("Stop or play", "Space", self.rest),
            ("Keep this picture", "K", self.interpolation.keep.click),
            ("Walk between the kept pictures", "P", self.interpolation.play.click),
            ("Undo the last move", "Ctrl+Z", self.state.undo),
            ("Redo the move", "Ctrl+Shift+Z", self.state.redo),
            ("Copy the code", "Ctrl+C", self.sliders.copy_code),
            ("Paste a code", "", self.sliders.paste_code),
            ("More dimensions", "Ctrl+PgDown", self.sliders.on.click),
            ("Dimensions before", "Ctrl+PgUp", self.sliders.back.click),
            ("Find dimensions", "/", self.sliders.search.setFocus),
            *self.map.commands(),
            ("Draw anew at the side", "D", self._draw_anew),
            *(
                (f"Page {number} at the side", f"Alt+{number}", lambda at=number: self._turn_to(at))
                for number in range(1, 5)
            ),
        ]

    def _turn_to(self, number: int) -> None:
        self.side.turn_to(self.side.tabs.offered[number - 1])

    def _draw_anew(self) -> None:
        page = self.denoising if self.side.page == "Denoising" else self.generator
        page.seed.dice.click()

    def _bind_keys(self) -> None:
        for _, keys, action in self.commands():
            # Space is the window's, which gives it to a button that has the focus.
            if keys and keys != "Space":
                QShortcut(QKeySequence(keys), self, action)  # type: ignore[call-overload] # callable

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
        """Whether all is decoded that was asked for."""
        waiting = self.state.busy or self.sources.busy
        return not waiting and self.sliders.settled and self.side.settled

    @override
    def tour_stops(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """See `stops`."""
        return stops(self)

    # --- putting it together ---

    def _connect(self) -> None:
        state, walk = self.state, self.interpolation.walk
        state.failed.connect(self._say_failure)
        state.run_changed.connect(self._calm)
        state.surveying_changed.connect(self._follow_survey)
        self.sources.brought.connect(self._brought)
        self.sources.fitted.connect(self._fitted)
        self.sources.failed.connect(self._source_failed)
        self.bar.browse_wanted.connect(self.browse)
        self.bar.drawing_wanted.connect(self.draw)
        self.failure.retried.connect(self._try_again)
        self.sweep.changed.connect(self._swept)
        walk.changed.connect(self._walked)

    def _lay_out(self) -> None:
        self.sliders.setMinimumWidth(_SLIDERS)
        self.sliders.setMaximumWidth(_WIDEST)
        self.progress.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.progress.hide()
        centre = QVBoxLayout()
        centre.setSpacing(HALF)
        centre.addWidget(self.bar)
        centre.addWidget(self.fit)
        centre.addWidget(self.failure)
        centre.addWidget(self.progress)
        centre.addWidget(self.desk, 1)
        above = QHBoxLayout()
        above.setSpacing(GAP)
        above.addWidget(self.sliders, 2)
        above.addLayout(centre, 4)
        above.addWidget(self.side, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, HALF, MARGIN, GAP)
        column.setSpacing(HALF)
        column.addLayout(above, 1)
        column.addWidget(hairline())
        column.addWidget(self.interpolation)
