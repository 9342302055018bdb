"""Noise for training: a function of its key, on the device itself, so that a training resumes."""

from __future__ import annotations

import numpy as np
import torch

__all__ = ["generator_on"]


def generator_on(device: torch.device, *key: int) -> torch.Generator:
    """A generator of torch's that depends on its key alone.

    Each device draws numbers of its own. Where they must be the same everywhere, as in a score,
    `genstudio.core.uniforms.generator` draws them.
    """
    word = int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0])
    return torch.Generator(device).manual_seed(word >> 1)  # it takes 63 bits
