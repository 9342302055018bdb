"""Keeping a folder's decoded pictures: photographs take long to decode, and seldom change."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genstudio.core.paths import cache_folder
from genstudio.data.kept import keep, kept

__all__ = ["PictureTable", "cache_key", "keep_table", "kept_table"]

_MOST = 8  # tables; the oldest goes first
_FORMAT = 1  # raised whenever the same file would decode to other pixels


@dataclass(frozen=True)
class PictureTable:
    """The different pictures of a folder, ordered by the hash of their files.

    Attributes:
        images: (N, S, S, C).
        classes: (N,), index of the class; 0 where there are none.
        tenths: (N,), 0 … 9, which tenth of all possible pictures it belongs to.
        notes: sentences on what was left out.
    """

    images: NDArray[np.uint8]
    classes: NDArray[np.int64]
    tenths: NDArray[np.int64]
    notes: tuple[str, ...]


def cache_key(folder: Path, files: Sequence[Path], size: int, channels: int) -> str:
    """Changes whenever a file comes, goes, or changes in size or time, and with the form."""
    digest = hashlib.sha256(repr((_FORMAT, str(folder.resolve()), size, channels)).encode())
    for file in files:
        status: tuple[int, ...] = ()
        with suppress(OSError):  # gone since it was listed
            found = file.stat()
            status = (found.st_size, found.st_mtime_ns)
        digest.update(repr((file.relative_to(folder).as_posix(), status)).encode())
    return digest.hexdigest()


def keep_table(key: str, table: PictureTable) -> None:
    """Keep it under its key; where the cache cannot be written it is decoded again next time."""
    buffer = io.BytesIO()
    notes = np.frombuffer(json.dumps(table.notes).encode(), np.uint8)
    np.savez(buffer, images=table.images, classes=table.classes, tenths=table.tenths, notes=notes)
    path = _path(key)
    keep(path, buffer.getvalue())
    with suppress(OSError):
        tables = sorted(path.parent.glob("*.pictures"), key=lambda file: file.stat().st_mtime)
        for old in tables[:-_MOST]:
            old.unlink()


def kept_table(key: str) -> PictureTable | None:
    """What was kept under the key, or None."""
    content = kept(_path(key))
    if content is None:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return PictureTable(
            images=archive["images"],
            classes=archive["classes"],
            tenths=archive["tenths"],
            notes=tuple(json.loads(archive["notes"].tobytes())),
        )


def _path(key: str) -> Path:
    return cache_folder() / "folder" / f"{key}.pictures"
