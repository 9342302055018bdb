"""Look at a dataset in a given form."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from genstudio.core.messages import DataView, InspectData, Share, Wish
from genstudio.data import catalog

__all__ = ["run"]

_EXAMPLES = 100


def run(request: InspectData) -> Generator[Share, Wish | None, DataView]:
    """Read the training split, count, and pick examples evenly over it."""
    yield Share(0, 2, "reading")
    data = catalog.open_data(request.spec)
    train = data.split("train")
    yield Share(1, 2, "counting")
    space = data.space
    chosen = np.linspace(0, len(train.symbols) - 1, min(_EXAMPLES, len(train.symbols)))
    chosen = chosen.round().astype(np.intp)
    return DataView(
        space=space,
        sizes=data.sizes(),
        missing=data.missing(),
        examples=train.symbols[chosen],
        example_labels=train.labels[chosen],
        class_counts=tuple(
            np.bincount(train.labels[:, index], minlength=len(label.classes))
            for index, label in enumerate(space.labels)
        ),
        symbol_counts=np.bincount(train.symbols.ravel(), minlength=space.levels),
        content_hash=data.content_hash,
    )
