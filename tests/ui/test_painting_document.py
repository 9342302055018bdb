"""A painting: what each operation does, and that all of it can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genstudio.core.errors import UserError
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.presets import Preset
from genstudio.ui.painting.shapes import Cells, disc, rectangle

Snapshot = tuple[bytes, tuple[int, ...], int, bytes, tuple[int, ...]]


def snapshot(painting: Painting) -> Snapshot:
    image, known = painting.image, painting.known
    return image.tobytes(), image.shape, painting.levels, known.tobytes(), known.shape


def some(painting: Painting, rng: np.random.Generator) -> Cells:
    return rng.random(painting.shape) < 0.3


def act(painting: Painting, kind: int, rng: np.random.Generator) -> None:
    channels = painting.image.shape[2]
    match kind:
        case 0:
            painting.paint_mask(some(painting, rng), bool(rng.integers(2)))
        case 1:
            ink = rng.integers(painting.levels, size=channels)
            painting.paint_picture(some(painting, rng), ink.tolist())
        case 2:
            height, width = rng.integers(1, 9, size=2)
            levels = int(rng.integers(2, 257))
            shape = (height, width, rng.choice([1, 3]))
            image = rng.integers(levels, size=shape).astype(np.uint8)
            painting.set_image(image, levels, keep_mask=bool(rng.integers(2)))
        case 3:
            preset = list(Preset)[rng.integers(len(Preset))]
            painting.preset(preset, float(rng.random()), int(rng.integers(9)))
        case 4:
            [painting.invert, painting.clear, painting.grow, painting.shrink][rng.integers(4)]()
        case 5:
            painting.begin("Stroke")
            for _ in range(3):
                painting.paint_mask(some(painting, rng), bool(rng.integers(2)))
            painting.paint_picture(some(painting, rng), [0] * channels)
            painting.end()
        case 6:
            painting.set_image(
                rng.integers(painting.levels, size=painting.image.shape).astype(np.uint8)
            )


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 8), max_size=30), st.integers(0, 2**32 - 1))
def test_any_sequence_is_undone_and_redone_exactly(kinds: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    painting = Painting(5, 6, 1, 4)
    past, future = [snapshot(painting)], []  # what undo and redo should bring, by snapshots
    for kind in kinds:
        if kind == 7:
            painting.undo()
            if len(past) > 1:
                future.append(past.pop())
        elif kind == 8:
            painting.redo()
            if future:
                past.append(future.pop())
        else:
            act(painting, kind, rng)
            if snapshot(painting) != past[-1]:
                past.append(snapshot(painting))
                future.clear()
        assert snapshot(painting) == past[-1]
        assert bool(painting.undo_words) == (len(past) > 1)
        assert bool(painting.redo_words) == bool(future)
    for earlier in past[-2::-1]:
        painting.undo()
        assert snapshot(painting) == earlier
    assert not painting.undo_words
    for later in [*past[1:], *future[::-1]]:
        painting.redo()
        assert snapshot(painting) == later
    assert not painting.redo_words


def test_a_thousand_strokes_are_all_remembered() -> None:
    painting = Painting(256, 256, 3, 256)
    for step in range(1000):
        at = step % 256, step * 7 % 256
        painting.paint_mask(disc((256, 256), at, 9), known=step % 3 == 0)
    assert painting.history_size < 100 * 1000  # bytes: of each stroke only what it changed
    while painting.undo_words:
        painting.undo()
    assert painting.known.all()


def test_a_stroke_is_one_step_and_can_be_given_up(qapp: object) -> None:
    painting = Painting(8, 8)
    first, second = (rectangle((8, 8), (row, 0), (row, 7)) for row in (1, 5))
    painting.begin("Brush")
    painting.paint_mask(first, known=False)
    painting.paint_mask(second, known=False)
    painting.end()
    assert painting.undo_words == "Brush"
    painting.undo()
    assert painting.known.all() and not painting.undo_words
    painting.redo()
    assert np.array_equal(~painting.known, first | second)
    painting.begin("Eraser")
    painting.paint_mask(first, known=True)
    painting.cancel()
    assert np.array_equal(~painting.known, first | second)
    assert painting.undo_words == "Brush"


def test_what_changes_nothing_is_no_step() -> None:
    painting = Painting(8, 8)
    painting.clear()
    painting.paint_mask(np.zeros((8, 8), np.bool_), known=False)
    painting.set_image(painting.image)
    assert not painting.undo_words


def test_signals_name_the_cells_that_changed() -> None:
    painting = Painting(8, 8, 1, 4)
    masks: list[Cells] = []
    images: list[Cells] = []
    histories: list[str] = []
    painting.mask_changed.connect(masks.append)
    painting.image_changed.connect(images.append)
    painting.history_changed.connect(lambda: histories.append(painting.undo_words))
    square = rectangle((8, 8), (2, 2), (4, 4))
    painting.paint_mask(square, known=False)
    painting.paint_mask(rectangle((8, 8), (2, 2), (5, 4)), known=False)
    assert np.array_equal(masks[0], square)
    assert np.array_equal(masks[1], rectangle((8, 8), (5, 2), (5, 4)))
    painting.paint_picture(square, [2])
    assert len(masks) == 2 and np.array_equal(images[0], square)
    assert histories == ["Hide", "Hide", "Pencil"]
    painting.set_image(np.zeros((3, 4, 1), np.uint8), 2)
    assert images[-1].shape == masks[-1].shape == (3, 4)


def test_a_mask_is_used_again_on_the_next_image() -> None:
    painting = Painting(8, 8, 1, 4)
    painting.preset(Preset.LEFT)
    mask = painting.known.copy()
    painting.set_image(np.full((8, 8, 1), 3, np.uint8))
    assert np.array_equal(painting.known, mask)
    painting.set_image(np.full((16, 16, 3), 3, np.uint8))
    assert np.array_equal(painting.known, mask.repeat(2, axis=0).repeat(2, axis=1))
    painting.set_image(np.zeros((8, 8, 1), np.uint8), keep_mask=False)
    assert painting.known.all()
    for _ in range(3):
        painting.undo()
    assert painting.image.shape == (8, 8, 1) and np.array_equal(painting.known, mask)


def test_known_and_hidden_are_of_whole_pixels_and_operations_follow() -> None:
    painting = Painting(5, 5, 3, 256)
    cell = np.zeros((5, 5), np.bool_)
    cell[2, 2] = True
    painting.paint_mask(cell, known=False)
    assert np.array_equal(~painting.known, cell)
    painting.grow()
    assert (~painting.known).sum() == 5
    painting.shrink()
    assert np.array_equal(~painting.known, cell)
    painting.grow(diagonal=True)
    assert (~painting.known).sum() == 9
    painting.invert()
    assert painting.known.sum() == 9
    painting.clear()
    assert painting.known.all()


def test_what_was_taken_from_it_stays_as_it_was() -> None:
    painting = Painting(4, 4)
    image, known = painting.image, painting.known
    painting.paint_picture(np.ones((4, 4), np.bool_), [1])
    painting.invert()
    assert not image.any() and known.all()
    with pytest.raises(ValueError, match="read-only"):
        painting.image[0, 0, 0] = 1
    given = np.zeros((4, 4, 1), np.uint8)
    painting.set_image(given)
    given[:] = 1
    assert not painting.image.any()


def test_what_does_not_fit_is_refused() -> None:
    painting = Painting(4, 4, 1, 4)
    with pytest.raises(UserError, match=r"5×3.*4×4"):
        painting.set_mask(np.ones((3, 5), np.bool_))
    with pytest.raises(ValueError, match="symbol 4"):
        painting.set_image(np.full((4, 4, 1), 4, np.uint8))
    with pytest.raises(ValueError, match="shape"):
        painting.set_image(np.zeros((4, 4, 2), np.uint8))
    with pytest.raises(ValueError, match="levels"):
        painting.paint_picture(np.ones((4, 4), np.bool_), [4])
    assert not painting.undo_words
