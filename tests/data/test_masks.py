"""Masks as files: white is known."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from genstudio.core.errors import UserError
from genstudio.data.masks import mask_png, read_mask


def test_a_mask_comes_back_as_it_was(tmp_path: Path) -> None:
    known = np.random.default_rng(0).random((9, 13)) < 0.5
    path = tmp_path / "mask.png"
    path.write_bytes(mask_png(known))
    read = read_mask(path, 9, 13)
    assert np.array_equal(read.known, known)
    assert not read.fitted and read.size == (13, 9)


def test_the_file_is_white_where_known() -> None:
    picture = Image.open(io.BytesIO(mask_png(np.array([[True, False]]))))
    assert picture.mode == "L" and [picture.getpixel((x, 0)) for x in (0, 1)] == [255, 0]


def test_greys_from_128_on_are_known(tmp_path: Path) -> None:
    path = tmp_path / "greys.png"
    Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(path)
    assert np.array_equal(read_mask(path, 16, 16).known.reshape(-1), np.arange(256) >= 128)


def test_another_size_is_fitted_by_the_nearest(tmp_path: Path) -> None:
    known = np.random.default_rng(1).random((4, 4)) < 0.5
    path = tmp_path / "large.png"
    large = known.repeat(5, axis=0).repeat(5, axis=1)
    path.write_bytes(mask_png(np.pad(large, ((0, 0), (7, 7)))))  # wider: its centre is kept
    read = read_mask(path, 4, 4)
    assert np.array_equal(read.known, known)
    assert read.fitted and read.size == (34, 20)


def test_what_is_no_picture_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        read_mask(tmp_path / "none.png", 4, 4)
    with pytest.raises(UserError, match="cannot be read"):
        read_mask(tmp_path, 4, 4)
    path = tmp_path / "words.png"
    path.write_text("words")
    with pytest.raises(UserError, match=r"“words\.png”.*no picture"):
        read_mask(path, 4, 4)
