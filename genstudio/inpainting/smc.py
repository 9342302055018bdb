"""Sequential Monte Carlo: particles that pay for every known symbol they meet.

Each particle is drawn in the model's order. A hidden symbol is proposed by p(xₜ | past), which
cancels in the weight; a known one weighs the particle with its probability. So the mean weight
estimates p(x_k), and the weighted particles p(x_h | x_k) (Doucet & Johansen 2009).

Where many known symbols follow one another, as below a hidden top, their joint weight would leave
one particle. It is then tempered in (Neal 2001; Del Moral, Doucet & Jasra 2006): over
p_β(x_h) ∝ p(x_h, known before) · p(the run | …)^β for β from 0 to 1, each β as far from the last
as the effective sample size allows, with a resampling and Gibbs visits at each.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.capabilities import Capability
from genstudio.core.draw import DrawControls
from genstudio.core.errors import UserError
from genstudio.core.inpainting import RESAMPLED, Inpainted, Moments, Stage
from genstudio.core.settings import Settings, setting
from genstudio.core.uniforms import generator, uniforms
from genstudio.inpainting.base import Method, Problem
from genstudio.inpainting.visiting import visit
from genstudio.inpainting.weighing import (
    effective_size,
    log_sum,
    next_power,
    relative_variance,
    systematic,
)
from genstudio.kernels.base import Drawing
from genstudio.models.base import Autoregressive
from genstudio.models.rescoring import Rescorer
from genstudio.models.sampling import Sampler

__all__ = ["SMC", "SMCControls"]

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST = np.iinfo(np.int16).max
_BURST = 0.004
"""Seconds of drawing between two yields, as in `models.sampling`."""
_SETTLED = 0.5
"""Nats: a standard error of ln p(known) up to which an estimate counts as settled."""

Schedule = list[list[float]]
"""For each run of known symbols the powers β at which the particles are resampled."""


class SMCControls(Settings):
    """When particles are resampled, and what is done about their growing alike."""

    threshold: float = setting(
        0.5,
        help="Resample when the weights leave an effective sample size below this share.",
        formula="1 / Σ W² < τ N",
        gt=0,
        le=0.95,
    )
    temper: bool = setting(
        True,
        help="Let a run of known pixels in by degrees when at once it would leave few particles.",
        formula="p(run | x)^β, β = 0 … 1",
    )
    moves: float = setting(
        0.25,
        help="Gibbs visits at each temperature, as a share of the hidden symbols drawn so far.",
        unit="sweeps",
        ge=0,
        le=10,
    )
    frozen: bool = setting(
        False,
        help="Run twice, and let the first run choose the temperatures: then the estimate of "
        "p(known) is unbiased; with temperatures chosen on the way it is only consistent.",
        advanced=True,
    )


class SMC(Method):
    """Particles proposed in order, weighted by the known symbols, resampled and moved."""

    title = "SMC"
    position = 3
    sentence = (
        "Draws many completions in order, weighs each by how well it predicts the known symbols it "
        "meets, and lets the good ones multiply."
    )
    formula = "W ∝ Π p(xₖ | x₁ … xₖ₋₁) over the known k"
    needs = (Capability.AUTOREGRESSIVE,)
    sees = "all"
    Controls = SMCControls
    settings: SMCControls

    def check(self, problem: Problem) -> None:
        """Also refuse more particles than a recording can number."""
        super().check(problem)
        if problem.count > _MOST:
            raise UserError(f"At most {_MOST:,} particles, not {problem.count:,}.")

    def run(self, problem: Problem) -> Generator[Moments, None, Inpainted]:
        """Draw, weigh, resample, move; at the end once more, so that all count the same."""
        began = time.perf_counter()
        moment, schedule = 0, None
        if self.settings.frozen:
            pilot = _Particles(problem, self.settings, "first run, ", 0, None)
            yield from pilot.walk()
            moment, schedule = pilot.moment, pilot.schedule
        particles = _Particles(problem, self.settings, "", moment, schedule)
        yield from particles.walk()
        return particles.result(time.perf_counter() - began)


@dataclass
class _Particles:
    """N particles on their way through the steps.

    Attributes:
        problem: what they complete.
        settings: how.
        prefix: of the stages' names.
        moment: how many moments there have been.
        given: the powers to resample at, or None to choose them.
        schedule: those that were.
        log_weights: (N,), ln W, normalised.
        log_prob: (N,) nats, ln p of what is drawn and met.
        log_evidence: estimate of ln p of what is met, nats.
        beginnings: (N,), which particle of the start each descends from.
    """

    problem: Problem
    settings: SMCControls
    prefix: str
    moment: int
    given: Schedule | None
    schedule: Schedule = field(default_factory=list)

    def __post_init__(self) -> None:
        model, count = self.problem.model, self.problem.count
        assert isinstance(model, Autoregressive)  # noqa: S101 - as `needs` says
        self.model = model
        self.known = self.problem.known.reshape(-1)[model.order]
        self.hidden = np.flatnonzero(~self.known)
        # The last run draws with the uniforms of raster's completions, to be compared with them.
        pilot = bool(self.prefix)
        self.rng = generator(self.problem.seed, 0, 1 + pilot)
        size = count, self.known.size
        start = self.problem.image.reshape(-1)[model.order].astype(np.uint8)
        self.drawing = Drawing(
            np.repeat(start[None], count, axis=0),
            np.repeat(self.known[None], count, axis=0),
            self.rng.random(size) if pilot else uniforms(self.problem.seed, *size),
            DrawControls(),
        )
        self.log_weights = np.full(count, -math.log(count))
        self.log_prob = np.zeros(count)
        self.log_evidence = 0.0
        self.beginnings = np.arange(count)
        self.flips = math.nan
        self.sampler: Sampler | None = None
        self.rescorer: Rescorer | None = None
        self._queue: list[int] = []

    @property
    def blind(self) -> bool:
        """Whether nothing known comes after the first hidden symbol."""
        return not self.known[self.hidden[0] :].any()

    def walk(self) -> Generator[Moments, None, None]:
        """From the first hidden symbol to the end, then resample so that the weights are equal."""
        first, total = int(self.hidden[0]), self.known.size
        p = yield from self._begin(first)
        self.log_prob = _taken(p, self.drawing.symbols[:, :first]).sum(axis=1)
        self.log_evidence = float(self.log_prob[0])
        while first < total:
            run = first + int(np.argmax(np.append(self.known[first:], True)))
            after = run + int(np.argmax(np.append(~self.known[run:], True)))
            yield from self._draw(first, run)
            likelihood = yield from self._draw(run, after)
            yield from self._meet(run, after, likelihood)
            first = after
        self.final_weights = np.exp(self.log_weights)
        self.final_beginnings = self.beginnings
        self.marginals = self._marginals()
        if effective_size(self.log_weights) < (1 - 1e-9) * len(self.log_weights):
            yield from self._resample(total)
            if self.settings.temper:
                yield from self._move(total, np.ones(total))
        beta = math.nan if self.blind else 1.0
        yield self._pause(self._stage("the end", beta, self.final_weights, total))

    def result(self, seconds: float) -> Inpainted:
        """After the walk."""
        model, count = self.model, self.problem.count
        images = np.empty_like(self.drawing.symbols)
        images[:, model.order] = self.drawing.symbols
        placed = np.empty_like(self.marginals)
        placed[model.order] = self.marginals
        weights, beginnings = self.final_weights, self.final_beginnings
        variance = relative_variance(weights, beginnings)
        error = 0.0 if self.blind else math.sqrt(variance)
        families = np.bincount(beginnings, weights)
        settled, verdict = self._verdict(len(np.unique(self.beginnings)), error)
        return Inpainted(
            images=images.reshape(count, *model.space.shape),
            weights=np.full(count, 1 / count),
            log_prob=self.log_prob,
            marginals=placed.reshape(*model.space.shape, -1).astype(np.float32),
            log_evidence=self.log_evidence,
            evidence_error=error,
            exact=False,
            settled=settled,
            verdict=verdict,
            effective=float(1 / np.square(families).sum()),
            autocorrelation=np.empty(0),
            seconds=seconds,
        )

    def _verdict(self, beginnings: int, error: float) -> tuple[bool, str]:
        count = self.problem.count
        if self.blind:
            return True, (
                "Nothing known comes after the hole: these are draws from the posterior itself."
            )
        if count == 1:
            return False, "One particle has nothing to be weighed against: more particles."
        remedy = "more moves" if self.settings.temper else "tempering"
        if beginnings == 1:
            return False, f"All particles descend from one: more particles, or {remedy}."
        said = f"{beginnings} of {count} particles descend from different beginnings"
        if error > _SETTLED:
            return False, f"{said}: more particles, or {remedy}."
        return True, f"{said}."

    def _begin(self, steps: int) -> Generator[Moments, None, NDArray[np.float32]]:
        """A sampler past the first steps, all decided; their conditionals, (N, steps, K)."""
        y = self.problem.labels()
        self.sampler = self.model.sampler(self._images(steps), y)
        yield self._pause()
        if not steps:
            return np.empty((self.problem.count, 0, self.model.space.levels), np.float32)
        return self.sampler.skip(self.drawing, steps)

    def _draw(self, first: int, last: int) -> Generator[Moments, None, Doubles]:
        """Draw steps that are all hidden, or follow such as are all known; their ln p, (N,)."""
        assert self.sampler is not None  # noqa: S101 - for the type checker
        total = np.zeros(self.problem.count)
        known = bool(self.known[first:last].all())
        go_on = self.sampler.follow if known else self.sampler.draw
        length = 1
        while first < last:
            upto = min(last, first + length)
            began = time.perf_counter()
            p = go_on(self.drawing, first, upto)
            took = time.perf_counter() - began
            terms = _taken(p, self.drawing.symbols[:, first:upto])
            total += terms.sum(axis=1)
            new = np.arange(0 if known else upto - first) + first
            yield self._moments(self.model.order[new], self.drawing.symbols[:, new].T)
            first = upto
            length = 2 * length if took < _BURST / 2 else max(1, length // (1 + (took > _BURST)))
        self.log_prob += total
        return total

    def _meet(self, run: int, after: int, likelihood: Doubles) -> Generator[Moments, None, None]:
        """Weigh by the known symbols `run` … `after - 1`, all at once or by degrees."""
        powers: list[float] = []
        self.schedule.append(powers)
        tempered, done = self.settings.temper, 0.0
        while (power := self._next_power(done, likelihood)) is not None:
            self._weigh((power - done) * likelihood)
            weights = np.exp(self.log_weights)
            powers.append(power)
            done = power
            ancestors = yield from self._resample(after)
            likelihood = likelihood[ancestors]
            if tempered and self.settings.moves:
                counts = np.where(np.arange(self.known.size) < run, 1.0, power)
                counts[after:] = 0
                yield from self._move(after, counts)
                assert self.rescorer is not None  # noqa: S101 - for the type checker
                likelihood = self.rescorer.terms[:, run:after].sum(axis=1)
            name = f"β = {power:.2g}" if tempered else "resampled"
            yield self._pause(self._stage(name, power, weights, after))
        self._weigh((1 - done) * likelihood)
        if self.rescorer is not None and after < self.known.size:
            self.rescorer = None
            self.drawing.given[:, :after] = True
            yield from self._begin(after)

    def _next_power(self, done: float, likelihood: Doubles) -> float | None:
        """Up to which power a run counts before the next resampling; None if it needs none."""
        if self.given is not None:
            mine = self.given[len(self.schedule) - 1]
            return next((power for power in mine if power > done), None)
        target = self.settings.threshold * self.problem.count
        if effective_size(self.log_weights + (1 - done) * likelihood) >= target:
            return None
        if not self.settings.temper:
            return 1.0
        return done + next_power(self.log_weights, likelihood, 1 - done, target)

    def _weigh(self, scores: Doubles) -> None:
        weighed = self.log_weights + scores
        mean = log_sum(weighed)
        self.log_evidence += mean
        self.log_weights = weighed - mean

    def _resample(self, steps: int) -> Generator[Moments, None, Ints]:
        """Particles multiply or die at the end of so many steps."""
        ancestors = systematic(np.exp(self.log_weights), self.rng.random())
        if self.rescorer is not None:
            self.rescorer.select(ancestors)
            self.drawing.symbols[:] = self.drawing.symbols[ancestors]
        elif steps == self.known.size:
            self.drawing.symbols[:] = self.drawing.symbols[ancestors]
        else:
            assert self.sampler is not None  # noqa: S101 - for the type checker
            self.sampler.select(self.drawing, ancestors, steps)
        self.log_prob = self.log_prob[ancestors]
        self.beginnings = self.beginnings[ancestors]
        self.log_weights = np.full(len(ancestors), -math.log(len(ancestors)))
        yield self._moments(np.array([RESAMPLED]), ancestors[None])
        return ancestors

    def _move(self, steps: int, counts: Doubles) -> Generator[Moments, None, None]:
        """Visit a share of the hidden symbols drawn so far, each in its turn, by chance."""
        drawn = self.hidden[self.hidden < steps]
        visits = math.ceil(self.settings.moves * len(drawn))
        if not visits:
            return
        if self.rescorer is None:
            self.rescorer = self.model.rescorer(self._images(steps), self.problem.labels())
            self._queue = []
            yield self._pause()
        changed = 0.0
        for _ in range(visits):
            if not self._queue:
                self._queue = self.rng.permutation(drawn).tolist()
            step = self._queue.pop()
            before = self.drawing.symbols[:, step]
            symbols, _ = visit(self.rescorer, step, counts, self.rng.random(len(before)))
            changed += float((symbols != before).mean())
            self.drawing.symbols[:, step] = symbols
            yield self._moments(self.model.order[step : step + 1], symbols[None])
        self.flips = changed / visits
        self.log_prob = self.rescorer.terms[:, :steps].sum(axis=1)

    def _marginals(self) -> NDArray[np.float64]:
        """(D, K), of the weighted particles."""
        found = [
            self.final_weights @ (self.drawing.symbols == symbol)
            for symbol in range(self.model.space.levels)
        ]
        return np.stack(found, axis=1)

    def _images(self, steps: int) -> Tensor:
        """(N, *S): the symbols of the first steps and all that is known, 0 elsewhere."""
        symbols = self.drawing.symbols.astype(np.int64)
        symbols[:, steps:] *= self.known[steps:]
        places = np.empty_like(symbols)
        places[:, self.model.order] = symbols
        x = torch.from_numpy(places).view(-1, *self.model.space.shape)
        return x.to(self.model.device)

    def _moments(self, places: Ints, symbols: NDArray[np.integer]) -> Moments:
        self.moment += len(places)
        return Moments(places.astype(np.int32), symbols.astype(np.int16))

    def _pause(self, *stages: Stage) -> Moments:
        """Nothing is drawn, but a wish is heard."""
        return Moments(np.empty(0, np.int32), np.empty((0, self.problem.count), np.int16), stages)

    def _stage(self, name: str, beta: float, weights: Doubles, steps: int) -> Stage:
        """A stage that ends now, in which the particles had these weights."""
        whole = steps == self.known.size
        return Stage(
            self.moment,
            f"{self.prefix}{name}",
            self.log_prob.copy() if whole else np.full_like(self.log_prob, math.nan),
            self.flips,
            float(1 / np.square(weights).sum()),
            beta,
            self.log_evidence,
        )


def _taken(p: NDArray[np.float32], symbols: NDArray[np.uint8]) -> Doubles:
    """Ln p of the symbols (N, n) under the conditionals (N, n, K), nats."""
    taken = np.take_along_axis(p, symbols[..., None].astype(np.intp), axis=2)[..., 0]
    found: Doubles = np.log(np.maximum(taken, np.finfo(np.float32).tiny), dtype=np.float64)
    return found
