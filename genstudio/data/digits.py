"""scikit-learn's handwritten digits: small, quick to learn, always there."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import numpy as np

from genstudio.core.paths import cache_folder
from genstudio.core.spaces import Grid, Label
from genstudio.core.training import DataSpec
from genstudio.core.uniforms import generator
from genstudio.data.base import DataCard, Dataset, ImageData, Pixels, SplitName, reduced_form
from genstudio.data.kept import keep, kept

__all__ = ["Digits"]

_DIGIT = Label(name="digit", classes=tuple("0123456789"))
_ENDS = {"train": (0, 1437), "valid": (1437, 1617), "test": (1617, 1797)}
# Of the source's values (1797, 65) uint8, the label last.
_SHA256 = "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2"
_SPLIT_KEY = 8809  # of the fixed permutation; another number would be another split


class Digits(Dataset):
    """1,797 digits of 8×8 pixels, split 80/10/10 by a fixed permutation.

    The 17 values 0 … 16 of the source become v · 255 / 16, rounded half up.
    """

    name: ClassVar[str] = "digits"

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without reading a file."""
        return DataCard(
            name=cls.name,
            title="Digits",
            summary="Handwritten digits, 8×8: small enough to learn in a minute on any machine.",
            source="https://archive.ics.uci.edu/dataset/80",
            licence="CC BY 4.0",
            citation="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, "
            "UCI Machine Learning Repository, 1998. The copy that comes with scikit-learn.",
            native=Grid(height=8, width=8, channels=1, levels=256, labels=(_DIGIT,)),
            splits={name: end - start for name, (start, end) in _ENDS.items()},
            labels=(_DIGIT,),
            embedded=True,
            fields=("levels", "size"),
        )

    def open(self, spec: DataSpec) -> ImageData:
        """Open it in the form asked for. Raises `UserError` for a size above 8."""
        return ImageData(spec, reduced_form(self.card(), spec), _pixels)


def _pixels(name: SplitName) -> Pixels:
    pictures, labels = _all_pixels()
    # Sorting uniforms is a permutation that no version of numpy draws differently.
    order = np.argsort(generator(_SPLIT_KEY).random(len(pictures)), kind="stable")
    rows = order[slice(*_ENDS[name])]
    return pictures[rows], labels[rows]


@cache
def _all_pixels() -> Pixels:
    path = cache_folder() / "digits" / "values"
    content = kept(path, _SHA256)
    if content is None:
        from sklearn.datasets import load_digits  # noqa: PLC0415 - two seconds to import

        bunch = load_digits()
        content = np.column_stack([bunch.data, bunch.target]).astype(np.uint8).tobytes()
        keep(path, content)
    values = np.frombuffer(content, np.uint8).reshape(-1, 65)
    wide = values[:, :-1].reshape(-1, 8, 8, 1).astype(np.int64)
    pictures = ((2 * 255 * wide + 16) // 32).astype(np.uint8)
    return pictures, values[:, -1:].astype(np.int64)
