"""FVSBN against logistic regression as another library fits it, and its count of parameters."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Label
from genstudio.core.uniforms import generator
from genstudio.models.fvsbn import FVSBN, FVSBNConfig


def dependent(space: Grid, count: int) -> np.ndarray:
    """(N, D) symbols, each of which leans towards the one before it."""
    rng = generator(0)
    x = rng.integers(0, space.levels, (count, space.dimensions))
    for step in range(1, space.dimensions):
        same = rng.random(count) < 0.4
        x[same, step] = x[same, step - 1]
    return x


@pytest.mark.parametrize("levels", [2, 3])
def test_the_best_fit_is_that_of_a_logistic_regression_for_each_symbol(levels: int) -> None:
    space = Grid(height=2, width=3, levels=levels)
    x = dependent(space, 500)
    model = FVSBN(space, FVSBNConfig()).double()
    data = torch.from_numpy(x).view(-1, *space.shape)
    optimizer = torch.optim.LBFGS(
        model.parameters(), max_iter=300, tolerance_grad=1e-9, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = model.loss(data)["loss"]
        loss.backward()
        return loss

    optimizer.step(closure)
    conditionals = model.logits(data).softmax(1).flatten(2).detach().numpy()
    frequencies = np.bincount(x[:, 0], minlength=levels) / len(x)
    np.testing.assert_allclose(conditionals[0, :, 0], frequencies, atol=1e-5)
    for step in range(1, space.dimensions):
        past = x[:, :step] / (levels - 1)
        fitted = LogisticRegression(C=np.inf, tol=1e-9, max_iter=1000).fit(past, x[:, step])
        np.testing.assert_allclose(
            conditionals[:, :, step], fitted.predict_proba(past), atol=1e-4, err_msg=f"step {step}"
        )


def test_as_many_parameters_as_pairs_and_places() -> None:
    binary = FVSBN(Grid(height=3, width=4, levels=2), FVSBNConfig())
    assert binary.parameter_count == 12 * 11 // 2 + 12
    digit = Label(name="digit", classes=("0", "1", "2"))
    told = FVSBN(Grid(height=2, width=2, levels=4, labels=(digit,)), FVSBNConfig(conditional=True))
    assert told.parameter_count == 3 * (4 * 3 // 2 + 4) + 3 * (3 * 4)


def test_too_many_pairs_are_refused() -> None:
    with pytest.raises(UserError, match="2,406 million weights"):
        FVSBN(Grid(height=32, width=32, channels=3, levels=256), FVSBNConfig())
