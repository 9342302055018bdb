"""Whether there is a display to open a window on, found out before Qt would end the process."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

from genstudio.core.errors import UserError

__all__ = ["require_display"]

_NAME = re.compile(r"(?P<host>.*):(?P<number>\d+)(\.\d+)?")
_PATIENCE = 2.0


def require_display() -> None:
    """Make sure that a window can be opened.

    Only Linux and its like can be without a display. Where `QT_QPA_PLATFORM` names a platform
    that needs none, such as offscreen, there is nothing to ask for.

    Raises:
        UserError: there is none, or the one that `DISPLAY` names does not answer.
    """
    if sys.platform in ("win32", "darwin"):
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform not in ("", "xcb", "wayland"):
        return
    if platform != "xcb" and _wayland():
        return
    display = os.environ.get("DISPLAY", "")
    if not display:
        raise UserError(
            "There is no display to open a window on.",
            "Set DISPLAY, or use the command line: genstudio --help.",
        )
    if not _x_answers(display):
        raise UserError(
            f"The display “{display}” does not answer.",
            "Set DISPLAY to one that does, or use the command line: genstudio --help.",
        )


def _wayland() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    return bool(name) and (Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name).exists()


def _x_answers(display: str) -> bool:
    """Whether an X server listens: at its socket, abstract or in /tmp, or over TCP."""
    found = _NAME.fullmatch(display)
    if found is None:
        return False
    host, number = found["host"], int(found["number"])
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where X servers listen
        return _connects(socket.AF_UNIX, path) or _connects(socket.AF_UNIX, f"\0{path}")
    if host.startswith("/"):
        return _connects(socket.AF_UNIX, display)
    return _connects(socket.AF_INET, (host, 6000 + number))


def _connects(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE)
        try:
            connection.connect(address)
        except OSError:
            return False
        return True
