"""The images of a dataset that no model has learned from."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.base import ImageData, Split

__all__ = ["unseen"]


def unseen(spec: DataSpec, class_index: int | None = None) -> tuple[str, Split, NDArray[np.intp]]:
    """The first split that is here, from the one that was not learned from, and what to pick.

    Args:
        spec: which data, in which form.
        class_index: only images whose first label is this class; None for any.

    Returns:
        The split's name, the split, and the indices in it of the images that are asked for.

    Raises:
        UserError: the data are not here, or have no such class.
    """
    data = catalog.open_data(spec)
    name, split = _first(data)
    if class_index is None:
        return name, split, np.arange(len(split))
    labels = data.space.labels
    if not labels or not 0 <= class_index < len(labels[0].classes):
        raise UserError(f"The data have no class {class_index}.")
    numbers = np.flatnonzero(split.labels[:, 0] == class_index)
    if not numbers.size:
        called = labels[0].classes[class_index]
        raise UserError(f"The {name} split has no image of “{called}”.")
    return name, split, numbers


def _first(data: ImageData) -> tuple[str, Split]:
    for name in ("test", "valid"):
        with suppress(UserError):  # said by the training split, if that is not here either
            split = data.split(name)
            if len(split):
                return name, split
    return "train", data.split("train")
