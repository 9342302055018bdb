"""Enumeration: every completion is weighed, so the posterior is known without error.

p(x_h | x_k) = p(x) / Σ over all x_h of p(x), and the sum is p(x_k): the oracle that the other
methods are held to. There are K^n completions of n hidden symbols, so n has to be small.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from genstudio.core.capabilities import Capability
from genstudio.core.errors import UserError
from genstudio.core.inpainting import Inpainted, Moments, Stage
from genstudio.core.settings import Settings
from genstudio.core.uniforms import uniforms
from genstudio.inpainting.base import Method, Problem
from genstudio.models.base import Autoregressive, Density

__all__ = ["Exact"]

_MOST = 2**14
_IMAGES = 64
"""Completions in one pass of the network: bounds the memory, and how long a cancellation waits."""


class ExactControls(Settings):
    """None: there is one posterior."""


class Exact(Method):
    """Every completion weighed by its probability."""

    title = "Exact"
    position = 4
    sentence = (
        "Weighs every possible completion by its probability and draws from them: no error, "
        "but only few symbols can be hidden."
    )
    formula = "p(x_h | x_k) = p(x) / Σ p(x) over all x_h"
    needs = (Capability.DENSITY,)
    sees = "all"
    Controls = ExactControls

    def check(self, problem: Problem) -> None:
        """Refuse more completions than can be weighed.

        Raises:
            UserError: the model has no exact likelihood, or there are more than 2¹⁴ completions.
        """
        super().check(problem)
        hidden, levels = len(problem.hidden_places), problem.model.space.levels
        digits = hidden * math.log10(levels)
        if levels**hidden > _MOST:
            many = f"{levels**hidden:,}" if digits < 12 else f"about 10^{digits:.0f}"
            raise UserError(
                f"Exact weighs at most {_MOST:,} completions, but {hidden} hidden symbols of "
                f"{levels} levels have {many}.",
                f"Hide at most {math.floor(math.log(_MOST, levels) + 1e-9)} symbols.",
            )

    def stages(self, problem: Problem) -> int:
        """All are drawn at once."""
        return 1

    def run(self, problem: Problem) -> Generator[Moments, None, Inpainted]:
        """Yields nothing new while it weighs; then the draws, in the model's order.

        Completion b is the inverse of the posterior's distribution function at uniform b, the
        completions in the order of the numbers that they are in base K.
        """
        began = time.perf_counter()
        model, count, levels = problem.model, problem.count, problem.model.space.levels
        hidden = problem.hidden_places
        if isinstance(model, Autoregressive):
            hidden = model.order[~problem.known.reshape(-1)[model.order]]
        number = levels ** len(hidden)
        log_prob = np.empty(number)
        for start in range(0, number, _IMAGES):
            numbers = np.arange(start, min(start + _IMAGES, number))
            log_prob[numbers] = _log_prob(problem, hidden, _symbols(numbers, len(hidden), levels))
            yield Moments.none(count)

        top = log_prob.max()
        p = np.exp(log_prob - top)
        total = p.sum()
        cumulative = np.cumsum(p)
        u = uniforms(problem.seed, count, 1)[:, 0]
        height = np.minimum(u * cumulative[-1], np.nextafter(cumulative[-1], 0.0))
        chosen = np.searchsorted(cumulative, height, side="right")
        symbols = _symbols(chosen, len(hidden), levels)
        images = np.repeat(problem.image.astype(np.uint8).reshape(1, -1), count, axis=0)
        images[:, hidden] = symbols
        stage = Stage(len(hidden), "drawn", log_prob[chosen])
        yield Moments(hidden.astype(np.int32), symbols.T.astype(np.int16), (stage,))

        marginals = np.zeros((model.space.dimensions, levels))
        marginals[np.arange(len(marginals)), problem.image.reshape(-1)] = 1
        # In base K the symbol of a place is one axis of the table of all probabilities.
        table = (p / total).reshape((levels,) * len(hidden))
        for axis, place in enumerate(hidden):
            others = tuple(other for other in range(len(hidden)) if other != axis)
            marginals[place] = table.sum(axis=others)
        return Inpainted(
            images=images.reshape(count, *model.space.shape),
            weights=np.full(count, 1 / count),
            log_prob=log_prob[chosen],
            marginals=marginals.reshape(*model.space.shape, levels).astype(np.float32),
            log_evidence=float(top + np.log(total)),
            evidence_error=0.0,
            exact=True,
            settled=True,
            verdict=f"All {number:,} completions were weighed: this is the posterior itself.",
            effective=float(count),
            autocorrelation=np.empty(0),
            seconds=time.perf_counter() - began,
        )


def _symbols(numbers: NDArray[np.int64], n: int, levels: int) -> NDArray[np.int64]:
    """Completions by number: their n digits in base K, the first the most significant."""
    digits: NDArray[np.int64] = numbers[:, None] // levels ** np.arange(n)[::-1] % levels
    return digits


@torch.no_grad()
def _log_prob(
    problem: Problem, hidden: NDArray[np.int64], symbols: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Ln p, nats, of the image with these symbols (m, n) in the hidden places; (m,)."""
    x = problem.images(len(symbols))
    x.flatten(1)[:, torch.from_numpy(hidden)] = x.new_tensor(symbols)
    y = problem.labels(len(symbols))
    model = problem.model
    if isinstance(model, Autoregressive):  # its terms are added with twice the digits
        return (-model.surprise(x, y).flatten(1).double().sum(dim=1)).cpu().numpy()
    return cast(Density, model).log_prob(x, y).double().cpu().numpy()
