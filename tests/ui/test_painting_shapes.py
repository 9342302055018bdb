"""What shapes cover, held against the slow way of saying the same."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genstudio.ui.painting import shapes
from genstudio.ui.painting.edges import outline
from genstudio.ui.painting.gesture import squared, straightened
from genstudio.ui.painting.presets import Preset, hidden_by
from genstudio.ui.painting.shapes import Cell, Cells

SHAPE = (11, 14)
cells = st.tuples(st.integers(-6, 18), st.integers(-6, 20))
masks = arrays(np.bool_, st.tuples(st.integers(1, 7), st.integers(1, 7)))


def where(covered: Cells) -> set[Cell]:
    return {(int(row), int(column)) for row, column in np.argwhere(covered)}


def everywhere(shape: tuple[int, int] = SHAPE) -> set[Cell]:
    return {(row, column) for row in range(shape[0]) for column in range(shape[1])}


def near(at: Cell, diameter: int) -> set[Cell]:
    """Cells whose centres are within half a diameter of the middle, in exact fractions."""
    shift = Fraction(0) if diameter % 2 else Fraction(1, 2)
    row, column = at[0] - shift, at[1] - shift
    within = Fraction(diameter, 2) ** 2
    return {(r, c) for r, c in everywhere() if (r - row) ** 2 + (c - column) ** 2 <= within}


@given(cells, st.integers(1, 12))
def test_a_disc_is_what_is_within_half_its_diameter(at: Cell, diameter: int) -> None:
    assert where(shapes.disc(SHAPE, at, diameter)) == near(at, diameter)


@pytest.mark.parametrize("diameter", range(1, 20))
def test_a_disc_measures_its_diameter_across(diameter: int) -> None:
    covered = shapes.disc((40, 40), (20, 20), diameter)
    assert np.flatnonzero(covered.any(axis=0)).size == diameter
    assert np.flatnonzero(covered.any(axis=1)).size == diameter


@given(cells, cells)
def test_a_line_joins_neighbours_and_keeps_to_the_straight_one(start: Cell, end: Cell) -> None:
    path = [tuple(cell) for cell in shapes.line(start, end).tolist()]
    assert path[0] == start and path[-1] == end
    assert len(path) == max(abs(end[0] - start[0]), abs(end[1] - start[1])) + 1
    for (row, column), (next_row, next_column) in pairwise(path):
        assert max(abs(next_row - row), abs(next_column - column)) == 1
    length = len(path) - 1
    for step, (row, column) in enumerate(path):
        at = Fraction(step, length or 1)
        assert abs(start[0] + at * (end[0] - start[0]) - row) <= Fraction(1, 2)
        assert abs(start[1] + at * (end[1] - start[1]) - column) <= Fraction(1, 2)


@given(cells, cells, st.integers(1, 7))
def test_a_sweep_is_a_disc_at_every_cell_of_the_line(start: Cell, end: Cell, size: int) -> None:
    wanted: set[Cell] = set()
    for row, column in shapes.line(start, end).tolist():
        wanted |= near((row, column), size)
    assert where(shapes.swept(SHAPE, start, end, size)) == wanted


@given(cells, cells)
def test_a_rectangle_and_its_ellipse(corner: Cell, opposite: Cell) -> None:
    (top, bottom), (left, right) = (sorted(pair) for pair in zip(corner, opposite, strict=True))
    inside = {(r, c) for r, c in everywhere() if top <= r <= bottom and left <= c <= right}
    assert where(shapes.rectangle(SHAPE, corner, opposite)) == inside
    middle = Fraction(top + bottom, 2), Fraction(left + right, 2)
    half = Fraction(bottom - top + 1, 2), Fraction(right - left + 1, 2)
    round_ = {
        (r, c)
        for r, c in everywhere()
        if ((r - middle[0]) / half[0]) ** 2 + ((c - middle[1]) / half[1]) ** 2 <= 1
    }
    assert where(shapes.ellipse(SHAPE, corner, opposite)) == round_


def inside_by_crossings(x: float, y: float, points: list[tuple[float, float]]) -> bool:
    """A ray to the right crosses the border an odd number of times."""
    odd = False
    for index, (from_x, from_y) in enumerate(points):
        to_x, to_y = points[(index + 1) % len(points)]
        if (from_y <= y) != (to_y <= y):
            across = Fraction(from_x) + (Fraction(y) - Fraction(from_y)) * (
                Fraction(to_x) - Fraction(from_x)
            ) / (Fraction(to_y) - Fraction(from_y))
            odd ^= across > x
    return odd


# On such a raster floats are exact wherever a border runs through a centre.
eighths = st.integers(-16, 128).map(lambda n: n / 8)


@given(st.lists(st.tuples(eighths, st.sampled_from([-2.0, 2.0, 6.0, 10.0])), max_size=9))
def test_a_polygon_is_even_odd_at_the_centres(points: list[tuple[float, float]]) -> None:
    covered = shapes.polygon(SHAPE, points)
    for row, column in everywhere():
        assert covered[row, column] == inside_by_crossings(column + 0.5, row + 0.5, points)


def test_a_polygon_that_crosses_itself_leaves_its_middle() -> None:
    star = [
        (20 + 18 * math.sin(2.4 * math.pi * k / 3), 20 - 18 * math.cos(2.4 * math.pi * k / 3))
        for k in range(5)
    ]
    covered = shapes.polygon((40, 40), star)
    assert not covered[20, 20]
    assert covered[5, 20]


def neighbours(cell: Cell, diagonal: bool) -> set[Cell]:
    around = {(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if diagonal or 0 in (r, c)}
    return {(cell[0] + r, cell[1] + c) for r, c in around}


@given(masks, st.booleans())
def test_growing_and_shrinking(mask: Cells, diagonal: bool) -> None:
    covered, all_of_them = where(mask), everywhere(mask.shape)
    grown = {c for c in all_of_them if neighbours(c, diagonal) & covered}
    assert where(shapes.grow(mask, diagonal)) == grown
    kept = {c for c in covered if neighbours(c, diagonal) & all_of_them <= covered}
    assert where(shapes.shrink(mask, diagonal)) == kept


@given(masks, st.integers(1, 9), st.integers(1, 9))
def test_another_size_takes_what_is_nearest(mask: Cells, height: int, width: int) -> None:
    new = shapes.resized(mask, (height, width))
    for row, column in everywhere((height, width)):
        old = (
            math.floor(Fraction(2 * row + 1, 2) * mask.shape[0] / height),
            math.floor(Fraction(2 * column + 1, 2) * mask.shape[1] / width),
        )
        assert new[row, column] == mask[old]


@given(masks, st.integers(1, 6), st.integers(1, 2))
def test_an_outline_runs_along_the_inner_side_of_edges(mask: Cells, zoom: int, thick: int) -> None:
    shown = outline(np.pad(mask, 1), zoom, thick)
    thick = min(thick, zoom)  # a line keeps to its own cell
    big = np.pad(mask.repeat(zoom, axis=0).repeat(zoom, axis=1), thick)
    for y, x in np.ndindex(*shown.shape):
        middle = big[y : y + 2 * thick + 1, x : x + 2 * thick + 1]
        straight = np.concatenate([middle[thick], middle[:, thick]])
        edge = bool(middle[thick, thick] and not straight.all())
        assert shown[y, x] == edge


@pytest.mark.parametrize("shape", [(28, 28), (7, 9), (1, 1), (1, 6), (6, 1), (2, 2)])
def test_presets_hide_what_they_say(shape: tuple[int, int]) -> None:
    height, width = shape
    left, right = (hidden_by(p, shape) for p in (Preset.LEFT, Preset.RIGHT))
    top, bottom = (hidden_by(p, shape) for p in (Preset.TOP, Preset.BOTTOM))
    for row, column in everywhere(shape):
        assert left[row, column] == (column < width // 2)
        assert right[row, column] == (column >= width // 2)
        assert top[row, column] == (row < height // 2)
        assert bottom[row, column] == (row >= height // 2)
        assert hidden_by(Preset.CHECKERBOARD, shape)[row, column] == ((row + column) % 2 == 1)
    one, rest = (hidden_by(p, shape) for p in (Preset.ONE, Preset.ALL_BUT_ONE))
    assert one.sum() == 1
    assert np.array_equal(rest, ~one)
    centre, frame = (hidden_by(p, shape) for p in (Preset.CENTRE, Preset.FRAME))
    for box in (centre, frame):
        assert np.array_equal(box, box[::-1]) and np.array_equal(box, box[:, ::-1])
    assert frame[0].all() and frame[-1].all() and frame[:, 0].all() and frame[:, -1].all()


def test_the_centre_box_and_the_frame_on_mnist() -> None:
    assert hidden_by(Preset.CENTRE, (28, 28)).sum() == 14 * 14
    assert hidden_by(Preset.FRAME, (28, 28)).sum() == 28 * 28 - 22 * 22


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_scattered_pixels_are_as_many_as_asked_and_seeded(share: float) -> None:
    def once(seed: int) -> Cells:
        return hidden_by(Preset.SCATTER, (28, 28), share, seed)

    assert once(0).sum() == round(share * 784)
    assert np.array_equal(once(3), once(3))
    assert np.array_equal(once(3), once(4)) == (share in (0.0, 1.0))


@given(cells, cells)
def test_shift_makes_squares_and_straight_lines(start: Cell, end: Cell) -> None:
    down, along = end[0] - start[0], end[1] - start[1]
    row, column = squared(start, end)
    assert abs(row - start[0]) == abs(column - start[1]) == max(abs(down), abs(along))
    assert (row - start[0]) * down >= 0 and (column - start[1]) * along >= 0
    row, column = straightened(start, end)
    turned = row - start[0], column - start[1]
    assert turned[0] == 0 or turned[1] == 0 or abs(turned[0]) == abs(turned[1])
    assert max(map(abs, turned)) == max(abs(down), abs(along))
    if down or along:  # no other of the eight directions is nearer
        angle = abs(math.atan2(down, along) - math.atan2(*turned)) % (2 * math.pi)
        assert min(angle, 2 * math.pi - angle) <= math.pi / 8 + 1e-9
