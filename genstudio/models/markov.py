"""A Markov chain of order k: p(xₜ | x₁ … xₜ₋₁) = p(xₜ | xₜ₋ₖ … xₜ₋₁).

In an image every step has tables of its own (the chain is not homogeneous). A step after the
k-th has Kᵏ contexts and the first k have Kᵗ⁻¹, so there are (K − 1)(1 + K + … + Kᵏ⁻¹)
+ (n − k)(K − 1)Kᵏ = Kᵏ − 1 + (n − k)(K − 1)Kᵏ parameters: 2n − 1 for a binary chain of first
order.

In a sound the steps after the k-th share theirs (the chain is homogeneous): Kᵏ⁺¹ − 1 parameters.
"""

from __future__ import annotations

from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid, Sequence, Space
from genstudio.models.counting import CountingConfig, CountingModel

__all__ = ["Markov", "MarkovConfig"]


class MarkovConfig(CountingConfig):
    """How far it remembers, and the prior."""

    memory: int = setting(
        1,
        help="How many of the symbols before it a symbol depends on: the order of the chain.",
        formula="p(xᵢ | x₁ … xᵢ₋₁) = p(xᵢ | xᵢ₋ₖ … xᵢ₋₁)",
        ge=1,
        le=16,
        label="Memory k",
    )


class Markov(CountingModel):
    """Each symbol depends on the k before it."""

    title = "Markov"
    summary = "A chain with a short memory: every symbol depends on the few just before it."
    reference = "Markov, An example of statistical investigation of the text Eugene Onegin, 1913"
    Config = MarkovConfig
    spaces = (Grid, Sequence)
    config: MarkovConfig

    @classmethod
    def depth_of(cls, space: Space, config: Settings) -> int:
        """The order of the chain."""
        if not isinstance(config, MarkovConfig):
            raise TypeError(f"{type(config).__name__} are not the settings of a Markov chain")
        return config.memory

    @property
    def parameter_formula(self) -> str:
        """Of n symbols with K levels and a memory of k."""
        if isinstance(self.space, Sequence):
            return "Kᵏ⁺¹ − 1"
        if self.space.levels > 2:
            return "Kᵏ − 1 + (n − k)(K − 1)Kᵏ"
        return "2n − 1" if self.depth == 1 else "(n − k + 1)2ᵏ − 1"
