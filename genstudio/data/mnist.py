"""MNIST and its two look-alikes: four IDX files each, 28×28 grey, ten classes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.paths import data_folder
from genstudio.core.spaces import Grid, Label
from genstudio.core.training import DataSpec
from genstudio.data.base import DataCard, Dataset, ImageData, Pixels, SplitName, reduced_form
from genstudio.data.download import Remote, download
from genstudio.data.idx import idx_sha256, is_gzipped, read_idx
from genstudio.data.stamps import is_verified, mark_verified

__all__ = ["FashionMnist", "IdxFile", "KuzushijiMnist", "Mnist"]

_HELD_OUT = 10_000  # the last images of the training file are the validation split
_HALVES = ("train", "t10k")
_ARTICLES = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
_CHARACTERS = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


@dataclass(frozen=True)
class IdxFile:
    """One published file.

    Attributes:
        stem: its name without “.gz”.
        shape: of the values.
        size: bytes of the published .gz.
        sha256: of the decompressed file, where known.
        md5: of the published .gz, where the decompressed file's is not known.
    """

    stem: str
    shape: tuple[int, ...]
    size: int
    sha256: str | None = None
    md5: str | None = None

    def found(self, folder: Path) -> list[Path]:
        """Copies of it in a folder, under any of its usual names."""
        dotted = self.stem.replace("-idx", ".idx")
        names = [self.stem, f"{self.stem}.gz", dotted, f"{dotted}.gz"]
        return [folder / name for name in names if (folder / name).is_file()]

    def read(self, path: Path) -> NDArray[np.uint8]:
        """Read a copy, verified once and then again only when it has changed.

        A copy is compared with the SHA-256 of the decompressed file where that is known, so any
        compression will do. Where only the published .gz has a checksum, a gzipped copy is
        compared with that, and of a decompressed copy only the header can be checked.

        Raises:
            UserError: it is damaged or another file.
        """
        values = read_idx(path)
        expected = self.sha256 or self.md5 or ""
        if not is_verified(path, expected):
            self._verify(path, values)
            mark_verified(path, expected)
        return values

    def _verify(self, path: Path, values: NDArray[np.uint8]) -> None:
        if values.shape != self.shape:
            raise UserError(
                f"“{path.name}” holds {_sizes(values.shape)} values; "
                f"expected {_sizes(self.shape)}.",
                "It is another dataset's file, or cut short: download it again.",
            )
        if self.sha256 is not None:
            right = idx_sha256(values) == self.sha256
        elif self.md5 is not None and is_gzipped(path):
            content = hashlib.md5(path.read_bytes(), usedforsecurity=False)
            right = content.hexdigest() == self.md5
        else:
            right = True
        if not right:
            raise UserError(
                f"“{path.name}” is not the published file: its checksum differs.",
                "Delete it and download it again.",
            )


def _sizes(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)


class _IdxImages(Dataset):
    """Four files: images and labels, of training and of testing.

    Attributes:
        mirrors: addresses of folders that hold the files.
        files: images and labels of the training half, then of the test half.
        held_out: how many of the last training images are the validation split.
    """

    mirrors: ClassVar[tuple[str, ...]]
    files: ClassVar[tuple[IdxFile, ...]]
    held_out: ClassVar[int] = _HELD_OUT

    def open(self, spec: DataSpec) -> ImageData:
        """Open it in the form asked for. Raises `UserError` for a size above its own."""
        half = cache(self._half)
        classes = len(self.card().labels[0].classes)

        def pixels(name: SplitName) -> Pixels:
            images, labels = half("test" if name == "test" else "train")
            if labels.size and labels.max() >= classes:
                raise UserError(
                    f"The labels of “{self.name}” go up to {labels.max()}; "
                    f"expected at most {classes - 1}.",
                    "Delete the files and download them again.",
                )
            rows = {
                "train": slice(0, -self.held_out),
                "valid": slice(-self.held_out, None),
                "test": slice(None),
            }[name]
            return images[rows, :, :, None], labels[rows, None].astype(np.int64)

        return ImageData(spec, reduced_form(self.card(), spec), pixels, self._missing)

    def fetch(self, spec: DataSpec) -> Iterator[Share]:
        """Download those of the four files that are not here or not right."""
        yield Share(0, 1, "Looking at what is here")
        remotes = []
        for file in self.files:
            try:
                self._read(file)
            except UserError:
                remotes.append(self._remote(file))
            yield Share(0, 1, "Looking at what is here")
        yield from download(remotes, self.card().title)

    def _folder(self) -> Path:
        return data_folder() / self.name

    def _remote(self, file: IdxFile) -> Remote:
        return Remote(
            urls=tuple(f"{mirror}{file.stem}.gz" for mirror in self.mirrors),
            path=self._folder() / f"{file.stem}.gz",
            size=file.size,
            check=file.read,
            known_hash=f"md5:{file.md5}" if file.md5 else None,
        )

    def _half(self, half: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        images, labels = self.files[:2] if half == "train" else self.files[2:]
        return self._read(images), self._read(labels)

    def _read(self, file: IdxFile) -> NDArray[np.uint8]:
        """The first copy that is right."""
        problems = []
        for path in file.found(self._folder()):
            try:
                return file.read(path)
            except UserError as error:
                problems.append(error)
        if problems:
            raise problems[0]
        raise UserError(
            f"“{self.name}” is not here: there is no {file.stem}.gz in {self._folder()}.",
            f"Download it in the data view or with `genstudio data get {self.name}`.",
        )

    def _missing(self) -> tuple[str, ...]:
        sentences = []
        for title, files in (("training and validation", self.files[:2]), ("test", self.files[2:])):
            lacking = [file.stem for file in files if not file.found(self._folder())]
            if lacking:
                plural = "splits are" if " and " in title else "split is"
                sentences.append(
                    f"The {title} {plural} not here: "
                    f"{self._folder()} has no {' and no '.join(lacking)}."
                )
        return tuple(sentences)


def _files(sizes: tuple[int, ...], **checksums: tuple[str, ...]) -> tuple[IdxFile, ...]:
    """The four files in order, with sizes of the .gz and one kind of checksum."""
    found = []
    for index in range(4):
        half, count = _HALVES[index // 2], (60_000, 10_000)[index // 2]
        images = index % 2 == 0
        stem = f"{half}-images-idx3-ubyte" if images else f"{half}-labels-idx1-ubyte"
        shape = (count, 28, 28) if images else (count,)
        sums = {kind: values[index] for kind, values in checksums.items()}
        found.append(IdxFile(stem, shape, sizes[index], **sums))
    return tuple(found)


def _card(label: Label, files: tuple[IdxFile, ...], **words: str) -> DataCard:
    return DataCard(
        **words,
        native=Grid(height=28, width=28, channels=1, levels=256, labels=(label,)),
        splits={"train": 50_000, "valid": 10_000, "test": 10_000},
        labels=(label,),
        downloadable=True,
        bytes_to_download=sum(file.size for file in files),
        fields=("levels", "size"),
    )


class Mnist(_IdxImages):
    """70,000 handwritten digits."""

    name: ClassVar[str] = "mnist"
    mirrors = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
    files = _files(
        (9_912_422, 28_881, 1_648_877, 4_542),
        sha256=(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    )

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without reading a file."""
        return _card(
            Label(name="digit", classes=tuple("0123456789")),
            cls.files,
            name=cls.name,
            title="MNIST",
            summary="Handwritten digits, 28×28 grey: the picture set every model was tried on.",
            source="http://yann.lecun.com/exdb/mnist/",
            licence="CC BY-SA 3.0",
            citation="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning "
            "applied to document recognition, Proceedings of the IEEE 86(11), 1998.",
        )


class FashionMnist(_IdxImages):
    """70,000 pictures of clothes. A decompressed copy is accepted by its headers alone."""

    name: ClassVar[str] = "fashion-mnist"
    mirrors = (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    )
    files = _files(
        (26_421_880, 29_515, 4_422_102, 5_148),
        md5=(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    )

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without reading a file."""
        return _card(
            Label(name="article", classes=_ARTICLES),
            cls.files,
            name=cls.name,
            title="Fashion-MNIST",
            summary="Clothes and shoes, 28×28 grey, with more texture than digits.",
            source="https://github.com/zalandoresearch/fashion-mnist",
            licence="MIT",
            citation="H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a novel image dataset "
            "for benchmarking machine learning algorithms, arXiv:1708.07747, 2017.",
        )


class KuzushijiMnist(_IdxImages):
    """70,000 cursive characters. A decompressed copy is accepted by its headers alone."""

    name: ClassVar[str] = "kmnist"
    mirrors = (
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    )
    files = _files(
        (18_165_135, 29_497, 3_041_136, 5_120),
        md5=(
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
    )

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without reading a file."""
        return _card(
            Label(name="character", classes=_CHARACTERS),
            cls.files,
            name=cls.name,
            title="Kuzushiji-MNIST",
            summary="Cursive characters from classical Japanese books, 28×28 grey.",
            source="http://codh.rois.ac.jp/kmnist/",
            licence="CC BY-SA 4.0",
            citation="T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto and "
            "D. Ha, Deep learning for classical Japanese literature, arXiv:1812.01718, 2018.",
        )
