"""The way into the window: what must be so before anything else of it is imported."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from pathlib import Path

from genstudio.ui.shell.display import require_display
from genstudio.ui.shell.libraries import qt_loading

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
        UserError: there is no display, or the system lacks a library.
    """
    require_display()
    # A person waits for these imports. Pydantic would look through every installed package for
    # plugins, and the collector through modules that stay: together an eighth of the wait.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()
    try:
        with qt_loading():
            from genstudio.ui.shell.session import run_window  # noqa: PLC0415 - see above

        return run_window(files)
    finally:
        gc.enable()
