"""Whether a dataset is on this machine, told without reading it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from genstudio.core.errors import UserError
from genstudio.core.paths import data_folder
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.base import DataCard
from genstudio.ui.words import memory

__all__ = ["DataState", "bytes_on_disk", "data_state"]


@dataclass(frozen=True)
class DataState:
    """Where a dataset stands.

    Attributes:
        kind: "embedded" is always there; "yours" is read from a folder that is yet to be named;
            "part" can be learned from but lacks a split.
        missing: one sentence for each split that is not here.
        words: in a few words, for a list.
    """

    kind: Literal["embedded", "here", "part", "remote", "yours"]
    missing: tuple[str, ...] = ()
    words: str = ""

    @property
    def readable(self) -> bool:
        """Whether its training split is here, as far as can be told without reading it."""
        return self.kind != "remote"


def data_state(card: DataCard) -> DataState:
    """Look which of a dataset's files are here; only their names are read."""
    if card.embedded:
        return DataState("embedded", words="Embedded")
    if "folder" in card.fields:
        return DataState("yours", words="From a folder")
    try:
        missing = catalog.open_data(DataSpec(name=card.name)).missing()
    except UserError as error:
        return DataState("remote", (str(error),), "Not here")
    if not missing:
        return DataState("here", words=f"Here {_size(bytes_on_disk(card))}".strip())
    if any(sentence.startswith("The training") for sentence in missing):
        size = _size(card.bytes_to_download)
        return DataState("remote", missing, f"To download {size}".strip())
    return DataState("part", missing, "Here in part")


def bytes_on_disk(card: DataCard) -> int:
    """Bytes of a downloaded dataset's files; 0 where there are none."""
    return sum(_file_sizes(card))


def _file_sizes(card: DataCard) -> Iterator[int]:
    folder = data_folder() / card.name
    if card.downloadable and folder.is_dir():
        for file in folder.iterdir():
            if file.is_file() and not file.name.startswith(".") and file.suffix != ".part":
                yield file.stat().st_size


def _size(size: int) -> str:
    return f"({memory(size)})" if size else ""
