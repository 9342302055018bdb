"""Codes on a plane, by principal components."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.messages import Embed, Wish
from genstudio.engine.planes import check_codes, main_directions

__all__ = ["run"]


def run(request: Embed) -> Generator[None, Wish | None, NDArray[np.float32]]:
    """Along the two directions in which they vary most."""
    yield None
    check_codes(request.codes)
    return main_directions(request.codes)
