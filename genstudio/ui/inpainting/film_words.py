"""What is said of a film: its moments, its stages, its completions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from genstudio.core.inpainting import RESAMPLED, Film, Inpainted, Stage

__all__ = ["completion_words", "entropy_words", "moment_words", "progress_words", "stage_words"]


def stage_words(stage: Stage) -> str:
    """A stage's name, and the mean ln p at its end where that is known."""
    return stage.name.capitalize() + _nats(stage)


def moment_words(film: Film, moment: int, total: int) -> str:
    """What happened at a moment, 1 … length."""
    place = int(film.places[moment - 1])
    row, column = divmod(place // film.space.channels, film.space.width)
    words = f"row {row + 1}, column {column + 1}"
    if place == RESAMPLED:
        words = "resampled: the heavy go on as copies, the light end"
    ended = film.stage_at(moment - 1)
    stage = film.stages[ended].name if ended < len(film.stages) else "under way"
    return f"Moment {moment} of {total}: {words}, {stage}"


def progress_words(film: Film, moment: int, reached: NDArray[np.bool_], ended: bool) -> str:
    """How far it is: the last stage that is whole, or how much of the hole is filled."""
    done = film.stage_at(moment)
    if not done:
        hidden = ~film.known
        return f"{int((reached & hidden).sum())} of {int(hidden.sum())} hidden symbols drawn"
    stage, many = film.stages[done - 1], len(film.stages) if ended else film.expected_stages
    of = f", stage {done} of {many}" if many > 1 else ""
    return f"{stage.name.capitalize()}{of}{_nats(stage)}"


def completion_words(film: Film, found: Inpainted | None, index: int) -> str:
    """Which completion, and what it weighs once that is known."""
    words = f"Completion {index + 1} of {film.count}"
    if found is not None:
        weight, log_prob = float(found.weights[index]), float(found.log_prob[index])
        words += f": weight {weight:.3g}"
        if math.isfinite(log_prob):
            words += f", log p = {log_prob:.1f} nats".replace("-", "−")
    return words


def entropy_words(film: Film, found: Inpainted) -> str:
    """The mean entropy of what is hidden, in both units."""
    hidden = found.entropy[~film.known]
    mean = float(hidden.mean()) if hidden.size else 0.0
    return (
        f"Mean over {hidden.size} hidden symbols: {mean / math.log(2):.3f} bits = {mean:.3f} nats"
    )


def _nats(stage: Stage) -> str:
    """The mean ln p, led in by a comma; empty where it is not known."""
    mean = float(stage.log_prob.mean())
    return f", mean log p = {mean:.1f} nats".replace("-", "−") if math.isfinite(mean) else ""
