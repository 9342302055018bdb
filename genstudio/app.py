"""The composition root of the window: engine, studio, main window, and what to do with bugs."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from genstudio.engine.client import ProcessEngine
from genstudio.ui.application import prepare_application
from genstudio.ui.crash import CrashReporter, start_log
from genstudio.ui.display import require_display
from genstudio.ui.files import open_file
from genstudio.ui.studio import Studio
from genstudio.ui.window import MainWindow

__all__ = ["open_window"]


def open_window(files: Sequence[Path | str] = ()) -> int:
    """Open the window and stay until it is closed.

    With `GENSTUDIO_STARTUP_PROBE` set, the time of the first painted frame (`time.time()`) is
    written to the file it names, and the program ends there; the benchmark of the start uses it.

    Args:
        files: exported runs or pictures to open, as a desktop passes them.

    Returns:
        The exit code.

    Raises:
        UserError: there is no display.
    """
    require_display()
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
        self._calls: list[object] = []
        window.installEventFilter(self)

    def then(self, call: object) -> None:
        self._calls.append(call)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            for call in self._calls:
                QTimer.singleShot(0, call)  # type: ignore[call-overload]
        return False


def _begin(studio: Studio, window: MainWindow, files: Sequence[Path | str]) -> None:
    studio.start()
    for file in files:
        open_file(studio, Path(file))
    window.offer_welcome()


def _write_probe(path: Path, app: QApplication) -> None:
    path.write_text(repr(time.time()), encoding="utf-8")
    app.quit()
