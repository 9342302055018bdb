"""The chain rule with and without assumptions: fit each factorisation, measure what it costs.

The truth is a known distribution, so that the divergence from it is exact: the patterns of real
images reduced to n binary pixels, with a little spread evenly over all 2ⁿ states.
"""

from __future__ import annotations

import time
from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.chain import (
    MOST_SAMPLES,
    ChainFit,
    ChainNews,
    ChainPoint,
    ChainRule,
    ChainSettings,
    ChainTruth,
)
from genstudio.core.joint import ancestral, divergence, states
from genstudio.core.messages import Wish
from genstudio.core.spaces import Grid
from genstudio.core.uniforms import generator, uniforms
from genstudio.data.patterns import pattern_counts, sides
from genstudio.engine.chain_fitting import FAMILIES, drawn_from, fitting, log_joint
from genstudio.models.store import family

__all__ = ["run"]

_SMOOTHING = 0.01
_DRAWN = 24


def run(request: ChainRule) -> Generator[ChainNews | None, Wish | None, ChainNews]:
    """The truth, then each model at m samples, then the divergences at other numbers of samples."""
    yield None
    settings = request.settings
    n = settings.pixels
    found = pattern_counts(settings.data, n)
    p = (1 - _SMOOTHING) * found / found.sum() + _SMOOTHING / 2**n
    u = uniforms(settings.seed, _DRAWN, n)
    told = [
        ChainNews(
            truth=ChainTruth(
                shape=sides(n),
                images=int(found.sum()),
                patterns=int(np.count_nonzero(found)),
                smoothing=_SMOOTHING,
                probabilities=p,
                counts=np.bincount(_samples(p, settings.samples, settings.seed), minlength=2**n),
                drawn=ancestral(p, u),
            )
        )
    ]
    yield told[-1]
    for samples in dict.fromkeys((settings.samples, *request.curve)):
        for name in FAMILIES:
            told.append((yield from _fitted(settings, name, p, samples, u)))
            yield told[-1]
    return ChainNews.joined(told)


def _fitted(
    settings: ChainSettings,
    name: str,
    p: NDArray[np.float64],
    samples: int,
    u: NDArray[np.float64],
) -> Generator[None, Wish | None, ChainNews]:
    """A point of the curve; at the m that was asked for, the whole model too."""
    height, width = sides(settings.pixels)
    space = Grid(height=height, width=width, levels=2)
    rows = _samples(p, samples, settings.seed)
    images = states(settings.pixels)[rows].reshape(-1, *space.shape)
    began = time.perf_counter()
    model = yield from fitting(name, space, images, settings.alpha, settings.seed)
    seconds = time.perf_counter() - began
    log_q = log_joint(model)
    score = divergence(p, log_q)
    points = (ChainPoint(name, samples, score),)
    if samples != settings.samples:
        return ChainNews(points=points)
    fit = ChainFit(
        family=name,
        title=family(name).title,
        parameters=model.parameter_count,
        formula=model.parameter_formula,
        probabilities=np.exp(log_q),
        divergence=score,
        drawn=drawn_from(model, u),
        seconds=seconds,
    )
    return ChainNews(fits=(fit,), points=points)


def _samples(p: NDArray[np.float64], count: int, seed: int) -> NDArray[np.int64]:
    """States (m,) by inverse CDF; more samples of a seed begin with the fewer."""
    heights = generator(seed, 1).random(MOST_SAMPLES)[:count]
    return np.searchsorted(np.cumsum(p) / p.sum(), heights, side="right").astype(np.int64)
