"""Families small enough to run in a moment, and spaces and data for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.settings import Settings
from genstudio.core.spaces import Grid, Label, Sequence
from genstudio.core.uniforms import generator
from genstudio.models.base import GenerativeModel
from genstudio.models.store import build, families

__all__ = [
    "DIGIT",
    "SIDE",
    "SMALL",
    "SPACES",
    "TINY",
    "config",
    "data",
    "learnable",
    "settled",
    "suited",
]

Space = Grid | Sequence

DIGIT = Label(name="digit", classes=("0", "1", "2"))
SIDE = Label(name="side", classes=("left", "right"))

# Small enough to run in a moment, large enough that every kind of layer is there twice.
SMALL: dict[str, dict[str, Any]] = {
    "pixelcnn": {"channels": 12, "blocks": 2, "head": 9, "location": True},
    "gated-pixelcnn": {"channels": 8, "layers": 3, "head": 7, "location": True},
    "fvsbn": {},
    "nade": {"hidden": 20},
    "diagonal-bilstm": {"hidden": 6, "layers": 2, "head": 9},
    "made": {"hidden": 24, "layers": 2, "masks": 2, "direct": True},
    "row-lstm": {"hidden": 6, "layers": 2, "head": 9},
    "pixelcnn++": {"channels": 4, "blocks": 1, "resolutions": 3, "components": 3},
    "pca": {"code": 1},
    "autoencoder": {"hidden": 12, "layers": 2, "code": 6},
    "denoising-autoencoder": {"hidden": 12, "layers": 2, "code": 6},
    "vae": {"hidden": 12, "layers": 2, "latent": 3},
    "wavenet": {"channels": 8, "layers": 3, "cycles": 2, "skip": 16, "head": 14},
}
TINY = Grid(height=2, width=2, channels=3, levels=2)  # 2¹² images: all of them are enumerated
SPACES = {
    "grey binary": Grid(height=5, width=4, levels=2),
    "grey 16 levels": Grid(height=4, width=5, levels=16),
    "colour": Grid(height=3, width=4, channels=3, levels=4),
    "classes": Grid(height=4, width=4, levels=3, labels=(DIGIT, SIDE)),
    "colour classes": Grid(height=3, width=3, channels=3, levels=2, labels=(DIGIT,)),
    "few symbols": Grid(height=3, width=3, levels=2),
    "one symbol": Grid(height=1, width=1, levels=2),
    # Longer than a network hears, and shorter.
    "sound": Sequence(length=29, levels=16, rate=8000),
    "sound classes": Sequence(length=11, levels=4, rate=8000, labels=(DIGIT, SIDE)),
    "one sample": Sequence(length=1, levels=2, rate=8000),
}


def config(family: str, space: Space) -> Settings:
    settings = SMALL.get(family, {})
    if "conditional" in families()[family].Config.model_fields:
        settings = settings | {"conditional": bool(space.labels)}
    return families()[family].Config.checked(settings)


def learnable(family: str, space: Space) -> bool:
    try:
        families()[family].check(space, config(family, space))
    except UserError:
        return False
    return True


def suited(family: str, space: Grid) -> Space:
    """The space, or one of as many symbols for a family that learns sounds alone."""
    if learnable(family, space):
        return space
    return Sequence(length=space.dimensions, levels=space.levels, rate=8000, labels=space.labels)


def settled(family: str, space: Space, seed: int = 0) -> GenerativeModel:
    """A small model with weights far from where they start, so that nothing is true by accident."""
    model = build(family, space, config(family, space), seed)
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=rng)
            # What has no gradient is counted, and no count is negative.
            parameter.add_(noise * 0.3 if parameter.requires_grad else 3 * noise.abs())
    return model


def data(space: Space, count: int, seed: int = 0) -> tuple[Tensor, Tensor | None]:
    rng = generator(seed)
    x = torch.from_numpy(rng.integers(0, space.levels, (count, *space.shape)))
    if not space.labels:
        return x, None
    columns = [rng.integers(0, len(label.classes), count) for label in space.labels]
    return x, torch.from_numpy(np.stack(columns, axis=1))
