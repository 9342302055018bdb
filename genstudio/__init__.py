"""GenStudio: train the classic generative models, watch them draw, take them apart."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genstudio.opened import OpenedRun

__all__ = ["open_run"]


def open_run(folder: str | PathLike[str]) -> OpenedRun:
    """Open a run from Python: `genstudio.open_run(folder).load_model().log_prob(x)`.

    Args:
        folder: a run's folder, or the name of one's own or a shipped run.

    Raises:
        UserError: there is no such run, it is damaged, or is of a newer format.
    """
    # Every import of a part of the program passes through here, the window's among them, so
    # nothing is imported before it is asked for.
    from genstudio.opened import OpenedRun  # noqa: PLC0415

    return OpenedRun.find(Path(folder))


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - slow, and seldom asked for

        return version("genstudio")
    raise AttributeError(f"module “genstudio” has no attribute “{name}”")
