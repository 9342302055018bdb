"""One picture from the bytes of a file: upright, square, of the size and channels asked for."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["SUFFIXES", "fitted", "flat_picture", "read_picture"]

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"})
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
# What Pillow's readers raise for content that is cut off, flipped or contradicts itself.
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)


def read_picture(content: bytes, size: int, channels: int) -> NDArray[np.uint8]:
    """Decode the first frame, turn it upright, crop its centre to a square and resize it.

    Transparent places become white. Resizing is Pillow's Lanczos filter.

    Args:
        content: a PNG, JPEG, WebP, BMP or GIF file.
        size: the side S to resize to.
        channels: 1 for luma, 3 for red, green, blue.

    Returns:
        (S, S, channels).

    Raises:
        UserError: it is no such picture, is damaged, or unpacks to an unreasonable size.
    """
    from PIL import Image  # noqa: PLC0415 - the catalog is imported where no picture is read

    # A JPEG of many megapixels decodes much faster at a half, a quarter or an eighth; four
    # times the final side leaves the filter all it needs.
    flat = flat_picture(content, channels, draft=4 * size)
    side = min(flat.size)
    left, top = (flat.width - side) // 2, (flat.height - side) // 2
    box = (left, top, left + side, top + side)
    resized = flat.resize((size, size), Image.Resampling.LANCZOS, box=box)
    return np.asarray(resized, np.uint8).reshape(size, size, channels)


def flat_picture(content: bytes, channels: int, draft: int | None = None) -> Image.Image:
    """Decode the first frame and turn it upright; transparent places become white.

    Args:
        content: a PNG, JPEG, WebP, BMP or GIF file.
        channels: 1 for luma, 3 for red, green, blue.
        draft: a side down to which a large JPEG may be reduced as it is decoded.

    Returns:
        Of mode L or RGB: 8 bits.

    Raises:
        UserError: it is no such picture, is damaged, or unpacks to an unreasonable size.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if draft is not None:
                    image.draft(None, (draft, draft))
                image.load()
                upright = ImageOps.exif_transpose(image)
                return _on_white(_eight_bits(upright)).convert("L" if channels == 1 else "RGB")
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise UserError("The picture unpacks to an unreasonable size.") from error
        except UnidentifiedImageError as error:
            raise UserError(f"It is no picture of a known kind: {', '.join(_FORMATS)}.") from error
        except _DAMAGED as error:
            raise UserError(f"The picture cannot be read: {error}.") from error


def fitted(
    picture: Image.Image, width: int, height: int, how: Image.Resampling | None = None
) -> Image.Image:
    """The largest part around the centre that has these proportions, resized to this size.

    Args:
        picture: as `flat_picture` returns it.
        width: in pixels.
        height: likewise.
        how: Pillow's filter; Lanczos unless given.
    """
    from PIL import Image  # noqa: PLC0415

    if picture.size == (width, height):
        return picture
    across = min(picture.width, picture.height * width / height)
    down = across * height / width
    left, top = (picture.width - across) / 2, (picture.height - down) / 2
    box = (left, top, left + across, top + down)
    return picture.resize(
        (width, height), Image.Resampling.LANCZOS if how is None else how, box=box
    )


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey as its upper 8 bits; Pillow would clip it at 255."""
    from PIL import Image  # noqa: PLC0415

    if not image.mode.startswith("I"):
        return image
    values = np.asarray(image).astype(np.int64)
    return Image.fromarray(np.clip(values >> 8, 0, 255).astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    from PIL import Image  # noqa: PLC0415

    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer)
