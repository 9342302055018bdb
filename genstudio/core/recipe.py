"""The recipe inside every exported file: all that is needed to make it again."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from pydantic import Field, ValidationError

from genstudio.core.errors import UserError
from genstudio.core.settings import Settings

__all__ = ["KEY", "Edit", "Recipe", "read_recipe"]

KEY = "genstudio"
"""The name under which files carry the recipe."""

# What Pillow, numpy and zipfile raise for truncated, flipped and foreign files.
_DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    EOFError,
    SyntaxError,
    MemoryError,
    OverflowError,
    RuntimeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    Image.DecompressionBombError,
)


class Edit(Settings):
    """An intervention: at a step of a sample, this symbol was put by hand."""

    sample: int
    step: int
    symbol: int


class Recipe(Settings):
    """What made a picture. With the same model it makes the same picture again."""

    format_version: int = 1
    kind: Literal["sample", "complete"] = "sample"
    run: str
    title: str = ""
    family: str = ""
    weights: str = ""
    count: int = 1
    seed: int = 0
    first: int = 0
    controls: dict[str, Any] = Field(default_factory=dict)
    labels: list[list[int]] = Field(default_factory=list)
    edits: list[Edit] = Field(default_factory=list)

    def text(self) -> str:
        """As it is written into files: JSON."""
        return self.model_dump_json()

    @classmethod
    def from_text(cls, text: str) -> Recipe:
        """Read what `text` wrote.

        Raises:
            UserError: it is something else, or of a newer format.
        """
        try:
            recipe = cls.model_validate_json(text)
        except ValidationError as error:
            raise UserError("The recipe in this file cannot be read.") from error
        if recipe.format_version > 1:
            raise UserError("This file was made by a newer GenStudio.", "Update to recall it.")
        return recipe


def read_recipe(path: Path) -> Recipe:
    """The recipe inside an exported PNG, GIF, WebP or NPZ.

    Raises:
        UserError: the file cannot be read, or carries none.
    """
    try:
        text = _npz_text(path) if path.suffix.lower() == ".npz" else _picture_text(path)
    except _DAMAGED as error:
        raise UserError(f"“{path.name}” cannot be read: {error}.") from error
    if not text:
        raise UserError(
            f"“{path.name}” carries no recipe.", "Only files exported by GenStudio can be recalled."
        )
    return Recipe.from_text(text)


def _npz_text(path: Path) -> str:
    with np.load(path, allow_pickle=False) as archive:
        return str(archive["recipe"]) if "recipe" in archive else ""


def _picture_text(path: Path) -> str:
    with Image.open(path) as image:
        image.load()
        found: Any = image.info.get(KEY) or image.info.get("comment") or image.info.get("xmp") or ""
    text = found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)
    return text if text.startswith("{") else ""
