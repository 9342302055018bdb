"""The encoder's q(z | x) beside the true p(z | x) ∝ p(x | z) p(z), on a grid of two dimensions."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.latent import Posterior
from genstudio.core.messages import LookAtPosterior, Wish
from genstudio.engine.loaded import (
    LatentVariableModel,
    image_for,
    latent_variable,
    told_labels,
)

__all__ = ["run"]

_REACH = 6.0
"""σ to each side of a mean: a normal density is e⁻¹⁸ of its peak there."""

_FEWEST, _MOST = 8, 512
_PASSES = 6  # of narrowing the grid down to where the posterior is
_EXPECTATION = 48  # points for means under q: a quarter of a σ apart, which is plenty
_BATCH = 512
_DRAWS = 1000


def run(request: LookAtPosterior) -> Generator[None, Wish | None, Posterior]:
    """Find where p(z | x) is from coarse to fine, then normalise it on the grid."""
    model = latent_variable(request.run, request.device)
    size = math.prod(model.latent_shape)
    _check(request, size)
    x = image_for(model, request.image)
    y = told_labels(model, request.labels, 1)
    with torch.no_grad():
        code, std = (each.double().flatten().cpu().numpy() for each in model.encode(x, y))
    plane = _Plane(model, x, y, code, request.dimensions)
    mean, spread = code[list(request.dimensions)], std[list(request.dimensions)]
    around = np.stack([mean - _REACH * spread, mean + _REACH * spread], axis=1)

    axes = np.empty((2, 0))
    joint = np.empty((0, 0))
    box = _union(around, np.array([[-_REACH, _REACH]] * 2))
    for _ in range(_PASSES):
        axes = np.linspace(box[:, 0], box[:, 1], request.points, axis=1)
        joint = yield from plane.log_joint(axes)
        narrower = _union(around, _where(axes, joint))
        if (np.ptp(narrower, axis=1) > 0.8 * np.ptp(box, axis=1)).all():
            break
        box = narrower
    total = _log_sum(joint) + math.log(float(np.prod(axes[:, 1] - axes[:, 0])))

    # Under q on a grid of its own, for q may be far narrower than what is shown.
    own = np.linspace(around[:, 0], around[:, 1], _EXPECTATION, axis=1)
    weight = np.exp(_log_normal(own, mean, spread))
    under_q = float((weight * (yield from plane.log_joint(own))).sum() / weight.sum())
    entropy = math.log(2 * math.pi * math.e) + float(np.log(spread).sum())
    elbo = under_q + entropy
    return Posterior(
        dimensions=request.dimensions,
        axes=axes,
        log_p=joint - total,
        log_q=_log_normal(axes, mean, spread),
        log_evidence=total if size == 2 else math.nan,
        elbo=elbo if size == 2 else (yield from _drawn_elbo(model, x, y)),
        divergence=total - elbo,
    )


def _check(request: LookAtPosterior, size: int) -> None:
    if size < 2:
        raise UserError("This model's codes are single numbers, so there is no plane of two.")
    if not all(0 <= dimension < size for dimension in request.dimensions):
        raise UserError(
            f"There are no dimensions {request.dimensions[0]} and {request.dimensions[1]} in "
            f"codes of {size} numbers.",
            f"Choose two of 0 to {size - 1}.",
        )
    if request.dimensions[0] == request.dimensions[1]:
        raise UserError("A plane takes two different dimensions.", "Choose another one.")
    if not _FEWEST <= request.points <= _MOST:
        raise UserError(f"The grid takes {_FEWEST} to {_MOST} points, not {request.points}.")


@dataclass(frozen=True)
class _Plane:
    """Codes that differ in two dimensions.

    Attributes:
        model: whose p(x | z) it is.
        x: (1, *S), the image.
        y: (1, L), its classes, or None.
        code: (Z,) float64, what the other dimensions are held at.
        dimensions: the two.
    """

    model: LatentVariableModel
    x: Tensor
    y: Tensor | None
    code: NDArray[np.float64]
    dimensions: tuple[int, int]

    def log_joint(self, axes: NDArray[np.float64]) -> Generator[None, Any, NDArray[np.float64]]:
        """Ln p(x | z) + ln N(zᵢ, zⱼ; 0, I), nats, (n, n); axes (2, n)."""
        count = axes.shape[1]
        first, second = (each.ravel() for each in np.meshgrid(axes[0], axes[1], indexing="ij"))
        z = np.repeat(self.code[None], count**2, axis=0)
        z[:, self.dimensions[0]], z[:, self.dimensions[1]] = first, second
        codes = torch.from_numpy(z).float().to(self.model.device)
        codes = codes.view(-1, *self.model.latent_shape)
        found = np.empty(count**2)
        for start in range(0, count**2, _BATCH):
            part = codes[start : start + _BATCH]
            x = self.x.expand(len(part), *self.x.shape[1:])
            y = None if self.y is None else self.y.expand(len(part), -1)
            with torch.no_grad():
                likelihood = self.model.log_likelihood(part, x, y)
            found[start : start + len(part)] = likelihood.double().cpu().numpy()
            yield None
        prior = -0.5 * (first**2 + second**2) - math.log(2 * math.pi)
        joint: NDArray[np.float64] = (found + prior).reshape(count, count)
        return joint


def _where(axes: NDArray[np.float64], joint: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 2): from where to where, along each axis, it is not negligible; a step beyond it."""
    present = joint > joint.max() - 0.5 * _REACH**2
    sides = []
    for axis, along in zip(axes, (present.any(axis=1), present.any(axis=0)), strict=True):
        inside, step = axis[along], axis[1] - axis[0]
        sides.append((inside[0] - step, inside[-1] + step))
    return np.array(sides)


def _union(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """The box (2, 2) around two boxes."""
    return np.stack(
        [np.minimum(one[:, 0], other[:, 0]), np.maximum(one[:, 1], other[:, 1])], axis=1
    )


def _log_normal(
    axes: NDArray[np.float64], mean: NDArray[np.float64], std: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Ln N(z; μ, diag σ²) on the grid, (n, n)."""
    logs = -0.5 * ((axes - mean[:, None]) / std[:, None]) ** 2
    logs -= np.log(std)[:, None] + 0.5 * math.log(2 * math.pi)
    found: NDArray[np.float64] = logs[0][:, None] + logs[1][None]
    return found


def _log_sum(logs: NDArray[np.float64]) -> float:
    top = float(logs.max())
    return top + math.log(float(np.exp(logs - top).sum()))


def _drawn_elbo(
    model: LatentVariableModel, x: Tensor, y: Tensor | None
) -> Generator[None, Any, float]:
    """The ELBO as a mean over many draws, nats."""
    total = 0.0
    for first in range(0, _DRAWS, _BATCH):
        count = min(_BATCH, _DRAWS - first)
        told = None if y is None else y.expand(count, -1)
        with torch.no_grad():
            found = model.elbo(x.expand(count, *x.shape[1:]), told, first=first)
        total += float(found.double().sum())
        yield None
    return total / _DRAWS
