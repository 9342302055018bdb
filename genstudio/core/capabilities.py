"""What a family of models can do, told to the window as plain data."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from genstudio.core.measures import Measure

__all__ = ["Capability", "ModelCard", "Preset"]


class Capability(StrEnum):
    """One name per abstract base in `genstudio.models.base`; panels ask for these."""

    DENSITY = "density"
    LOWER_BOUND = "lower-bound"
    INPAINTING = "inpainting"
    AUTOREGRESSIVE = "autoregressive"
    DECODER = "decoder"
    ENCODER = "encoder"
    LATENT_VARIABLE = "latent-variable"


class Preset(BaseModel):
    """A named choice of settings: how long a person is willing to wait for how much."""

    model_config = ConfigDict(frozen=True)

    name: str
    help: str
    config: dict[str, Any] = {}
    training: dict[str, Any] = {}


class ModelCard(BaseModel):
    """A family as the window sees it: no code, only what forms and panels need.

    `counts` says that it is fitted in one pass, which takes each datum once: nothing of a
    training's schedule means anything to it. `error_name` is what the score of a family without
    a likelihood is called.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    summary: str
    reference: str
    capabilities: tuple[Capability, ...]
    spaces: tuple[str, ...]
    config_schema: dict[str, Any]
    controls_schema: dict[str, Any]
    presets: tuple[Preset, ...]
    counts: bool = False
    error_name: str = ""

    def can(self, *wanted: Capability) -> bool:
        """Whether the family has every one of the wanted capabilities."""
        return set(wanted) <= set(self.capabilities)

    @property
    def measure(self) -> Measure:
        """What its scores are of."""
        if self.can(Capability.DENSITY):
            return Measure.EXACT
        return Measure.BOUND if self.can(Capability.LOWER_BOUND) else Measure.ERROR
