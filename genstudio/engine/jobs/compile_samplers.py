"""Compile the fast samplers, so that no one waits for it while drawing."""

from __future__ import annotations

from collections.abc import Generator

import torch

from genstudio.core.draw import DrawControls, Way
from genstudio.core.errors import UserError
from genstudio.core.messages import CompileSamplers, Share, Wish
from genstudio.core.spaces import Grid, Sequence
from genstudio.core.uniforms import uniforms
from genstudio.kernels.store import mark_ready, ready
from genstudio.models.base import Autoregressive
from genstudio.models.store import build, families

__all__ = ["run", "uncompiled"]

# One of them is to every family's liking; machine code does not depend on the size.
_SPACES = (
    Grid(height=4, width=4, levels=2),
    Grid(height=8, width=8, channels=3, levels=256),
    Sequence(length=64, levels=256, rate=8000),
)


def uncompiled() -> tuple[str, ...]:
    """Names of the families whose fast samplers are not ready here."""
    return tuple(
        name
        for name, family in families().items()
        if issubclass(family, Autoregressive) and not ready(name)
    )


def run(request: CompileSamplers) -> Generator[Share, Wish | None, None]:
    """Complete one small datum with each, whose left half is known; yields which is next."""
    names = uncompiled()
    for done, name in enumerate(names):
        yield Share(done, len(names), families()[name].title)
        model = _small(name)
        u = uniforms(0, 1, model.space.dimensions)
        x = torch.zeros(1, *model.space.shape, dtype=torch.long)
        if model.kernel(x, None) is not None:
            known = torch.ones_like(x, dtype=torch.bool)
            known[..., known.shape[-2] // 2 :, :] = False
            for _ in model.complete_steps(x, known, u, DrawControls(), way=Way.COMPILED):
                pass
        mark_ready(name)
    yield Share(len(names), len(names))


def _small(name: str) -> Autoregressive:
    """A model of the family with its default settings, on the smallest space that it takes."""
    for space in _SPACES:
        try:
            model = build(name, space, families()[name].Config())
        except UserError:
            continue
        if isinstance(model, Autoregressive):
            return model.requires_grad_(False)
    raise TypeError(f"{name} takes none of the spaces that samplers are compiled for")
