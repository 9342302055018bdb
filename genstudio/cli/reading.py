"""Pictures that are brought along, in the size of a model's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid
from genstudio.data.pictures import fitted, flat_picture

__all__ = ["opened_picture", "pixels"]


def pixels(path: Path, space: Grid, fit: bool) -> NDArray[np.uint8]:
    """A picture in the model's size and channels, (H, W, C) in 0 … 255.

    Raises:
        UserError: it cannot be read, or is of another size and not to be fitted.
    """
    picture = opened_picture(path, space, space.channels, Image.Resampling.LANCZOS if fit else None)
    return np.asarray(picture, np.uint8).reshape(space.shape)


def opened_picture(
    path: Path, space: Grid, channels: int, fit: Image.Resampling | None
) -> Image.Image:
    """A picture in the model's size; in another one it is refused, or fitted that way.

    Raises:
        UserError: it cannot be read, or is refused.
    """
    wanted = (space.width, space.height)
    try:
        picture = flat_picture(path.read_bytes(), channels)
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.") from None
    except OSError as error:
        raise UserError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    except UserError as error:
        raise UserError(f"“{path.name}”: {error.title}", error.advice) from error
    if picture.size == wanted:
        return picture
    if fit is None:
        raise UserError(
            f"“{path.name}” is {picture.width}×{picture.height}, but the model draws images of "
            f"{wanted[0]}×{wanted[1]}.",
            "Give it in that size, or let --fit crop and resize it.",
        )
    return fitted(picture, *wanted, how=fit)
