"""The learner against torch's own pieces used plainly."""

from __future__ import annotations

import copy
import math

import pytest
import torch

from genstudio.core.spaces import Grid
from genstudio.core.training import Training
from genstudio.models.learner import GradientLearner, learning_rate
from genstudio.models.made import MADE, MADEConfig


def test_the_schedule_rises_then_glides_to_zero() -> None:
    training = Training(length=100, learning_rate=0.1, warmup=10, schedule="cosine")
    rates = [learning_rate(training, step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.01, rel=1e-3)
    assert rates[50] == pytest.approx(0.05)
    assert rates[100] == pytest.approx(0.0, abs=1e-12)
    assert rates[25] == pytest.approx(0.05 * (1 + math.cos(math.pi / 4)))
    constant = training.model_copy(update={"schedule": "constant"})
    assert {learning_rate(constant, step, 100) for step in range(10, 100)} == {0.1}


def test_steps_equal_adam_with_clipping_done_by_hand() -> None:
    model = MADE(Grid(height=3, width=3, levels=2), MADEConfig(hidden=8))
    twin = copy.deepcopy(model)
    training = Training(
        length=20, learning_rate=0.05, warmup=0, schedule="constant", clip=0.5, ema=0.9
    )
    learner = GradientLearner(model, training, 20)
    adam = torch.optim.Adam(twin.parameters(), lr=0.05)
    average = [p.detach().clone() for p in twin.parameters()]
    rng = torch.Generator().manual_seed(0)
    for step in range(1, 21):
        x = torch.randint(0, 2, (4, 3, 3, 1), generator=rng)
        learner.step(x, None)
        adam.zero_grad()
        twin.loss(x)["loss"].backward()
        norm = math.sqrt(sum(float((p.grad**2).sum()) for p in twin.parameters()))  # type: ignore[operator]  # all have one
        for p in twin.parameters():
            p.grad *= min(1.0, 0.5 / norm)  # type: ignore[operator]  # all have one
        adam.step()
        decay = min(0.9, step / (step + 10))
        average = [
            decay * mean + (1 - decay) * p.detach()
            for mean, p in zip(average, twin.parameters(), strict=True)
        ]
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    for ours, mean in zip(learner.kept.parameters(), average, strict=True):
        torch.testing.assert_close(ours, mean, rtol=1e-4, atol=1e-5)
