"""A bug in the window is logged and said, and the window goes on."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from genstudio.core.errors import UserError
from genstudio.ui.shell.crash import CrashReporter, start_log
from genstudio.ui.studio import Notice


@pytest.fixture
def told(qapp: object) -> Iterator[list[Notice]]:
    told: list[Notice] = []
    reporter = CrashReporter()
    reporter.crashed.connect(told.append)
    end_log, restore = start_log(), reporter.install()
    yield told
    restore()
    end_log()


def _raise(error: BaseException) -> None:
    try:
        raise error
    except type(error):
        sys.excepthook(*sys.exc_info())


def test_a_bug_is_logged_and_names_the_log_folder(told: list[Notice], folders: Path) -> None:
    _raise(ZeroDivisionError("by zero"))
    assert told[0].kind == "error"
    assert str(folders / "logs") in told[0].advice
    assert "ZeroDivisionError: by zero" in told[0].details
    log = (folders / "logs" / "genstudio.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError: by zero" in log


def test_a_mistake_is_told_as_it_is_and_not_logged(told: list[Notice], folders: Path) -> None:
    _raise(UserError("The disk is full.", "Free some space."))
    assert told == [Notice("error", "The disk is full.", "Free some space.")]
    assert not (folders / "logs" / "genstudio.log").exists()


def test_without_a_log_folder_the_window_still_starts(folders: Path) -> None:
    (folders / "logs").write_text("in the way", encoding="utf-8")
    end = start_log()
    logging.getLogger("genstudio").error("nobody hears this")
    end()
    assert (folders / "logs").read_text(encoding="utf-8") == "in the way"
