"""The main window: library on the left, panels in the centre, jobs below, menus above."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QMessageBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from genstudio.core.messages import Train, Wish
from genstudio.core.sound_file import READ
from genstudio.ui.naming import hairline
from genstudio.ui.panel import Panel
from genstudio.ui.shell.centre import Centre, discovered
from genstudio.ui.shell.files import EXPORTED, RUNS, open_file
from genstudio.ui.shell.jobs import JobsStrip
from genstudio.ui.shell.library import Library
from genstudio.ui.shell.menus import Menus
from genstudio.ui.shell.run_actions import RunActions
from genstudio.ui.shell.toasts import Toasts
from genstudio.ui.shell.welcome import Welcome
from genstudio.ui.studio import Job, Studio
from genstudio.ui.theme import TEXT_SIZES, theme

__all__ = ["MainWindow"]

_FRAME = 40  # pixels that the desktop's title bar may take
_LIBRARY_WIDTH = 248
_GRACE = 20_000
"""Milliseconds that trainings get for their last checkpoint when the window is closed."""


class MainWindow(QMainWindow):
    """Everything a person sees. Panels are those that are discovered, unless given."""

    def __init__(self, studio: Studio, kinds: Sequence[type[Panel]] | None = None) -> None:
        super().__init__()
        self.studio = studio
        self.setWindowTitle("GenStudio")
        self.setAcceptDrops(True)
        self.actions_of_run = RunActions(studio, self)
        self.library = Library(studio, self.actions_of_run)
        self.centre = Centre(studio, discovered() if kinds is None else kinds)
        self.jobs = JobsStrip(studio)
        self._closing = False
        self._arrange()
        self.toasts = Toasts(self.centre)
        self.menus = Menus(self)
        self.welcome = Welcome(self)
        self._connect()
        self._restore()

    # --- arrangement ---

    def _arrange(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.library)
        self.splitter.addWidget(self.centre)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setCollapsible(0, True)
        self.splitter.setCollapsible(1, False)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(hairline())
        layout.addWidget(self.jobs)
        self.setCentralWidget(body)
        self.setMinimumSize(960, 600)

    def _connect(self) -> None:
        studio = self.studio
        studio.noticed.connect(self.toasts.say)
        studio.panel_wanted.connect(self.centre.show_titled)
        self.library.train_wanted.connect(self.train_new)
        self.centre.choose_wanted.connect(self.focus_library)

    def _restore(self) -> None:
        """The layout, the scheme and the text size of last time."""
        settings = self.studio.settings
        theme().choose(str(settings.value("scheme", "system")))
        theme().set_text_size(int(str(settings.value("text_size", 13))))
        geometry, splitter = settings.value("geometry"), settings.value("splitter")
        self._first_size()
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        if isinstance(splitter, QByteArray):
            self.splitter.restoreState(splitter)
        self.centre.open_first(str(settings.value("panel", "Generate")))
        # Not the filter, which Qt would choose, and which would swallow the first key that is meant
        # for a panel.
        self.centre.tabs.setFocus()

    def _first_size(self) -> None:
        screen = self.screen().availableGeometry()
        self.resize(min(1440, screen.width()), min(900, screen.height() - _FRAME))
        self.splitter.setSizes([_LIBRARY_WIDTH, self.width() - _LIBRARY_WIDTH])

    def reset_layout(self) -> None:
        """Everything where it was at the very first start."""
        self.showNormal()
        self.library.show()
        self._first_size()

    def save_layout(self) -> None:
        """Remember where everything is."""
        settings: QSettings = self.studio.settings
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("splitter", self.splitter.saveState())
        if self.centre.panel is not None:
            settings.setValue("panel", self.centre.panel.title)
        settings.sync()

    # --- what menus, keys and the palette do ---

    def focus_library(self) -> None:
        """Show the library and give it the keyboard."""
        self.library.show()
        if self.splitter.sizes()[0] == 0:
            self.splitter.setSizes([_LIBRARY_WIDTH, self.width() - _LIBRARY_WIDTH])
        target = self.library.list if self.library.list.isVisible() else self.library.train
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def toggle_library(self) -> None:
        """Fold the library away, or bring it back."""
        if self.library.isVisible() and self.splitter.sizes()[0] > 0:
            self.library.hide()
        else:
            self.focus_library()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or come back from that."""
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def choose_scheme(self, scheme: str) -> None:
        """Be "light", "dark", or as the "system" is; remembered."""
        self.studio.settings.setValue("scheme", scheme)
        theme().choose(scheme)

    def change_text_size(self, steps: int) -> None:
        """Make text so many sizes larger or smaller; 0 goes back to the usual size."""
        sizes = TEXT_SIZES
        place = sizes.index(theme().text_size) if theme().text_size in sizes else 2
        place = max(0, min(len(sizes) - 1, place + steps)) if steps else sizes.index(13)
        self.studio.settings.setValue("text_size", sizes[place])
        theme().set_text_size(sizes[place])

    def cycle_regions(self, step: int) -> None:
        """Give the keyboard to the next region: library, tabs, panel, jobs."""
        panel = self.centre.lack or self.centre.panel
        regions = [self.library, self.centre.tabs, panel, self.jobs]
        shown = [region for region in regions if region is not None and _first_stop(region)]
        focus = QApplication.focusWidget()
        at = [
            place
            for place, region in enumerate(shown)
            if focus is not None and (region is focus or region.isAncestorOf(focus))
        ]
        if shown:
            target = shown[((at[0] if at else -1) + step) % len(shown)]
            stop = _first_stop(target)
            if stop is not None:
                stop.setFocus(Qt.FocusReason.TabFocusReason)

    def train_new(self) -> None:
        """Show the Train panel's form, with no run chosen."""
        self.studio.select(None)
        self.centre.show_titled("Train")

    def train_family(self, name: str) -> None:
        """Show the Train panel with a family chosen, where the panel lets itself be told so."""
        self.centre.show_titled("Train")
        choose = getattr(self.centre.panel, "choose_family", None)
        if callable(choose):
            choose(name)

    def open_dialog(self) -> None:
        """Ask for a file and open it."""
        endings = " ".join(f"*{ending}" for ending in (*RUNS, *EXPORTED, *READ))
        name, _ = QFileDialog.getOpenFileName(
            self, "Open", "", f"Exported runs, pictures and recordings, sounds ({endings})"
        )
        if name:
            open_file(self.studio, Path(name))

    def open_folder_dialog(self) -> None:
        """Ask for a run folder and take it into the library."""
        name = QFileDialog.getExistingDirectory(self, "Open run folder")
        if name:
            open_file(self.studio, Path(name))

    def offer_welcome(self) -> None:
        """Offer the tour at the very first start."""
        if not self.studio.settings.value("welcomed", False):
            self.welcome.offer()

    # --- Qt ---

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.toasts.dismiss_newest():
            return
        super().keyPressEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                open_file(self.studio, Path(url.toLocalFile()))
        event.acceptProposedAction()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        trainings = [job for job in self.studio.jobs if job.open and isinstance(job.request, Train)]
        if trainings and not self._closing:
            event.ignore()
            if self._closing_confirmed(trainings):
                self._stop_and_close(trainings)
            return
        self.save_layout()
        event.accept()

    def _closing_confirmed(self, trainings: list[Job]) -> bool:
        what = (
            f"“{trainings[0].title}” is" if len(trainings) == 1 else f"{len(trainings)} models are"
        )
        box = QMessageBox(self)
        box.setWindowTitle("Quit GenStudio")
        box.setText(f"{what} being trained.")
        box.setInformativeText("What was learned is kept, and the training can be resumed later.")
        leave = box.addButton("Keep and quit", QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton("Stay", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        return box.clickedButton() is leave

    def _stop_and_close(self, trainings: list[Job]) -> None:
        """Close once every training has written its checkpoint, or the grace is over."""
        self._closing = True
        self.setEnabled(False)
        self.setWindowTitle("GenStudio: keeping what was learned…")

        def close_when_ended() -> None:
            if not any(job.open for job in trainings):
                self.close()

        for job in trainings:
            job.ended.connect(close_when_ended)
            if job.state == "paused":
                self.studio.wish(job, Wish.RESUME)
            self.studio.wish(job, Wish.STOP)
        QTimer.singleShot(_GRACE, self, self.close)
        close_when_ended()


def _first_stop(region: QWidget) -> QWidget | None:
    """The first widget of a region that takes the keyboard; the region itself if it does."""
    candidates = [region, *region.findChildren(QWidget)]
    for widget in candidates:
        if (
            widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isVisible()
            and widget.isEnabled()
        ):
            return widget
    return None
