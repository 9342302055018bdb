"""Remembering that a file was verified, so that it need not be verified at every start."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.paths import cache_folder

__all__ = ["is_verified", "mark_verified"]


def is_verified(path: Path, expected: str) -> bool:
    """Whether this file, unchanged in size and time since, was found to be the expected one."""
    return _stamp(path, expected).is_file()


def mark_verified(path: Path, expected: str) -> None:
    """Remember it. Where the cache cannot be written the file is verified anew each time."""
    stamp = _stamp(path, expected)
    with suppress(UserError, OSError):
        stamp.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(stamp, b"")


def _stamp(path: Path, expected: str) -> Path:
    status = path.stat()
    key = repr((str(path.resolve()), status.st_size, status.st_mtime_ns, expected))
    return cache_folder() / "verified" / hashlib.sha256(key.encode()).hexdigest()
