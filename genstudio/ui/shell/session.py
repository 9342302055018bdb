"""Puts the window together: engine, studio, main window, and what to do with bugs."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from genstudio.engine.client import ProcessEngine
from genstudio.ui.shell.application import prepare_application
from genstudio.ui.shell.crash import CrashReporter, start_log
from genstudio.ui.shell.files import open_file
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Studio

__all__ = ["run_window"]


def run_window(files: Sequence[Path | str] = ()) -> int:
    """Open the window and stay until it is closed; see `genstudio.app.open_window`."""
    app = prepare_application()
    end_log = start_log()
    settings = QSettings()
    engine = ProcessEngine()
    studio = Studio(engine, settings)
    window = MainWindow(studio)
    reporter = CrashReporter()
    reporter.crashed.connect(studio.noticed)
    restore = reporter.install()
    probe = os.environ.get("GENSTUDIO_STARTUP_PROBE")
    paint = _FirstPaint(window)
    if probe:
        paint.then(lambda: _write_probe(Path(probe), app))
    else:
        paint.then(lambda: _begin(studio, window, files))
    window.show()
    try:
        return app.exec()
    finally:
        restore()
        studio.close()
        end_log()


class _FirstPaint(QObject):
    """Calls something once, right after the window was painted for the first time."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._calls: list[Callable[[], None]] = []
        window.installEventFilter(self)

    def then(self, call: Callable[[], None]) -> None:
        self._calls.append(call)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            gc.freeze()  # what is here by now stays: never look through it for garbage again
            gc.enable()
            for call in self._calls:
                QTimer.singleShot(0, call)
        return False


def _begin(studio: Studio, window: MainWindow, files: Sequence[Path | str]) -> None:
    studio.start()
    for file in files:
        open_file(studio, Path(file))
    window.offer_welcome()


def _write_probe(path: Path, app: QApplication) -> None:
    path.write_text(repr(time.time()), encoding="utf-8")
    app.quit()
