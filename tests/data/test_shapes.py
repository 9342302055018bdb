"""Shapes: the same for ever, in any size, and what the label says."""

import hashlib

import numpy as np
import pytest

from genstudio.core.training import DataSpec
from genstudio.data.base import SPLITS
from genstudio.data.catalog import open_data

VALID_SHA256 = "5381fde71686e5ddfe6125b758b891a4a775399f15e8fc3f7f33b62443f3c425"


def test_every_split_has_its_size_and_all_classes() -> None:
    data = open_data(DataSpec(name="shapes"))
    assert [len(data.split(name)) for name in SPLITS] == [8000, 1000, 1000]
    (label,) = data.space.labels
    for name in SPLITS:
        counts = np.bincount(data.split(name).labels[:, 0], minlength=len(label.classes))
        assert counts.min() > len(data.split(name)) / 10


def test_two_openings_draw_the_same_and_splits_differ() -> None:
    spec = DataSpec(name="shapes", size=12, colour=True)
    first, again = open_data(spec), open_data(spec)
    assert np.array_equal(first.split("valid").symbols, again.split("valid").symbols)
    assert first.content_hash == again.content_hash
    assert not np.array_equal(first.split("valid").symbols, first.split("test").symbols)


def test_the_pictures_are_these_for_ever() -> None:
    # A change here means that runs made before no longer know their data again.
    valid = open_data(DataSpec(name="shapes", colour=True)).split("valid")
    assert hashlib.sha256(valid.symbols.tobytes()).hexdigest() == VALID_SHA256


@pytest.mark.parametrize("size", [8, 16, 64])
def test_colour_order_is_red_green_blue_and_grey_shows_the_same_scene(size: int) -> None:
    grey = open_data(DataSpec(name="shapes", size=size)).split("valid")
    colour = open_data(DataSpec(name="shapes", size=size, colour=True)).split("valid")
    assert grey.symbols.shape == (1000, size, size, 1)
    assert colour.symbols.shape == (1000, size, size, 3)
    assert np.array_equal(grey.labels, colour.labels)
    # Crisp: the strongest channel is bright exactly where the grey is.
    assert np.array_equal(grey.symbols[..., 0] >= 128, colour.symbols.max(axis=-1) >= 128)
    for picture in grey.symbols:
        assert len(np.unique(picture)) == 2
    # Hues are uniform, so each of the three leads in about a third of the pictures.
    leading = colour.symbols.max(axis=(1, 2)).argmax(axis=-1)
    assert np.bincount(leading, minlength=3).min() > 250


def test_two_levels_still_show_the_shape() -> None:
    full = open_data(DataSpec(name="shapes")).split("test").symbols
    bits = open_data(DataSpec(name="shapes", levels=2)).split("test").symbols
    assert np.array_equal(bits, full // 128)
    assert bits.any(axis=(1, 2, 3)).all()


def test_what_is_drawn_is_what_the_label_says() -> None:
    # Told apart by what is lit around the middle of the bounding box, at a size that shows it.
    data = open_data(DataSpec(name="shapes", size=64, levels=2))
    split, (label,) = data.split("valid"), data.space.labels
    for picture, (index,) in zip(split.symbols[..., 0], split.labels, strict=True):
        rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
        box = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert _name(box) == label.classes[index]


def _name(box: np.ndarray) -> str:
    height, width = box.shape
    corner = box[[0, 0, -1, -1], [0, -1, 0, -1]]
    share = box.mean()
    if share > 0.99:
        return "square"
    if not box[height // 2, width // 2]:
        return "ring"
    if corner[2:].all() and not corner[:2].any():
        return "triangle"
    # A disc fills π/4 of its box; a diamond half of it, full in the middle of each half;
    # a cross is empty there.
    if share > 0.68:
        return "disc"
    return "diamond" if box[int(height * 0.3), int(width * 0.3)] else "cross"
