"""What one conditional looks at: the field of the input that it depends on, layer by layer.

The field that the structure permits is read off a network of the same settings with random
weights: where the gradient is not zero there is a path. The field that a trained network uses is
the size of its own gradient: the root mean square of vᵀ J over random v, which is the norm of the
Jacobian J of what a layer holds at the place with respect to the image.

A table of counts has no derivative: there it is asked how far the logarithms of the conditional
move when one symbol is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.spaces import grid_of
from genstudio.core.uniforms import generator
from genstudio.models.base import Autoregressive
from genstudio.models.store import build

__all__ = ["Field", "reachable", "used"]

_DIRECTIONS = 3
_IMAGES = 4


@dataclass(frozen=True)
class Field:
    """The input's part in one quantity at one place.

    Attributes:
        name: of the layer.
        weight: (H, W, C) float32, the norm of the gradient.
    """

    name: str
    weight: NDArray[np.float32]


def used(model: Autoregressive, step: int, x: Tensor, y: Tensor | None) -> Iterator[Field]:
    """The fields of a trained network at the place of a step, from the first layer to the logits.

    Args:
        model: whose weights count.
        step: of the symbol whose conditional is asked about.
        x: (1, *S) the image around it.
        y: (1, L) classes, or None.
    """
    place = int(model.order[step])
    if model.counts:
        yield Field("conditional", _moved(model, place, x).astype(np.float32))
        return
    for name, outputs in _outputs(model, place, x, y):
        yield Field(name, _norm(outputs).astype(np.float32))


def reachable(model: Autoregressive, step: int) -> NDArray[np.bool_]:
    """(H, W, C): the symbols that a network of these settings can depend on at a step at all."""
    space = model.space
    other = build(model.family(), space, model.config)
    assert isinstance(other, Autoregressive)  # noqa: S101 - it is of the same family
    rng = torch.Generator().manual_seed(0)
    other = other.double()
    with torch.no_grad():
        for parameter in other.parameters():
            noise = torch.randn(parameter.shape, generator=rng, dtype=parameter.dtype)
            parameter.add_(noise.abs() if model.counts else 0.3 * noise)
    images = generator(0).integers(0, space.levels, (_IMAGES, *space.shape))
    y = None
    if model.conditional:
        y = torch.zeros(1, len(space.labels), dtype=torch.long)
    found = np.zeros(space.shape, np.bool_)
    for image in torch.from_numpy(images):
        if model.counts:
            found |= _moved(other, int(other.order[step]), image[None]) > 0
            continue
        *_, (_, outputs) = _outputs(other, int(other.order[step]), image[None], y)
        found |= _norm(outputs) > 0
    return found


@dataclass(frozen=True)
class _Outputs:
    """What a layer holds at a place (n,), and the input that it was computed from (1, *S)."""

    values: Tensor
    source: Tensor


def _outputs(
    model: Autoregressive, place: int, x: Tensor, y: Tensor | None
) -> Iterator[tuple[str, _Outputs]]:
    _, width, channels = grid_of(model.space).shape
    row, column = divmod(place // channels, width)
    with torch.enable_grad(), _recorded(model) as layers:
        source = x.to(next(model.parameters()).dtype).requires_grad_()
        logits = model.logits(source, y)
    for name, maps in layers:
        yield name, _Outputs(maps[0, :, row, column], source)
    yield "conditional", _Outputs(logits.flatten(2)[0, :, place], source)


@contextmanager
def _recorded(model: Autoregressive) -> Iterator[list[tuple[str, Tensor]]]:
    """Keep what the layers put out while the network is run."""
    kept: list[tuple[str, Tensor]] = []

    def keep(name: str, output: Tensor | tuple[Tensor, ...]) -> None:
        kept.append((name, output if isinstance(output, Tensor) else output[-1]))

    handles = [
        layer.register_forward_hook(lambda _module, _inputs, output, name=name: keep(name, output))
        for name, layer in model.depths()
    ]
    try:
        yield kept
    finally:
        for handle in handles:
            handle.remove()


def _moved(model: Autoregressive, place: int, x: Tensor) -> NDArray[np.float64]:
    """(H, W, C): by how much ln p at a place moves, as a norm, when one symbol of x is changed."""
    space = model.space
    batch = x.flatten(1).long().repeat(space.dimensions + 1, 1)
    each = torch.arange(space.dimensions, device=x.device)
    batch[each, each] = (batch[each, each] + (space.levels + 1) // 2) % space.levels
    with torch.no_grad():
        logits = model.logits(batch.view(-1, *space.shape)).flatten(2)[:, :, place]
        scores = logits.double().log_softmax(1)
    return np.asarray((scores[:-1] - scores[-1]).norm(dim=1).cpu().numpy().reshape(space.shape))


def _norm(outputs: _Outputs) -> NDArray[np.float64]:
    """(H, W, C): the root mean square over directions of the gradient, exactly 0 without a path."""
    rng = torch.Generator().manual_seed(0)
    total = torch.zeros_like(outputs.source[0])
    for _ in range(_DIRECTIONS):
        values = outputs.values
        direction = torch.randn(values.shape, generator=rng, dtype=torch.float64)
        if values.requires_grad:
            [gradient] = torch.autograd.grad(
                (values * direction.to(values)).sum(),
                outputs.source,
                retain_graph=True,
                allow_unused=True,
            )
            if gradient is not None:
                total += gradient[0] ** 2
    return np.asarray((total / _DIRECTIONS).sqrt().double().cpu().numpy())
