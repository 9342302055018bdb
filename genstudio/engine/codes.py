"""Encoding data in batches, cancellable between them, and codes that are kept."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.messages import Share
from genstudio.core.runs import Run
from genstudio.engine.devices import resolve
from genstudio.engine.learned import learned_split
from genstudio.engine.loaded import DecodingModel, EncodingModel

__all__ = ["Codes", "KeptCodes", "decoded", "encoded", "evenly", "kept_codes", "training_codes"]

_BATCH = 500
_MOST = 10_000
"""Training data that stand for all of them."""


@dataclass(frozen=True)
class Codes:
    """Of n data.

    Attributes:
        mean: (n, Z) float32, flattened.
        std: (n, Z) float32, or None where a datum has one code.
    """

    mean: NDArray[np.float32]
    std: NDArray[np.float32] | None


@dataclass
class KeptCodes:
    """What was found out about the codes of a run's training data, as long as its weights stay.

    Attributes:
        codes: of the training data; None until they were asked for.
        fits: distributions fitted to them, by their numbers of components.
    """

    codes: Codes | None = None
    fits: dict[int, Any] = field(default_factory=dict)


def kept_codes(folder: Path, device: str) -> KeptCodes:
    """What is kept of a run, as its weights are now."""
    path = Run.open(folder).model_path
    return _kept(path, path.stat().st_mtime_ns, str(resolve(device)))


@lru_cache(maxsize=4)
def _kept(path: Path, modified: int, device: str) -> KeptCodes:
    return KeptCodes()


def evenly(total: int, most: int) -> NDArray[np.int64]:
    """At most so many indices, evenly over 0 … total − 1, ascending."""
    count = min(total, most)
    return (np.arange(count) * total // max(1, count)).astype(np.int64)


def encoded(
    model: EncodingModel, x: NDArray[np.uint8], y: Tensor | None, what: str = "images"
) -> Generator[Share, Any, Codes]:
    """The codes of images x (n, *S); y (n, L) on the model's device, or None."""
    means, stds = [], []
    for start in range(0, len(x), _BATCH):
        part = slice(start, start + _BATCH)
        images = torch.from_numpy(x[part]).to(model.device, torch.long)
        with torch.no_grad():
            mean, std = model.encode(images, None if y is None else y[part])
        means.append(mean.flatten(1).float().cpu().numpy())
        if std is not None:
            stds.append(std.flatten(1).float().cpu().numpy())
        yield Share(min(start + _BATCH, len(x)), len(x), what)
    return Codes(np.concatenate(means), np.concatenate(stds) if stds else None)


def decoded(
    model: DecodingModel, z: Tensor, y: Tensor | None
) -> Generator[None, Any, NDArray[np.float32]]:
    """What codes z (n, *Z) decode to, (n, *S), in symbol units."""
    parts = []
    for start in range(0, len(z), _BATCH):
        part = slice(start, start + _BATCH)
        with torch.no_grad():
            found = model.decode(z[part], None if y is None else y[part])
        parts.append(found.float().cpu().numpy())
        yield None
    return np.concatenate(parts)


def training_codes(folder: Path, model: EncodingModel, device: str) -> Generator[Share, Any, Codes]:
    """The codes of the training data that a run learned from, or of 10,000 evenly among them.

    Found once for a run's weights.

    Raises:
        UserError: the data are not here, or have changed.
    """
    kept = kept_codes(folder, device)
    if kept.codes is None:
        split = learned_split(folder, model, "train")
        numbers = evenly(len(split), _MOST)
        y = torch.from_numpy(split.labels[numbers]).to(model.device) if model.conditional else None
        kept.codes = yield from encoded(model, split.symbols[numbers], y, "images encoded")
    return kept.codes
