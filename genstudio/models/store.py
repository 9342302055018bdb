"""Tensors on disk: safetensors with a checksum, and models that say what they are."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import safetensors.torch
import torch
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from torch import Tensor

from genstudio.core.discovery import import_modules
from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.settings import Settings
from genstudio.core.spaces import Space
from genstudio.models.base import GenerativeModel, registered

__all__ = [
    "build",
    "families",
    "family",
    "load_model",
    "load_tensors",
    "save_model",
    "save_tensors",
]


def families() -> dict[str, type[GenerativeModel]]:
    """Every family by name."""
    from genstudio import models  # noqa: PLC0415 - the package lists this module too

    import_modules(models)
    return dict(sorted(registered.items()))


def family(name: str) -> type[GenerativeModel]:
    """A family by name.

    Raises:
        UserError: there is none; the known ones are listed.
    """
    known = families()
    if name not in known:
        raise UserError(f"There is no model family called “{name}”.", f"Known: {', '.join(known)}.")
    return known[name]


def build(name: str, space: Space, config: Settings, seed: int = 0) -> GenerativeModel:
    """A new model whose first weights depend on the seed alone."""
    cls = family(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # torch's initialisers take no generator
        return cls(space, config).eval()


def save_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write atomically, with a checksum over names, shapes and contents.

    Raises:
        UserError: the disk is full or read-only.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = safetensors.torch.save(plain, metadata | {"sha256": _checksum(plain)})
    write_atomically(path, content)


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read tensors and their metadata.

    Raises:
        UserError: the file is missing, truncated, or not what was written.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except FileNotFoundError:
        raise UserError(f"{path} is missing.", "The run has no weights yet: train it.") from None
    except (SafetensorError, OSError, ValueError, OverflowError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    if metadata.get("sha256") != _checksum(tensors):
        raise UserError(f"{path} is damaged: its checksum does not fit its content.")
    return tensors, metadata


def save_model(path: Path, model: GenerativeModel) -> None:
    """Weights, with family, space and settings beside them."""
    metadata = {
        "family": model.family(),
        "space": model.space.model_dump_json(),
        "config": json.dumps(model.config.model_dump(mode="json")),
    }
    save_tensors(path, dict(model.named_parameters()), metadata)


def load_model(path: Path, device: str = "cpu") -> GenerativeModel:
    """The model that `save_model` wrote, in evaluation mode.

    Raises:
        UserError: the file is missing or damaged, or does not fit its own settings.
    """
    tensors, metadata = load_tensors(path)
    try:
        space = TypeAdapter(Space).validate_json(metadata["space"])
        cls = family(metadata["family"])
        config = cls.Config.checked(json.loads(metadata["config"]))
    except (KeyError, ValidationError, json.JSONDecodeError) as error:
        raise UserError(f"{path} does not say what model it is.") from error
    with torch.random.fork_rng(devices=[]):
        model = cls(space, config)
    expected = {name: tuple(value.shape) for name, value in model.named_parameters()}
    found = {name: tuple(value.shape) for name, value in tensors.items()}
    if expected != found:
        wrong = sorted(set(expected.items()) ^ set(found.items()))[0][0]
        raise UserError(f"{path} holds weights that do not fit its settings (see “{wrong}”).")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(tensors[name])
    return model.to(device).eval()


def _checksum(tensors: dict[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()
