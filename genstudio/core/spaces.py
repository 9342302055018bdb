"""What one datum is: its shape, its symbols, and the labels that come along."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Grid", "Label", "Space"]


class Label(BaseModel):
    """A label that comes with each datum, such as the digit that was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    classes: tuple[str, ...] = Field(min_length=1)


class Grid(BaseModel):
    """Images of symbols, S = (height, width, channels), each symbol in 0 … levels - 1.

    The flattened order of S is the reading order of the autoregressive models: row by row,
    pixel by pixel, and within a pixel red, green, blue (van den Oord et al. 2016, eq. 2).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["grid"] = "grid"
    height: int = Field(ge=1, le=1024)
    width: int = Field(ge=1, le=1024)
    channels: Literal[1, 3] = 1
    levels: int = Field(ge=2, le=256)
    labels: tuple[Label, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """S, the shape of one datum."""
        return (self.height, self.width, self.channels)

    @property
    def dimensions(self) -> int:
        """The number of symbols in one datum."""
        return self.height * self.width * self.channels

    def bits_per_dimension(self, nats: float) -> float:
        """Nats of one datum as bits per dimension: nats / (dimensions · ln 2)."""
        return nats / (self.dimensions * math.log(2))

    def __str__(self) -> str:
        colour = "colour" if self.channels == 3 else "grey"
        return f"{self.height}×{self.width} {colour}, {self.levels} levels"


# Later kinds of datum (sequences, points) join this union.
Space = Grid
