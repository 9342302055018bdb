"""What a film is shown as and played by, each with its explanation."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["EQUAL", "HELPS", "NOT_YET", "UNIT_HELPS", "Shown", "Unit"]


class Shown(StrEnum):
    """What the canvas shows of a film."""

    COMPLETIONS = "Completions"
    MEAN = "Mean"
    ENTROPY = "Entropy"
    WEIGHTS = "Weights"


class Unit(StrEnum):
    """What the playhead counts."""

    PIXEL = "Pixel"
    STAGE = "Stage"


HELPS = {
    Shown.COMPLETIONS: "What is drawn: each image is one completion",
    Shown.MEAN: "The mean completion: E[xᵢ | known] / (K − 1) at each pixel",
    Shown.ENTROPY: "How open each pixel is: H(p(xᵢ | known)) = −Σᵥ p(v) log₂ p(v)",
    Shown.WEIGHTS: "How much each completion counts: one with a small weight w is dimmed",
}
NOT_YET = "All has to be drawn first"
EQUAL = "This method's completions all weigh the same: w = 1 / B"
UNIT_HELPS = {
    Unit.PIXEL: "Play symbol by symbol: each step draws one hidden place in every completion",
    Unit.STAGE: "Play stage by stage: each step is a whole sweep, temperature or pass",
}
