"""How likely the completions are over a film: the curve in its scrubber."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genstudio.core.inpainting import Film

__all__ = ["moment_curve", "stage_curve"]

_FLOOR = 0.2  # height of the lowest mean ln p, of 1: what is not known lies at 0


def stage_curve(film: Film) -> NDArray[np.float64]:
    """(stages,) heights 0 … 1 of the mean ln p at the end of each stage; 0 where not known."""
    return _heights(film, np.arange(1.0, len(film.stages) + 1), len(film.stages))


def moment_curve(film: Film) -> NDArray[np.float64]:
    """(length,) the same at each moment, straight from one stage's end to the next."""
    return _heights(film, np.array([stage.moment for stage in film.stages], float), film.length)


def _heights(film: Film, ends: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    means = np.array([stage.log_prob.mean() for stage in film.stages])
    known = np.isfinite(means)
    if known.sum() < 2:  # one value has no height among others
        return np.zeros(length)
    means, ends = means[known], ends[known]
    low, high = means.min(), means.max()
    heights = _FLOOR + (1 - _FLOOR) * (means - low) / max(high - low, 1e-9)
    curve: NDArray[np.float64] = np.interp(np.arange(1, length + 1), ends, heights, left=0.0)
    return curve
