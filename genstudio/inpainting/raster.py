"""Raster completion: clamp what is known, draw the rest in the model's order.

Each hidden symbol is drawn from p(xᵢ | x₁ … xᵢ₋₁). That is p(xᵢ | all that is known) only where
nothing known comes later; what does come later is kept, and not looked at.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator

import numpy as np

from genstudio.core.capabilities import Capability
from genstudio.core.draw import DrawControls
from genstudio.core.inpainting import Inpainted, Moments, Stage
from genstudio.core.uniforms import uniforms
from genstudio.inpainting.base import Method, Problem
from genstudio.models.base import Autoregressive

__all__ = ["Raster"]


class Raster(Method):
    """The completion of the papers, and of every library."""

    title = "Raster"
    position = 1
    sentence = (
        "Keeps the known symbols and draws the hidden ones in order, each given those before it: "
        "fast, and it ignores known pixels that come later."
    )
    formula = "xᵢ ~ p(xᵢ | x₁ … xᵢ₋₁)"
    needs = (Capability.AUTOREGRESSIVE,)
    sees = "past"
    Controls = DrawControls
    settings: DrawControls

    def stages(self, problem: Problem) -> int:
        """One pass."""
        return 1

    def run(self, problem: Problem) -> Generator[Moments, None, Inpainted]:
        """Draw them together; completion b is drawn with the uniforms of sample b."""
        began = time.perf_counter()
        model = problem.model
        assert isinstance(model, Autoregressive)  # noqa: S101 - as `needs` says
        count, levels = problem.count, model.space.levels
        u = uniforms(problem.seed, count, model.space.dimensions)
        known = problem.known.reshape(-1)[model.order]
        symbols = np.empty((count, known.size), np.int64)
        marginals = np.zeros((known.size, levels))
        log_prob = np.zeros(count)
        every = np.arange(count)[:, None]
        drawn = 0
        x = problem.images()
        clamped = x.new_tensor(problem.known).bool().expand(count, *problem.known.shape)
        for chunk in model.complete_steps(x, clamped, u, self.settings, problem.labels()):
            here = slice(chunk.first, chunk.first + chunk.symbols.shape[1])
            symbols[:, here] = chunk.symbols
            p = chunk.probabilities
            taken = p[every, np.arange(p.shape[1]), chunk.symbols].astype(np.float64)
            log_prob += np.log(np.maximum(taken, np.finfo(np.float32).tiny)).sum(axis=1)
            # The mean of what they were drawn from is a better estimate than that of the draws.
            marginals[here] = p.sum(axis=0, dtype=np.float64) / count
            new = np.arange(here.start, here.stop)[~known[here]]
            drawn += len(new)
            last = here.stop == known.size
            yield Moments(
                model.order[new].astype(np.int32),
                symbols[:, new].T.astype(np.int16),
                (Stage(drawn, "one pass", log_prob.copy()),) if last else (),
            )
        marginals[known] = 0
        marginals[known, symbols[0, known]] = 1
        images = np.empty((count, known.size), np.uint8)
        images[:, model.order] = symbols
        placed = np.empty_like(marginals)
        placed[model.order] = marginals
        exact = bool(known[: known.size - drawn].all()) and self.settings == DrawControls()
        return Inpainted(
            images=images.reshape(count, *model.space.shape),
            weights=np.full(count, 1 / count),
            log_prob=log_prob,
            marginals=placed.reshape(*model.space.shape, levels).astype(np.float32),
            log_evidence=math.nan,
            evidence_error=math.nan,
            exact=False,
            settled=True if exact else None,
            verdict=(
                "Nothing known comes after the hole: these are draws from the posterior itself."
                if exact
                else "Known pixels after the hole were not looked at."
            ),
            effective=float(count),
            autocorrelation=np.empty(0),
            seconds=time.perf_counter() - began,
        )
