"""The recipe inside every exported file: all that is needed to make it again."""

from __future__ import annotations

import base64
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import Field, ValidationError, model_validator

from genstudio.core.errors import UserError
from genstudio.core.settings import Settings
from genstudio.core.sound_file import flac_comment
from genstudio.core.wav import comment_of

__all__ = ["KEY", "Edit", "Packed", "Recipe", "packed_prime", "read_recipe"]

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


_Side = Annotated[int, Field(ge=1, le=1024)]


class Packed(Settings):
    """Small whole numbers of an image, each in as few bits as the largest one needs.

    Attributes:
        shape: (height, width, channels).
        bits: of each number, the most significant first.
        data: the bits, one number after the other in C order, in base64.
    """

    shape: tuple[_Side, _Side, _Side]
    bits: int = Field(ge=1, le=8)
    data: str

    @classmethod
    def of(cls, numbers: NDArray[np.uint8] | NDArray[np.bool_]) -> Self:
        """Pack (H, W, C)."""
        values = numbers.astype(np.uint8)
        bits = max(1, int(values.max()).bit_length())
        each = np.unpackbits(values.reshape(-1, 1), axis=1)[:, 8 - bits :]
        height, width, channels = values.shape
        return cls(
            shape=(height, width, channels),
            bits=bits,
            data=base64.b64encode(np.packbits(each).tobytes()).decode(),
        )

    @model_validator(mode="after")
    def _as_long_as_its_shape(self) -> Self:
        count = self.shape[0] * self.shape[1] * self.shape[2]
        if len(base64.b64decode(self.data, validate=True)) != -(-count * self.bits // 8):
            raise ValueError("is not as long as its shape asks for")
        return self

    def array(self) -> NDArray[np.uint8]:
        """(H, W, C)."""
        count = self.shape[0] * self.shape[1] * self.shape[2]
        content = np.frombuffer(base64.b64decode(self.data), np.uint8)
        each = np.unpackbits(content, count=count * self.bits).reshape(count, self.bits)
        whole = np.pad(each, ((0, 0), (8 - self.bits, 0)))
        return np.packbits(whole, axis=1).reshape(self.shape)


class Recipe(Settings):
    """What made a picture. With the same model it makes the same picture again.

    A sample or a completion in order is made by `controls`; a completion begins with `picture`. An
    inpainting is made by a `method` with its `settings` from `picture`, of which `mask` keeps what
    is 1. What is made in a latent space names in `method` what was done there, and in `settings`
    how and with which `codes`. An interpolation goes through the `codes` of its `settings`.
    A sound has `length` samples, as many as those learned from where nothing is said; a
    completion of one begins with the symbols of its `prime`.
    """

    format_version: int = 1
    kind: Literal["sample", "complete", "inpaint", "latent", "interpolate"] = "sample"
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
    method: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)
    picture: Packed | None = None
    mask: Packed | None = None
    length: int | None = None
    prime: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind == "inpaint":
            if not self.method or self.picture is None or self.mask is None:
                raise ValueError("names no method, picture or mask")
            if self.picture.shape != self.mask.shape or self.mask.bits != 1:
                raise ValueError("has a mask of another size than its picture")
        base64.b64decode(self.prime, validate=True)
        return self

    def given(self) -> NDArray[np.uint8]:
        """The symbols (n,) that a sound began with; none of them for a sample."""
        return np.frombuffer(base64.b64decode(self.prime), np.uint8)

    def image(self) -> NDArray[np.uint8]:
        """What an inpainting began with, (*S) symbols; those hidden are as they were before.

        Raises:
            UserError: the recipe is of another kind.
        """
        return self._kept(self.picture)

    def codes(self, size: int) -> NDArray[np.float32]:
        """The codes in its settings, (n, size).

        Raises:
            UserError: there are none, they are damaged, or of a space of another size.
        """
        if "codes" not in self.settings:
            raise UserError("This file was made of codes, which are not in it.", "Encode again.")
        try:
            codes = np.array(self.settings["codes"], np.float32)
        except (TypeError, ValueError) as error:
            raise UserError("The recipe in this file cannot be read.") from error
        if codes.ndim != 2 or not len(codes) or not np.isfinite(codes).all():
            raise UserError("The recipe in this file cannot be read.")
        if codes.shape[1] != size:
            raise UserError(
                f"The codes in this file have {codes.shape[1]} numbers, and those of the model "
                f"{size}.",
                "The model has been trained anew since then.",
            )
        return codes

    def known(self) -> NDArray[np.bool_]:
        """(*S), True means known. Raises as `image`."""
        return self._kept(self.mask).astype(np.bool_)

    def _kept(self, packed: Packed | None) -> NDArray[np.uint8]:
        if packed is None:
            raise UserError("This recipe holds no picture.")
        return packed.array()

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


def packed_prime(symbols: NDArray[np.uint8]) -> str:
    """The `prime` of a recipe: a byte for each symbol (n,), in base64."""
    return base64.b64encode(symbols.tobytes()).decode()


def read_recipe(path: Path) -> Recipe:
    """The recipe inside an exported PNG, GIF, WebP, WAV, FLAC or NPZ.

    Raises:
        UserError: the file cannot be read, or carries none.
    """
    try:
        text = _TEXTS.get(path.suffix.lower(), _picture_text)(path)
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


def _wav_text(path: Path) -> str:
    text = comment_of(path.read_bytes())
    return text if text.startswith("{") else ""


def _flac_text(path: Path) -> str:
    text = flac_comment(path)
    return text if text.startswith("{") else ""


def _picture_text(path: Path) -> str:
    with Image.open(path) as image:
        image.load()
        found: Any = image.info.get(KEY) or image.info.get("comment") or image.info.get("xmp") or ""
    text = found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found)
    return text if text.startswith("{") else ""


_TEXTS = {".npz": _npz_text, ".wav": _wav_text, ".flac": _flac_text}
