"""Gibbs sampling: every hidden symbol drawn anew, again and again, given all the others.

Geman & Geman, Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images
(1984). An autoregressive model gives p(x) of any whole image exactly, so

    p(xᵢ = v | all others) = p(x with xᵢ = v) / Σᵤ p(x with xᵢ = u)

is exact too, and the chain's stationary distribution is p(x_h | x_k). Marginals are averages of
these conditionals, not of the symbols drawn from them: less noise for nothing (Gelfand & Smith,
Sampling-based approaches to calculating marginal densities, 1990).
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from genstudio.core.capabilities import Capability
from genstudio.core.draw import DrawControls
from genstudio.core.errors import UserError
from genstudio.core.inpainting import Inpainted, Moments, Stage
from genstudio.core.settings import Settings, setting
from genstudio.core.uniforms import generator, uniforms
from genstudio.inpainting.base import Method, Problem
from genstudio.inpainting.blocks import blocks
from genstudio.inpainting.diagnosis import diagnosed
from genstudio.inpainting.raster import Raster
from genstudio.inpainting.visiting import visit_block
from genstudio.models.base import Autoregressive
from genstudio.models.rescoring import Rescorer, terms_of

__all__ = ["Gibbs", "GibbsControls"]

_BURST = 0.005
"""Seconds of visits between two parts of the film: a screen shows no more."""

# Words that keep streams of random numbers apart: the start has the uniforms of raster.
_VISITS, _SHUFFLES = 2, 3


class GibbsControls(Settings):
    """How long the chains are, and how they go through the image."""

    sweeps: int = setting(
        20,
        help="How often every hidden symbol is drawn anew; more bring the chains closer to the "
        "posterior.",
        formula="t = 1 … T",
        unit="sweeps",
        ge=1,
        le=1000,
    )
    scan: Literal["systematic", "random", "blocks"] = setting(
        "systematic",
        help="The order of the visits: the model's; a fresh shuffle for every sweep; or together "
        "all those that do not bear on each other.",
        formula="xᵢ ~ p(xᵢ | all others)",
    )
    start: Literal["raster", "noise"] = setting(
        "raster",
        help="Where the chains start: at a raster completion, or at symbols drawn evenly.",
        formula="x⁽⁰⁾",
    )
    burn_in: float = setting(
        0.5,
        help="The share of the sweeps, from the first on, that marginals and diagnostics leave "
        "out, because the chains still remember where they started.",
        formula="p(xᵢ = v) ≈ mean over t > burn-in · T",
        ge=0,
        le=0.95,
        label="Burn-in",
    )

    @property
    def burned(self) -> int:
        """How many sweeps are left out; at least one stays."""
        return min(self.sweeps - 1, math.floor(self.burn_in * self.sweeps))


class Gibbs(Method):
    """Sweeps over the hidden symbols of all chains at once."""

    title = "Gibbs"
    position = 2
    sentence = (
        "Draws every hidden symbol anew, sweep after sweep, each given all other symbols, "
        "those that come later included."
    )
    formula = "xᵢ ~ p(xᵢ | all others) ∝ p(x)"
    needs = (Capability.AUTOREGRESSIVE,)
    sees = "all"
    Controls = GibbsControls
    settings: GibbsControls

    def check(self, problem: Problem) -> None:
        """Refuse blocks where there are none.

        Raises:
            UserError: the model is not autoregressive, or every block would be a single symbol.
        """
        super().check(problem)
        hidden = len(problem.hidden_places)
        if self.settings.scan != "blocks" or hidden < 2:
            return
        if len(_visits(problem, "blocks")) == hidden:
            raise UserError(
                f"Any two of the {hidden} hidden symbols depend on each other in this "
                f"{problem.model.title}, so none can be drawn together as a block.",
                "Choose the systematic or the random scan.",
            )

    def stages(self, problem: Problem) -> int:
        """The start and the sweeps."""
        return 1 + self.settings.sweeps

    def run(self, problem: Problem) -> Generator[Moments, None, Inpainted]:
        """Chain b is drawn with numbers that depend on (seed, b); the order of visits on the seed.

        The raster start is the completion that raster makes with the same seed.
        """
        began = time.perf_counter()
        model, asked = problem.model, self.settings
        assert isinstance(model, Autoregressive)  # noqa: S101 - as `needs` says
        count, levels = problem.count, model.space.levels
        images = yield from _raster(problem) if asked.start == "raster" else _noise(problem)
        x = torch.from_numpy(images.astype(np.int64)).to(model.device)
        rescorer = model.rescorer(x, problem.labels())
        start = Stage(len(problem.hidden_places), "start", rescorer.log_prob())
        yield Moments.none(count, start)
        record = yield from self._sweeps(problem, model, rescorer)

        finished = np.empty((count, model.space.dimensions), np.uint8)
        finished[:, model.order] = rescorer.symbols
        marginals = np.empty_like(record.marginals)
        marginals[model.order] = record.marginals
        known = np.flatnonzero(problem.known.reshape(-1))
        marginals[known, problem.image.reshape(-1)[known]] = 1
        kept = slice(asked.burned, None)
        found = diagnosed(record.log_prob[kept], float(record.flips[kept].mean()))
        return Inpainted(
            images=finished.reshape(count, *model.space.shape),
            weights=np.full(count, 1 / count),
            log_prob=record.log_prob[-1].copy(),
            marginals=marginals.reshape(*model.space.shape, levels).astype(np.float32),
            log_evidence=math.nan,
            evidence_error=math.nan,
            exact=False,
            settled=found.settled,
            verdict=found.verdict,
            # The images are one draw of each chain.
            effective=float(np.minimum(count, found.effective)),
            autocorrelation=found.autocorrelation,
            seconds=time.perf_counter() - began,
        )

    def _sweeps(
        self, problem: Problem, model: Autoregressive, rescorer: Rescorer
    ) -> Generator[Moments, None, _Record]:
        """Visit every hidden step once in each sweep."""
        asked, count, hidden = self.settings, problem.count, len(problem.hidden_places)
        groups = _visits(problem, asked.scan)
        # A step has the same one of a sweep's uniforms whenever it is visited.
        column = np.empty(model.space.dimensions, np.int64)
        column[np.sort(np.concatenate(groups))] = np.arange(hidden)
        chains = [generator(problem.seed, chain, _VISITS) for chain in range(count)]
        shuffle = generator(problem.seed, 0, _SHUFFLES)
        every = np.ones(model.space.dimensions)
        record = _Record(
            np.zeros((model.space.dimensions, model.space.levels)),
            np.empty((asked.sweeps, count)),
            np.zeros(asked.sweeps),
        )
        moment = hidden
        for sweep in range(asked.sweeps):
            u = np.stack([chain.random(hidden) for chain in chains])
            if asked.scan == "random":
                groups = [groups[at] for at in shuffle.permutation(len(groups))]
            film: list[Moments] = []
            shown = time.perf_counter()
            for group in groups:
                before = rescorer.symbols[:, group]
                symbols, p = visit_block(rescorer, group, every, u[:, column[group]])
                record.flips[sweep] += (symbols != before).mean(axis=0).sum() / hidden
                if sweep >= asked.burned:
                    record.marginals[group] += p.mean(axis=0) / (asked.sweeps - asked.burned)
                places = model.order[group].astype(np.int32)
                film.append(Moments(places, symbols.T.astype(np.int16)))
                if time.perf_counter() - shown > _BURST:
                    yield Moments.joined(film)
                    film, shown = [], time.perf_counter()
            moment += hidden
            record.log_prob[sweep] = log_prob = rescorer.log_prob()
            stage = Stage(moment, f"sweep {sweep + 1}", log_prob, flips=float(record.flips[sweep]))
            yield Moments.joined([*film, Moments.none(count, stage)])
        return record


@dataclass(frozen=True)
class _Record:
    """What the sweeps leave behind.

    Attributes:
        marginals: (D, K) in step order, the mean conditional of each hidden step after burn-in.
        log_prob: (sweeps, B), nats.
        flips: (sweeps,), the share of the visits that changed a symbol.
    """

    marginals: NDArray[np.float64]
    log_prob: NDArray[np.float64]
    flips: NDArray[np.float64]


def _visits(problem: Problem, scan: str) -> list[NDArray[np.int64]]:
    """The hidden steps in groups that are drawn together, in the model's order."""
    model = problem.model
    assert isinstance(model, Autoregressive)  # noqa: S101 - as `needs` says
    hidden = np.flatnonzero(~problem.known.reshape(-1)[model.order])
    if scan == "blocks":
        return [hidden[block] for block in blocks(terms_of(model, hidden))]
    return list(hidden[:, None])


def _raster(problem: Problem) -> Generator[Moments, None, NDArray[np.uint8]]:
    """The images (B, *S) of a raster completion, and its film without its stages."""
    drawing = Raster(DrawControls()).run(problem)
    while True:
        try:
            part = next(drawing)
        except StopIteration as end:
            result: Inpainted = end.value
            return result.images
        yield replace(part, stages=())


def _noise(problem: Problem) -> Generator[Moments, None, NDArray[np.uint8]]:
    """Images (B, *S) in which every hidden symbol is as likely as any other."""
    model, hidden = problem.model, problem.hidden_places
    u = uniforms(problem.seed, problem.count, len(hidden))
    symbols = (u * model.space.levels).astype(np.uint8)
    images = np.repeat(problem.image[None].astype(np.uint8), problem.count, axis=0)
    images.reshape(problem.count, -1)[:, hidden] = symbols
    yield Moments(hidden.astype(np.int32), symbols.T.astype(np.int16))
    return images
