"""A page of the images of a dataset that no model has learned from."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from genstudio.core.errors import UserError
from genstudio.core.messages import Browsed, BrowseImages, Wish
from genstudio.engine.unseen import unseen

__all__ = ["run"]

_MOST, _MOST_BYTES = 1000, 2**24  # images on a page: they cross a pipe


def run(request: BrowseImages) -> Generator[None, Wish | None, Browsed]:
    """In the order of the split; past the end the page is empty."""
    yield None
    if request.first < 0 or not 1 <= request.count <= _MOST:
        raise UserError(f"There is no page of {request.count} images after {request.first}.")
    name, split, numbers = unseen(request.spec, request.class_index)
    image_bytes = int(split.symbols[0].size) if len(split) else 1
    count = min(request.count, max(1, _MOST_BYTES // image_bytes))
    page = numbers[request.first : request.first + count]
    return Browsed(
        split=name,
        total=len(numbers),
        first=request.first,
        numbers=page.astype(np.int64),
        images=split.symbols[page],
        labels=split.labels[page],
    )
