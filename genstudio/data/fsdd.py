"""Free Spoken Digit Dataset: ten digits, six speakers, fifty recordings of each."""

from __future__ import annotations

import hashlib
import io
import wave
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.paths import data_folder
from genstudio.core.spaces import Label, Sequence
from genstudio.core.training import DataSpec
from genstudio.data.base import DataCard, Dataset, SplitName
from genstudio.data.download import Remote, download
from genstudio.data.recordings import sounding
from genstudio.data.sounds import SoundData, Sounds
from genstudio.data.stamps import is_verified, mark_verified

__all__ = ["Fsdd", "window"]

_RATE = 8000
_LENGTH = 5600
"""Samples of a window, 0.7 s: of the trimmed recordings 0.4 % are longer, and are cut off."""

_DIGIT = Label(name="digit", classes=tuple("0123456789"))
_SPEAKER = Label(
    name="speaker", classes=("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
)
_INDICES: dict[SplitName, range] = {
    "train": range(10, 50),
    "valid": range(5, 10),
    "test": range(5),
}
_COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"
_HOME = "https://github.com/Jakobovski/free-spoken-digit-dataset"
_MOST_BYTES = 100_000  # of one recording; a zip that unpacks to more is another


class Fsdd(Dataset):
    """3,000 recordings at 8 kHz; the official test split is recordings 0 … 4 of each.

    Recordings 5 … 9 of each are the validation split. Silence at both ends is trimmed, the peak
    is made the same for all, and what is left starts a window of 0.7 s that ends in silence.

    Attributes:
        urls: addresses of a zip with the folder `recordings` anywhere in it.
        sha256: over, for each file in name order, its name, NUL, and its own SHA-256.
    """

    name: ClassVar[str] = "fsdd"
    urls: ClassVar[tuple[str, ...]] = (f"{_HOME}/archive/{_COMMIT}.zip",)
    sha256: ClassVar[str] = "a2e8a660492f28d9eed6270b290d26cbc5c81d6077ce87d3c0ad5adf4d4ee696"

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without reading a file."""
        labels = (_DIGIT, _SPEAKER)
        each = len(_DIGIT.classes) * len(_SPEAKER.classes)
        return DataCard(
            name=cls.name,
            title="Spoken digits",
            summary="Ten digits spoken by six people, 0.7 s of sound each: the smallest speech "
            "there is.",
            source=_HOME,
            licence="CC BY-SA 4.0",
            citation="Z. Jackson et al., Free Spoken Digit Dataset, 2018.",
            native=Sequence(length=_LENGTH, levels=256, rate=_RATE, labels=labels),
            splits={name: each * len(indices) for name, indices in _INDICES.items()},
            labels=labels,
            downloadable=True,
            bytes_to_download=16_400_000,
            fields=("levels",),
        )

    def open(self, spec: DataSpec) -> SoundData:
        """Open it in the levels asked for."""
        native = self.card().native
        space = native.model_copy(update={"levels": spec.levels or native.levels})
        assert isinstance(space, Sequence)  # noqa: S101 - for the type checker
        recordings = cache(self._recordings)

        def sounds(name: SplitName) -> Sounds:
            return _split(recordings(), name)

        return SoundData(spec, space, sounds, self._missing)

    def fetch(self, spec: DataSpec) -> Iterator[Share]:
        """Download the recordings, if they are not here or not right."""
        yield Share(0, 1, "Looking at what is here")
        remotes = []
        try:
            self._recordings()
        except UserError:
            path = data_folder() / self.name / "recordings.zip"
            size = self.card().bytes_to_download
            remotes.append(Remote(self.urls, path, size, check=self._read))
        yield from download(remotes, self.card().title)

    def _found(self) -> Path | None:
        path = data_folder() / self.name / "recordings.zip"
        return path if path.is_file() else None

    def _missing(self) -> tuple[str, ...]:
        if self._found() is not None:
            return ()
        here = data_folder() / self.name
        return (
            f"The training and validation splits are not here: {here} has no recordings.zip.",
            f"The test split is not here: {here} has no recordings.zip.",
        )

    def _recordings(self) -> dict[str, bytes]:
        path = self._found()
        if path is None:
            raise UserError(
                f"“{self.name}” is not here: there is no recordings.zip in "
                f"{data_folder() / self.name}.",
                f"Download it in the data view or with `genstudio data get {self.name}`.",
            )
        return self._read(path)

    def _read(self, path: Path) -> dict[str, bytes]:
        """The files of a zip by name, in name order, verified."""
        advice = "Delete it and download it again."
        try:
            with zipfile.ZipFile(path) as archive:
                members = {
                    PurePosixPath(info.filename).name: info
                    for info in archive.infolist()
                    if info.filename.endswith(".wav") and info.file_size <= _MOST_BYTES
                }
                files = {name: archive.read(members[name]) for name in sorted(members)}
        except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as e:
            raise UserError(f"“{path.name}” is damaged: {e}.", advice) from e
        if not is_verified(path, self.sha256):
            if _checksum(files) != self.sha256:
                raise UserError(
                    f"“{path.name}” does not hold the published recordings: the checksum differs.",
                    advice,
                )
            mark_verified(path, self.sha256)
        return files


def window(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """A recording trimmed, at the common peak, in a window (5600,) that silence fills up.

    Args:
        samples: (n,), at 8 kHz; all zeros stay zeros.
    """
    kept = sounding(samples, _RATE)[:_LENGTH]
    return np.pad(kept, (0, _LENGTH - len(kept)))


def _split(files: dict[str, bytes], name: SplitName) -> Sounds:
    windows, labels = [], []
    for file, content in files.items():
        digit, speaker, index = file.removesuffix(".wav").split("_")
        if int(index) in _INDICES[name]:
            windows.append(window(_samples(content)))
            labels.append((int(digit), _SPEAKER.classes.index(speaker)))
    return np.stack(windows), np.array(labels, np.int64)


def _samples(content: bytes) -> NDArray[np.int16]:
    with wave.open(io.BytesIO(content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def _checksum(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()
