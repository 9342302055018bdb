"""What a dataset is: its card, how it is opened in a form, and its three splits."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.spaces import Grid, Label, Space, grid_of
from genstudio.core.training import DataSpec
from genstudio.data.quantise import area_average, quantise

__all__ = [
    "SPLITS",
    "DataCard",
    "Dataset",
    "ImageData",
    "Pixels",
    "Split",
    "SplitName",
    "no_labels",
    "reduced_form",
]

SplitName = Literal["train", "valid", "test"]
SPLITS: tuple[SplitName, ...] = get_args(SplitName)

Pixels = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Pictures (N, H, W, C) in 0 … 255 and their labels (N, L)."""


class DataCard(BaseModel):
    """A dataset as plain data: what a form, a list and a data view need to speak of it.

    Attributes:
        name: what a `DataSpec` calls it.
        title: what people call it.
        summary: one sentence on what it shows.
        source: where it comes from, an address or a sentence.
        licence: under which terms it may be used.
        citation: whom to cite; empty when there is nobody.
        native: the space of a datum when the spec says nothing else.
        splits: images in each split; empty when that depends on the person's files.
        labels: what comes along with each image; empty for none, or when unknown.
        embedded: always there, without a download.
        downloadable: `fetch` can get it.
        bytes_to_download: of all its files together, about.
        fields: those of "levels", "size", "rate", "seconds", "colour", "folder" that apply to it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    summary: str
    source: str
    licence: str
    citation: str
    native: Space
    splits: dict[str, int] = {}
    labels: tuple[Label, ...] = ()
    embedded: bool = False
    downloadable: bool = False
    bytes_to_download: int = 0
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Split:
    """One split: symbols (N, *S) uint8 in 0 … levels − 1, labels (N, L) int64."""

    symbols: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.symbols)


def _nothing() -> tuple[str, ...]:
    return ()


class ImageData:
    """A dataset opened in a form; nothing is read before it is asked for.

    Attributes:
        spec: what was asked for.
        space: what one datum is in that form.
    """

    def __init__(
        self,
        spec: DataSpec,
        space: Space,
        pixels: Callable[[SplitName], Pixels],
        missing: Callable[[], tuple[str, ...]] = _nothing,
        notes: Callable[[], tuple[str, ...]] = _nothing,
    ) -> None:
        """Take the pieces a dataset is made of.

        Args:
            spec: what was asked for.
            space: what one datum is in that form.
            pixels: reads one split as square 8-bit pictures, at least as large as the space's
                and with its channels; raises `UserError` when the split is not here.
            missing: one sentence for each split that is not here.
            notes: sentences on what was found and left out.
        """
        self.spec = spec
        self.space = space
        self._pixels = pixels
        self._missing = missing
        self._notes = notes
        self._splits: dict[str, Split] = {}

    def split(self, name: str) -> Split:
        """One split in this form, read on first use and kept.

        Raises:
            UserError: the split's files are not here, are damaged, or there is no such split.
        """
        known = next((split for split in SPLITS if split == name), None)
        if known is None:
            raise UserError(
                f"There is no split called “{name}”.", f"Splits are: {', '.join(SPLITS)}."
            )
        if name not in self._splits:
            pictures, labels = self._pixels(known)
            self._splits[name] = Split(self._reduced(pictures), labels)
        return self._splits[name]

    def _reduced(self, pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Pictures in the size and the levels of the space."""
        size = grid_of(self.space).height
        return quantise(area_average(pictures, size), self.space.levels)

    def sizes(self) -> dict[str, int]:
        """Images in each split that is here; the splits are read for it."""
        sizes: dict[str, int] = {}
        for name in SPLITS:
            with suppress(UserError):  # said by `missing`, and when the split itself is asked for
                sizes[name] = len(self.split(name))
        return sizes

    def missing(self) -> tuple[str, ...]:
        """One sentence for each split that is not here; the splits themselves are not loaded."""
        return self._missing()

    def notes(self) -> tuple[str, ...]:
        """Sentences on what was found and left out, such as pictures that cannot be read."""
        return self._notes()

    @cached_property
    def content_hash(self) -> str:
        """SHA-256, hexadecimal, of the space and the training split's symbols and labels.

        Raises:
            UserError: the training split is not here.
        """
        train = self.split("train")
        digest = hashlib.sha256(self.space.model_dump_json().encode())
        digest.update(repr((train.symbols.shape, train.labels.shape)).encode())
        digest.update(np.ascontiguousarray(train.symbols).data)
        digest.update(np.ascontiguousarray(train.labels, dtype="<i8").data)
        return digest.hexdigest()


class Dataset(ABC):
    """Base of every dataset; a subclass that names itself is in the catalog.

    Attributes:
        name: what a `DataSpec` calls it. Assigning it in a class body registers the class.
    """

    name: ClassVar[str]
    registry: ClassVar[dict[str, type[Dataset]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" in cls.__dict__:
            if cls.name in Dataset.registry:
                raise TypeError(f"two datasets are called “{cls.name}”")
            Dataset.registry[cls.name] = cls

    @classmethod
    @abstractmethod
    def card(cls) -> DataCard:
        """What it is, without reading a file."""

    @abstractmethod
    def open(self, spec: DataSpec) -> ImageData:
        """Open it in the form asked for; the catalog has checked which fields apply.

        Raises:
            UserError: this form cannot be had.
        """

    def fetch(self, spec: DataSpec) -> Iterator[Share]:
        """Get what is missing. Datasets that are always there have nothing to get."""
        yield Share(1, 1, f"{self.card().title} is always there.")


def reduced_form(card: DataCard, spec: DataSpec) -> Grid:
    """The space of a square dataset in the levels and the reduced size asked for.

    Raises:
        UserError: the size is larger than the data's own.
    """
    native = grid_of(card.native)
    side = native.height
    size = spec.size or side
    if size > side:
        raise UserError(
            f"“{card.name}” is {side}×{side} and cannot be enlarged to {size}×{size}.",
            f"Choose a size of at most {side}, or leave it empty.",
        )
    return native.model_copy(
        update={"height": size, "width": size, "levels": spec.levels or native.levels}
    )


def no_labels(count: int) -> NDArray[np.int64]:
    """The labels (count, 0) of data that have none."""
    return np.empty((count, 0), np.int64)
