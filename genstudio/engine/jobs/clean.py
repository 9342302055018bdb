"""Noise that a denoising autoencoder takes away, again and again."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import Clean, Share, Wish
from genstudio.engine.loaded import images_for, labels_for, loaded, told_labels
from genstudio.models.denoising_autoencoder import DenoisingAutoencoder

__all__ = ["run"]

_MOST = 1000


def run(request: Clean) -> Generator[Share, Wish | None, NDArray[np.float32]]:
    """Put noise on the images, or start from nothing but noise, and clean pass by pass."""
    model = loaded(request.run, request.device)
    if not isinstance(model, DenoisingAutoencoder):
        raise UserError(
            f"{model.title} was not trained to take noise away.",
            "Choose a denoising autoencoder.",
        )
    if not 1 <= request.passes <= _MOST:
        raise UserError(f"Cleaning takes 1 to {_MOST:,} passes, not {request.passes}.")
    if request.images is not None:
        x = images_for(model, request.images)
        y = told_labels(model, request.labels, len(x))
        image = model.noisy(x, request.seed)
    elif request.count < 1:
        raise UserError(f"At least one image has to be asked for, not {request.count}.")
    else:
        y, _ = labels_for(model, request.labels, request.count, request.seed, 0)
        image = next(model.from_noise(request.count, request.seed, y))
    found = [image]
    for done in range(request.passes):
        yield Share(done, request.passes, "passes")
        with torch.no_grad():
            found.append(model.clean(found[-1], y))
    return torch.stack(found).float().cpu().numpy()
