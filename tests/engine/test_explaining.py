"""What a model looks at, whether it looks ahead, and what looking ahead would be worth."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.messages import Causality, Cheat, Cheated, LookBack, LookedBack, Moved, Train
from genstudio.core.training import DataSpec, Training
from genstudio.engine.client import InlineEngine, run_to_end

BLOCKS = 2


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    training = Training(length=40, batch_size=16, preview_every=0, validation_size=16, ema=0.0)
    request = Train(
        family="pixelcnn",
        data=DataSpec(name="digits", levels=2),
        config={"channels": 12, "blocks": BLOCKS, "head": 12},
        training=training,
        device="cpu",
        out=tmp_path_factory.mktemp("runs") / "small",
    )
    folder = run_to_end(InlineEngine(), request)
    assert isinstance(folder, Path)
    return folder


IMAGE = np.zeros((8, 8, 1), np.uint8)


def looked_back(run: Path, step: int) -> LookedBack:
    found = run_to_end(InlineEngine(), LookBack(run, IMAGE, step, device="cpu"))
    assert isinstance(found, LookedBack)
    return found


def test_the_permitted_field_is_the_sum_of_the_masks(trained: Path) -> None:
    """The offsets of mask A 7×7, to which each block adds those of mask B 3×3 (section 3.4)."""
    field = {(r, c) for r in range(-3, 0) for c in range(-3, 4)} | {(0, c) for c in range(-3, 0)}
    mask_b = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0)]
    for _ in range(BLOCKS):
        field = {(r + up, c + side) for r, c in field for up, side in mask_b}
    row, column = 6, 3
    expected = np.zeros((8, 8), bool)
    for r, c in field:
        if row + r >= 0 and 0 <= column + c < 8:
            expected[row + r, column + c] = True
    found = looked_back(trained, row * 8 + column).permitted[..., 0]
    np.testing.assert_array_equal(found, expected)
    assert not found[row - 1, column + 4], "the blind spot: past, in reach, and not seen"


def test_what_the_weights_use_grows_from_layer_to_layer_within_what_is_permitted(
    trained: Path,
) -> None:
    found = looked_back(trained, 6 * 8 + 4)
    names = [name for name, _ in found.layers]
    assert names == ["7×7, mask A", "block 1", "block 2", "conditional"]
    areas = [(weight > 0) for _, weight in found.layers]
    assert areas[0].sum() < areas[1].sum() < areas[2].sum() == areas[3].sum()
    for smaller, larger in itertools.pairwise(areas):
        assert not (smaller & ~larger).any()
    assert not (areas[-1] & ~found.permitted).any()


def test_the_first_symbol_looks_at_nothing(trained: Path) -> None:
    found = looked_back(trained, 0)
    assert not found.permitted.any()
    assert all((weight == 0).all() for _, weight in found.layers)


def moved(run: Path, broken: bool) -> Moved:
    parts: list[Moved] = []
    request = Causality(run, IMAGE, broken, device="cpu")
    run_to_end(InlineEngine(), request, parts.append)
    return Moved.joined(parts)


def test_no_conditional_moves_with_its_own_symbol_or_a_later_one(trained: Path) -> None:
    found = moved(trained, broken=False)
    assert sorted(found.steps) == list(range(64))
    assert max(found.earlier) == 0
    # Changing the last symbol moves nothing at all, changing the first one moves something.
    by_step = dict(zip(found.steps, found.later, strict=True))
    assert by_step[63] == 0
    assert by_step[0] > 0


def test_a_broken_mask_is_found_out(trained: Path) -> None:
    found = moved(trained, broken=True)
    assert min(found.earlier) > 0


def test_seeing_the_answer_makes_a_worthless_likelihood_excellent(trained: Path) -> None:
    parts: list[Cheated] = []
    run_to_end(InlineEngine(), Cheat(trained, device="cpu"), parts.append)
    found = Cheated.joined(parts)
    assert found.steps[-1] == found.total
    assert np.mean(found.cheating[-20:]) < 0.5 * np.mean(found.honest[-20:])


def test_an_image_of_another_size_is_refused(trained: Path) -> None:
    with pytest.raises(UserError, match="8×8"):
        run_to_end(InlineEngine(), Causality(trained, np.zeros((4, 4, 1), np.uint8), device="cpu"))
    with pytest.raises(UserError, match="2 levels"):
        run_to_end(InlineEngine(), Causality(trained, IMAGE + 2, device="cpu"))
