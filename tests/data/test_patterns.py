"""Images as patterns of a few pixels, against a plain loop over their areas."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.patterns import pattern_counts, sides


@pytest.mark.parametrize("pixels", range(4, 13))
def test_the_sides_make_up_the_pixels(pixels: int) -> None:
    height, width = sides(pixels)
    assert height * width == pixels
    assert height >= width
    assert all(pixels % w or w <= width for w in range(1, height + 1) if w * w <= pixels)


@pytest.mark.parametrize("pixels", [4, 8])
def test_patterns_are_block_means_against_the_mean_of_all(pixels: int) -> None:
    images = catalog.open_data(DataSpec(name="digits")).split("train").symbols[..., 0].astype(float)
    height, width = sides(pixels)
    tall, wide = 8 // height, 8 // width
    expected = np.zeros(2**pixels, int)
    for image in images:
        index = 0
        for row in range(height):
            for column in range(width):
                block = image[row * tall : (row + 1) * tall, column * wide : (column + 1) * wide]
                index = 2 * index + int(block.mean() > images.mean())
        expected[index] += 1
    np.testing.assert_array_equal(pattern_counts("digits", pixels), expected)


@pytest.mark.parametrize("pixels", [5, 7, 9, 11, 12])
def test_every_image_is_one_pattern_where_sides_do_not_divide(pixels: int) -> None:
    counts = pattern_counts("digits", pixels)
    assert counts.shape == (2**pixels,)
    assert counts.sum() == 1437


def test_data_that_are_not_here_are_one_sentence(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENSTUDIO_DATA", str(tmp_path))
    with pytest.raises(UserError, match="is not here"):
        pattern_counts("kmnist", 4)
