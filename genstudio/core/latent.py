"""Draws of models with a latent space: a code, what it decodes to, and symbols."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.core.settings import Settings, setting

__all__ = ["Coded", "LatentControls", "LatentDraws", "Posterior", "Survey"]


class LatentControls(Settings):
    """The knobs of a decoder that draws."""

    temperature: float = setting(
        1.0,
        help="How widely codes are drawn: below 1 nearer to the middle, where data are typical.",
        formula="z ~ N(0, τ² I)",
        ge=0,
        le=10,
        log=True,
        label="Temperature τ",
    )


@dataclass(frozen=True)
class LatentDraws:
    """The three stages of a drawing, of B data together.

    Attributes:
        codes: (B, *Z) float32, z.
        expected: (B, *S) float32, the expected datum given z, in symbol units.
        images: (B, *S) uint8, drawn given z where the model has a distribution of x given z, else
            the nearest symbols.
        labels: (B, L) int64, the classes asked for; L is 0 when there are none.
        prior: in a sentence, where z was drawn from and what speaks for that.
    """

    codes: NDArray[np.float32]
    expected: NDArray[np.float32]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    prior: str


@dataclass(frozen=True)
class Coded:
    """Where images are in the latent space, and what comes back.

    Attributes:
        codes: (B, *Z) float32, the mean of the code of each image.
        std: (B, *Z) float32, its standard deviation; None where an image has one code.
        expected: (B, *S) float32, what the mean decodes to, in symbol units.
        error: (B,) float64, the mean square over the places, of symbols on the scale 0 … 1.
        bound: (B,) float64, nats, ln p(x) is at least that; None of a model without a bound.
    """

    codes: NDArray[np.float32]
    std: NDArray[np.float32] | None
    expected: NDArray[np.float32]
    error: NDArray[np.float64]
    bound: NDArray[np.float64] | None


@dataclass(frozen=True)
class Survey:
    """A latent space as a split of the data fills it.

    Attributes:
        split: of which data.
        numbers: (n,) indices in the split.
        images: (n, *S) uint8.
        labels: (n, L) int64.
        codes: (n, Z) float32, the means, flattened.
        std: (n, Z) float32, or None.
        carries: (Z,) float64, how much each dimension carries: nats of KL where there are
            posteriors, else the variance of the codes.
        unit: "nats" or "variance".
        aggregated_mean: (Z,) float64, of the aggregated posterior q(z) = 1/n Σ q(z | x).
        aggregated_std: (Z,) float64: √(variance of the means + mean of the variances).
        posterior_std: (Z,) float64, the typical σ of one datum; the codes' own where there is none.
        prior_std: (Z,) float64, of what is drawn; 1 for N(0, I).
        collapsed: (Z,) bool, dimensions that carry next to nothing.
        warning: in a sentence, when dimensions have collapsed; empty otherwise.
    """

    split: str
    numbers: NDArray[np.int64]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    codes: NDArray[np.float32]
    std: NDArray[np.float32] | None
    carries: NDArray[np.float64]
    unit: str
    aggregated_mean: NDArray[np.float64]
    aggregated_std: NDArray[np.float64]
    posterior_std: NDArray[np.float64]
    prior_std: NDArray[np.float64]
    collapsed: NDArray[np.bool_]
    warning: str


@dataclass(frozen=True)
class Posterior:
    """q(z | x) over the true p(z | x), on a grid of two latent dimensions; the rest is held.

    Attributes:
        dimensions: the two.
        axes: (2, n) float64, the coordinates along each.
        log_p: (n, n) float64, ln p(z | x) by normalising p(x | z) p(z) on the grid, nats; rows
            follow the first dimension.
        log_q: (n, n) float64, ln q(z | x) of the two, nats.
        log_evidence: ln p(x) by integration on the grid, nats; NaN with more than two dimensions.
        elbo: nats.
        divergence: KL(q ‖ p) of the two dimensions on the grid, nats; with just two dimensions it
            is the gap between ln p(x) and the ELBO.
    """

    dimensions: tuple[int, int]
    axes: NDArray[np.float64]
    log_p: NDArray[np.float64]
    log_q: NDArray[np.float64]
    log_evidence: float
    elbo: float
    divergence: float
