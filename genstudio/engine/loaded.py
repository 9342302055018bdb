"""Models that the explorer has read, kept until their file changes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.runs import Run
from genstudio.core.spaces import Sequence
from genstudio.core.uniforms import generator
from genstudio.engine.devices import resolve
from genstudio.models.base import Autoregressive, GenerativeModel
from genstudio.models.latent import Decoder, Encoder, LatentVariable
from genstudio.models.store import load_model

__all__ = [
    "DecodingModel",
    "EncodingModel",
    "LatentVariableModel",
    "autoregressive",
    "codes_for",
    "decoding",
    "encoding",
    "image_for",
    "images_for",
    "labels_for",
    "latent_variable",
    "loaded",
    "sound_for",
    "told_labels",
]


class DecodingModel(GenerativeModel, Decoder):
    """What a family with a decoder is, for the type checker."""


class EncodingModel(DecodingModel, Encoder):
    """What a family with an encoder is, for the type checker."""


class LatentVariableModel(EncodingModel, LatentVariable):
    """What a family with a likelihood given z is, for the type checker."""


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


def decoding(folder: Path, device: str) -> DecodingModel:
    """As `loaded`, for a job that decodes.

    Raises:
        UserError: as `loaded`, or the model has no latent space.
    """
    model = loaded(folder, device)
    if not isinstance(model, Decoder):
        raise UserError(f"{model.title} has no latent space, so there are no codes to decode.")
    return cast(DecodingModel, model)


def encoding(folder: Path, device: str) -> EncodingModel:
    """As `loaded`, for a job that encodes.

    Raises:
        UserError: as `loaded`, or the model has no encoder.
    """
    model = loaded(folder, device)
    if not isinstance(model, Encoder):
        raise UserError(f"{model.title} has no encoder, so images have no codes.")
    return cast(EncodingModel, model)


def latent_variable(folder: Path, device: str) -> LatentVariableModel:
    """As `loaded`, for a job that needs both p(x | z) and q(z | x).

    Raises:
        UserError: as `loaded`, or the model lacks one of them.
    """
    model = loaded(folder, device)
    if not isinstance(model, LatentVariable):
        raise UserError(f"{model.title} has no posterior p(z | x) to look at.", "Choose a VAE.")
    return cast(LatentVariableModel, model)


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


def images_for(model: GenerativeModel, images: NDArray[np.uint8]) -> Tensor:
    """Images (B, *S) as the model reads them, on its device.

    Raises:
        UserError: there are none, they are of another size, or have unknown symbols.
    """
    if images.ndim != 1 + len(model.space.shape) or not len(images):
        raise UserError("At least one image is needed.")
    image_for(model, images[0])
    if images.max() >= model.space.levels:
        raise UserError(f"An image has symbols beyond the model's {model.space.levels} levels.")
    return torch.from_numpy(images).to(model.device, torch.long)


def sound_for(model: GenerativeModel, sound: NDArray[np.uint8]) -> Tensor:
    """A sound (n,) of any length as the model reads it: (1, n, 1) on its device.

    Raises:
        UserError: the model deals in images, or the sound is empty or has unknown symbols.
    """
    if not isinstance(model.space, Sequence):
        raise UserError(f"This is for sounds, and the data of this {model.title} are images.")
    if sound.ndim != 1 or not len(sound):
        raise UserError("The sound is empty.")
    if sound.max() >= model.space.levels:
        raise UserError(f"The sound has symbols beyond the model's {model.space.levels} levels.")
    return torch.from_numpy(sound[None, :, None]).to(model.device, torch.long)


def codes_for(model: DecodingModel, codes: NDArray[np.float32]) -> Tensor:
    """Codes (B, *Z) as the model reads them, on its device.

    Raises:
        UserError: there are none, they are of another shape, or are not finite.
    """
    if codes.ndim != 1 + len(model.latent_shape) or codes.shape[1:] != model.latent_shape:
        wanted = "×".join(str(side) for side in model.latent_shape)
        got = "×".join(str(side) for side in codes.shape[1:]) or "single numbers"
        raise UserError(f"Codes of this {model.title} have {wanted} numbers, but these are {got}.")
    if not len(codes):
        raise UserError("At least one code is needed.")
    if not np.isfinite(codes).all():
        raise UserError("A code has numbers that are not finite.", "Give finite numbers only.")
    return torch.from_numpy(codes.astype(np.float32)).to(model.device)


def told_labels(
    model: GenerativeModel, labels: NDArray[np.int64] | None, count: int
) -> Tensor | None:
    """The classes of `count` data that are there already: y (count, L), or None without classes.

    Raises:
        UserError: as `labels_for`, or the model wants a class and none is given.
    """
    if model.conditional and labels is None:
        raise UserError(
            f"This {model.title} is conditioned on the class, and none is given.",
            "Say which class it is.",
        )
    return labels_for(model, labels, count, 0, 0)[0]


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
