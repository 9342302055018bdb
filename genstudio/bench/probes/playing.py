"""Plays a recording in the Generate panel, as a person would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer

from genstudio.core.errors import UserError
from genstudio.ui.generate.symbols import SymbolPage
from genstudio.ui.panels.generate import GeneratePanel
from genstudio.ui.shell.window import MainWindow

__all__ = ["play_recording"]

_SPEED = 60.0  # symbols a second: one for each frame of a usual screen
_LOOK = 50  # ms between two looks whether it is drawn


def play_recording(
    window: MainWindow, run: Path, playing: Callable[[Callable[[], int]], None]
) -> None:
    """Choose a run, let it draw one image, and play that over and over.

    Args:
        window: the real one.
        run: a run of the window's library.
        playing: called once it plays, with what tells how many frames have moved so far.

    Raises:
        UserError: the run is not in the library, or there is no Generate panel.
    """
    window.studio.refresh_runs()
    window.studio.select(run)
    window.studio.panel_wanted.emit("Generate")
    panel = window.centre.panel
    page = panel.page if isinstance(panel, GeneratePanel) else None
    if window.studio.selected is None or not isinstance(page, SymbolPage):
        raise UserError(f"{run} cannot be played in the window.")
    moved = 0

    def count() -> None:
        nonlocal moved
        moved += 1

    def look() -> None:
        take = page.recorder.current
        if take is None or not take.trace.complete:
            return
        timer.stop()
        page.view.set_speed(_SPEED)
        page.view.set_loop(True)
        page.view.seek(0)
        if not page.view.playback.playing:
            page.view.toggle()
        page.view.moved.connect(count)
        playing(lambda: moved)

    timer = QTimer(page)
    timer.timeout.connect(look)
    timer.start(_LOOK)
