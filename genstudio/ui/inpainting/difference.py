"""What two methods made of the same image, mask and seed, in one sentence."""

from __future__ import annotations

import math

from genstudio.ui.inpainting.trial import Trial

__all__ = ["difference"]

_ALIKE = 0.5  # nats: below this the means are called alike


def difference(first: Trial, second: Trial) -> str:
    """How much likelier the model finds the completions of one than those of the other.

    The mean of ln p over each one's completions, by their weights; nats. Empty until both have
    finished and know ln p.
    """
    pair = [(first.mean_log_prob(), first), (second.mean_log_prob(), second)]
    if not all(math.isfinite(mean) for mean, _ in pair):
        return ""
    (worse, behind), (better, ahead) = sorted(pair, key=lambda each: each[0])
    means = f"mean log p {_nats(better)} against {_nats(worse)} nats"
    if better - worse < _ALIKE:
        return f"{ahead.method.title} and {behind.method.title} come out alike here: {means}."
    words = (
        f"The model finds {ahead.method.title}’s completions {better - worse:.1f} nats likelier "
        f"than {behind.method.title}’s: {means}."
    )
    if behind.method.sees == "past" and ahead.method.sees == "all":
        words += f" {behind.method.title} did not see the pixels that come after the hole."
    return words


def _nats(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
