"""Whether a model has learned enough to draw well."""

from __future__ import annotations

from genstudio.core.errors import UserError
from genstudio.core.runs import Run

__all__ = ["FEW_STEPS", "undertrained"]

FEW_STEPS = 300
_FEW_FOR_SOUND = 20_000  # a WaveNet whose digits are recognised has seen tens of thousands


def undertrained(run: Run) -> str:
    """A sentence where the model cannot draw well yet; empty where it can."""
    result = run.manifest.result
    try:
        steps = (
            result.steps if result is not None else max((m.step for m in run.metrics()), default=0)
        )
    except UserError:
        return ""
    sounds = run.manifest.space.kind == "sequence"
    if steps >= (_FEW_FOR_SOUND if sounds else FEW_STEPS):
        return ""
    expect = "noise more than music or speech" if sounds else "rough pictures"
    return f"Learned for {steps:,} steps only: expect {expect}".replace(",", " ")
