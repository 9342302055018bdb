"""Progress of which nothing may be lost, only joined."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

__all__ = ["Joinable"]


class Joinable(ABC):
    """What a job yields faster than anyone can look at, and every part of which counts."""

    @classmethod
    @abstractmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Consecutive parts, at least one, as one."""
