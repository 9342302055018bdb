"""Independence: p(x) = p(x₁) p(x₂) … p(xₙ), one histogram for each place.

n (K − 1) parameters, the fewest that still tell the places apart. No symbol knows of another.
The samples of a sound share one histogram of K − 1 parameters.
"""

from __future__ import annotations

from genstudio.core.settings import Settings
from genstudio.core.spaces import Grid, Sequence, Space
from genstudio.models.counting import CountingConfig, CountingModel

__all__ = ["Independent"]


class Independent(CountingModel):
    """One histogram for each place."""

    title = "Independent"
    summary = "Every symbol on its own: one histogram for each place, and nothing between them."
    reference = "Laplace, Mémoire sur la probabilité des causes par les évènements, 1774"
    Config = CountingConfig
    spaces = (Grid, Sequence)
    sees_past = False

    @classmethod
    def depth_of(cls, space: Space, config: Settings) -> int:
        """Nothing that came before."""
        return 0

    @property
    def parameter_formula(self) -> str:
        """Of n symbols with K levels."""
        if isinstance(self.space, Sequence):
            return "K − 1"
        return "n" if self.space.levels == 2 else "n(K − 1)"
