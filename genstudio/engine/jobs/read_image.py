"""Read a picture file as an image of symbols."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.messages import ReadImage, Wish
from genstudio.engine.fitting import fit, read_content

__all__ = ["run"]


def run(request: ReadImage) -> Generator[None, Wish | None, NDArray[np.uint8]]:
    """Returns (H, W, C)."""
    yield None
    return fit(read_content(request.path), request.path.name, request.space).image
