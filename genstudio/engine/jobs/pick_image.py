"""Pick one image of a dataset by chance."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress

import numpy as np

from genstudio.core.errors import UserError
from genstudio.core.messages import Picked, PickImage, Wish
from genstudio.core.uniforms import generator
from genstudio.data import catalog
from genstudio.data.base import ImageData, Split

__all__ = ["run"]


def run(request: PickImage) -> Generator[None, Wish | None, Picked]:
    """Of the first split that is here, from the one that was not learned from."""
    yield None
    data = catalog.open_data(request.spec)
    name, split = _unseen(data)
    numbers = np.arange(len(split))
    if request.class_index is not None:
        labels = data.space.labels
        if not labels or not 0 <= request.class_index < len(labels[0].classes):
            raise UserError(f"The data have no class {request.class_index}.")
        numbers = np.flatnonzero(split.labels[:, 0] == request.class_index)
        if not numbers.size:
            called = labels[0].classes[request.class_index]
            raise UserError(f"The {name} split has no image of “{called}”.")
    chosen = int(numbers[int(generator(request.seed).integers(len(numbers)))])
    return Picked(name, chosen, split.symbols[chosen].copy(), split.labels[chosen].copy())


def _unseen(data: ImageData) -> tuple[str, Split]:
    for name in ("test", "valid"):
        with suppress(UserError):  # said by the training split, if that is not here either
            split = data.split(name)
            if len(split):
                return name, split
    return "train", data.split("train")
