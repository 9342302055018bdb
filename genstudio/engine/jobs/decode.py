"""What codes decode to."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.messages import Decode, Wish
from genstudio.engine.codes import decoded
from genstudio.engine.loaded import codes_for, decoding, told_labels

__all__ = ["run"]


def run(request: Decode) -> Generator[None, Wish | None, NDArray[np.float32]]:
    """Decode all of them."""
    model = decoding(request.run, request.device)
    z = codes_for(model, request.codes)
    y = told_labels(model, request.labels, len(z))
    return (yield from decoded(model, z, y))
