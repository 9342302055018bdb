"""Reading IDX, the format that MNIST came in: a big-endian header, then the values.

Bytes 0–1 are zero, byte 2 is the kind of value (8: unsigned byte), byte 3 the number of
dimensions d; then d sizes of 32 bits, then the values, last dimension fastest.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError

__all__ = ["idx_header", "idx_sha256", "is_gzipped", "open_plain", "read_idx"]

_ADVICE = "Delete the file and download it again."
_LARGEST = 2**30  # bytes; far above any file in this format, far below what hurts


def is_gzipped(path: Path) -> bool:
    """Whether the content, not the name, says gzip."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def open_plain(path: Path) -> BinaryIO:
    """Open a file for reading, through gzip where its content is gzipped."""
    return cast(BinaryIO, gzip.open(path, "rb")) if is_gzipped(path) else path.open("rb")


def idx_header(shape: tuple[int, ...]) -> bytes:
    """The header of unsigned bytes in this shape."""
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)


def idx_sha256(values: NDArray[np.uint8]) -> str:
    """SHA-256, hexadecimal, of the decompressed file that holds these values."""
    digest = hashlib.sha256(idx_header(values.shape))
    digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read a file of unsigned bytes, gzipped or not, in the shape its header says.

    Raises:
        UserError: the file is not there, damaged, cut off, too long, or of another kind.
    """
    try:
        with open_plain(path) as file:
            shape = _read_shape(file, path)
            size = math.prod(shape)
            # One byte more than needed shows whether the file is too long.
            content = file.read(size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"“{path.name}” is damaged: {error}.", _ADVICE) from error
    except OSError as error:
        raise UserError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    if len(content) != size:
        found = f"only {len(content):,}" if len(content) < size else "more"
        raise UserError(
            f"“{path.name}” promises {size:,} values ({' × '.join(map(str, shape))}) "
            f"and holds {found}.",
            _ADVICE,
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _read_shape(file: BinaryIO, path: Path) -> tuple[int, ...]:
    start = file.read(4)
    if len(start) < 4 or start[:2] != b"\0\0":
        raise UserError(f"“{path.name}” is not an IDX file: it begins with {start!r}.", _ADVICE)
    kind, dimensions = start[2], start[3]
    if kind != 8:
        raise UserError(
            f"“{path.name}” holds values of kind 0x{kind:02x}; expected unsigned bytes, 0x08.",
            _ADVICE,
        )
    if not 1 <= dimensions <= 4:
        raise UserError(
            f"“{path.name}” has {dimensions} dimensions; expected one to four.", _ADVICE
        )
    sizes = file.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise UserError(
            f"“{path.name}” ends within its header, after {4 + len(sizes)} bytes.", _ADVICE
        )
    shape = struct.unpack(f">{dimensions}I", sizes)
    if math.prod(shape) > _LARGEST:
        raise UserError(
            f"“{path.name}” promises {math.prod(shape):,} values; "
            f"no file of this format holds more than {_LARGEST:,}.",
            _ADVICE,
        )
    return tuple(shape)
