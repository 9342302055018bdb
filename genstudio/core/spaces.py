"""What one datum is: its shape, its symbols, and the labels that come along."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from genstudio.core.errors import UserError

__all__ = ["MAX_LENGTH", "Grid", "Label", "Sequence", "Space", "grid_of"]

MAX_LENGTH = 2**20
"""Symbols of the longest sequence."""


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


class Sequence(BaseModel):
    """Symbols one after the other in time, S = (length, channels), each in 0 … levels - 1.

    Of a sound, whose symbols are µ-law levels of its samples; `rate` of them are a second.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["sequence"] = "sequence"
    length: int = Field(ge=1, le=MAX_LENGTH)
    channels: Literal[1] = 1
    levels: int = Field(ge=2, le=256)
    rate: int = Field(ge=1, le=192_000, description="Samples a second, in Hz.")
    labels: tuple[Label, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """S, the shape of one datum."""
        return (self.length, self.channels)

    @property
    def dimensions(self) -> int:
        """The number of symbols in one datum."""
        return self.length * self.channels

    @property
    def seconds(self) -> float:
        """How long one datum lasts."""
        return self.length / self.rate

    def bits_per_dimension(self, nats: float) -> float:
        """Nats of one datum as bits per sample: nats / (dimensions · ln 2)."""
        return nats / (self.dimensions * math.log(2))

    def __str__(self) -> str:
        return f"{self.seconds:g} s of sound at {self.rate / 1000:g} kHz, {self.levels} levels"


Space = Annotated[Grid | Sequence, Field(discriminator="kind")]
"""What one datum is, of any kind."""


def grid_of(space: Grid | Sequence) -> Grid:
    """The space of images, for what deals in images alone.

    Raises:
        UserError: it is of another kind.
    """
    if not isinstance(space, Grid):
        raise UserError(f"This is for images, and the data are {space}.", "Choose images.")
    return space
