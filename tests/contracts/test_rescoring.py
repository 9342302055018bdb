"""What scores a changed image again is held to scoring the whole image, for every family."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
import torch

from genstudio.core.orders import OrderName
from genstudio.core.spaces import Grid
from genstudio.core.uniforms import generator
from genstudio.models.base import Autoregressive
from genstudio.models.receptive import reachable
from genstudio.models.rescoring import FullRescorer
from genstudio.models.store import build, families
from tests.contracts.small import DIGIT, SMALL, Space, data, suited
from tests.contracts.test_families import FEW, PAIRS, able, autoregressive

# Wide and high enough that a change leaves some of the image alone, on every side.
ROOM = Grid(height=13, width=15, levels=3)
COLOUR = Grid(height=9, width=12, channels=3, levels=2, labels=(DIGIT,))
CONE = Grid(height=8, width=15, levels=2)
COLOUR_CONE = Grid(height=6, width=12, channels=3, levels=2)
# Enough units that no place is cut off because all of its ReLUs happen to be at rest.
CONES: dict[str, dict[str, Any]] = {
    "pixelcnn": {"channels": 48, "blocks": 2, "head": 24},
    "gated-pixelcnn": {"channels": 12, "layers": 3, "head": 24},
}
ORDERED = [name for name, cls in families().items() if "order" in cls.Config.model_fields]


def walk(model: Autoregressive, batch: int, turns: int) -> None:
    """Ask, put and select as a sampler might, of both, and compare all that can be seen."""
    space = model.space
    x, y = data(space, batch)
    fast = model.rescorer(x, y)
    full = FullRescorer(model, x, y)
    np.testing.assert_allclose(fast.terms, full.terms, rtol=0, atol=1e-5)
    rng = generator(batch)
    for turn in range(turns):
        step = int(rng.integers(space.dimensions))
        weights = rng.random(space.dimensions) * (rng.random(space.dimensions) < 0.8)
        expected = full.scores(step, weights)
        np.testing.assert_allclose(fast.scores(step, weights), expected, rtol=1e-6, atol=1e-5)
        symbols = rng.integers(0, space.levels, batch)
        if turn % 3 == 1:  # only some change
            symbols = np.where(rng.random(batch) < 0.5, symbols, full.symbols[:, step])
        elif turn % 5 == 2:  # none does
            symbols = full.symbols[:, step].copy()
        if turn % 7 != 6:  # asked, and left as it is
            fast.put(step, symbols)
            full.put(step, symbols)
        if turn % 4 == 3:
            ancestors = rng.integers(0, batch, batch)
            fast.select(ancestors)
            full.select(ancestors)
        np.testing.assert_array_equal(fast.symbols, full.symbols)
        np.testing.assert_allclose(fast.terms, full.terms, rtol=0, atol=1e-5)
        np.testing.assert_allclose(fast.log_prob(), full.log_prob(), rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize(("family", "space"), PAIRS)
def test_a_rescorer_equals_full_passes(family: str, space: Space, batch: int) -> None:
    walk(autoregressive(family, space), batch, 16)


@able(ROOM)
def test_a_rescorer_equals_full_passes_where_a_change_leaves_some_of_the_image_alone(
    family: str,
) -> None:
    walk(autoregressive(family, suited(family, ROOM)), 3, 25)


@able(COLOUR)
def test_a_rescorer_equals_full_passes_in_larger_colour_images_with_a_class(family: str) -> None:
    walk(autoregressive(family, suited(family, COLOUR)), 2, 16)


@pytest.mark.parametrize("order", get_args(OrderName))
@pytest.mark.parametrize("family", ORDERED)
def test_a_rescorer_equals_full_passes_in_every_order(family: str, order: str) -> None:
    space = Grid(height=3, width=4, levels=2)
    walk(with_settings(family, space, order=order), 4, 16)


@pytest.mark.parametrize("kept", [0, 2**28])
@pytest.mark.parametrize("family", ["pixelcnn", "gated-pixelcnn"])
def test_windows_are_the_same_in_many_parts_and_when_too_large_to_keep(
    family: str, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genstudio.models.rescoring_windows._IMAGES", 2)
    monkeypatch.setattr("genstudio.models.rescoring_windows._KEPT_BYTES", kept)
    space = Grid(height=6, width=7, levels=4, labels=(DIGIT,))
    for batch in (1, 5):
        walk(autoregressive(family, space), batch, 20)


def test_nade_that_learned_every_order_is_rescored_with_its_mask() -> None:
    walk(with_settings("nade", Grid(height=3, width=4, levels=3), agnostic=True), 4, 30)


@able(Grid(height=4, width=4, levels=3))
def test_what_was_not_asked_for_cannot_be_put(family: str) -> None:
    model = autoregressive(family, suited(family, Grid(height=4, width=4, levels=3)))
    x, y = data(model.space, 2)
    rescorer = model.rescorer(x, y)
    rescorer.scores(3, np.ones(16))
    with pytest.raises(ValueError, match="step 4 were not asked for"):
        rescorer.put(4, np.zeros(2, np.int64))
    rescorer.scores(3, np.ones(16))
    rescorer.put(3, np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="step 3 were not asked for"):
        rescorer.put(3, np.ones(2, np.int64))


@pytest.mark.parametrize("space", [CONE, COLOUR_CONE], ids=["grey", "colour"])
@pytest.mark.parametrize("family", CONES)
def test_influences_are_what_the_structure_lets_a_symbol_reach(family: str, space: Space) -> None:
    """Held against gradients, a column of (from, to) for each of some steps."""
    model = with_settings(family, space, **CONES[family])
    says = np.stack([model.influences(step) for step in range(space.dimensions)])
    last = space.dimensions - 1
    for step in {0, 1, last - 1, last, *range(3, last, space.dimensions // 9)}:
        sees = reachable(model, step).ravel()
        np.testing.assert_array_equal(says[:, step], sees, err_msg=f"step {step}")


@able(FEW)
def test_influences_leave_out_nothing_that_moves(family: str) -> None:
    """Change each symbol to each other one: the terms that move are among those that may."""
    model = autoregressive(family, suited(family, FEW))
    x, y = data(model.space, 20)
    terms = FullRescorer(model, x, y).terms
    for step, place in enumerate(model.order):
        changed = x.clone()
        changed.view(len(x), -1)[:, place] = 1 - changed.view(len(x), -1)[:, place]
        moved = np.abs(FullRescorer(model, changed, y).terms - terms).max(axis=0) > 1e-4
        moved[step] = False  # its own term moves with its symbol
        assert not (moved & ~model.influences(step)).any()


@pytest.mark.parametrize("memory", [1, 3])
def test_a_chain_reaches_as_far_as_its_memory(memory: int) -> None:
    model = with_settings("markov", Grid(height=3, width=4, levels=2), memory=memory)
    np.testing.assert_array_equal(np.flatnonzero(model.influences(5)), 6 + np.arange(memory))


def with_settings(family: str, space: Space, **settings: Any) -> Autoregressive:
    """A small model with settings of its own and weights far from where they start."""
    cls = families()[family]
    model = build(family, space, cls.Config.checked(SMALL.get(family, {}) | settings))
    assert isinstance(model, Autoregressive)
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=rng)
            parameter.add_(noise * 0.3 if parameter.requires_grad else 3 * noise.abs())
    return model
