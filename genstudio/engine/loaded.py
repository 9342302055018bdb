"""Models that the explorer has read, kept until their file changes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.runs import Run
from genstudio.core.uniforms import generator
from genstudio.engine.devices import resolve
from genstudio.models.base import Autoregressive, GenerativeModel
from genstudio.models.store import load_model

__all__ = ["autoregressive", "image_for", "labels_for", "loaded"]


def loaded(folder: Path, device: str) -> GenerativeModel:
    """The model of a run, on a device.

    Raises:
        UserError: the run has no weights yet, is damaged, or there is no such device.
    """
    run = Run.open(folder)
    if not run.has_model:
        raise UserError(f"“{run.manifest.title}” has no weights yet.", "Train it first.")
    modified = run.model_path.stat().st_mtime_ns
    return _loaded(run.model_path, modified, str(resolve(device)))


@lru_cache(maxsize=4)
def _loaded(path: Path, modified: int, device: str) -> GenerativeModel:
    return load_model(path, device).requires_grad_(False)


def autoregressive(folder: Path, device: str) -> Autoregressive:
    """As `loaded`, for a job that needs symbol-by-symbol generation."""
    model = loaded(folder, device)
    if not isinstance(model, Autoregressive):
        raise UserError(f"{model.title} does not generate symbol by symbol.")
    return model


def image_for(model: GenerativeModel, image: NDArray[np.uint8]) -> Tensor:
    """An image (*S) as the model reads it: (1, *S) on its device.

    Raises:
        UserError: it is of another size, or has symbols that the model does not know.
    """
    if image.shape != model.space.shape:
        size = "×".join(str(side) for side in image.shape)
        raise UserError(f"The model reads images of {model.space}, but this one is {size}.")
    if image.max() >= model.space.levels:
        raise UserError(f"The image has symbols beyond the model's {model.space.levels} levels.")
    return torch.from_numpy(image[None]).to(model.device, torch.long)


def labels_for(
    model: GenerativeModel,
    labels: NDArray[np.int64] | None,
    count: int,
    seed: int,
    first: int,
) -> tuple[Tensor | None, NDArray[np.int64]]:
    """The classes to generate: as asked, or drawn evenly where the model wants some.

    Args:
        model: which may or may not be conditional.
        labels: (L,) for all, (count, L) one by one, or None.
        count: B.
        seed: of the uniforms; a drawn class depends on (seed, sample index) alone.
        first: index of the first sample.

    Returns:
        y (B, L) on the model's device or None, and the same for the recording, (B, L) or (B, 0).

    Raises:
        UserError: a class that the data do not have, or a model that takes none.
    """
    if not model.conditional:
        if labels is not None and labels.size:
            raise UserError(
                "This model was not trained with classes, so none can be asked for.",
                "Train it with “conditional” switched on.",
            )
        return None, np.zeros((count, 0), np.int64)
    sizes = np.array([len(label.classes) for label in model.space.labels])
    if labels is None:
        rows = [generator(seed, first + index, 1).integers(0, sizes) for index in range(count)]
        chosen = np.stack(rows).astype(np.int64)
    else:
        wrong = f"{len(sizes)} label(s) are needed, but {labels.shape} were given."
        if labels.shape not in ((len(sizes),), (count, len(sizes))):
            raise UserError(wrong)
        chosen = np.broadcast_to(labels, (count, len(sizes))).astype(np.int64)
    if ((chosen < 0) | (chosen >= sizes)).any():
        known = ", ".join(
            f"{label.name}: 0 to {len(label.classes) - 1}" for label in model.space.labels
        )
        raise UserError("There is no such class.", f"Known: {known}.")
    return torch.from_numpy(chosen).to(model.device), chosen
