"""Pick one image of a dataset by chance."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.messages import Picked, PickImage, Wish
from genstudio.core.uniforms import generator
from genstudio.engine.unseen import unseen

__all__ = ["run"]


def run(request: PickImage) -> Generator[None, Wish | None, Picked]:
    """Of the first split that is here, from the one that was not learned from."""
    yield None
    name, split, numbers = unseen(request.spec, request.class_index)
    chosen = int(numbers[int(generator(request.seed).integers(len(numbers)))])
    return Picked(name, chosen, split.symbols[chosen].copy(), split.labels[chosen].copy())
