"""How one symbol is drawn: temperature and top-k, then inverse CDF from one uniform.

The sampler and the player of recordings use these same functions on the same float32
probabilities, so what the window shows is what was drawn, to the bit.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from genstudio.core.settings import Settings, setting

__all__ = ["DrawControls", "Way", "adjusted", "inverse_cdf"]


class Way(StrEnum):
    """How to get at the conditionals; the symbols drawn are the same.

    The naive way asks the whole network again for every symbol; it is the reference. The cached
    one computes only what a symbol adds, with torch, on any device. The compiled one does the
    same in machine code, on the CPU. The fastest is whichever is that and ready.
    """

    FASTEST = "fastest"
    COMPILED = "compiled"
    CACHED = "cached"
    NAIVE = "naive"


class DrawControls(Settings):
    """The knobs of a symbol-by-symbol sampler."""

    temperature: float = setting(
        1.0,
        help="Below 1 the likely symbols become likelier; above 1 everything evens out.",
        formula="q(v) ∝ p(v)^(1/T)",
        gt=0,
        le=10,
        log=True,
    )
    top_k: int = setting(
        0,
        help="Only the k likeliest symbols may be drawn; 0 allows all.",
        formula="q(v) ∝ p(v) · 1[v ∈ top k]",
        ge=0,
        le=256,
        label="Top-k",
    )


def adjusted(probabilities: NDArray[np.float32], controls: DrawControls) -> NDArray[np.float64]:
    """What is drawn from: p(v)^(1/T) over the k likeliest symbols, normalised.

    Args:
        probabilities: (..., K), the model's conditional.
        controls: temperature and top-k. Ties at the k-th place go to the smaller symbol.

    Returns:
        (..., K), float64, summing to 1.
    """
    p = probabilities.astype(np.float64)
    if controls.temperature != 1.0:
        with np.errstate(divide="ignore"):
            logs = np.log(p) / controls.temperature
        p = np.exp(logs - logs.max(axis=-1, keepdims=True))
    levels = p.shape[-1]
    if 0 < controls.top_k < levels:
        dropped = np.argsort(-p, axis=-1, kind="stable")[..., controls.top_k :]
        np.put_along_axis(p, dropped, 0.0, axis=-1)
    return np.asarray(p / p.sum(axis=-1, keepdims=True))


def inverse_cdf(p: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The smallest v with u < p(0) + … + p(v); p (B, K), u (B,) in [0, 1), returns (B,).

    A symbol of probability zero is never drawn, rounding at the upper end included.
    """
    cumulative = np.cumsum(p, axis=-1)
    total = cumulative[:, -1:]
    height = np.minimum(u[:, None] * total, np.nextafter(total, 0.0))
    drawn: NDArray[np.uint8] = (height >= cumulative).sum(axis=-1).astype(np.uint8)
    return drawn
