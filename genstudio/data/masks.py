"""Masks as pictures: white is known, black is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.data.pictures import fitted, flat_picture

__all__ = ["ReadMask", "mask_png", "read_mask"]

_KNOWN = 128
"""The darkest grey that still means known."""


@dataclass(frozen=True)
class ReadMask:
    """A mask from a file.

    Attributes:
        known: (H, W), True where the picture is white.
        size: (width, height) of the file, before it was fitted.
    """

    known: NDArray[np.bool_]
    size: tuple[int, int]

    @property
    def fitted(self) -> bool:
        """Whether the file was of another size."""
        return self.size != (self.known.shape[1], self.known.shape[0])


def read_mask(path: Path, height: int, width: int) -> ReadMask:
    """Read a mask: greys from 128 on are known, as is what is transparent.

    One of another size is cropped around its centre to the proportions asked for, and each pixel
    takes what is nearest to it.

    Args:
        path: a PNG, JPEG, WebP, BMP or GIF file.
        height: H.
        width: W.

    Raises:
        UserError: the file is not there, cannot be read or is no picture.
    """
    from PIL import Image  # noqa: PLC0415 - the window starts without it

    try:
        picture = flat_picture(path.read_bytes(), 1)
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.") from None
    except OSError as error:
        raise UserError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    except UserError as error:
        raise UserError(f"“{path.name}”: {error.title}", error.advice) from error
    grey = np.asarray(fitted(picture, width, height, Image.Resampling.NEAREST), np.uint8)
    return ReadMask(grey >= _KNOWN, picture.size)


def mask_png(known: NDArray[np.bool_]) -> bytes:
    """A mask (H, W) as a PNG file: known white, hidden black."""
    from genstudio.core.pictures import png  # noqa: PLC0415 - Pillow comes with it

    return png(np.where(known, 255, 0).astype(np.uint8)[..., None])
