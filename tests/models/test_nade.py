"""NADE against its equations, and the orders of order-agnostic training."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.special import expit, log_softmax

from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Label
from genstudio.core.trace import TraceChunk
from genstudio.core.uniforms import generator, uniforms
from genstudio.engine.scoring import scores
from genstudio.models.nade import NADE, NADEConfig

SIX = Grid(height=2, width=3, levels=2)
# More steps than one block of the network's pass holds.
FORTY = Grid(height=5, width=8, levels=2)


def noisy(space: Grid, **settings: object) -> NADE:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = NADE(space, NADEConfig.checked({"hidden": 7} | settings)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn(parameter.shape) * 0.5)
    return model


def every_image(space: Grid) -> torch.Tensor:
    found = itertools.product(range(space.levels), repeat=space.dimensions)
    return torch.tensor(list(found)).view(-1, *space.shape)


def numbers(parameter: torch.Tensor | None) -> np.ndarray:
    assert parameter is not None
    return parameter.detach().double().numpy()


@pytest.mark.parametrize("agnostic", [False, True])
@pytest.mark.parametrize("space", [FORTY, Grid(height=4, width=5, levels=4)])
def test_equations_2_and_3_written_as_a_loop(space: Grid, agnostic: bool) -> None:
    model = noisy(space, agnostic=agnostic)
    x = generator(1).integers(0, space.levels, (3, space.dimensions))
    W, c, V, b = (numbers(part) for part in (model.W, model.c, model.V, model.b))  # noqa: N806
    U = numbers(model.U) if agnostic else np.zeros_like(W)  # noqa: N806
    expected = np.zeros(3)
    for row in range(3):
        for step in range(space.dimensions):
            value = x[row, :step] / (space.levels - 1)
            h = expit(c + value @ W[:step] + U[:step].sum(0))
            logits = np.array([0.0, *(b[step] + V[step] @ h)])
            expected[row] += log_softmax(logits)[x[row, step]]
    found = model.log_prob(torch.from_numpy(x).view(-1, *space.shape)).detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_with_two_levels_the_output_is_the_sigmoid_of_the_paper() -> None:
    model = noisy(SIX)
    x = torch.zeros(1, *SIX.shape, dtype=torch.long)
    p = model.logits(x).softmax(1)[0, 1].flatten().detach().numpy()
    h = expit(numbers(model.c))
    expected = expit(numbers(model.b)[:, 0] + numbers(model.V)[:, 0] @ h)
    np.testing.assert_allclose(p, expected, rtol=1e-5)


def test_the_class_is_told_to_the_hidden_layer_and_to_the_output() -> None:
    digit = Label(name="digit", classes=("0", "1"))
    space = Grid(height=2, width=3, levels=2, labels=(digit,))
    model = noisy(space, conditional=True)
    plain = noisy(SIX)
    plain.load_state_dict(
        {name: value for name, value in model.state_dict().items() if "told" not in name}
    )
    hidden, out = (numbers(told.tables[0].weight) for told in model.told)  # type: ignore[union-attr,index]
    with torch.no_grad():
        plain.c += torch.from_numpy(hidden[1]).float()
        plain.b += torch.from_numpy(out[1]).float().view_as(plain.b)
    x = every_image(SIX)
    y = torch.ones(len(x), 1, dtype=torch.long)
    torch.testing.assert_close(model.log_prob(x, y), plain.log_prob(x))


def test_the_agnostic_loss_is_unbiased() -> None:
    """Over all that may be hidden, its mean is the mean over all orders (Uria et al. 2014)."""
    space = Grid(height=2, width=2, levels=2)
    model = noisy(space, agnostic=True)
    x = torch.from_numpy(generator(3).integers(0, 2, (1, *space.shape)))
    total = 0.0
    for count in range(4):
        subsets = list(itertools.combinations(range(4), count))
        for subset in subsets:
            known = torch.zeros(1, 4, dtype=torch.bool)
            known[0, list(subset)] = True
            model._random_known = lambda _, known=known: known  # type: ignore[method-assign,misc]
            total += float(model.loss(x)["loss"].detach()) / len(subsets) / 4
    scores = []
    for order in itertools.permutations(range(4)):
        logits = model._conditionals(x.flatten(1), None, torch.tensor(order))
        taken = x.flatten(1)[:, list(order)]
        scores.append(float(-log_softmax(logits.detach().numpy(), 1)[0, taken, range(4)].sum()))
    assert total == pytest.approx(np.mean(scores), rel=1e-5)
    assert np.std(scores) > 1e-3, "the orders differ, or this would show nothing"


def test_what_is_hidden_depends_on_the_step_and_has_every_size_alike() -> None:
    model = noisy(SIX, agnostic=True)
    x = torch.zeros(6000, 6)
    model.training_step = 5
    first, again = model._random_known(x), model._random_known(x)
    model.training_step = 6
    other = model._random_known(x)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    sizes = torch.bincount(first.sum(1), minlength=7)
    assert sizes[6] == 0, "something is always hidden"
    # 1000 of each of six sizes: a standard deviation is 29; and 15/6 known on average.
    assert (sizes[:6] - 1000).abs().max() < 6 * 29
    assert (first.float().mean(0) - 15 / 36).abs().max() < 6 * 0.5 / math.sqrt(6000)


def test_several_orders_average_likelihoods() -> None:
    model = noisy(SIX, agnostic=True, orders=5)
    every = every_image(SIX)
    with torch.no_grad():
        alone = model.log_prob(every).double()
        together = model.ensemble_log_prob(every).double()
        one = noisy(SIX, agnostic=True).ensemble_log_prob(every).double()
        members = torch.stack([alone, *(_in_order(model, every, index) for index in range(1, 5))])
    torch.testing.assert_close(together.exp(), members.exp().mean(0))
    torch.testing.assert_close(one, alone)
    assert float(together.exp().sum()) == pytest.approx(1, abs=1e-5)
    assert not torch.allclose(together, alone, atol=1e-3)


def _in_order(model: NADE, images: torch.Tensor, index: int) -> torch.Tensor:
    """The member of index 1, 2, …: the symbols one by one, each asked of all others hidden."""
    order = generator(model.config.order_seed, 1, index).permutation(images[0].numel())
    x = images.flatten(1)
    total = torch.zeros(len(x), dtype=torch.float64)
    W, U = model.W, model.U  # noqa: N806
    assert U is not None
    for step, place in enumerate(order):
        known = order[:step]
        h = torch.sigmoid(model.c + x[:, known].float() @ W[known] + U[known].sum(0))
        p = torch.sigmoid(model.b[place] + h @ model.V[place].T)[:, 0].double()
        total += torch.where(x[:, place] == 1, p, 1 - p).log()
    return total


def test_an_evaluation_scores_the_average_and_a_validation_the_one_order() -> None:
    model = noisy(SIX, agnostic=True, orders=3)
    x = every_image(SIX)

    def scored(ensemble: bool) -> torch.Tensor:
        scoring = scores(model, x, None, 10, ensemble)
        while True:
            try:
                next(scoring)
            except StopIteration as stop:
                return stop.value

    torch.testing.assert_close(scored(False), -model.log_prob(x).detach().double())
    torch.testing.assert_close(scored(True), -model.ensemble_log_prob(x).detach().double())


@pytest.mark.parametrize("way", [Way.CACHED, Way.COMPILED])
@pytest.mark.parametrize("order", ["raster", "spiral"])
def test_an_agnostic_network_draws_in_the_order_of_the_settings(way: Way, order: str) -> None:
    model = noisy(FORTY, agnostic=True, order=order)
    x = torch.from_numpy(generator(2).integers(0, 2, (3, *FORTY.shape)))
    known = torch.from_numpy(generator(3).random((3, *FORTY.shape)) < 0.3)
    known.flatten(1)[:, model.order[:4]] = True
    u = uniforms(4, 3, FORTY.dimensions)
    fast, naive = (
        TraceChunk.joined(list(model.complete_steps(x, known, u, DrawControls(), None, which)))
        for which in (way, Way.NAIVE)
    )
    np.testing.assert_array_equal(fast.symbols, naive.symbols)
    np.testing.assert_allclose(fast.probabilities, naive.probabilities, atol=1e-5)


def test_several_orders_are_refused_where_one_is_learned() -> None:
    with pytest.raises(UserError, match="only where it learns every order"):
        NADE(SIX, NADEConfig(orders=2))
