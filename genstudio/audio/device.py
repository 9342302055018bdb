"""A place where sound goes out or comes in."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AudioDevice"]


@dataclass(frozen=True)
class AudioDevice:
    """A place where sound goes out or comes in.

    Attributes:
        name: as a person knows it.
        is_default: whether it is the one that is used where none is named.
    """

    name: str
    is_default: bool
