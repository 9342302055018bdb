"""No display is one sentence, never an abort."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from genstudio.core.errors import UserError
from genstudio.ui.shell.display import require_display

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="always has a display")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)


def test_no_display_at_all() -> None:
    with pytest.raises(UserError, match="There is no display to open a window on"):
        require_display()


@pytest.mark.parametrize("name", [":4711", "localhost:4711", "nonsense"])
def test_a_display_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DISPLAY", name)
    with pytest.raises(UserError, match=name):
        require_display()


def test_a_wayland_socket_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(UserError):
        require_display()


def test_offscreen_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    require_display()


def test_the_program_says_so_and_exits_with_2() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "genstudio"],
        env={**os.environ, "DISPLAY": ":4711"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "does not answer" in ended.stderr
