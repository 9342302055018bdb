"""What a score is of: a likelihood, a bound on it, or no likelihood at all but an error.

The three are never shown in one column without their marks.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Measure"]


class Measure(StrEnum):
    """Of a model's scores, all of which are the better the smaller they are."""

    EXACT = "exact"  # −ln p(x)
    BOUND = "bound"  # something that −ln p(x) is at most
    ERROR = "error"  # how far a reconstruction is off; says nothing of p(x)

    @property
    def mark(self) -> str:
        """What stands before a number: "=" or "≤"; an error has no mark, but words of its own."""
        return {Measure.EXACT: "=", Measure.BOUND: "≤", Measure.ERROR: ""}[self]
