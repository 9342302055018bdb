"""Read a picture file as an image of symbols."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.messages import ReadImage, Wish
from genstudio.data.pictures import fitted, flat_picture
from genstudio.data.quantise import quantise

__all__ = ["run"]


def run(request: ReadImage) -> Generator[None, Wish | None, NDArray[np.uint8]]:
    """Returns (H, W, C)."""
    yield None
    path, space = request.path, request.space
    try:
        picture = flat_picture(path.read_bytes(), space.channels)
    except FileNotFoundError as error:
        raise UserError(f"There is no file {path}.") from error
    except OSError as error:
        raise UserError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    except UserError as error:
        raise UserError(f"“{path.name}”: {error.title}", error.advice) from error
    pixels = np.asarray(fitted(picture, space.width, space.height), np.uint8)
    return quantise(pixels.reshape(space.shape), space.levels)
