"""The orders of drawing: permutations, with the channels of a pixel together."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from genstudio.core.orders import OrderName, order_of
from genstudio.core.spaces import Grid

THREE = Grid(height=3, width=3, levels=2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("raster", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("reversed", [8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("column-wise", [0, 3, 6, 1, 4, 7, 2, 5, 8]),
        ("spiral", [0, 1, 2, 5, 8, 7, 6, 3, 4]),
    ],
)
def test_three_by_three_by_hand(name: OrderName, expected: list[int]) -> None:
    assert order_of(name, THREE).tolist() == expected


def test_a_spiral_in_an_oblong_ends_in_its_middle_row() -> None:
    wide = Grid(height=3, width=5, levels=2)
    outside = [0, 1, 2, 3, 4, 9, 14, 13, 12, 11, 10, 5]
    assert order_of("spiral", wide).tolist() == [*outside, 6, 7, 8]


@pytest.mark.parametrize("name", get_args(OrderName))
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 6), (6, 1), (4, 5), (7, 3)])
def test_every_order_is_a_permutation_that_keeps_red_green_blue(
    name: OrderName, height: int, width: int
) -> None:
    order = order_of(name, Grid(height=height, width=width, channels=3, levels=2))
    assert sorted(order) == list(range(height * width * 3))
    pixels = order.reshape(-1, 3)
    np.testing.assert_array_equal(pixels % 3, np.tile([0, 1, 2], (height * width, 1)))
    np.testing.assert_array_equal(pixels // 3, np.repeat(pixels[:, :1] // 3, 3, axis=1))
