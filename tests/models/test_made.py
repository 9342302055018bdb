"""MADE against the paper: its masks, and an ensemble that averages likelihoods."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import uniforms
from genstudio.models import made
from genstudio.models.made import MADE, MADEConfig


def noisy(config: MADEConfig, space: Grid) -> MADE:
    model = MADE(space, config)
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=rng) * 0.5)
    return model


def test_a_path_from_input_to_output_exists_only_forwards() -> None:
    """The product of the masks counts paths: strictly lower triangular (section 3.1)."""
    space = Grid(height=3, width=4, levels=2)
    model = MADE(space, MADEConfig(hidden=50, layers=2))
    first, second, last, direct = model.masks(0)
    paths = (last @ second @ first)[: space.dimensions]
    assert torch.count_nonzero(paths.triu()) == 0
    below = torch.ones(12, 12).tril(-1).bool()
    assert torch.equal(direct[: space.dimensions] > 0, below)
    assert (paths[below] > 0).float().mean() > 0.8, "and nearly every allowed path is there"


def test_an_ensemble_averages_likelihoods_not_logits() -> None:
    space = Grid(height=2, width=3, levels=2)
    model = noisy(MADEConfig(hidden=20, masks=4), space)
    every = torch.tensor(list(itertools.product(range(2), repeat=6))).view(-1, *space.shape)
    with torch.no_grad():
        members = []
        for index in range(4):
            logits = model.in_places(model.member_logits(index, every.flatten(1))).log_softmax(1)
            members.append(logits.gather(1, every[:, None]).flatten(1).sum(1))
        likelihoods = torch.stack(members).exp()
        torch.testing.assert_close(model.log_prob(every).exp(), likelihoods.mean(0))
        assert likelihoods.std(0).max() > 1e-3, "the members differ, or this would show nothing"
        x = every.flatten(1)
        logits = torch.stack([model.member_logits(m, x) for m in range(4)]).mean(0)
        wrong = -torch.nn.functional.cross_entropy(logits, x, reduction="none").sum(1)
        assert not torch.allclose(wrong, model.log_prob(every), atol=1e-3)


def test_the_ensemble_s_conditionals_multiply_to_its_likelihood() -> None:
    space = Grid(height=2, width=2, channels=3, levels=2)
    model = noisy(MADEConfig(hidden=30, layers=2, masks=3, direct=True), space)
    every = torch.tensor(list(itertools.product(range(2), repeat=12))).view(-1, *space.shape)
    with torch.no_grad():
        conditionals = model.logits(every)
        torch.testing.assert_close(
            conditionals.exp().sum(1), torch.ones(len(every), *space.shape), atol=1e-5, rtol=0
        )
        picked = conditionals.gather(1, every[:, None]).flatten(1).sum(1)
        torch.testing.assert_close(picked, model.log_prob(every), atol=1e-4, rtol=1e-5)


def test_each_mask_has_its_turn_in_training() -> None:
    space = Grid(height=3, width=3, levels=2)
    model = noisy(MADEConfig(hidden=20, masks=3), space)
    x = torch.randint(0, 2, (5, *space.shape), generator=torch.Generator().manual_seed(1))
    losses = []
    for step in range(6):
        model.training_step = step
        losses.append(float(model.loss(x)["loss"].detach()))
    assert losses[:3] == losses[3:]
    assert len(set(losses)) == 3


def test_without_hidden_paths_one_symbol_is_a_bias() -> None:
    model = noisy(MADEConfig(hidden=4), Grid(height=1, width=1, levels=2))
    x = torch.tensor([0, 1]).view(2, 1, 1, 1)
    bias = model.out.bias.detach()
    expected = bias.log_softmax(0)
    torch.testing.assert_close(model.log_prob(x).detach(), expected)
    assert math.isclose(float(model.log_prob(x).detach().exp().sum()), 1.0, rel_tol=1e-6)


def test_drawing_an_image_uses_each_connection_that_a_mask_keeps_once() -> None:
    space = Grid(height=3, width=4, levels=3)
    model = noisy(MADEConfig(hidden=40, layers=3, masks=2, direct=True), space)
    with torch.no_grad():
        kernel = model.kernel(torch.zeros(1, *space.shape, dtype=torch.long), None)
    assert kernel is not None
    kept = sum(int(mask.sum()) for index in range(2) for mask in model.masks(index))
    assert kernel.multiply_adds == kept


def test_an_ensemble_too_large_to_be_laid_out_is_drawn_the_cached_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space = Grid(height=3, width=4, levels=2)
    model = noisy(MADEConfig(hidden=40, layers=2, masks=3), space)
    u = uniforms(0, 2, 12)
    compiled = drawn(model, u, Way.COMPILED)
    laid_out = 3 * (40 * 12 + 40 * 40 + 40 * 24)
    monkeypatch.setattr(made, "_MOST_LAID_OUT", laid_out)
    np.testing.assert_array_equal(drawn(model, u, Way.COMPILED), compiled)
    monkeypatch.setattr(made, "_MOST_LAID_OUT", laid_out - 1)
    with pytest.raises(UserError, match="no compiled sampler"):
        drawn(model, u, Way.COMPILED)
    np.testing.assert_array_equal(drawn(model, u, Way.FASTEST), compiled)


def drawn(model: MADE, u: np.ndarray, way: Way) -> np.ndarray:
    with torch.no_grad():
        return TraceChunk.joined(list(model.sample_steps(2, u, DrawControls(), None, way))).symbols


def test_the_masks_follow_the_weights_to_another_type() -> None:
    model = noisy(MADEConfig(hidden=8), Grid(height=2, width=2, levels=2))
    x = torch.zeros(1, 2, 2, 1, dtype=torch.long)
    before = model.log_prob(x)
    after = model.double().log_prob(x)
    assert after.dtype == torch.float64
    torch.testing.assert_close(after.float(), before)
