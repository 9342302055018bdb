"""A system that lacks one of Qt's libraries is one sentence, never a traceback."""

from __future__ import annotations

import ctypes
import sys

import pytest

from genstudio.core.errors import UserError
from genstudio.ui.shell.libraries import qt_loading

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the loader of Linux")


@linux
def test_the_library_that_the_loader_misses_is_named() -> None:
    with pytest.raises(OSError, match="libnowhere") as missed:
        ctypes.CDLL("libnowhere.so.7")
    with pytest.raises(UserError, match=r"needs libnowhere\.so\.7, which"), qt_loading():
        raise ImportError(str(missed.value))


def test_an_import_that_fails_for_another_reason_is_left_alone() -> None:
    with pytest.raises(ImportError, match="not_a_module"), qt_loading():
        import not_a_module  # type: ignore[import-not-found]  # noqa: F401 - it must fail
