"""A picture of any size becomes an image of a model's space."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from genstudio.core.errors import UserError
from genstudio.core.messages import Fitted
from genstudio.core.spaces import Grid
from genstudio.data.pictures import fitted, flat_picture
from genstudio.data.quantise import quantise

__all__ = ["fit", "read_content"]

_PREVIEW = 256  # the longer side, pixels, of the original as it is shown


def read_content(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        UserError: there is none, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"There is no file {path}.") from error
    except OSError as error:
        raise UserError(f"“{path}” cannot be read: {error.strerror or error}.") from error


def fit(content: bytes, name: str, space: Grid) -> Fitted:
    """Crop the centre to the space's proportions, resize, and round to its levels.

    Args:
        content: a PNG, JPEG, WebP, BMP or GIF file.
        name: what it is called when something is wrong with it.
        space: what it is to become one of.

    Raises:
        UserError: it is no such picture, or is damaged.
    """
    try:
        picture = flat_picture(content, space.channels)
    except UserError as error:
        raise UserError(f"“{name}”: {error.title}", error.advice) from error
    pixels = np.asarray(fitted(picture, space.width, space.height), np.uint8)
    image = quantise(pixels.reshape(space.shape), space.levels)
    width, height = picture.size
    picture.thumbnail((_PREVIEW, _PREVIEW))
    original = np.asarray(picture, np.uint8).reshape(picture.height, picture.width, space.channels)
    return Fitted(image, original, width, height)
