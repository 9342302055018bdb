"""What a training is asked to do: the data, the schedule, the length."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from genstudio.core.settings import Settings, setting

__all__ = ["SCHEDULE", "WATCHED", "DataSpec", "Training"]

WATCHED = {"validate_every": 100, "preview_every": 100, "validation_size": 500}
"""Settings of a short training that somebody watches: often enough to see it improve."""


class DataSpec(Settings):
    """Which data, in which form; the source of the form's data half."""

    name: str = setting("digits", help="The dataset to learn from.", label="Dataset")
    levels: Literal[2, 4, 16, 256] | None = setting(
        None,
        help="How many grey levels each pixel keeps; fewer are learned faster.",
        formula="x = ⌊v · K / 256⌋",
        label="Levels",
    )
    size: int | None = setting(
        None,
        help="Side of the image after reduction; empty keeps its own.",
        unit="px",
        ge=4,
        le=256,
    )
    rate: Literal[8000, 16000] | None = setting(
        None,
        help="Samples of sound in a second; empty keeps the data's own.",
        unit="Hz",
        label="Sample rate",
    )
    seconds: float | None = setting(
        None,
        help="How long the pieces are that your own sounds are cut into; empty for 1 s.",
        unit="s",
        ge=0.05,
        le=30,
        label="Length of a piece",
    )
    colour: bool = setting(
        False, help="Three channels instead of one, where the data has them.", label="Colour"
    )
    folder: str | None = setting(
        None, help="Where your own pictures or sounds are.", label="Folder"
    )


SCHEDULE = ("length", "unit", "learning_rate", "schedule", "warmup", "clip", "ema")
"""Settings of a training that mean nothing to a family fitted by counting."""


class Training(Settings):
    """How a model is fitted; every number here changes the result, so all are recorded."""

    length: float = setting(
        2000, help="How long to train, counted in the unit beside it.", gt=0, label="Length"
    )
    unit: Literal["steps", "epochs", "minutes"] = setting(
        "steps",
        help="Steps are batches seen; an epoch is one pass over the data. "
        "A length in minutes keeps the learning rate constant after its warm-up.",
        label="Counted in",
    )
    batch_size: int = setting(
        32, help="Images per step.", formula="g = 1/B Σ ∇ℓ(xᵦ)", ge=1, le=4096, label="Batch size"
    )
    learning_rate: float = setting(
        2e-3, help="Step size of Adam.", formula="θ ← θ − η m̂/(√v̂+ε)", gt=0, le=1, log=True
    )
    schedule: Literal["cosine", "constant"] = setting(
        "cosine",
        help="How the learning rate ends: cosine glides to zero, constant stays.",
        formula="η(t) = η/2 · (1 + cos πt/T)",
    )
    warmup: int = setting(
        100, help="Steps over which the learning rate rises from zero.", unit="steps", ge=0
    )
    clip: float = setting(
        1.0,
        help="The gradient is scaled down to this norm when it is longer; 0 turns it off.",
        formula="g ← g · min(1, c/‖g‖)",
        ge=0,
        label="Gradient clipping",
    )
    ema: float = setting(
        0.995,
        help="Weights are scored and kept as a moving average with this decay; 0 turns it off.",
        formula="θ̄ ← δ θ̄ + (1−δ) θ",
        ge=0,
        le=0.99999,
        label="Weight averaging",
    )
    seed: int = setting(0, help="The same seed gives the same run.", ge=0, le=2**31 - 1)
    log_every: int = setting(
        10,
        help="Steps between two points of the training curve.",
        ge=1,
        unit="steps",
        advanced=True,
    )
    validate_every: int = setting(
        200, help="Steps between two validations.", ge=1, unit="steps", advanced=True
    )
    validation_size: int = setting(
        1000,
        help="How many validation images are scored each time; the same ones always.",
        ge=1,
        unit="images",
        advanced=True,
    )
    checkpoint_every: int = setting(
        200,
        help="Steps between two checkpoints; a killed run loses no more than these.",
        ge=1,
        unit="steps",
        advanced=True,
    )
    preview_every: int = setting(
        400,
        help="Steps between two sample sheets; 0 draws none.",
        ge=0,
        unit="steps",
        advanced=True,
    )
    previews: int = setting(16, help="Images on a sample sheet.", ge=1, le=64, advanced=True)

    def one_pass(self) -> Self:
        """The same, but once over the data: how families that count are fitted."""
        return self.model_copy(update={"length": 1, "unit": "epochs"})

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        if self.unit == "steps" and self.length != int(self.length):
            raise ValueError("must be a whole number of steps")
        return self
