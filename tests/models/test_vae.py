"""The VAE against integrals that are computed in other ways."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.latent import LatentControls
from genstudio.core.spaces import Grid, Label
from genstudio.core.training import Training
from genstudio.core.uniforms import generator, uniforms
from genstudio.models.vae import VAE, VAEConfig

SMALL = Grid(height=2, width=2, levels=2)
SPACES = [
    pytest.param(Grid(height=3, width=3, levels=2), id="bernoulli"),
    pytest.param(Grid(height=2, width=3, levels=5), id="categorical"),
    pytest.param(Grid(height=2, width=2, channels=3, levels=40), id="logistic"),
]


def vae(space: Grid, seed: int = 0, spread: float = 0.4, **settings: Any) -> VAE:
    """A small one in float64 whose weights are far from where they start."""
    config = VAEConfig.checked({"hidden": 10, "layers": 1, "latent": 1} | settings)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = VAE(space, config).double()
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=rng) * spread)
    return model.requires_grad_(False)


def images(space: Grid, count: int, seed: int = 0) -> Tensor:
    return torch.from_numpy(generator(seed).integers(0, space.levels, (count, *space.shape)))


def fit_encoder(model: VAE, x: Tensor, y: Tensor | None = None) -> None:
    """Bring q(z | x) near the posterior of a decoder that stays: no weight dwarfs all others."""
    parameters = list(model.encoder.parameters())
    optimizer = torch.optim.Adam(parameters, lr=1e-2)
    for parameter in parameters:
        parameter.requires_grad_(True)
    for step in range(1000):
        model.training_step = step
        optimizer.zero_grad()
        model.loss(x.repeat(4, 1, 1, 1), None if y is None else y.repeat(4, 1))["loss"].backward()
        optimizer.step()
    model.requires_grad_(False)


def log_likelihood(model: VAE, x: Tensor, y: Tensor | None = None) -> Tensor:
    """Ln p(x) of a model with one latent dimension, by Simpson's rule over z, (B,)."""
    grid = np.linspace(-9, 9, 6001)
    z = torch.from_numpy(grid)[:, None]
    found = []
    for index, image in enumerate(x):
        told = None if y is None else y[index : index + 1].expand(len(z), -1)
        logs = model.log_likelihood(z, image.expand(len(z), *image.shape), told).numpy()
        logs = logs + stats.norm.logpdf(grid)
        top = logs.max()
        found.append(top + math.log(integrate.simpson(np.exp(logs - top), x=grid)))
    return torch.tensor(found, dtype=torch.float64)


@pytest.mark.parametrize("space", SPACES)
def test_the_divergence_equals_the_integral_and_a_mean_over_draws(space: Grid) -> None:
    model = vae(space, latent=2)
    x = images(space, 3)
    mean, std = (part.numpy() for part in model.encode(x))
    found = model.kl_per_dimension(x).numpy()
    for index in np.ndindex(*found.shape):
        m, s = float(mean[index]), float(std[index])
        q, p = stats.norm(m, s), stats.norm()

        def density(z: float, q: Any = q, p: Any = p) -> float:
            return float(q.pdf(z) * (q.logpdf(z) - p.logpdf(z)))

        whole, _ = integrate.quad(density, m - 12 * s, m + 12 * s, epsabs=1e-12)
        assert found[index] == pytest.approx(whole, abs=1e-8)
        draws = q.rvs(200_000, random_state=np.random.default_rng(1))
        ratios = q.logpdf(draws) - p.logpdf(draws)
        assert abs(ratios.mean() - found[index]) < 5 * ratios.std() / math.sqrt(len(ratios))


@pytest.mark.parametrize("space", SPACES)
def test_the_elbo_has_the_mean_that_the_integral_says_and_is_below_ln_p(space: Grid) -> None:
    model = vae(space)
    x = images(space, 4)
    draws = torch.stack([model.elbo(x, seed=seed) for seed in range(4000)])
    mean, std = (part[:, 0].numpy() for part in model.encode(x))
    exact = log_likelihood(model, x)
    for index, image in enumerate(x):
        q = stats.norm(mean[index], std[index])
        z = np.linspace(*q.interval(1 - 1e-14), 4001)
        many = image.expand(len(z), *image.shape)
        logs = model.log_likelihood(torch.from_numpy(z)[:, None], many).numpy()
        terms = q.pdf(z) * (logs + stats.norm.logpdf(z) - q.logpdf(z))
        whole = integrate.simpson(terms, x=z)
        error = float(draws[:, index].std()) / math.sqrt(len(draws))
        assert abs(float(draws[:, index].mean()) - whole) < 5 * error + 1e-9
        assert whole < float(exact[index])


def gaps(model: VAE, x: Tensor, samples: int, repeats: int) -> tuple[np.ndarray, np.ndarray]:
    """Ln p(x) by integration minus the mean of bounds, and its standard error, both (B,)."""
    bounds = torch.stack([model.elbo(x, None, samples, seed) for seed in range(repeats)])
    found = log_likelihood(model, x) - bounds.mean(dim=0)
    return found.numpy(), (bounds.std(dim=0) / math.sqrt(repeats)).numpy()


@pytest.mark.parametrize("space", SPACES)
def test_the_importance_weighted_bound_rises_with_the_samples_and_stays_below(space: Grid) -> None:
    model, x = vae(space), images(space, 4)
    found = [gaps(model, x, *pair) for pair in ((1, 1000), (4, 1000), (32, 300))]
    for gap, noise in found:
        assert (gap > -4 * noise).all()
    one, few, some = (gap for gap, _ in found)
    assert (one > few).all()
    assert (few > some).all()


@pytest.mark.parametrize("space", SPACES)
def test_with_many_samples_it_is_within_a_thousandth_of_the_log_likelihood(space: Grid) -> None:
    model, x = vae(space, spread=0.1), images(space, 4)
    for weight in model.decoder.weights:
        weight.mul_(0.5)  # posteriors that are nearly normal, so that weights hardly vary
    fit_encoder(model, x)
    gap, noise = gaps(model, x, 5000, 20)
    assert (noise < 4e-4).all(), "or the next line would say little"
    assert (np.abs(gap) < 1e-3).all()


def test_the_class_is_part_of_the_bound() -> None:
    space = Grid(height=2, width=2, levels=2, labels=(Label(name="side", classes=("l", "r")),))
    model = vae(space, conditional=True, spread=0.5)
    x = images(space, 5)
    sides = [torch.full((5, 1), side) for side in (0, 1)]
    fit_encoder(model, x.repeat(2, 1, 1, 1), torch.cat(sides))
    scores = []
    for y in sides:
        exact = log_likelihood(model, x, y)
        bounds = torch.stack([model.elbo(x, y, 1000, seed) for seed in range(20)]).mean(dim=0)
        np.testing.assert_allclose(bounds.numpy(), exact.numpy(), atol=0.02)
        scores.append(exact)
    assert not torch.allclose(*scores, atol=0.1)


@pytest.mark.parametrize("space", SPACES)
def test_each_distribution_of_a_place_sums_to_one_has_its_mean_and_is_drawn_from(
    space: Grid,
) -> None:
    model = vae(space, latent=2, spread=0.7)
    z = torch.from_numpy(generator(5).standard_normal((1, 2)))
    out = model.decoder(z)
    every = torch.arange(space.levels).view(-1, 1, 1, 1).expand(-1, *space.shape)
    p = model.observation.log_prob(out.expand(space.levels, *out.shape[1:]), every).exp()
    torch.testing.assert_close(p.sum(dim=0), torch.ones(space.shape, dtype=torch.float64))
    torch.testing.assert_close((p * every).sum(dim=0), model.decode(z)[0], rtol=1e-9, atol=1e-9)
    # At every uniform the symbol is the one whose step of the cumulative sum it lies under.
    n = 2000
    u = (np.arange(n) + 0.5) / n
    many = z.expand(n, -1)
    symbols = model.symbols(many, np.repeat(u[:, None], space.dimensions, axis=1))
    cumulative = p.cumsum(dim=0).flatten(1)
    wanted = (torch.from_numpy(u)[:, None, None] >= cumulative[:-1]).sum(dim=1)
    near = (torch.from_numpy(u)[:, None, None] - cumulative).abs().amin(dim=1) < 1e-9
    assert bool(((symbols.flatten(1) == wanted) | near).all())


def test_images_have_the_frequencies_that_the_integral_says() -> None:
    model = vae(SMALL, spread=0.8)
    every = torch.tensor(list(itertools.product(range(2), repeat=4))).view(-1, *SMALL.shape)
    p = log_likelihood(model, every).exp().numpy()
    assert p.sum() == pytest.approx(1, abs=1e-9)
    n = 4000
    drawn = model.float().draw(uniforms(11, n, 5), LatentControls()).images.reshape(n, 4)
    counts = np.bincount(drawn @ np.array([8, 4, 2, 1]), minlength=16)
    assert stats.chisquare(counts, n * p / p.sum()).pvalue > 1e-6


# --- the objective ---


def test_the_loss_is_what_its_settings_say() -> None:
    x = images(SMALL, 6)
    plain = vae(SMALL, latent=3)
    loss = plain.loss(x)
    assert float(loss["loss"]) == pytest.approx(float(loss["nats"]))
    divergence = plain.kl_per_dimension(x).mean(dim=0)
    lost = float(loss["nats"]) - float(divergence.sum())
    beta = vae(SMALL, latent=3, beta=4.0).loss(x)
    assert float(beta["loss"]) == pytest.approx(lost + 4 * float(divergence.sum()))
    assert float(beta["nats"]) == pytest.approx(float(loss["nats"]))
    warm = vae(SMALL, latent=3, beta=2.0, kl_warmup=10)
    for step, share in ((0, 0.2), (4, 1.0), (9, 2.0), (100, 2.0)):
        warm.training_step = step
        assert warm.beta_now == pytest.approx(share)
    least = float(divergence.median())
    free = vae(SMALL, latent=3, free_bits=least).loss(x)
    charged = sum(max(least, float(each)) for each in divergence)
    assert float(free["loss"]) == pytest.approx(lost + charged)


def test_the_importance_weighted_loss_is_minus_the_bound() -> None:
    """In the mean over steps, each of which draws anew; with one sample it is the ELBO's."""
    x = images(SMALL, 6)
    model = vae(SMALL, importance_samples=8)
    losses = []
    for step in range(1500):
        model.training_step = step
        losses.append(float(model.loss(x)["loss"]))
    bounds = [float(-model.elbo(x, None, 8, seed).mean()) for seed in range(1500)]
    error = math.hypot(np.std(losses), np.std(bounds)) / math.sqrt(1500)
    assert abs(np.mean(losses) - np.mean(bounds)) < 5 * error


def test_free_bits_keep_a_dimension_that_would_be_given_up() -> None:
    rng = generator(3)
    x = torch.from_numpy(rng.integers(0, 2, (64, *SMALL.shape)))  # nothing to be compressed
    carried = []
    for free in (0.0, 0.4):
        model = vae(SMALL, spread=0.0, latent=2, free_bits=free).float().requires_grad_(True)
        learner = model.learner(Training(learning_rate=1e-2, ema=0.0, warmup=0), None)
        for _ in range(400):
            learner.step(x, None)
        carried.append(model.kl_per_dimension(x).mean(dim=0).detach().numpy())
    assert carried[0].sum() < 0.6 * carried[1].sum()
    assert (carried[1] > 0.25).all()


# --- memory ---


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Let this process have no more than 400 MiB beyond what it has."""
    resource = pytest.importorskip("resource", reason="only POSIX can limit a process's memory")
    import psutil

    torch.zeros(1)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = psutil.Process().memory_info().vms + 400 * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_five_thousand_samples_fit_into_little_memory(little_memory: None) -> None:
    space = Grid(height=28, width=28, levels=2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = VAE(space, VAEConfig(hidden=50, layers=1, latent=8)).requires_grad_(False)
    x = images(space, 50)  # all at once, one layer's output alone would take 780 MB
    with pytest.raises(RuntimeError, match="alloc"):
        model.log_likelihood(torch.zeros(5000 * 50, 8), x.repeat(5000, 1, 1, 1))
    bound = model.elbo(x, importance_samples=5000)
    assert float(bound.mean()) > float(model.elbo(x).mean())


def test_what_is_left_out_leaves_the_mean_and_depends_on_the_step_alone() -> None:
    model = vae(SMALL, latent=2, dropout=0.3)
    z = torch.tensor([[0.5, -1.0]], dtype=torch.float64)
    whole = model.eval().decoder(z)[0]
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        thinned = model.decoder(z.repeat(40_000, 1))  # linear in the one hidden layer
    error = thinned.std(dim=0) / math.sqrt(len(thinned))
    assert float(error.min()) > 0
    assert float(((thinned.mean(dim=0) - whole) / error).abs().max()) < 4.5
    x = images(SMALL, 6)
    losses = []
    for step in (3, 4, 3):
        model.training_step = step
        losses.append(float(model.loss(x)["loss"]))
    assert losses[0] == losses[2] != losses[1]
    kept = vae(SMALL, latent=2, dropout=0.3).eval()
    torch.testing.assert_close(kept.elbo(x), vae(SMALL, latent=2).eval().elbo(x))


@pytest.mark.parametrize(
    ("space", "settings", "words"),
    [
        (
            Grid(height=2, width=2, levels=4),
            {"likelihood": "bernoulli"},
            "A Bernoulli likelihood has two outcomes, but the data have 4 levels",
        ),
        (SMALL, {"free_bits": 0.1, "importance_samples": 5}, "Free bits are of the divergence"),
    ],
)
def test_settings_that_contradict_are_refused(
    space: Grid, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        vae(space, **settings)


def test_no_sample_is_no_bound() -> None:
    with pytest.raises(UserError, match="At least one sample of z is needed, not 0"):
        vae(SMALL).elbo(images(SMALL, 1), importance_samples=0)
