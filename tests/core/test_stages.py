"""Draws in stages as pictures and as files."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from genstudio.core.export import HOLD, RATE
from genstudio.core.latent import LatentDraws
from genstudio.core.recipe import Recipe, read_recipe
from genstudio.core.slides import Slides
from genstudio.core.spaces import Grid
from genstudio.core.stages import Stage, Stages

RECIPE = Recipe(run="vae-0001", count=2, seed=3)


def stages(codes: list[list[float]], channels: int = 1, levels: int = 5, side: int = 4) -> Stages:
    space = Grid(height=side, width=side, channels=channels, levels=levels)
    shape = (len(codes), *space.shape)
    numbers = np.arange(np.prod(shape)).reshape(shape)
    draws = LatentDraws(
        np.array(codes, np.float32),
        (numbers % (4 * levels - 3) / 4).astype(np.float32),
        (numbers % levels).astype(np.uint8),
        np.zeros((len(codes), 0), np.int64),
        "z ~ N(0, I)",
    )
    return Stages(draws, space)


def test_a_code_is_a_cell_for_each_number_blue_below_zero_and_orange_above() -> None:
    found = stages([[-3.0, 0.0, 1.5, 3.0]])
    assert (found.rows, found.columns, found.reach) == (2, 2, 3.0)
    cells = found.pictures(Stage.CODE)
    assert cells.shape == (1, 4, 4, 3)
    low, zero, some, high = cells[0, 0, 0], cells[0, 0, 3], cells[0, 3, 0], cells[0, 3, 3]
    assert np.array_equal(cells[0, :2, :2], np.broadcast_to(low, (2, 2, 3)))
    assert low[2] > low[0] and high[0] > high[2], "blue below zero, orange above it"
    assert np.ptp(zero.astype(int)) <= 2, "zero is grey"
    assert zero[0] < some[0] < high[0]


def test_a_code_beyond_three_widens_the_scale() -> None:
    assert stages([[-7.2, 1.0]]).reach == 8


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16, 40])
def test_every_pixel_of_a_cell_is_of_its_dimension(size: int) -> None:
    side = 9
    found = stages([list(np.linspace(-3, 3, size))], side=side)
    seen = {found.dimension_at(row, column) for row in range(side) for column in range(side)}
    assert seen - {None} == set(range(size))
    cells = found.pictures(Stage.CODE)[0]
    for row in range(side):
        for column in range(side):
            dimension = found.dimension_at(row, column)
            value = 0.0 if dimension is None else found.codes[0, dimension]
            red = int(cells[row, column, 0])
            assert abs(red - np.interp(value, [-3, 0, 3], [33, 128, 240])) <= 1


def test_more_numbers_than_pixels_are_still_a_picture() -> None:
    assert stages([[1.0] * 100]).pictures(Stage.CODE).shape == (1, 4, 4, 3)


def test_what_is_expected_is_grey_and_what_is_drawn_are_symbols() -> None:
    found = stages([[0.0], [1.0]])
    draws = found.draws
    np.testing.assert_allclose(found.pictures(Stage.EXPECTED), draws.expected / 4 * 255, atol=0.5)
    np.testing.assert_allclose(found.pictures(Stage.DRAWN), draws.images / 4 * 255, atol=0.5)


def test_an_animation_shows_each_stage_for_a_second() -> None:
    found = stages([[-2.0, 1.0], [0.5, 0.0]])
    with Image.open(io.BytesIO(found.content("webp", 2, RECIPE))) as image:
        frames, seconds = [], []
        for each in ImageSequence.Iterator(image):
            frames.append(np.asarray(each.convert("RGB")))
            seconds.append(each.info["duration"] / 1000)
    assert seconds == pytest.approx([1.0, 1.0, 1.0 - 1 / RATE + HOLD])
    for stage, frame in zip(Stage, frames, strict=True):
        first = found.pictures(stage)[0]
        wanted = first.repeat(3 // first.shape[-1], axis=-1).repeat(2, axis=0).repeat(2, axis=1)
        np.testing.assert_array_equal(frame[:8, :8], wanted)


@pytest.mark.parametrize("kind", ["png", "gif", "webp", "npz"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_file_carries_the_recipe(tmp_path: Path, kind: str, channels: int) -> None:
    path = tmp_path / f"draws.{kind}"
    path.write_bytes(stages([[1.0], [2.0]], channels).content(kind, 3, RECIPE))
    assert read_recipe(path) == RECIPE


def test_an_npz_holds_all_three_stages(tmp_path: Path) -> None:
    found = stages([[1.0], [2.0]])
    path = tmp_path / "draws.npz"
    path.write_bytes(found.content("npz", 1, RECIPE))
    with np.load(path, allow_pickle=False) as arrays:
        for name in ("codes", "expected", "images", "labels"):
            np.testing.assert_array_equal(arrays[name], getattr(found.draws, name))


def test_a_page_stays_for_as_many_steps_as_it_is_held() -> None:
    pages = np.arange(3, dtype=np.uint8).reshape(3, 1, 1, 1, 1)
    slides = Slides(pages, hold=2)
    assert slides.length == 6 and slides.count == 1
    assert [int(slides.images(step).item()) for step in range(1, 7)] == [0, 0, 1, 1, 2, 2]
    assert slides.images().item() == 2
