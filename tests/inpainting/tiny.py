"""A model small enough that every completion can be weighed, and what the tests hold it to."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.inpainting import Film, Inpainted, InpaintStarted, Moments
from genstudio.core.runs import Manifest, Run
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec, Training
from genstudio.core.uniforms import generator
from genstudio.inpainting.base import Method, Problem, method
from genstudio.models.base import Autoregressive, GenerativeModel
from genstudio.models.store import build, family, save_model
from genstudio.models.vae import VAE

Floats = NDArray[np.float64]

SPACE = Grid(height=4, width=4, levels=2)
KNOWN = np.zeros(SPACE.shape, bool)
KNOWN[-1] = True  # the bottom row, so that all the evidence comes after the 12 hidden pixels
IMAGE = np.zeros(SPACE.shape, np.int64)
IMAGE[-1, :, 0] = [0, 1, 1, 0]
NOISE = 0.06


def columns(count: int, seed: int = 0) -> Tensor:
    """Images (count, 4, 4, 1) whose columns are of one symbol, but for a flip now and then.

    What is known decides what is hidden almost wholly; who does not look ahead cannot know.
    """
    rng = generator(seed)
    bottom = rng.integers(0, 2, (count, 1, 4, 1))
    above = bottom ^ (rng.random((count, 3, 4, 1)) < NOISE)
    return torch.from_numpy(np.concatenate([above, bottom], axis=1))


@cache
def trained() -> Autoregressive:
    """A MADE that has learned `columns`, the same every time."""
    config = family("made").Config.checked({"hidden": 48})
    model = build("made", SPACE, config, seed=0)
    assert isinstance(model, Autoregressive)
    x, rng, steps = columns(4096), generator(1), 400
    training = Training(length=steps, learning_rate=1e-2, warmup=20, ema=0.0)
    learner = model.learner(training, steps)
    model.train()
    for _ in range(steps):
        learner.step(x[torch.from_numpy(rng.integers(0, len(x), 128))], None)
    return model.eval().requires_grad_(False)


@cache
def trained_vae(latent: int = 2, steps: int = 600) -> VAE:
    """A VAE that has learned `columns`, the same every time."""
    config = family("vae").Config.checked({"hidden": 32, "layers": 1, "latent": latent})
    model = build("vae", SPACE, config, seed=0)
    assert isinstance(model, VAE)
    x, rng = columns(4096), generator(1)
    training = Training(length=steps, learning_rate=1e-2, warmup=20, ema=0.0)
    learner = model.learner(training, steps)
    model.train()
    for _ in range(steps):
        learner.step(x[torch.from_numpy(rng.integers(0, len(x), 128))], None)
    return model.eval().requires_grad_(False)


def fitting(name: str) -> GenerativeModel:
    """A model that has learned `columns` and has what a method needs."""
    return trained() if trained().card().can(*method(name).needs) else trained_vae()


def integrated(model: VAE, images: Tensor) -> Floats:
    """Ln p(x) of images (N, *S) of two symbols, by sums over a grid of z; at most two dimensions.

    From the decoder's expectations alone, in float64, 9 σ of the prior to each side.
    """
    size = model.latent_shape[0]
    points = 2001 if size == 1 else 121
    axis = torch.linspace(-9, 9, points, dtype=torch.float64)
    z = torch.stack(torch.meshgrid(*[axis] * size, indexing="ij"), dim=-1).view(-1, size)
    with torch.no_grad():
        on = model.decode(z.float()).double().flatten(1).clamp(1e-12, 1 - 1e-12)
    log_prior = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(dim=1)
    cell = size * float(torch.log(axis[1] - axis[0]))
    found = []
    for part in images.flatten(1).double().split(256):
        likelihood = part @ on.log().t() + (1 - part) @ (1 - on).log().t()
        found.append(torch.logsumexp(likelihood + log_prior, dim=1) + cell)
    return np.asarray(torch.cat(found).numpy())


@cache
def untrained(
    name: str, space: Grid, config: tuple[tuple[str, Any], ...] = (), seed: int = 0
) -> GenerativeModel:
    """A family with weights of some size, far from where they start."""
    model = build(name, space, family(name).Config.checked(dict(config)), seed)
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=rng)
            parameter.add_(0.4 * noise if parameter.requires_grad else 3 * noise.abs())
    return model.requires_grad_(False)


def problem(
    model: GenerativeModel | None = None,
    image: NDArray[np.int64] = IMAGE,
    known: NDArray[np.bool_] = KNOWN,
    count: int = 4,
    seed: int = 0,
    y: Tensor | None = None,
) -> Problem:
    """One of inpainting; by default the bottom row is seen."""
    model = trained() if model is None else model
    return Problem(model, np.where(known, image, 0), known, count, seed, y)


def enumerated(asked: Problem) -> tuple[NDArray[np.int64], Floats]:
    """Every completion (N, n) of the hidden places, ascending, and ln p of each whole image (N,).

    One image after the other by itself, in a list: nothing is shared with what is tested.
    """
    levels = range(asked.model.space.levels)
    hidden = np.flatnonzero(~asked.known.reshape(-1))
    completions = np.array(list(itertools.product(levels, repeat=len(hidden))))
    images = np.repeat(asked.image.reshape(1, -1), len(completions), axis=0)
    images[:, hidden] = completions
    x = torch.from_numpy(images).view(-1, *asked.model.space.shape)
    y = None if asked.y is None else asked.y.expand(len(x), -1)
    if isinstance(asked.model, VAE):
        return completions, integrated(asked.model, x)
    assert isinstance(asked.model, Autoregressive)
    with torch.no_grad():
        terms = torch.log_softmax(asked.model.logits(x, y).double(), dim=1)
    found = terms.gather(1, x[:, None]).flatten(1).sum(dim=1)
    return completions, found.numpy()


def posterior(asked: Problem) -> Floats:
    """P(x_h | x_k) of each completion in the order of `enumerated`."""
    _, log_prob = enumerated(asked)
    p = np.exp(log_prob - log_prob.max())
    return np.asarray(p / p.sum())


def frequencies(asked: Problem, images: NDArray[np.uint8], weights: Floats | None = None) -> Floats:
    """How often each completion occurs among images (N, *S), in the order of `enumerated`."""
    hidden = np.flatnonzero(~asked.known.reshape(-1))
    levels = asked.model.space.levels
    digits = images.reshape(len(images), -1)[:, hidden].astype(np.int64)
    numbers = digits @ levels ** np.arange(len(hidden))[::-1]
    weights = np.full(len(images), 1 / len(images)) if weights is None else weights
    return np.bincount(numbers, weights, minlength=levels ** len(hidden))


def variation(p: Floats, q: Floats) -> float:
    """Total variation, ½ Σ |p − q|."""
    return 0.5 * float(np.abs(p - q).sum())


def saved(model: GenerativeModel, folder: Path) -> Path:
    """A run folder that holds a model."""
    manifest = Manifest(
        title="tiny",
        family=model.family(),
        space=model.space,
        data=DataSpec(),
        data_hash="",
        config=model.config.model_dump(),
        training=Training(),
        device="cpu",
        parameters=model.parameter_count,
    )
    run = Run.create(folder, manifest)
    save_model(run.model_path, model)
    return run.folder


def started(asked: Problem) -> InpaintStarted:
    """What the film of a problem begins with."""
    model = asked.model
    order = model.order if isinstance(model, Autoregressive) else np.arange(model.space.dimensions)
    return InpaintStarted(
        model.space, asked.image.astype(np.uint8), asked.known, asked.count, order
    )


def completed(name: str, asked: Problem, **settings: Any) -> tuple[Film, Inpainted]:
    """Run a method to its end. A film refuses a known symbol that is drawn, at any moment."""
    chosen = method(name)
    return watched(chosen(chosen.Controls.checked(settings)), asked)


def watched(asked: Method, of: Problem) -> tuple[Film, Inpainted]:
    """The film and the result of a method."""
    asked.check(of)
    film = Film(started(of))
    return film, filmed(asked.run(of), film)


def filmed(steps: Generator[Moments, None, Inpainted], film: Film) -> Inpainted:
    """Append all that is yielded."""
    while True:
        try:
            film.append(next(steps))
        except StopIteration as end:
            result: Inpainted = end.value
            return result
