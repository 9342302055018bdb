"""Where machine code is kept, so that the second start pays nothing for it.

It is a function of the kernels' source, of the compiler and of the processor; the folder's name
is a digest of all three. A file with a family's name says that all that it needs is there.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from genstudio.core.files import disk_errors, write_atomically
from genstudio.core.paths import kernels_folder

__all__ = ["folder", "mark_ready", "ready"]


@cache
def _digest() -> str:
    import llvmlite.binding  # noqa: PLC0415 - a library of 100 MB, for those who draw

    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    for word in (
        version("numba"),
        platform.python_version(),
        llvmlite.binding.get_host_cpu_name(),
        llvmlite.binding.get_host_cpu_features().flatten(),
    ):
        digest.update(word.encode())
    return digest.hexdigest()[:16]


def folder() -> Path:
    """Where the machine code of these sources is for this machine."""
    return kernels_folder() / _digest()


def ready(family: str) -> bool:
    """Whether a family's kernel can be used without compiling it first."""
    return (folder() / family).is_file()


def mark_ready(family: str) -> None:
    """Say that a family's kernel has been compiled.

    Raises:
        UserError: the disk is full or read-only.
    """
    with disk_errors(folder()):
        folder().mkdir(parents=True, exist_ok=True)
    write_atomically(folder() / family, b"")
