"""A run as Python sees it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from genstudio.core.library import find_run
from genstudio.core.paths import runs_folder
from genstudio.core.runs import Manifest, Metric, Run

if TYPE_CHECKING:
    from genstudio.models.base import GenerativeModel

__all__ = ["OpenedRun"]


class OpenedRun:
    """A run that was opened; nothing heavy is imported before its model is asked for.

    Attributes:
        folder: where it is.
        manifest: what was asked for and how it ended: its run.toml.
    """

    folder: Path
    manifest: Manifest

    def __init__(self, run: Run) -> None:
        self._run = run
        self.folder = run.folder
        self.manifest = run.manifest

    @classmethod
    def find(cls, folder: Path) -> Self:
        """A run by its folder, or by its name in the library.

        Raises:
            UserError: there is none, or it does not open.
        """
        return cls(find_run(folder, runs_folder()))

    def metrics(self) -> list[Metric]:
        """The curves, oldest point first; nats are per datum.

        Raises:
            UserError: the file is damaged.
        """
        return self._run.metrics()

    def load_model(self, device: str = "cpu") -> GenerativeModel:
        """The best weights as a model in evaluation mode, with the methods of its contract.

        Args:
            device: "cpu", "cuda:0", "mps", or "auto" for the first GPU, else the CPU.

        Raises:
            UserError: there are no weights yet, they are damaged, or there is no such device.
        """
        from genstudio.engine.devices import resolve  # noqa: PLC0415 - torch takes a second
        from genstudio.models.store import load_model  # noqa: PLC0415

        return load_model(self._run.model_path, str(resolve(device)))

    def __repr__(self) -> str:
        return f"<run {self.folder.name}: {self.manifest.title}>"
