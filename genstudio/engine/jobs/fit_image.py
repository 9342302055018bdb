"""Fit a picture to a space, and keep what it was before to be shown beside it."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.messages import FitImage, Fitted, Wish
from genstudio.engine.fitting import fit, read_content

__all__ = ["run"]


def run(request: FitImage) -> Generator[None, Wish | None, Fitted]:
    """From the file, or from the content where that came along."""
    yield None
    content = request.content if request.path is None else read_content(request.path)
    return fit(content, request.name, request.space)
