"""Look at a dataset in a given form."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.messages import DataView, InspectData, Share, Wish
from genstudio.data import catalog

__all__ = ["run"]

_UNLABELLED = 100  # examples of data without classes
_OF_EACH = 12  # examples of each class
_MOST, _MOST_BYTES = 240, 2**24  # examples in all: they cross a pipe


def run(request: InspectData) -> Generator[Share, Wish | None, DataView]:
    """Read the training split, count, and pick examples evenly over it."""
    yield Share(0, 2, "Reading")
    if "folder" in catalog.card(request.spec.name).fields:
        # With progress, and to be cancelled between two pictures; what is read is kept.
        yield from catalog.fetch(request.spec)
    data = catalog.open_data(request.spec)
    train = data.split("train")
    yield Share(1, 2, "Counting")
    space = data.space
    most = max(1, min(_MOST, _MOST_BYTES // space.dimensions))
    if space.labels:
        chosen = _of_each_class(train.labels[:, 0], len(space.labels[0].classes), most)
    else:
        chosen = _evenly(np.arange(len(train)), min(_UNLABELLED, most))
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
        notes=data.notes(),
    )


def _of_each_class(labels: NDArray[np.int64], classes: int, most: int) -> NDArray[np.intp]:
    """Indices into `labels` (N,) of as many of each class, in the order of the split."""
    each = max(1, min(_OF_EACH, most // classes))
    by_class = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[by_class], np.arange(1, classes))
    picked = [_evenly(rows, each) for rows in np.split(by_class, ends)]
    return np.sort(_evenly(np.concatenate(picked), most))


def _evenly(rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """At most `count` of some rows, evenly spread over them."""
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(np.intp)]
