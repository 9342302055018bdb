"""A person's own sounds, from a folder."""

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
from genstudio.core.sound_file import is_silent, read_sound
from genstudio.core.spaces import Sequence
from genstudio.core.training import DataSpec
from genstudio.data.base import DataCard, Dataset, SplitName, no_labels
from genstudio.data.file_table import FileTable, cache_key, keep_table, kept_table
from genstudio.data.own_files import own_files, rows_of, tenth
from genstudio.data.recordings import pieces, sounding
from genstudio.data.sounds import SoundData, Sounds

__all__ = ["OwnSounds"]

_KIND = "sounds"
_RATE = 8000
_LONGEST_FILE = 2 * 3600  # seconds
_LARGEST_SET = 2**31  # bytes of all pieces
_NAMED = 5  # files that are left out and told of one by one


class OwnSounds(Dataset):
    """Recordings mixed to one channel, resampled, trimmed, equally loud, and cut into pieces.

    All pieces of a file are in one split, which depends on the file's bytes alone (see
    `own_files`): no model is scored on the rest of a recording that it learned from. Files of
    equal content count once, and within a split pieces are ordered by the hash of their files and
    then in time. The names of subfolders, where there are any, are the classes.
    """

    name: ClassVar[str] = "sounds"

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without looking into any folder."""
        return DataCard(
            name=cls.name,
            title="Your own sounds",
            summary="The sounds in a folder of yours, WAV, FLAC, OGG or MP3, cut into pieces; "
            "subfolders become classes.",
            source="Your own files.",
            licence="Yours",
            citation="",
            native=Sequence(length=_RATE, levels=256, rate=_RATE),
            fields=("levels", "rate", "seconds", "folder"),
        )

    def open(self, spec: DataSpec) -> SoundData:
        """Look which sounds are there; they are read when a split is asked for.

        Raises:
            UserError: no folder is named, it is not there, or holds no sounds.
        """
        reading = _Reading(spec)
        return SoundData(
            spec, reading.space, reading.sounds, reading.missing, lambda: reading.table.notes
        )

    def fetch(self, spec: DataSpec) -> Iterator[Share]:
        """Read the sounds with progress, so that opening them later is quick."""
        yield from _Reading(spec).read()


class _Reading:
    """The sounds of one folder in one form, read on first use."""

    def __init__(self, spec: DataSpec) -> None:
        self.found = own_files(OwnSounds.name, spec.folder)
        rate = spec.rate or _RATE
        self.space = Sequence(
            length=round((spec.seconds or 1.0) * rate),
            levels=spec.levels or 256,
            rate=rate,
            labels=self.found.labels,
        )

    @cached_property
    def table(self) -> FileTable[np.int16]:
        """Every piece, from the cache or from the files."""
        reading = self.read()
        while True:
            try:
                next(reading)
            except StopIteration as stop:
                table: FileTable[np.int16] = stop.value
                return table

    def read(self) -> Generator[Share, None, FileTable[np.int16]]:
        """Read every sound, with progress, and keep the result in the cache.

        Raises:
            UserError: in not one of them anything can be heard, or they do not fit into memory.
        """
        key = cache_key(self.found.folder, self.found.files, self.space.rate, self.space.length)
        table = kept_table(_KIND, key)
        if table is None:
            table = yield from self._decode()
            keep_table(key, table)
        if not len(table.values):
            raise UserError(
                f"None of the {self.found.counted} in {self.found.folder} can be used.",
                " ".join(table.notes),
            )
        return table

    def _decode(self) -> Generator[Share, None, FileTable[np.int16]]:
        found: dict[bytes, NDArray[np.int16]] = {}
        classes: dict[bytes, int] = {}
        reasons = []
        held = 0
        for index, file in enumerate(self.found.files):
            yield Share(index, len(self.found.files), f"Reading {file.name}")
            try:
                digest = _digest(file)
                if digest in found:
                    continue
                cut = self._pieces(file)
            except UserError as error:
                reasons.append(error.title.rstrip("."))
                continue
            found[digest], classes[digest] = cut, self.found.class_of(file)
            held += cut.nbytes
            if held > _LARGEST_SET:
                raise UserError(
                    f"The sounds in {self.found.folder} need more than {_LARGEST_SET / 2**30:g} "
                    "GiB of memory.",
                    "Choose a lower rate or fewer sounds.",
                )
        digests = sorted(found)
        counts = [len(found[digest]) for digest in digests]

        def each(values: list[int]) -> NDArray[np.int64]:
            return np.repeat(np.array(values, np.int64), counts)

        return FileTable(
            kind=_KIND,
            values=np.concatenate(
                [np.zeros((0, self.space.length), np.int16), *(found[d] for d in digests)]
            ),
            classes=each([classes[digest] for digest in digests]),
            tenths=each([tenth(digest) for digest in digests]),
            files=len(digests),
            notes=self._left_out(reasons),
        )

    def _pieces(self, file: Path) -> NDArray[np.int16]:
        samples = read_sound(file, self.space.rate, _LONGEST_FILE)
        if is_silent(samples):
            raise UserError(f"“{file.name}” is silent.")
        return pieces(sounding(samples, self.space.rate), self.space.length)

    def _left_out(self, reasons: list[str]) -> tuple[str, ...]:
        if not reasons:
            return ()
        verb = "is" if len(reasons) == 1 else "are"
        told = "; ".join(reasons[:_NAMED]) + ("; …" if len(reasons) > _NAMED else "")
        return (f"{len(reasons):,} of {self.found.counted} {verb} left out: {told}.",)

    def sounds(self, split: SplitName) -> Sounds:
        """The pieces of one split."""
        rows = rows_of(self.table.tenths, split)
        samples = self.table.values[rows]
        if not len(samples):
            raise self.found.empty(split, self.table.files)
        if not self.found.classes:
            return samples, no_labels(len(samples))
        return samples, self.table.classes[rows, None]

    def missing(self) -> tuple[str, ...]:
        """One sentence for each split that no sound fell into; this reads the sounds."""
        return self.found.missing(self.table.tenths, self.table.files)


def _digest(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        raise UserError(f"“{file.name}” cannot be read: {error.strerror}.") from error
