"""Waveforms as pictures."""

import numpy as np

from genstudio.core.spaces import Grid, Sequence
from genstudio.data.companding import quantised
from genstudio.data.waveforms import picture_grid, pictures_of


def test_a_picture_is_its_own() -> None:
    space = Grid(height=2, width=3, levels=4)
    images = np.arange(6, dtype=np.uint8).reshape(1, 2, 3, 1) % 4
    assert picture_grid(space) == space
    assert pictures_of(space, images) is images


def test_columns_reach_from_the_lowest_to_the_highest_sample_of_their_time() -> None:
    space = Sequence(length=960, levels=256, rate=8000)
    grid = picture_grid(space)
    x = np.zeros(960)
    x[0], x[9], x[955] = 1.0, -1.0, 1.0
    symbols = quantised(x, 256)[None, :, None]
    [picture] = pictures_of(space, symbols)[..., 0]
    lit = picture == picture.max()
    assert picture.shape == (grid.height, grid.width) == (48, 96)
    assert lit[:, 0].all()  # its ten samples reach from −1 to 1
    assert lit[0, 95]
    assert not lit[-1, 95]
    assert (lit[:, 1:95].sum(axis=0) <= 2).all()  # silence is a line
    assert lit[23:25, 1:95].any(axis=0).all()


def test_a_short_sound_has_a_column_for_each_sample() -> None:
    space = Sequence(length=5, levels=4, rate=8000)
    assert pictures_of(space, np.zeros((3, 5, 1), np.uint8)).shape == (3, 48, 5, 1)
