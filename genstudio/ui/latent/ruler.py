"""How a latent dimension is measured: where its middle is, how far a slider goes, in which unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from genstudio.ui.latent.state import LatentState

__all__ = ["Ruler", "Unit"]

_REACH = 3.0  # widths of all data to both sides of the middle
_SMALLEST = 1e-6


class Unit(StrEnum):
    """What a number beside a slider counts."""

    POSTERIOR = "σ of one datum"
    AGGREGATED = "σ of all data"
    PLAIN = "z itself"

    @property
    def help(self) -> str:
        """In a sentence."""
        return {
            Unit.POSTERIOR: "How many standard deviations of q(z | x), the encoder's uncertainty "
            "about one datum, from the middle of the data's codes",
            Unit.AGGREGATED: "How many standard deviations of q(z), the codes of all data, from "
            "their middle",
            Unit.PLAIN: "The number that the decoder is given",
        }[self]

    @property
    def symbol(self) -> str:
        """Behind a number."""
        return {Unit.POSTERIOR: "σ(z | x)", Unit.AGGREGATED: "σ(z)", Unit.PLAIN: "z"}[self]


@dataclass(frozen=True, eq=False)
class Ruler:
    """Of all dimensions.

    Attributes:
        middle: (Z,) where a slider's middle is.
        reach: (Z,) how far it goes to both sides.
        zero: (Z,) what a number of 0 stands for.
        unit: (Z,) what a number of 1 adds to that.
    """

    middle: NDArray[np.float64]
    reach: NDArray[np.float64]
    zero: NDArray[np.float64]
    unit: NDArray[np.float64]

    @classmethod
    def of(cls, state: LatentState, unit: Unit) -> Ruler:
        """As data fill the space; without a survey, as N(0, I) does."""
        middle, width = state.middle, state.width
        if unit is Unit.PLAIN:
            zero, one = np.zeros(state.size), np.ones(state.size)
        elif unit is Unit.AGGREGATED or state.survey is None:
            zero, one = middle, width
        else:
            zero, one = middle, np.maximum(state.survey.posterior_std, _SMALLEST)
        return cls(middle, _REACH * width, zero, one)

    def number(self, dim: int, value: float) -> float:
        """What is written for a value of z."""
        return float((value - self.zero[dim]) / self.unit[dim])

    def value(self, dim: int, number: float) -> float:
        """The value of z that a number stands for."""
        return float(self.zero[dim] + number * self.unit[dim])

    def share(self, dim: int, value: float) -> float:
        """How far along its slider a value is, from 0 to 1; beyond when it is beyond."""
        return float(0.5 + (value - self.middle[dim]) / (2 * self.reach[dim]))

    def at(self, dim: int, share: float) -> float:
        """The value so far along the slider."""
        return float(self.middle[dim] + (2 * share - 1) * self.reach[dim])

    def step(self, dim: int) -> float:
        """What one press of an arrow changes: a tenth of the data's standard deviation."""
        return float(self.reach[dim] / _REACH / 10)
