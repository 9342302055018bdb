"""Pseudo-Gibbs against numerical integration: exact with its correction, and not without."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Label
from genstudio.inpainting.base import Problem
from genstudio.inpainting.pseudo_gibbs import PseudoGibbs, PseudoGibbsControls
from tests.inpainting.tiny import (
    IMAGE,
    KNOWN,
    columns,
    completed,
    enumerated,
    frequencies,
    integrated,
    posterior,
    problem,
    trained_vae,
    untrained,
    variation,
)

CHAINS = 4000
MANY = KNOWN.copy()
MANY[2, 2:] = True  # ten hidden pixels


def one_dimensional(count: int = CHAINS, seed: int = 0) -> Problem:
    return problem(trained_vae(latent=1), known=MANY, count=count, seed=seed)


def off(asked: Problem, **settings: object) -> tuple[float, float]:
    """Total variation of the final images, and the largest error of a marginal."""
    p = posterior(asked)
    _, result = completed("pseudo-gibbs", asked, **settings)
    on = p @ enumerated(asked)[0]
    marginals = result.marginals[..., 1].ravel()[asked.hidden_places]
    return variation(frequencies(asked, result.images), p), float(np.abs(marginals - on).max())


def noise(asked: Problem) -> float:
    """Total variation of as many independent draws from the posterior itself."""
    p = posterior(asked)
    drawn = np.random.default_rng(0).multinomial(asked.count, p) / asked.count
    return variation(drawn, p)


def test_the_integral_is_a_distribution_and_what_importance_weights_come_near() -> None:
    everything = problem(trained_vae(latent=1), known=np.ones_like(KNOWN))
    hidden = problem(trained_vae(latent=1), known=np.zeros_like(KNOWN))
    _, log_prob = enumerated(hidden)
    assert np.exp(log_prob).sum() == pytest.approx(1, abs=1e-5), "over all 2¹⁶ images"
    for latent in (1, 2):
        model, x = trained_vae(latent), columns(20, seed=9)
        weighted = model.elbo(x, None, 5000).double().numpy()
        assert integrated(model, x) == pytest.approx(weighted, abs=0.05)
    assert len(enumerated(everything)[1]) == 1


def test_corrected_it_draws_from_the_posterior_and_uncorrected_it_does_not() -> None:
    asked = one_dimensional()
    exact, chance = off(asked, sweeps=100), noise(asked)
    about = off(asked, sweeps=100, corrected=False)
    assert exact[0] < chance + 0.02, "no further off than independent draws"
    assert exact[1] < 0.01
    assert about[0] > exact[0] + 0.05
    assert about[1] > 0.05


def test_more_sweeps_bring_it_nearer() -> None:
    """With an encoder that knows nothing of its decoder: the weights of both are random."""
    config = (("hidden", 8), ("latent", 1), ("layers", 1))
    model = untrained("vae", Grid(height=4, width=4, levels=2), config)
    asked = problem(model, known=MANY, count=CHAINS)
    few, more, many = (off(asked, sweeps=sweeps, burn_in=0.5) for sweeps in (2, 12, 120))
    assert few[1] > more[1] > many[1]
    assert many[1] < 0.01
    assert many[0] < noise(asked) + 0.02
    never = off(asked, sweeps=120, corrected=False)
    assert never[1] > 3 * many[1]


def test_two_dimensions() -> None:
    asked = problem(trained_vae(), known=MANY, count=2000, seed=1)
    exact = off(asked, sweeps=100)
    assert exact[0] < noise(asked) + 0.03
    assert exact[1] < 0.015


def test_a_chain_depends_on_seed_and_number_alone() -> None:
    together = completed("pseudo-gibbs", one_dimensional(count=6), sweeps=15)[1]
    alone = completed("pseudo-gibbs", one_dimensional(count=2), sweeps=15)[1]
    assert np.array_equal(alone.images, together.images[:2])


def test_the_correction_says_how_much_was_accepted_and_its_lack_is_said() -> None:
    _, exact = completed("pseudo-gibbs", one_dimensional(count=64), sweeps=60)
    _, about = completed("pseudo-gibbs", one_dimensional(count=64), sweeps=60, corrected=False)
    assert "% of the codes were accepted" in exact.verdict
    assert "not draws from the posterior" in about.verdict
    assert about.settled is not True
    assert not exact.exact


@pytest.mark.parametrize("levels", [3, 20])
def test_other_likelihoods_and_classes(levels: int) -> None:
    """One hidden symbol of a class-conditional model: its marginal is an integral over z."""
    space = Grid(height=2, width=2, levels=levels, labels=(Label(name="k", classes=("a", "b")),))
    config = (("hidden", 8), ("latent", 1), ("layers", 1), ("conditional", True))
    model = untrained("vae", space, config)
    image = (np.arange(4).reshape(space.shape) * 2) % levels
    known = np.ones(space.shape, bool)
    known[0, 1] = False
    found = []
    for label in (0, 1):
        y = torch.tensor([[label]])
        asked = Problem(model, np.where(known, image, 0), known, 3000, 0, y)
        _, result = completed("pseudo-gibbs", asked, sweeps=60)
        z = torch.linspace(-8, 8, 4001)[:, None]
        weights = []
        for symbol in range(levels):
            x = torch.from_numpy(np.where(known, image, symbol)).expand(len(z), *space.shape)
            told = y.expand(len(z), 1)
            joint = model.log_likelihood(z, x, told).double() - 0.5 * z[:, 0].double() ** 2
            weights.append(float(joint.exp().sum()))
        expected = np.array(weights) / sum(weights)
        assert result.marginals[0, 1, 0] == pytest.approx(expected, abs=0.01)
        found.append(expected)
    assert np.abs(found[0] - found[1]).max() > 0.02, "the class matters"


def test_an_autoregressive_model_is_refused() -> None:
    with pytest.raises(UserError, match="Pseudo-Gibbs needs a model that is latent-variable"):
        PseudoGibbs(PseudoGibbsControls()).check(problem(image=IMAGE))
