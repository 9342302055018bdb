"""A person's own pictures, from a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec
from genstudio.data.base import DataCard, Dataset, ImageData, Pixels, SplitName, no_labels
from genstudio.data.file_table import FileTable, cache_key, keep_table, kept_table
from genstudio.data.own_files import own_files, rows_of, tenth
from genstudio.data.pictures import read_picture

__all__ = ["Folder"]

_KIND = "pictures"
_SIZE = 32
_LARGEST_FILE = 2**28  # bytes
_LARGEST_SET = 2**31  # bytes of all pictures, decoded


class Folder(Dataset):
    """Pictures turned upright, cropped to their central square and resized.

    Which split a picture belongs to depends on its file's bytes alone (see `own_files`). Files of
    equal content count once, and within a split pictures are ordered by the hash of their files.
    The names of subfolders, where there are any, are the classes.
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
        self.found = own_files(Folder.name, spec.folder)
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
                f"{self.found.counted} of {size}×{size} need "
                f"{needed / 2**30:.1f} GiB of memory; {_LARGEST_SET / 2**30:.0f} is the most.",
                "Choose a smaller size or fewer pictures.",
            )

    @cached_property
    def table(self) -> FileTable[np.uint8]:
        """Every picture, from the cache or from the files."""
        reading = self.read()
        while True:
            try:
                next(reading)
            except StopIteration as stop:
                table: FileTable[np.uint8] = stop.value
                return table

    def read(self) -> Generator[Share, None, FileTable[np.uint8]]:
        """Read every picture, with progress, and keep the result in the cache.

        Raises:
            UserError: not one of them can be read.
        """
        key = cache_key(self.found.folder, self.found.files, self.space.height, self.space.channels)
        table = kept_table(_KIND, key)
        if table is None:
            table = yield from self._decode()
            keep_table(key, table)
        if not len(table.values):
            raise UserError(
                f"None of the {self.found.counted} in {self.found.folder} can be read.",
                "Open one of them in another program to see whether it is a picture.",
            )
        return table

    def _decode(self) -> Generator[Share, None, FileTable[np.uint8]]:
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
                    classes[digest] = self.found.class_of(file)
            except UserError:
                skipped.append(file)
        digests = sorted(images)
        return FileTable(
            kind=_KIND,
            values=np.stack([images[digest] for digest in digests])
            if digests
            else np.empty((0, *self.space.shape), np.uint8),
            classes=np.array([classes[digest] for digest in digests], np.int64),
            tenths=np.array([tenth(digest) for digest in digests], np.int64),
            files=len(digests),
            notes=self._skipped(skipped),
        )

    def pixels(self, split: SplitName) -> Pixels:
        """The pictures of one split."""
        rows = rows_of(self.table.tenths, split)
        images = self.table.values[rows]
        if not len(images):
            raise self.found.empty(split, self.table.files)
        if not self.found.classes:
            return images, no_labels(len(images))
        return images, self.table.classes[rows, None]

    def missing(self) -> tuple[str, ...]:
        """One sentence for each split that no picture fell into; this reads the pictures."""
        return self.found.missing(self.table.tenths, self.table.files)

    def _skipped(self, skipped: list[Path]) -> tuple[str, ...]:
        if not skipped:
            return ()
        verb = "is" if len(skipped) == 1 else "are"
        return (
            f"{len(skipped):,} of {self.found.counted} cannot be read and {verb} left out: "
            f"{self.found.names(skipped)}.",
        )


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise UserError(f"“{file.name}” is too large for a picture.")
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"“{file.name}” cannot be read: {error.strerror}.") from error
