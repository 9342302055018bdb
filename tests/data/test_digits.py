"""scikit-learn's digits, against scikit-learn."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from genstudio.core.training import DataSpec
from genstudio.data import digits
from genstudio.data.base import SPLITS
from genstudio.data.catalog import open_data

FIRST_TEST_LABELS = [2, 1, 4, 2, 5, 7, 0, 6, 6, 0, 8, 0]


def _all(spec: DataSpec) -> tuple[np.ndarray, np.ndarray]:
    data = open_data(spec)
    splits = [data.split(name) for name in SPLITS]
    return (
        np.concatenate([split.symbols for split in splits]),
        np.concatenate([split.labels for split in splits]),
    )


@pytest.mark.parametrize("levels", [2, 4, 16, 256])
def test_every_digit_is_there_once_with_its_label(levels: int) -> None:
    symbols, labels = _all(DataSpec(name="digits", levels=levels))
    source = load_digits()
    expected = sorted(
        (*(int(v * 255 / 16 + 0.5) * levels // 256 for v in row), int(label))
        for row, label in zip(source.data, source.target, strict=True)
    )
    assert symbols.dtype == np.uint8
    assert labels.dtype == np.int64
    found = np.concatenate([symbols.reshape(1797, 64), labels], axis=1)
    assert sorted(map(tuple, found.tolist())) == expected


def test_the_split_is_80_10_10_and_mixes_all_classes() -> None:
    data = open_data(DataSpec())
    assert [len(data.split(name)) for name in SPLITS] == [1437, 180, 180]
    assert all(len(np.unique(data.split(name).labels)) == 10 for name in SPLITS)


def test_the_split_is_this_one_for_ever() -> None:
    # A change here means that runs made before are scored on images they were trained on.
    assert open_data(DataSpec()).split("test").labels[:12, 0].tolist() == FIRST_TEST_LABELS


def test_the_kept_copy_is_the_same_and_damage_to_it_is_noticed() -> None:
    first = _all(DataSpec())
    path = digits.cache_folder() / "digits" / "values"
    for damage in (None, b"", path.read_bytes()[:-1] if path.exists() else b"x"):
        digits._all_pixels.cache_clear()
        if damage is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(damage)
        again = _all(DataSpec())
        assert np.array_equal(first[0], again[0])
        assert np.array_equal(first[1], again[1])


def test_half_the_size_is_the_mean_of_four_pixels() -> None:
    full, _ = _all(DataSpec(levels=256))
    half, _ = _all(DataSpec(levels=256, size=4))
    blocks = full.astype(int).reshape(-1, 4, 2, 4, 2).sum(axis=(2, 4))
    assert np.array_equal(half[..., 0], (blocks + 2) // 4)
