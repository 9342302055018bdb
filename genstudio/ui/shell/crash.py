"""What happens when the window itself has a bug: it is logged, said, and the window goes on."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from genstudio.core.errors import UserError
from genstudio.core.paths import log_folder
from genstudio.ui.studio import Notice

__all__ = ["CrashReporter", "start_log"]

_LOG = logging.getLogger("genstudio")
_SIZE, _KEPT = 1_000_000, 3


def start_log() -> Callable[[], None]:
    """Write the program's log to a file that rotates; returns what ends that.

    The file is made with the first line that is written to it. A log folder that cannot be made
    is no reason not to start: the log goes nowhere then.
    """
    folder = log_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            folder / "genstudio.log",
            maxBytes=_SIZE,
            backupCount=_KEPT,
            encoding="utf-8",
            delay=True,
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _LOG.addHandler(handler)
    _LOG.propagate = False

    def end() -> None:
        _LOG.removeHandler(handler)
        handler.close()

    return end


class CrashReporter(QObject):
    """Receives the exceptions that nothing caught: those of slots reach `sys.excepthook`."""

    crashed = Signal(object)  # Notice

    def install(self) -> Callable[[], None]:
        """Take `sys.excepthook`; returns what gives it back."""
        before = sys.excepthook
        sys.excepthook = self._take

        def restore() -> None:
            sys.excepthook = before

        return restore

    def _take(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if isinstance(error, UserError):
            self.crashed.emit(Notice("error", error.title, error.advice))
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        _LOG.error("uncaught\n%s", details)
        self.crashed.emit(
            Notice(
                "error",
                f"Something went wrong: {kind.__name__}.",
                f"This is a bug in GenStudio; your runs are safe. It is logged in {log_folder()}.",
                details,
            )
        )
