"""The figure of the papers: where everything is, that nothing is blurred, and its recipe."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from genstudio.core.errors import UserError
from genstudio.core.figure import FigureRow, figure, figure_png, representatives
from genstudio.core.pictures import to_8bit
from genstudio.core.recipe import KEY, Packed, Recipe
from genstudio.core.uniforms import generator


def _row(seed: int, channels: int, levels: int, count: int = 3, size: int = 20) -> FigureRow:
    rng = generator(seed)

    def symbols(*shape: int) -> np.ndarray:
        return rng.integers(0, levels, (*shape, size, size, channels)).astype(np.uint8)

    known = np.ones((size, size, channels), np.bool_)
    known[: size // 2] = False
    return FigureRow(symbols(), known, symbols(count), symbols())


def _blocks(page: np.ndarray, top: int, left: int, size: int, scale: int) -> np.ndarray:
    """The (size, size, 3) colours of blocks each of which must be of one colour."""
    part = page[top : top + size * scale, left : left + size * scale]
    blocks = part.reshape(size, scale, size, scale, 3).transpose(0, 2, 1, 3, 4)
    flat = blocks.reshape(size, size, scale * scale, 3)
    assert (flat == flat[:, :, :1]).all(), "a symbol is one block of one colour"
    return flat[:, :, 0]


@pytest.mark.parametrize(("channels", "levels"), [(1, 2), (1, 256), (3, 4)])
@pytest.mark.parametrize("scale", [1, 3])
def test_every_picture_is_in_its_place_pixel_by_pixel(
    channels: int, levels: int, scale: int
) -> None:
    rows = [_row(seed, channels, levels) for seed in (1, 2)]
    page = figure(rows, levels, scale, captions=None)
    # One symbol of paper around and between the completions, three between the parts.
    assert page.shape == (43 * scale, (1 + 20 + 3 + 3 * 20 + 2 + 3 + 20 + 1) * scale, 3)
    for index, row in enumerate(rows):
        top = (1 + 21 * index) * scale
        assert row.original is not None
        pictures = {24: row.completions[0], 45: row.completions[1], 66: row.completions[2],
                    89: row.original}  # fmt: skip
        for left, picture in pictures.items():
            shown = _blocks(page, top, left * scale, 20, scale)
            expected = np.broadcast_to(to_8bit(picture, levels), (20, 20, 3))
            np.testing.assert_array_equal(shown, expected)
        bottom = _blocks(page[10 * scale :], top, scale, 10, scale)  # the known half's left half
        np.testing.assert_array_equal(
            bottom, np.broadcast_to(to_8bit(row.image[10:, :10], levels), (10, 10, 3))
        )


@pytest.mark.parametrize("levels", [2, 256])
def test_what_is_hidden_is_hatched_and_shows_nothing_of_the_image(levels: int) -> None:
    row = _row(1, 1, levels)
    other = FigureRow(np.where(row.known, row.image, 0), row.known, row.completions, row.original)
    page = figure([row], levels, 2, captions=None)
    np.testing.assert_array_equal(page, figure([other], levels, 2, captions=None))
    hidden = page[2:22, 2:42].reshape(-1, 3)
    assert len(np.unique(hidden, axis=0)) == 2
    assert (hidden.max(axis=1) != hidden.min(axis=1)).all(), "no grey that could be an image's"


def test_a_pixel_of_which_one_channel_is_hidden_is_hatched() -> None:
    row = _row(1, 3, 4)
    known = np.ones_like(row.known)
    known[7, 5, 1] = False
    page = figure([FigureRow(row.image, known, row.completions)], 4, 1, captions=None)
    whole = figure([FigureRow(row.image, known | True, row.completions)], 4, 1, captions=None)
    changed = np.argwhere((page != whole).any(axis=2))
    assert changed.tolist() == [[1 + 7, 1 + 5]]


def test_without_an_original_there_is_no_place_for_one() -> None:
    row = _row(1, 1, 2)
    bare = FigureRow(row.image, row.known, row.completions)
    assert figure([bare], 2, 1, None).shape[1] == figure([row], 2, 1, None).shape[1] - 23


def test_captions_are_black_on_white_above_and_only_where_they_fit() -> None:
    row = _row(1, 1, 2)
    plain = figure([row], 2, 4, captions=None)
    titled = figure([row], 2, 4)
    head = len(titled) - len(plain)
    assert 8 <= head <= 16
    np.testing.assert_array_equal(titled[head:], plain)
    assert set(np.unique(titled[:head])) == {0, 255}, "nothing between black and white"
    # 20 pixels are too narrow for “occluded”.
    np.testing.assert_array_equal(figure([row], 2, 1), figure([row], 2, 1, captions=None))


def test_the_recipe_is_in_the_file() -> None:
    row = _row(1, 1, 2)
    recipe = Recipe(
        kind="inpaint",
        run="x",
        method="raster",
        picture=Packed.of(row.image),
        mask=Packed.of(row.known),
    )
    with Image.open(io.BytesIO(figure_png([row], 2, 2, recipe))) as file:
        assert Recipe.from_text(str(file.info[KEY])) == recipe
        np.testing.assert_array_equal(np.asarray(file), figure([row], 2, 2))


def test_a_page_that_no_file_holds_is_refused() -> None:
    row = _row(1, 1, 2, count=1)
    many = FigureRow(row.image, row.known, row.completions.repeat(100, axis=0), row.original)
    with pytest.raises(UserError, match="too much for one file"):
        figure([many], 2, 64)


def test_representatives_are_as_many_as_their_weight_asks() -> None:
    even = np.full(6, 1 / 6)
    assert representatives(even, 6).tolist() == [0, 1, 2, 3, 4, 5]
    assert representatives(even, 2).tolist() == [1, 4]
    assert representatives(np.array([0.5, 0.0, 0.5]), 1).tolist() == [2]
    assert representatives(even, 99).tolist() == [0, 1, 2, 3, 4, 5]
    assert representatives(np.array([0.0, 0.75, 0.0, 0.25]), 4).tolist() == [1, 1, 1, 3]
