"""Keeping what a folder's files decode to: that takes long, and they seldom change."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.paths import cache_folder
from genstudio.data.kept import keep, kept

__all__ = ["FileTable", "cache_key", "keep_table", "kept_table"]

_T = TypeVar("_T", bound=np.generic)

_MOST = 8  # tables of a kind; the oldest goes first
_FORMAT = 2  # raised whenever the same file would decode to something else


@dataclass(frozen=True)
class FileTable(Generic[_T]):
    """The different data in a folder, ordered by the hash of their files.

    Attributes:
        kind: what they are, "pictures" or "sounds".
        values: pictures (N, S, S, C) or pieces of sounds (N, T).
        classes: (N,), index of the class; 0 where there are none.
        tenths: (N,), 0 … 9, which tenth of all possible files it belongs to.
        files: how many different files they are from.
        notes: sentences on what was left out.
    """

    kind: str
    values: NDArray[_T]
    classes: NDArray[np.int64]
    tenths: NDArray[np.int64]
    files: int
    notes: tuple[str, ...]


def cache_key(folder: Path, files: Sequence[Path], *form: int) -> str:
    """Changes whenever a file comes, goes, or changes in size or time, and with the form."""
    digest = hashlib.sha256(repr((_FORMAT, str(folder.resolve()), *form)).encode())
    for file in files:
        status: tuple[int, ...] = ()
        with suppress(OSError):  # gone since it was listed
            found = file.stat()
            status = (found.st_size, found.st_mtime_ns)
        digest.update(repr((file.relative_to(folder).as_posix(), status)).encode())
    return digest.hexdigest()


def keep_table(key: str, table: FileTable[_T]) -> None:
    """Keep it under its key; where the cache cannot be written it is decoded again next time."""
    buffer = io.BytesIO()
    notes = np.frombuffer(json.dumps(table.notes).encode(), np.uint8)
    np.savez(
        buffer,
        values=table.values,
        classes=table.classes,
        tenths=table.tenths,
        files=np.array(table.files),
        notes=notes,
    )
    path = _path(table.kind, key)
    keep(path, buffer.getvalue())
    with suppress(OSError):
        tables = sorted(path.parent.glob(f"*{path.suffix}"), key=lambda file: file.stat().st_mtime)
        for old in tables[:-_MOST]:
            old.unlink()


def kept_table(kind: str, key: str) -> FileTable[Any] | None:
    """What was kept under the key, or None."""
    content = kept(_path(kind, key))
    if content is None:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return FileTable(
            kind=kind,
            values=archive["values"],
            classes=archive["classes"],
            tenths=archive["tenths"],
            files=int(archive["files"]),
            notes=tuple(json.loads(archive["notes"].tobytes())),
        )


def _path(kind: str, key: str) -> Path:
    return cache_folder() / "folder" / f"{key}.{kind}"
