"""The chain-rule laboratory: what is asked of the engine, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.joinable import Joinable
from genstudio.core.messages import Request
from genstudio.core.settings import Settings, setting

__all__ = [
    "CURVE",
    "LEAST_PIXELS",
    "LEAST_SAMPLES",
    "MOST_PIXELS",
    "MOST_SAMPLES",
    "ChainFit",
    "ChainNews",
    "ChainPoint",
    "ChainRule",
    "ChainSettings",
    "ChainTruth",
]

LEAST_PIXELS, MOST_PIXELS = 4, 12
LEAST_SAMPLES, MOST_SAMPLES = 10, 10_000
CURVE = (10, 30, 100, 300, 1000, 3000, 10_000)
"""Numbers of samples at which the divergence is drawn."""


class ChainSettings(Settings):
    """What a person chooses; the source of the panel's form."""

    pixels: int = setting(
        12,
        help="How many binary pixels the images are reduced to; they have 2ⁿ states.",
        formula="n",
        ge=LEAST_PIXELS,
        le=MOST_PIXELS,
        label="Pixels n",
    )
    samples: int = setting(
        100,
        help="How many samples of the truth every model learns from.",
        formula="m",
        ge=LEAST_SAMPLES,
        le=MOST_SAMPLES,
        log=True,
        label="Samples m",
    )
    data: Literal["digits", "mnist"] = setting(
        "digits", help="Whose images are reduced to n pixels.", label="Images of"
    )
    alpha: float = setting(
        1.0,
        help="The Laplace prior of the tables: without it a state that was never seen would have "
        "the probability 0, and the divergence would be infinite.",
        formula="(count + α) / (total + 2α)",
        ge=0.001,
        le=100,
        log=True,
        label="Prior α",
    )
    seed: int = setting(
        0,
        help="Which samples; a larger m adds to those of a smaller one.",
        ge=0,
        le=2**31 - 1,
    )


@dataclass(frozen=True)
class ChainRule(Request):
    """Fit every factorisation to m samples of a known distribution over 2ⁿ states.

    Progress: `ChainNews`, as each is fitted. Result: one `ChainNews` with everything.

    Attributes:
        settings: pixels, samples, data, prior and seed.
        curve: further numbers of samples to measure the divergence at.
    """

    job: ClassVar[str] = "chain_rule"

    settings: ChainSettings
    curve: tuple[int, ...] = ()


@dataclass(frozen=True)
class ChainTruth:
    """The distribution that is learned.

    Attributes:
        shape: (height, width) of a state as a picture.
        images: how many images it comes from.
        patterns: how many different states those show.
        smoothing: the share that is spread evenly over all states.
        probabilities: (2ⁿ,), see `core.joint`.
        counts: (2ⁿ,) how often each state is among the m samples.
        drawn: (B, n) uint8, drawn from it with the uniforms that the models are drawn with.
    """

    shape: tuple[int, int]
    images: int
    patterns: int
    smoothing: float
    probabilities: NDArray[np.float64]
    counts: NDArray[np.int64]
    drawn: NDArray[np.uint8]


@dataclass(frozen=True)
class ChainFit:
    """One model, fitted to the m samples.

    Attributes:
        family: its name.
        title: its title.
        parameters: how many there are.
        formula: how that number comes about.
        probabilities: (2ⁿ,).
        divergence: KL(truth ‖ model), nats.
        drawn: (B, n) uint8.
        seconds: what fitting took.
    """

    family: str
    title: str
    parameters: int
    formula: str
    probabilities: NDArray[np.float64]
    divergence: float
    drawn: NDArray[np.uint8]
    seconds: float


@dataclass(frozen=True)
class ChainPoint:
    """KL(truth ‖ model), nats, of a family fitted to so many samples."""

    family: str
    samples: int
    divergence: float


@dataclass(frozen=True)
class ChainNews(Joinable):
    """What is known since the last time."""

    truth: ChainTruth | None = None
    fits: tuple[ChainFit, ...] = ()
    points: tuple[ChainPoint, ...] = ()

    @classmethod
    def joined(cls, parts: Sequence[ChainNews]) -> ChainNews:
        """All of it."""
        truths = [part.truth for part in parts if part.truth is not None]
        return cls(
            truths[-1] if truths else None,
            tuple(fit for part in parts for fit in part.fits),
            tuple(point for part in parts for point in part.points),
        )
