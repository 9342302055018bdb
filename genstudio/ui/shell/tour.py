"""The guided tour: the real window, driven through every panel by mouse and keys, in pictures."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from genstudio.core.errors import UserError
from genstudio.core.files import disk_errors
from genstudio.core.messages import Train, TrainProgress, Wish
from genstudio.core.runs import Run
from genstudio.core.training import DataSpec, Training
from genstudio.engine.client import ProcessEngine
from genstudio.ui.panel import Panel
from genstudio.ui.shell.application import prepare_application
from genstudio.ui.shell.display import require_display
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import theme

__all__ = ["SCHEMES", "SIZES", "run_tour"]

SCHEMES = ("light", "dark")
SIZES = ((1280, 720), (1600, 1000))
"""How each state is pictured: in either scheme, in either size (pixels)."""

_PATIENCE = 60.0
_SETTLED = 20.0
"""Seconds that the engine gets to do something, and a panel to settle."""

_MINUTES, _STEPS = 10.0, 10


def run_tour(
    out: Path,
    schemes: tuple[str, ...] = SCHEMES,
    sizes: tuple[tuple[int, int], ...] = SIZES,
    on_picture: Callable[[Path], None] = lambda path: None,
    kinds: Sequence[type[Panel]] | None = None,
) -> list[Path]:
    """Drive the window and write one PNG for each panel, state, scheme and size.

    A small MADE is really trained on digits, in a library of the tour's own: the person's runs
    and settings are not touched. Works with `QT_QPA_PLATFORM=offscreen` too.

    Args:
        out: the folder for the pictures, made if missing; each is called after what it shows,
            such as `generate-empty-dark-1280x720.png`.
        schemes: "light", "dark" or both.
        sizes: of the window, (width, height) in pixels.
        on_picture: called with each picture as soon as it is written.
        kinds: the panels to show; every one that is discovered unless given.

    Returns:
        The pictures, in the order they were taken.

    Raises:
        UserError: there is no display, the folder cannot be written, or the training failed.
    """
    require_display()
    prepare_application()
    with disk_errors(out):
        out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, _window(Path(home), kinds) as window:
        guide = _Guide(window, out, schemes, sizes, on_picture)
        guide.walk()
        return guide.pictures


@contextmanager
def _window(home: Path, kinds: Sequence[type[Panel]] | None) -> Iterator[MainWindow]:
    """The window on an engine and a library of its own, closed and ended afterwards."""
    settings = QSettings(str(home / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("welcomed", True)
    studio = Studio(ProcessEngine(), settings, home / "runs")
    before = theme().text_size
    window = MainWindow(studio, kinds)
    try:
        window.show()
        yield window
    finally:
        for job in [job for job in studio.jobs if job.open]:
            studio.cancel(job)
        _wait(lambda: not any(job.open for job in studio.jobs), _PATIENCE)
        window.close()
        window.deleteLater()
        studio.close()
        theme().choose("system")
        theme().set_text_size(before)
        QApplication.processEvents()


class _Guide:
    """Walks through the states of the window, and takes the pictures."""

    def __init__(
        self,
        window: MainWindow,
        out: Path,
        schemes: tuple[str, ...],
        sizes: tuple[tuple[int, int], ...],
        on_picture: Callable[[Path], None],
    ) -> None:
        self.window = window
        self.studio = window.studio
        self.out = out
        self.looks = [(scheme, size) for size in sizes for scheme in schemes]
        self.on_picture = on_picture
        self.pictures: list[Path] = []

    def walk(self) -> None:
        """Empty, busy, with a model, with a failed job; then the parts around the panels."""
        studio = self.studio
        studio.start()
        self._need(lambda: bool(studio.cards), "The engine did not start.")
        studio.select(None)
        self._every_panel("empty")
        training = self._train()
        self._every_panel("busy")
        studio.wish(training, Wish.STOP)
        self._need(lambda: not training.open, "The training did not stop.")
        if training.state != "finished":
            failure = training.failure
            raise UserError(failure.title if failure else "The training did not finish.")
        studio.dismiss(training)
        studio.select(training.run_folder)
        self._every_panel("ready", stops=True)
        self._fail()
        self._every_panel("failed")
        self._around()

    def _every_panel(self, state: str, stops: bool = False) -> None:
        tabs = self.window.centre.tabs
        for index, kind in enumerate(self.window.centre.kinds):
            QTest.mouseClick(
                tabs,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
                tabs.tabRect(index).center(),
            )
            self._settle()
            self._picture(kind.title, state)
            if stops:
                self._stops(kind)

    def _stops(self, kind: type[Panel]) -> None:
        """What a panel shows of the chosen model, or of the first that it is for."""
        chosen = self.studio.selected
        if self.window.centre.lack is not None and (fit := self._fitting()) is not None:
            self.studio.select(fit.folder)
            self._settle()
        panel = self.window.centre.panel
        if panel is not None and self.window.centre.lack is None:
            for name, action in panel.tour_stops():
                action()
                self._settle()
                self._picture(kind.title, name)
        if self.studio.selected is not chosen:
            self.studio.select(None if chosen is None else chosen.folder)

    def _fitting(self) -> Run | None:
        """The first model of the library that the shown panel is for."""
        panel, studio = self.window.centre.panel, self.studio
        if panel is None:
            return None
        return next(
            (
                run
                for run in [*studio.own, *studio.shipped]
                if not panel.lacks(run, studio.card_of(run))
            ),
            None,
        )

    def _train(self) -> Job:
        """A real training, far enough along that there are curves and samples to see."""
        job = self.studio.train(
            Train(
                family="made",
                data=DataSpec(name="digits", levels=16),
                training=Training(
                    length=_MINUTES,
                    unit="minutes",
                    validate_every=_STEPS,
                    preview_every=_STEPS,
                    checkpoint_every=_STEPS,
                ),
                device="cpu",
                root=self.studio.root,
                title="MADE on digits",
            ),
            "MADE on digits",
        )
        self._need(
            lambda: (
                not job.open
                or (isinstance(job.latest, TrainProgress) and job.latest.step > 2 * _STEPS)
            ),
            "The training did not begin.",
        )
        if job.run_folder is not None:
            self.studio.select(job.run_folder)
        return job

    def _fail(self) -> None:
        """A job that fails as they do: resuming a run that is not there."""
        gone = self.studio.root / "gone"
        job = self.studio.train(Train(resume=gone), "A run that is gone")
        self._need(lambda: not job.open, "The job did not end.")

    def _around(self) -> None:
        """The palette, the keys, the preferences, the stops of the first start."""
        window = self.window
        for toast in list(window.toasts.shown):
            toast.leave()
        for name, open_it in (
            ("palette", window.menus.open_palette),
            ("shortcuts", window.menus.open_shortcuts),
            ("preferences", window.menus.open_preferences),
        ):
            open_it()
            self._settle()
            part = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if part is not None:
                self._save(part.grab(), f"window-{name}")
                part.close()
        window.welcome.offer()
        self._picture("window", "welcome")
        window.welcome.begin()
        for number, _ in enumerate(window.welcome.stops, 1):
            self._settle()
            self._picture("window", f"welcome-{number}")
            window.welcome.forward()

    # --- pictures ---

    def _picture(self, what: str, state: str) -> None:
        """The window as it is, in every look."""
        for scheme, (width, height) in self.looks:
            if theme().dark != (scheme == "dark"):
                theme().choose(scheme)
            self.window.resize(width, height)
            QTest.qWait(20)
            self._settle()
            self._save(self.window.grab(), f"{what}-{state}-{scheme}-{width}x{height}")

    def _save(self, picture: QPixmap, name: str) -> None:
        path = self.out / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
        with disk_errors(path):
            if not picture.save(str(path)):
                raise UserError(f"“{path}” could not be written.", "Choose another folder.")
        self.pictures.append(path)
        self.on_picture(path)

    def _settle(self) -> None:
        """Let everything that is due happen, then wait for the shown panel."""
        QTest.qWait(50)
        panel = self.window.centre.panel
        if panel is not None and self.window.centre.lack is None:
            _wait(panel.settled, _SETTLED)
        QTest.qWait(20)

    def _need(self, condition: Callable[[], bool], otherwise: str) -> None:
        if not _wait(condition, _PATIENCE):
            raise UserError(otherwise, "Is the machine very busy? Try again.")


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    """Serve events until a condition holds; returns whether it came to that."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        QTest.qWait(10)
    return True
