"""Writing so that a crash at any instant leaves either the old file or the new one, whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from genstudio.core.errors import UserError

__all__ = ["append_line", "disk_errors", "write_atomically"]


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the disk's refusals into a `UserError` with a remedy."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise UserError(
                f"The disk is full: “{path.name}” could not be written to {path.parent}.",
                "Free some space and try again; what was there before is kept.",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR):
            raise UserError(
                f"“{path}” may not be written to.", "Choose a folder that you may write to."
            ) from error
        if error.errno in (errno.EISDIR, errno.ENOENT, errno.ENAMETOOLONG, errno.EINVAL, errno.EIO):
            raise UserError(
                f"“{path}” could not be written: {error.strerror}.", "Choose another place for it."
            ) from error
        raise


def write_atomically(path: Path, content: bytes) -> None:
    """Write aside, sync, then replace.

    Raises:
        UserError: the disk is full or the place is read-only; the old file is untouched.
    """
    aside = path.with_name(f".{path.name}.part")  # one name, so that crashes leave one at most
    with disk_errors(path):
        try:
            with aside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                aside.unlink()
            raise


def append_line(path: Path, line: str) -> None:
    """Append one line and hand it to the operating system. Raises as `write_atomically`."""
    with disk_errors(path), path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
