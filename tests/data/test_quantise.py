"""Levels and sizes against naive loops with fractions."""

from fractions import Fraction

import numpy as np
import pytest

from genstudio.core.pictures import to_8bit
from genstudio.data.quantise import area_average, quantise


@pytest.mark.parametrize("levels", [2, 4, 16, 256])
def test_quantising_is_the_formula(levels: int) -> None:
    values = np.arange(256, dtype=np.uint8)
    symbols = quantise(values, levels)
    assert symbols.dtype == np.uint8
    assert symbols.tolist() == [v * levels // 256 for v in range(256)]


@pytest.mark.parametrize("levels", [2, 3, 4, 16, 17, 256])
def test_the_screen_shows_the_nearest_grey(levels: int) -> None:
    shown = to_8bit(np.arange(levels, dtype=np.uint8), levels)
    exact = [Fraction(255 * x, levels - 1) for x in range(levels)]
    assert shown.tolist() == [int(value + Fraction(1, 2)) for value in exact]
    assert shown[0] == 0
    assert shown[-1] == 255


@pytest.mark.parametrize("levels", [2, 4, 16, 256])
def test_showing_and_quantising_again_changes_nothing(levels: int) -> None:
    symbols = np.arange(levels, dtype=np.uint8)
    assert np.array_equal(quantise(to_8bit(symbols, levels), levels), symbols)


@pytest.mark.parametrize(("side", "size"), [(8, 4), (6, 6), (7, 3), (5, 4), (9, 1)])
def test_reduction_is_the_exact_mean_of_the_area(side: int, size: int) -> None:
    pictures = np.random.default_rng(side).integers(0, 256, (1, side, side, 3), np.uint8)
    reduced = area_average(pictures, size)
    assert reduced.shape == (1, size, size, 3)
    step = Fraction(side, size)
    for n, row, column, c in np.ndindex(reduced.shape):
        total = Fraction(0)
        for i, j in np.ndindex(side, side):
            height = min(row * step + step, i + 1) - max(row * step, Fraction(i))
            width = min(column * step + step, j + 1) - max(column * step, Fraction(j))
            total += max(height, Fraction(0)) * max(width, Fraction(0)) * int(pictures[n, i, j, c])
        assert reduced[n, row, column, c] == int(total / step**2 + Fraction(1, 2))
