"""A person's own files in a folder: which there are, their classes, and their splits.

Which split a file belongs to depends on its bytes alone, not on names, order or what else is
there: the SHA-256 of the file modulo 10 is 0–7 for training, 8 for validation, 9 for testing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.sound_file import READ
from genstudio.core.spaces import Label
from genstudio.data.base import SPLITS, SplitName
from genstudio.data.pictures import SUFFIXES

__all__ = ["DATASETS", "OwnFiles", "dataset_for", "own_files", "rows_of", "tenth"]

DATASETS: dict[str, tuple[str, Collection[str]]] = {
    "folder": ("picture", SUFFIXES),
    "sounds": ("sound", READ),
}
"""The datasets that read a folder: what they hold, in the singular, and how files end there."""

_TOP = "(top)"  # the class of files that lie beside the subfolders
_TENTHS: dict[SplitName, range] = {"train": range(8), "valid": range(8, 9), "test": range(9, 10)}
_SPLIT_WORDS = {"train": "training", "valid": "validation", "test": "test"}


@dataclass(frozen=True)
class OwnFiles:
    """The files of one kind under a folder, in the order of their paths, and their classes.

    Attributes:
        folder: as it was named.
        files: at least one.
        classes: the names of the subfolders; none where there are no subfolders.
        kind: "picture" or "sound".
    """

    folder: Path
    files: tuple[Path, ...]
    classes: tuple[str, ...]
    kind: str

    @property
    def labels(self) -> tuple[Label, ...]:
        """One label when there are subfolders, else none."""
        return (Label(name="folder", classes=self.classes),) if self.classes else ()

    @property
    def counted(self) -> str:
        """How many there are, in words."""
        return f"{len(self.files):,} {self.kind}s"

    def class_of(self, file: Path) -> int:
        """Index of a file's class, the subfolder right under the folder that it lies in; else 0."""
        if not self.classes:
            return 0
        return self.classes.index(_class_name(file.relative_to(self.folder)))

    def names(self, files: Sequence[Path]) -> str:
        """A few of some files, named."""
        shown = ", ".join(file.relative_to(self.folder).as_posix() for file in files[:5])
        return shown + (", …" if len(files) > 5 else "")

    def empty(self, split: SplitName, count: int) -> UserError:
        """That none of so many different files fell into a split."""
        return UserError(
            f"The {_SPLIT_WORDS[split]} split is empty: none of the {count:,} different "
            f"{self.kind}{'s' if count != 1 else ''} in {self.folder} fell into it.",
            f"Add some more {self.kind}s"
            + ("; a long one can be cut into several files." if self.kind == "sound" else "."),
        )

    def missing(self, tenths: NDArray[np.int64], count: int) -> tuple[str, ...]:
        """One sentence for each split that none of so many different files fell into."""
        return tuple(
            self.empty(split, count).title for split in SPLITS if not rows_of(tenths, split).any()
        )


def own_files(dataset: str, folder: str | None) -> OwnFiles:
    """Look which files there are for one of `DATASETS`; none is opened.

    Raises:
        UserError: no folder is named, it is not there, or holds no such files.
    """
    kind, suffixes = DATASETS[dataset]
    if not folder:
        raise UserError(f"The dataset “{dataset}” needs a folder.", f"Name one that holds {kind}s.")
    top = Path(folder).expanduser()
    if not top.is_dir():
        raise UserError(f"There is no folder {top}.", f"Choose one that holds {kind}s.")
    files = sorted(_files(top, suffixes), key=lambda file: file.relative_to(top).as_posix())
    if not files:
        other = dataset_for(top)
        raise UserError(
            f"There are no {kind}s in {top}.",
            f"It holds {DATASETS[other][0]}s: choose the dataset “{other}”."
            if any(_files(top, DATASETS[other][1]))
            else f"{kind.capitalize()}s are files ending in {', '.join(sorted(suffixes))}.",
        )
    names = sorted({_class_name(file.relative_to(top)) for file in files})
    return OwnFiles(top, tuple(files), () if names == [_TOP] else tuple(names), kind)


def dataset_for(folder: Path) -> str:
    """The one of `DATASETS` whose files a folder holds: sounds where there is no picture."""
    holds = {
        name: next(_files(folder, suffixes), None) is not None
        for name, (_, suffixes) in DATASETS.items()
    }
    return "sounds" if holds["sounds"] and not holds["folder"] else "folder"


def tenth(sha256: bytes) -> int:
    """The tenth, 0 … 9, that a file of this SHA-256 belongs to."""
    return int.from_bytes(sha256) % 10


def rows_of(tenths: NDArray[np.int64], split: SplitName) -> NDArray[np.bool_]:
    """Which of some tenths (N,) are of a split."""
    return np.isin(tenths, _TENTHS[split])


def _class_name(relative: Path) -> str:
    return relative.parts[0] if len(relative.parts) > 1 else _TOP


def _files(top: Path, suffixes: Collection[str]) -> Iterator[Path]:
    for parent, folders, names in os.walk(top):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(parent, name)
            # A pipe or a device of such a name would wait for ever.
            if file.suffix.lower() in suffixes and not name.startswith(".") and file.is_file():
                yield file
