"""The full table: the chain rule p(x) = p(x₁) p(x₂ | x₁) … p(xₙ | x₁ … xₙ₋₁) taken at its word.

Each factor has one parameter for each context, 1 + 2 + 4 + … + 2ⁿ⁻¹ = 2ⁿ − 1 in all: as many as
a distribution over 2ⁿ states has. It can say everything and generalises nothing.
"""

from __future__ import annotations

import math

from genstudio.core.errors import UserError
from genstudio.core.settings import Settings
from genstudio.core.spaces import Space
from genstudio.models.counting import CountingConfig, CountingModel

__all__ = ["FullTable"]

_MOST_SYMBOLS = 16


class FullTable(CountingModel):
    """One parameter for each symbol and each context that it can have."""

    title = "Full table"
    summary = "The chain rule taken at its word: one parameter for every context of every symbol."
    reference = "Laplace, Mémoire sur la probabilité des causes par les évènements, 1774"
    Config = CountingConfig

    @classmethod
    def check(cls, space: Space, config: Settings) -> None:
        """Refuse more than 16 symbols, or symbols that are not binary.

        Raises:
            UserError: in one sentence, with the numbers.
        """
        n = space.dimensions
        if space.levels != 2:
            raise UserError(
                f"A full table is for binary symbols, and these have {space.levels} levels.",
                "Ask for the data in 2 levels.",
            )
        if n > _MOST_SYMBOLS:
            raise UserError(
                f"A full table over {n:,} binary symbols would have 2^{n} − 1 ≈ "
                f"10^{n * math.log10(2):.0f} parameters; up to {_MOST_SYMBOLS} symbols "
                f"({2**_MOST_SYMBOLS - 1:,} parameters) are possible.",
                "Reduce the images to 4×4 pixels, or choose a family that shares parameters.",
            )
        super().check(space, config)

    @classmethod
    def depth_of(cls, space: Space, config: Settings) -> int:
        """All that came before."""
        return space.dimensions - 1

    @property
    def parameter_formula(self) -> str:
        """Of n binary symbols."""
        return "2ⁿ − 1"
