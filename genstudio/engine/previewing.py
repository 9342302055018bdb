"""The pictures that a training makes of what it can do so far."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.draw import DrawControls
from genstudio.core.latent import LatentControls
from genstudio.core.pictures import grey, png, sheet
from genstudio.core.uniforms import uniforms
from genstudio.data.waveforms import picture_grid, pictures_of
from genstudio.engine.loaded import labels_for
from genstudio.models.base import Autoregressive, GenerativeModel
from genstudio.models.latent import Decoder, Encoder, LowerBound

__all__ = ["preview"]


def preview(model: GenerativeModel, x: Tensor, y: Tensor, count: int) -> Iterator[bytes | None]:
    """A sheet as a PNG, from the same uniforms every time; None while it is being made.

    Samples, symbol by symbol, of an autoregressive model; of sounds their waveforms. What drawn
    codes decode to, of a model that was trained for its prior: the expected images, which show
    more than drawn symbols. Of any other that encodes, what it makes of given images, each beside
    its own.

    Args:
        model: with the weights as they are.
        x: (N, *S) images that the model did not learn from.
        y: (N, L) their labels.
        count: of images on the sheet.
    """
    if isinstance(model, Autoregressive):
        yield from _drawn(model, count)
    elif isinstance(model, LowerBound) and isinstance(model, Decoder):
        yield _decoded(model, count)
    elif isinstance(model, Encoder):
        yield _reconstructed(model, x, y, count)


def _drawn(model: Autoregressive, count: int) -> Iterator[bytes | None]:
    u = uniforms(0, count, model.space.dimensions)
    y, _ = labels_for(model, _one_of_each(model, count), count, 0, 0)
    images = np.zeros((count, model.space.dimensions), np.uint8)
    for chunk in model.sample_steps(count, u, DrawControls(), y):
        here = slice(chunk.first, chunk.first + chunk.symbols.shape[1])
        images[:, model.order[here]] = chunk.symbols
        yield None
    pictures = pictures_of(model.space, images.reshape(count, *model.space.shape))
    yield png(sheet(pictures, picture_grid(model.space).levels))


def _decoded(model: Decoder, count: int) -> bytes:
    assert isinstance(model, GenerativeModel)  # noqa: S101 - for the type checker
    u = uniforms(0, count, math.prod(model.latent_shape) + model.space.dimensions)
    y, _ = labels_for(model, _one_of_each(model, count), count, 0, 0)
    draws = model.draw(u, LatentControls(), y)
    return png(sheet(grey(draws.expected, model.space.levels), 256))


def _reconstructed(model: Encoder, x: Tensor, y: Tensor, count: int) -> bytes:
    """Image and reconstruction in turn, in columns that keep them beside each other."""
    assert isinstance(model, GenerativeModel)  # noqa: S101 - for the type checker
    columns = math.ceil(math.sqrt(count))
    columns += columns % 2 if count > 1 else 0
    shown = max(1, count // 2)
    given = x[:shown].long()
    with torch.no_grad():
        found = model.reconstruct(given, y[:shown] if model.conditional else None)
    pairs = torch.stack([given.to(found.dtype), found], dim=1).flatten(0, 1)
    return png(sheet(grey(pairs.float().cpu().numpy(), model.space.levels), 256, columns))


def _one_of_each(model: GenerativeModel, count: int) -> NDArray[np.int64] | None:
    """Classes in turn, so that a sheet shows them all."""
    if not model.conditional:
        return None
    rows = [np.arange(count) % len(label.classes) for label in model.space.labels]
    return np.stack(rows, axis=1).astype(np.int64)
