"""Draws of models with a latent space: a code, what it decodes to, and symbols."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.core.settings import Settings, setting

__all__ = ["LatentControls", "LatentDraws"]


class LatentControls(Settings):
    """The knobs of a decoder that draws."""

    temperature: float = setting(
        1.0,
        help="How widely codes are drawn: below 1 nearer to the middle, where data are typical.",
        formula="z ~ N(0, τ² I)",
        ge=0,
        le=10,
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
