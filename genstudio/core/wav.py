"""Sounds as WAV files of 16-bit samples, with the recipe inside.

RIFF, as Microsoft's Multimedia Programming Interface and Data Specifications 1.0 (1991) has it:
a format chunk, the recipe as the comment (ICMT) of an INFO list, and the samples. Other programs
pass over the comment or show it.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

__all__ = ["comment_of", "wav"]

_BYTES = 2  # of a sample


def wav(samples: NDArray[np.int16], rate: int, comment: str) -> bytes:
    """A mono file.

    Args:
        samples: (n,).
        rate: samples a second, Hz.
        comment: text that the file carries.
    """
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * _BYTES, _BYTES, 8 * _BYTES)
    text = comment.encode() + b"\0"
    data = samples.astype("<i2").tobytes()
    body = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", text))
    return _chunk(b"RIFF", body + _chunk(b"data", data))


def comment_of(content: bytes) -> str:
    """The comment of a file; empty where it has none, or is no WAV file."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return ""
    for name, body in _chunks(content[12:]):
        if name == b"LIST" and body[:4] == b"INFO":
            for field, text in _chunks(body[4:]):
                if field == b"ICMT":
                    return text.rstrip(b"\0").decode("utf-8", "replace")
    return ""


def _chunk(name: bytes, body: bytes) -> bytes:
    # A chunk of odd length is followed by a byte that is not counted.
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        found.append((name, content[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found
