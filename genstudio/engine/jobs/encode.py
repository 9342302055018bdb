"""Where images are in the latent space, and what comes back."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray

from genstudio.core.latent import Coded
from genstudio.core.messages import Encode, Share, Wish
from genstudio.engine.codes import decoded, encoded
from genstudio.engine.loaded import encoding, images_for, told_labels
from genstudio.engine.scoring import scores
from genstudio.models.latent import LowerBound

__all__ = ["run"]


def run(request: Encode) -> Generator[Share | None, Wish | None, Coded]:
    """Encode, decode, compare. The bound is that of an evaluation with one draw of each code."""
    model = encoding(request.run, request.device)
    x = images_for(model, request.images)
    y = told_labels(model, request.labels, len(x))
    codes = yield from encoded(model, request.images, y)
    shape = (len(x), *model.latent_shape)
    z = torch.from_numpy(codes.mean).to(model.device).view(shape)
    expected = yield from decoded(model, z, y)
    # In float64: every symbol and every step of a colour are exact in it.
    off = (expected.astype(np.float64) - request.images) / (model.space.levels - 1)
    bound: NDArray[np.float64] | None = None
    if isinstance(model, LowerBound):
        scoring = scores(model, x, y, 500)
        while True:
            try:
                next(scoring)
            except StopIteration as stop:
                bound = -stop.value.cpu().numpy()
                break
            yield None
    return Coded(
        codes=codes.mean.reshape(shape),
        std=None if codes.std is None else codes.std.reshape(shape),
        expected=expected,
        error=(off**2).reshape(len(x), -1).mean(axis=1),
        bound=bound,
    )
