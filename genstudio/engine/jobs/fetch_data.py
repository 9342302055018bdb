"""Download a dataset."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.messages import FetchData, Share, Wish
from genstudio.data import catalog

__all__ = ["run"]


def run(request: FetchData) -> Generator[Share, Wish | None, None]:
    """Yield bytes done of bytes in all."""
    yield from catalog.fetch(request.spec)
