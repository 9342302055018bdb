"""Randomness as an argument: uniforms that depend on (seed, sample, position) alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["generator", "uniforms"]


def generator(*key: int) -> np.random.Generator:
    """A counter-based generator that is a pure function of its key.

    `SeedSequence` spreads the key's words, so neighbouring keys are as independent as any.
    """
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key)))


def uniforms(seed: int, count: int, length: int, first: int = 0) -> NDArray[np.float64]:
    """Uniforms in [0, 1) for samples `first` … `first + count - 1`, shape (count, length).

    Row b is a function of (seed, first + b) and column i its i-th number: the same sample
    meets the same uniforms whatever the batch it is drawn in.
    """
    rows = [generator(seed, first + index).random(length) for index in range(count)]
    return np.stack(rows) if rows else np.empty((0, length))
