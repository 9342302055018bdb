"""Blocks that are drawn at once are drawn as one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch

from genstudio.core.spaces import Grid
from genstudio.core.uniforms import generator
from genstudio.inpainting.blocks import blocks
from genstudio.inpainting.visiting import visit, visit_block
from genstudio.models.base import Autoregressive
from genstudio.models.rescoring import BlockRescorer, FullRescorer, terms_of
from tests.inpainting.tiny import untrained

SPACE = Grid(height=4, width=5, levels=3)


def markov(memory: int) -> Autoregressive:
    model = untrained("markov", SPACE, (("memory", memory), ("order", "spiral")))
    assert isinstance(model, Autoregressive)
    return model


def independent() -> Autoregressive:
    model = untrained("independent", SPACE)
    assert isinstance(model, Autoregressive)
    return model


def whole(model: Autoregressive, x: torch.Tensor) -> BlockRescorer:
    return FullRescorer(model, x, None)


def own(model: Autoregressive, x: torch.Tensor) -> BlockRescorer:
    found = model.rescorer(x)
    assert isinstance(found, BlockRescorer)
    return found


Make = Callable[[Autoregressive, torch.Tensor], BlockRescorer]
both = pytest.mark.parametrize("make", [whole, own])


def rescorer(make: Make, model: Autoregressive, count: int = 6) -> BlockRescorer:
    x = generator(4).integers(0, model.space.levels, (count, *model.space.shape))
    return make(model, torch.from_numpy(x))


@pytest.mark.parametrize("memory", [1, 2, 3])
def test_a_chain_of_memory_k_has_k_plus_1_blocks(memory: int) -> None:
    found = blocks(terms_of(markov(memory), np.arange(20)))
    expected = [list(range(first, 20, memory + 1)) for first in range(memory + 1)]
    assert [block.tolist() for block in found] == expected


def test_no_two_sites_of_a_block_share_a_term_and_every_site_is_in_one() -> None:
    terms = generator(0).random((40, 60)) < 0.05
    found = blocks(terms)
    assert sorted(np.concatenate(found)) == list(range(40))
    assert 1 < len(found) < 40
    for block in found:
        for a, b in itertools.combinations(block, 2):
            assert not (terms[a] & terms[b]).any()
    assert [len(block) for block in blocks(np.ones((3, 3), bool))] == [1, 1, 1]
    assert blocks(np.zeros((0, 3), bool)) == []


def test_where_nothing_depends_on_anything_all_are_one_block() -> None:
    assert len(blocks(terms_of(independent(), np.arange(20)))) == 1


@pytest.mark.parametrize("name", ["markov", "independent", "full-table"])
def test_influences_are_what_the_logits_move_with(name: str) -> None:
    space = Grid(height=2, width=4, levels=2)
    model = untrained(name, space, (("order", "spiral"),))
    assert isinstance(model, Autoregressive)
    x = torch.from_numpy(generator(1).integers(0, 2, (64, *space.shape)))
    logits = model.logits(x).flatten(2)[:, :, model.order]
    for step in range(8):
        other = x.clone()
        other.flatten(1)[:, model.order[step]] ^= 1
        moved = (model.logits(other).flatten(2)[:, :, model.order] != logits).any(dim=1).any(dim=0)
        assert np.array_equal(model.influences(step), moved.numpy())


@both
@pytest.mark.parametrize("memory", [1, 2, 0])
def test_scores_of_a_block_are_those_of_its_steps(memory: int, make: Make) -> None:
    model, weights = markov(memory) if memory else independent(), generator(2).random(20)
    for block in blocks(terms_of(model, np.arange(20))):
        found = rescorer(make, model).block_scores(block, weights)
        for index, step in enumerate(block):
            alone = rescorer(whole, model).scores(int(step), weights)
            assert found[:, index] == pytest.approx(alone, abs=1e-5)


@both
@pytest.mark.parametrize("memory", [1, 3])
def test_with_equal_uniforms_a_block_is_its_visits_one_by_one(memory: int, make: Make) -> None:
    model, every = markov(memory), np.ones(20)
    together, apart = rescorer(make, model), rescorer(whole, model)
    for sweep in range(5):
        for block in blocks(terms_of(model, np.arange(20))):
            u = generator(7, sweep).random((6, len(block)))
            symbols, p = visit_block(together, block, every, u)
            for index, step in enumerate(block):
                alone, alone_p = visit(apart, int(step), every, u[:, index])
                assert np.array_equal(symbols[:, index], alone)
                assert p[:, index] == pytest.approx(alone_p, abs=1e-5)
            assert np.array_equal(together.symbols, apart.symbols)
            assert together.terms == pytest.approx(apart.terms, abs=1e-5)
        ancestors = generator(8, sweep).integers(0, 6, 6)
        together.select(ancestors)
        apart.select(ancestors)
    fresh = FullRescorer(model, _places(model, together.symbols), None)
    assert together.terms == pytest.approx(fresh.terms, abs=1e-5), "nothing has drifted"


@both
@pytest.mark.parametrize("steps", [[3, 4], [4, 3], [9, 2, 8]])
def test_steps_that_bear_on_each_other_are_no_block(steps: list[int], make: Make) -> None:
    with pytest.raises(ValueError, match="sees two"):
        rescorer(make, markov(1)).block_scores(np.array(steps), np.ones(20))


@both
def test_scores_that_were_not_asked_for_are_not_put(make: Make) -> None:
    held = rescorer(make, markov(1))
    held.block_scores(np.array([1, 5]), np.ones(20))
    with pytest.raises(ValueError, match="not asked for"):
        held.put_block(np.array([1, 7]), np.zeros((6, 2), np.int64))
    held.select(np.arange(6))
    with pytest.raises(ValueError, match="not asked for"):
        held.put_block(np.array([1, 5]), np.zeros((6, 2), np.int64))


def _places(model: Autoregressive, symbols: np.ndarray) -> torch.Tensor:
    x = np.empty_like(symbols)
    x[:, model.order] = symbols
    return torch.from_numpy(x).view(-1, *model.space.shape)
