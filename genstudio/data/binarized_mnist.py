"""Binarized MNIST, the fixed binarization on which the likelihoods of the literature are."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.paths import cache_folder, data_folder
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec
from genstudio.data.base import (
    SPLITS,
    DataCard,
    Dataset,
    ImageData,
    Pixels,
    SplitName,
    no_labels,
    reduced_form,
)
from genstudio.data.download import Remote, download
from genstudio.data.idx import open_plain
from genstudio.data.kept import keep, kept

__all__ = ["BinarizedMnist"]

_SIDE = 28
_DIMENSIONS = _SIDE * _SIDE
_SPLIT_WORDS = {"train": "training", "valid": "validation", "test": "test"}


class BinarizedMnist(Dataset):
    """70,000 digits of 28×28 bits, without labels.

    The source is text: 784 zeros and ones a line. Its bits are kept, packed, in the cache
    folder under their checksum, so that the text is parsed once and the packed bits suffice.

    Attributes:
        mirrors: addresses of folders that hold the files.
        counts: images in each split.
        sha256: of `numpy.packbits` of each split's bits, (n, 784) uint8.
    """

    name: ClassVar[str] = "binarized-mnist"
    mirrors: ClassVar[tuple[str, ...]] = (
        "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/",
        "https://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/",
    )
    counts: ClassVar[dict[str, int]] = {"train": 50_000, "valid": 10_000, "test": 10_000}
    sha256: ClassVar[dict[str, str]] = {
        "train": "727146c35424b019f3e350e1e69faa05644a0abaf787e3f4e1a9632220a13906",
        "valid": "a256ac44ae26be720fad8616a05ed6ecfd1619930d9a208379bb2a4405df5b6d",
        "test": "9fcd8da6f0fdf09b2ba30fe63a0bb784042a0de82563172530229b983e294ff2",
    }

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without reading a file."""
        return DataCard(
            name=cls.name,
            title="Binarized MNIST",
            summary="Handwritten digits in black and white, 28×28: the fixed binarization on "
            "which published log-likelihoods compare.",
            source=cls.mirrors[0],
            licence="CC BY-SA 3.0, as MNIST",
            citation="H. Larochelle and I. Murray, The neural autoregressive distribution "
            "estimator, AISTATS 2011; after R. Salakhutdinov and I. Murray, On the quantitative "
            "analysis of deep belief networks, ICML 2008.",
            native=Grid(height=_SIDE, width=_SIDE, channels=1, levels=2),
            splits=dict(cls.counts),
            downloadable=True,
            bytes_to_download=sum(cls.counts.values()) * 2 * _DIMENSIONS,
        )

    def open(self, spec: DataSpec) -> ImageData:
        """Open it in its one form."""
        return ImageData(spec, reduced_form(self.card(), spec), self._pixels, self._missing)

    def fetch(self, spec: DataSpec) -> Iterator[Share]:
        """Download those of the three files whose bits are not here or not right."""
        remotes = []
        for split in SPLITS:
            yield Share(0, 1, "Looking at what is here")
            try:
                self._packed(split)
            except UserError:
                remotes.append(self._remote(split))
        yield from download(remotes, self.card().title)

    def _remote(self, split: SplitName) -> Remote:
        file = f"binarized_mnist_{split}.amat"
        return Remote(
            urls=tuple(f"{mirror}{file}" for mirror in self.mirrors),
            path=self._folder() / file,
            size=self.counts[split] * 2 * _DIMENSIONS,
            check=lambda path: self._parsed(path, split),
        )

    def _folder(self) -> Path:
        return data_folder() / self.name

    def _cached(self, split: SplitName) -> Path:
        return cache_folder() / self.name / f"{self.sha256[split]}.bits"

    def _found(self, split: SplitName) -> list[Path]:
        names = (f"binarized_mnist_{split}.amat", f"binarized_mnist_{split}.amat.gz")
        return [self._folder() / name for name in names if (self._folder() / name).is_file()]

    def _missing(self) -> tuple[str, ...]:
        return tuple(
            f"The {_SPLIT_WORDS[split]} split is not here: "
            f"{self._folder()} has no binarized_mnist_{split}.amat."
            for split in SPLITS
            if not self._cached(split).is_file() and not self._found(split)
        )

    def _pixels(self, split: SplitName) -> Pixels:
        bits = np.unpackbits(self._packed(split)).reshape(-1, _SIDE, _SIDE, 1)
        return bits * np.uint8(255), no_labels(len(bits))

    def _packed(self, split: SplitName) -> NDArray[np.uint8]:
        """The verified bits of a split, packed: from the cache, else from the text."""
        content = kept(self._cached(split), self.sha256[split])
        if content is not None:
            return np.frombuffer(content, np.uint8)
        problems = []
        for path in self._found(split):
            try:
                return self._parsed(path, split)
            except UserError as error:
                problems.append(error)
        if problems:
            raise problems[0]
        raise UserError(
            f"The {_SPLIT_WORDS[split]} split of “{self.name}” is not here: "
            f"there is no binarized_mnist_{split}.amat in {self._folder()}.",
            f"Download it in the data view or with `genstudio data get {self.name}`.",
        )

    def _parsed(self, path: Path, split: SplitName) -> NDArray[np.uint8]:
        """The bits of a text file, verified, packed, and kept in the cache."""
        packed = _parse(path, self.counts[split])
        if hashlib.sha256(packed.tobytes()).hexdigest() != self.sha256[split]:
            raise UserError(
                f"“{path.name}” is not the published file: the checksum of its bits differs.",
                "Delete it and download it again.",
            )
        keep(self._cached(split), packed.tobytes())
        return packed


def _parse(path: Path, count: int) -> NDArray[np.uint8]:
    """Read `count` lines of 784 zeros and ones, gzipped or not; returns them packed."""
    # Enough for any spacing; a file that unpacks to more is none of these.
    most = 4 * count * _DIMENSIONS
    advice = "Delete the file and download it again."
    try:
        with open_plain(path) as file:
            text = np.frombuffer(file.read(most), np.uint8)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"“{path.name}” is damaged: {error}.", advice) from error
    except OSError as error:
        raise UserError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    written = text > ord(" ")
    symbols = text[written] - np.uint8(ord("0"))
    if symbols.size and symbols.max() > 1:
        raise UserError(f"“{path.name}” holds more than zeros and ones.", advice)
    if symbols.size != count * _DIMENSIONS:
        raise UserError(
            f"“{path.name}” holds {symbols.size:,} bits; expected {count * _DIMENSIONS:,}.", advice
        )
    return np.packbits(symbols)
