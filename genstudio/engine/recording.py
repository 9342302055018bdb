"""A sampler's steps on their way to a recording."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from genstudio.core.messages import Wish
from genstudio.core.trace import TraceChunk
from genstudio.models.base import Step

__all__ = ["recorded"]


def recorded(steps: Iterator[Step]) -> Generator[TraceChunk, Wish | None, None]:
    """Yield each step as a chunk of one; neighbours are joined before they are sent."""
    for step in steps:
        yield TraceChunk(
            step.index, step.symbols[:, None], step.probabilities[:, None], step.given[:, None]
        )
