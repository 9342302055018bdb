"""What took long to make, kept in the cache folder; damage counts as nothing kept.

A kept file is the SHA-256 of its content, 32 bytes, and then the content. It is compared
before anything is made of the content, so no parser ever meets damaged bytes.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically

__all__ = ["keep", "kept"]


def kept(path: Path, sha256: str | None = None) -> bytes | None:
    """The content kept at `path`, whole and with this checksum where one is given; else None."""
    try:
        file = path.read_bytes()
    except OSError:
        return None
    digest, content = file[:32], file[32:]
    if hashlib.sha256(content).digest() != digest:
        return None
    return content if sha256 in (None, digest.hex()) else None


def keep(path: Path, content: bytes) -> None:
    """Keep it; where the cache cannot be written it is made again at each start, no more."""
    with suppress(OSError, UserError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, hashlib.sha256(content).digest() + content)
