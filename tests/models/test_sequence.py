"""Families that draw in any order: the order is that of the setting, and a distribution remains."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest
import torch

from genstudio.core.draw import DrawControls, Way
from genstudio.core.orders import OrderName
from genstudio.core.spaces import Grid
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import generator, uniforms
from genstudio.models.sequence import FlatAutoregressive
from genstudio.models.store import families
from tests.contracts.small import SMALL

SPACE = Grid(height=2, width=2, channels=3, levels=2)
FLAT = [name for name, cls in families().items() if issubclass(cls, FlatAutoregressive)]
every_order = pytest.mark.parametrize("order", get_args(OrderName))
every_family = pytest.mark.parametrize("family", FLAT)


def noisy(family: str, order: OrderName) -> FlatAutoregressive:
    cls = families()[family]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = cls(SPACE, cls.Config.checked(SMALL.get(family, {}) | {"order": order}))
        with torch.no_grad():
            for parameter in model.parameters():
                noise = torch.randn(parameter.shape) * 0.5
                parameter.add_(noise if parameter.requires_grad else 9 * noise.abs())  # counts
    assert isinstance(model, FlatAutoregressive)
    return model


@every_order
@every_family
def test_the_probabilities_sum_to_one_in_every_order(family: str, order: OrderName) -> None:
    model = noisy(family, order)
    every = torch.tensor(list(itertools.product(range(2), repeat=12))).view(-1, *SPACE.shape)
    with torch.no_grad():
        total = model.log_prob(every).double().exp().sum()
    assert abs(float(total) - 1) <= 1e-5


@every_family
def test_the_order_changes_the_nats(family: str) -> None:
    """The same weights in step order read other pixels: none of the likelihoods is the same."""
    x = torch.from_numpy(generator(0).integers(0, 2, (20, *SPACE.shape)))
    with torch.no_grad():
        scores = [noisy(family, order).log_prob(x) for order in get_args(OrderName)]
    for one, other in itertools.combinations(scores, 2):
        assert not torch.allclose(one, other, atol=1e-3)


@every_order
@every_family
def test_a_step_sees_the_steps_before_it_and_no_other(family: str, order: OrderName) -> None:
    model = noisy(family, order)
    x = torch.from_numpy(generator(1).integers(0, 2, (1, *SPACE.shape)))
    seen = np.zeros((12, 12), bool)
    with torch.no_grad():
        before = model.logits(x).log_softmax(1).flatten(2)
        for place in range(12):
            changed = x.clone()
            changed.view(-1)[place] = 1 - changed.view(-1)[place]
            after = model.logits(changed).log_softmax(1).flatten(2)
            seen[:, place] = ((after - before).abs() > 1e-6)[0].any(0).numpy()
    in_steps = seen[model.order][:, model.order]
    assert not np.triu(in_steps).any(), "a step sees itself or a later one"
    assert in_steps.any() == model.sees_past


@pytest.mark.parametrize("way", [Way.CACHED, Way.COMPILED])
@every_order
@every_family
def test_the_incremental_samplers_equal_the_naive_one(
    family: str, order: OrderName, way: Way
) -> None:
    model = noisy(family, order)
    x = torch.from_numpy(generator(2).integers(0, 2, (3, *SPACE.shape)))
    known = torch.from_numpy(generator(3).random((3, *SPACE.shape)) < 0.3)
    u = uniforms(4, 3, 12)
    fast, naive = (
        TraceChunk.joined(list(model.complete_steps(x, known, u, DrawControls(), None, which)))
        for which in (way, Way.NAIVE)
    )
    np.testing.assert_array_equal(fast.symbols, naive.symbols)
    np.testing.assert_allclose(fast.probabilities, naive.probabilities, atol=1e-5)
