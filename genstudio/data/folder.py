"""A person's own pictures, from a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.spaces import Grid, Label
from genstudio.core.training import DataSpec
from genstudio.data.base import SPLITS, DataCard, Dataset, ImageData, Pixels, SplitName, no_labels
from genstudio.data.picture_cache import PictureTable, cache_key, keep_table, kept_table
from genstudio.data.pictures import SUFFIXES, read_picture

__all__ = ["Folder"]

_SIZE = 32
_TOP = "(top)"  # the class of pictures that lie beside the subfolders
_LARGEST_FILE = 2**28  # bytes
_LARGEST_SET = 2**31  # bytes of all pictures, decoded
_TENTHS: dict[SplitName, range] = {"train": range(8), "valid": range(8, 9), "test": range(9, 10)}
_SPLIT_WORDS = {"train": "training", "valid": "validation", "test": "test"}


@dataclass(frozen=True)
class _Found:
    """The picture files under a folder, in the order of their paths, and their classes."""

    folder: Path
    files: tuple[Path, ...]
    classes: tuple[str, ...]

    @property
    def labels(self) -> tuple[Label, ...]:
        """One label when there are subfolders, else none."""
        return (Label(name="folder", classes=self.classes),) if self.classes else ()

    def class_of(self, file: Path) -> int:
        """Index of a file's class: the subfolder right under the folder that it lies in."""
        return self.classes.index(_class_name(file.relative_to(self.folder)))


class Folder(Dataset):
    """Pictures turned upright, cropped to their central square and resized.

    Which split a picture belongs to depends on the bytes of its file alone, not on names,
    order or what else is there: the SHA-256 of the file modulo 10 is 0–7 for training, 8 for
    validation, 9 for testing. Files of equal content count once, and within a split pictures
    are ordered by that hash. The names of subfolders, where there are any, are the classes.
    """

    name: ClassVar[str] = "folder"

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without looking into any folder."""
        return DataCard(
            name=cls.name,
            title="Your own pictures",
            summary="The pictures in a folder of yours, cropped to squares and resized; "
            "subfolders become classes.",
            source="Your own files.",
            licence="Yours",
            citation="",
            native=Grid(height=_SIZE, width=_SIZE, channels=1, levels=256),
            fields=("levels", "size", "colour", "folder"),
        )

    def open(self, spec: DataSpec) -> ImageData:
        """Look which pictures are there; they are read when a split is asked for.

        Raises:
            UserError: no folder is named, it is not there, holds no pictures, or holds more
                than fit into memory at this size.
        """
        reading = _Reading(spec)
        return ImageData(
            spec, reading.space, reading.pixels, reading.missing, lambda: reading.table.notes
        )

    def fetch(self, spec: DataSpec) -> Iterator[Share]:
        """Read the pictures with progress, so that opening them later is quick."""
        yield from _Reading(spec).read()


class _Reading:
    """The pictures of one folder in one form, read on first use."""

    def __init__(self, spec: DataSpec) -> None:
        self.found = _look(spec.folder)
        size = spec.size or _SIZE
        self.space = Grid(
            height=size,
            width=size,
            channels=3 if spec.colour else 1,
            levels=spec.levels or 256,
            labels=self.found.labels,
        )
        needed = len(self.found.files) * self.space.dimensions
        if needed > _LARGEST_SET:
            raise UserError(
                f"{len(self.found.files):,} pictures of {size}×{size} need "
                f"{needed / 2**30:.1f} GiB of memory; {_LARGEST_SET / 2**30:.0f} is the most.",
                "Choose a smaller size or fewer pictures.",
            )

    @cached_property
    def table(self) -> PictureTable:
        """Every picture, from the cache or from the files."""
        reading = self.read()
        while True:
            try:
                next(reading)
            except StopIteration as stop:
                table: PictureTable = stop.value
                return table

    def read(self) -> Generator[Share, None, PictureTable]:
        """Read every picture, with progress, and keep the result in the cache.

        Raises:
            UserError: not one of them can be read.
        """
        key = cache_key(self.found.folder, self.found.files, self.space.height, self.space.channels)
        table = kept_table(key)
        if table is None:
            table = yield from self._decode()
            keep_table(key, table)
        if not len(table.images):
            raise UserError(
                f"None of the {len(self.found.files):,} pictures in {self.found.folder} can be "
                "read.",
                "Open one of them in another program to see whether it is a picture.",
            )
        return table

    def _decode(self) -> Generator[Share, None, PictureTable]:
        images: dict[bytes, NDArray[np.uint8]] = {}
        classes: dict[bytes, int] = {}
        skipped = []
        for index, file in enumerate(self.found.files):
            yield Share(index, len(self.found.files), f"Reading {file.name}")
            try:
                content = _content(file)
                digest = hashlib.sha256(content).digest()
                if digest not in images:
                    images[digest] = read_picture(content, self.space.height, self.space.channels)
                    classes[digest] = self.found.class_of(file) if self.found.classes else 0
            except UserError:
                skipped.append(file.relative_to(self.found.folder).as_posix())
        digests = sorted(images)
        return PictureTable(
            images=np.stack([images[digest] for digest in digests])
            if digests
            else np.empty((0, *self.space.shape), np.uint8),
            classes=np.array([classes[digest] for digest in digests], np.int64),
            tenths=np.array([int.from_bytes(digest) % 10 for digest in digests], np.int64),
            notes=_skipped_sentence(skipped, len(self.found.files)),
        )

    def pixels(self, split: SplitName) -> Pixels:
        """The pictures of one split."""
        rows = np.isin(self.table.tenths, _TENTHS[split])
        images = self.table.images[rows]
        if not len(images):
            raise UserError(self._empty(split), "Add some more pictures.")
        if not self.found.classes:
            return images, no_labels(len(images))
        return images, self.table.classes[rows, None]

    def missing(self) -> tuple[str, ...]:
        """One sentence for each split that no picture fell into; this reads the pictures."""
        return tuple(
            self._empty(split)
            for split in SPLITS
            if not np.isin(self.table.tenths, _TENTHS[split]).any()
        )

    def _empty(self, split: SplitName) -> str:
        count = len(self.table.images)
        return (
            f"The {_SPLIT_WORDS[split]} split is empty: none of the {count:,} different "
            f"picture{'s' if count != 1 else ''} in {self.found.folder} fell into it."
        )


def _look(folder: str | None) -> _Found:
    if not folder:
        raise UserError("The dataset “folder” needs a folder.", "Name one that holds pictures.")
    top = Path(folder).expanduser()
    if not top.is_dir():
        raise UserError(f"There is no folder {top}.", "Choose one that holds pictures.")
    files = sorted(_picture_files(top), key=lambda file: file.relative_to(top).as_posix())
    if not files:
        raise UserError(
            f"There are no pictures in {top}.",
            f"Pictures are files ending in {', '.join(sorted(SUFFIXES))}.",
        )
    names = sorted({_class_name(file.relative_to(top)) for file in files})
    return _Found(top, tuple(files), () if names == [_TOP] else tuple(names))


def _class_name(relative: Path) -> str:
    return relative.parts[0] if len(relative.parts) > 1 else _TOP


def _picture_files(top: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(top):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(parent, name)
            # A pipe or a device of such a name would wait for ever.
            if file.suffix.lower() in SUFFIXES and not name.startswith(".") and file.is_file():
                yield file


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise UserError(f"“{file.name}” is too large for a picture.")
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"“{file.name}” cannot be read: {error.strerror}.") from error


def _skipped_sentence(skipped: list[str], count: int) -> tuple[str, ...]:
    if not skipped:
        return ()
    shown = ", ".join(skipped[:5]) + (", …" if len(skipped) > 5 else "")
    verb = "is" if len(skipped) == 1 else "are"
    return (f"{len(skipped):,} of {count:,} pictures cannot be read and {verb} left out: {shown}.",)
