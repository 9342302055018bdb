"""Fitting each of the factorisations to a few samples of a small distribution."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.draw import DrawControls
from genstudio.core.joint import states
from genstudio.core.spaces import Grid
from genstudio.core.training import Training
from genstudio.core.uniforms import generator
from genstudio.models.base import Autoregressive
from genstudio.models.store import build, family

__all__ = ["FAMILIES", "STEPS", "drawn_from", "fitting", "log_joint"]

FAMILIES: dict[str, dict[str, Any]] = {
    "full-table": {},
    "independent": {},
    "markov": {},
    "fvsbn": {},
    "made": {"hidden": 16},
}
"""What is compared, from the chain rule taken at its word to a network, with their settings."""

STEPS = 400
_BATCH = 256
_BETWEEN = 20  # steps between two looks at what was held out
_TRAINING = Training(
    length=STEPS, batch_size=_BATCH, learning_rate=0.03, warmup=20, clip=0.0, ema=0.0
)


def fitting(
    name: str, space: Grid, images: NDArray[np.uint8], alpha: float, seed: int
) -> Generator[None, None, Autoregressive]:
    """Fit a family to images (m, *S); yields between the steps, returns the model.

    Tables count all images with the prior alpha. Networks have no prior: they take `STEPS` steps
    of Adam on the likelihood of four fifths of the images, and keep the weights that were best on
    the fifth that was held out.
    """
    cls = family(name)
    settings = FAMILIES[name] | ({"alpha": alpha} if cls.counts else {})
    model = build(name, space, cls.Config.checked(settings), seed)
    assert isinstance(model, Autoregressive)  # noqa: S101 - each of the families is
    x = torch.from_numpy(images).long()
    if cls.counts:
        model.learner(_TRAINING.one_pass(), 1).step(x, None)
        return model
    held, x = x[: len(x) // 5], x[len(x) // 5 :]
    learner = model.learner(_TRAINING, STEPS)
    rng = generator(seed, 2)
    best, kept = math.inf, dict(model.state_dict())
    for step in range(STEPS + 1):
        if step % _BETWEEN == 0:
            with torch.no_grad():
                score = float(model.loss(held)["loss"]) if len(held) else -math.inf
            if score < best:
                best = score
                kept = {key: value.clone() for key, value in model.state_dict().items()}
            yield None
        few = len(x) <= _BATCH
        rows = slice(None) if few else torch.from_numpy(rng.integers(len(x), size=_BATCH))
        learner.step(x[rows], None)
    model.load_state_dict(kept)
    return model


def log_joint(model: Autoregressive) -> NDArray[np.float64]:
    """Ln p(x) of every state, nats, (2ⁿ,)."""
    space = model.space
    every = torch.from_numpy(states(space.dimensions)).long().view(-1, *space.shape)
    with torch.no_grad():
        scores: Tensor = model.log_prob(every).double()
    return scores.numpy()


def drawn_from(model: Autoregressive, uniforms: NDArray[np.float64]) -> NDArray[np.uint8]:
    """States (B, n) by the model's own sampler, from uniforms (B, n)."""
    chunks = model.sample_steps(len(uniforms), uniforms, DrawControls())
    symbols = np.concatenate([chunk.symbols for chunk in chunks], axis=1)
    images = np.zeros_like(symbols)
    images[:, model.order] = symbols
    return images
