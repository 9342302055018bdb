"""Sound files: read at the rate that is wanted, written with the recipe inside.

libsndfile reads WAV, FLAC, Ogg Vorbis and MP3, but tells of few files that they are cut short;
here every one is asked whether it ends where it says. soxr resamples.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.wav import wav

__all__ = [
    "READ",
    "WRITTEN",
    "flac_comment",
    "is_silent",
    "read_as_it_is",
    "read_sound",
    "sound_bytes",
]

READ = (".wav", ".flac", ".ogg", ".mp3")
"""Endings of the files that are read."""

WRITTEN = (".wav", ".flac")
"""Endings of the files that are written, both without loss."""

_FULL = 32768  # what 16-bit samples call 1
_SILENT = 33  # −60 dB of full scale: beneath it is the noise of a recorder that was left on
_BLOCK = 2**16  # frames that are read at once
_ENDLESS = 2**40  # frames; libsndfile says more than this where a stream did not tell
_UNTOLD = 0x7FFFF000  # bytes; who writes to a pipe tells a size from here on, or 0


def read_sound(path: Path, rate: int, longest: float | None = None) -> NDArray[np.int16]:
    """Its samples (n,), its channels mixed to one; exact where 16-bit samples have that rate.

    Args:
        path: a WAV, FLAC, OGG or MP3 file.
        rate: samples a second that are wanted, Hz.
        longest: seconds; a file that lasts longer is refused before it is read.

    Raises:
        UserError: it is not there, is no sound file, is cut short, lasts too long, or holds no
            sample.
    """
    return _opened(path, rate, longest)[1]


def read_as_it_is(path: Path) -> tuple[int, NDArray[np.int16]]:
    """Its own rate, Hz, and its samples (n,) at that, its channels mixed to one.

    Raises:
        UserError: as `read_sound`.
    """
    return _opened(path, None, None)


def is_silent(samples: NDArray[np.int16]) -> bool:
    """Whether none of them is louder than −60 dB of full scale."""
    # The largest negative sample has no positive counterpart in 16 bits.
    return bool(np.abs(samples.astype(np.int32)).max(initial=0) < _SILENT)


def sound_bytes(samples: NDArray[np.int16], rate: int, suffix: str, comment: str) -> bytes:
    """A mono file of 16-bit samples.

    Args:
        samples: (n,).
        rate: samples a second, Hz.
        suffix: one of `WRITTEN`.
        comment: text that the file carries; empty for none.
    """
    if suffix == ".wav":  # libsndfile leaves out a comment of more than a few pages
        return wav(samples, rate, comment)
    if suffix != ".flac":
        raise ValueError(f"sounds are not written to files that end in {suffix}")
    import soundfile  # noqa: PLC0415 - loads libsndfile

    stream = io.BytesIO()
    with soundfile.SoundFile(stream, "w", rate, 1, "PCM_16", format="FLAC") as file:
        if comment:  # libsndfile refuses an empty one
            file.comment = comment
        file.write(samples)
    return stream.getvalue()


def flac_comment(path: Path) -> str:
    """The comment of a FLAC file; empty where it has none, or is something else."""
    import soundfile  # noqa: PLC0415 - as above

    try:
        with path.open("rb") as stream, soundfile.SoundFile(stream) as file:
            return str(file.comment)
    except soundfile.SoundFileError:
        return ""


def _opened(path: Path, rate: int | None, longest: float | None) -> tuple[int, NDArray[np.int16]]:
    if path.is_dir():
        raise UserError(f"“{path}” is a folder.", "Name a sound file.")
    if not path.is_file():
        raise UserError(f"There is no file {path}.")
    try:
        if not path.stat().st_size:
            raise UserError(f"“{path.name}” is empty.")
        with path.open("rb") as stream:
            rate, samples = _read(path.name, stream, rate, longest)
    except OSError as error:
        raise UserError(f"“{path.name}” cannot be read: {error.strerror or error}.") from error
    if not len(samples):
        raise UserError(f"“{path.name}” has no sound in it: it lasts 0 s.")
    return rate, samples


def _read(
    name: str, stream: BinaryIO, rate: int | None, longest: float | None
) -> tuple[int, NDArray[np.int16]]:
    import soundfile  # noqa: PLC0415 - as above

    foreign = UserError(
        f"“{name}” is no sound file that can be read.", "WAV, FLAC, OGG and MP3 can."
    )
    broken = UserError(f"“{name}” is cut short or damaged.", "Copy it or export it again.")
    if name.lower().endswith(".raw"):  # which soundfile takes for samples without a header
        raise foreign
    ends = _ends(stream)
    try:
        file = soundfile.SoundFile(stream)
    except soundfile.SoundFileError as error:
        raise (foreign if ends else broken) from error
    with file:
        if not ends:
            raise broken
        rate = rate or int(file.samplerate)
        told = file.frames if file.frames < _ENDLESS else None
        if longest is not None and told is not None and told > longest * file.samplerate:
            raise UserError(
                f"“{name}” lasts {told / file.samplerate:,.0f} s, and at most {longest:,.1f} s "
                "can be used.",
                "Cut out a part of it.",
            )
        try:
            samples, got = _mixed(file, rate)
        except soundfile.SoundFileError as error:
            raise broken from error
        if file.format == "MP3" and not _counted(stream):
            return rate, samples  # what is told is a guess
        if told is not None and got < told:
            raise broken
    return rate, samples


def _mixed(file: Any, rate: int) -> tuple[NDArray[np.int16], int]:
    """The samples of an opened file, and how many frames there were, block by block."""
    import soxr  # noqa: PLC0415 - as above

    resampler = None
    if file.samplerate != rate:
        resampler = soxr.ResampleStream(file.samplerate, rate, 1, dtype="float32")
    # soundfile seeks to where it is after each block of a file that can, and an MP3 decoder forgets
    # there what it needs of the frames before.
    file.seekable = lambda: False
    parts, got = [], 0
    while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
        got += len(block)
        # A file of floating-point numbers may hold some that are none.
        mono = np.nan_to_num(block.mean(axis=1), posinf=1.0, neginf=-1.0)
        parts.append(mono if resampler is None else resampler.resample_chunk(mono))
    if resampler is not None and got:
        parts.append(resampler.resample_chunk(np.empty(0, np.float32), last=True))
    whole = np.concatenate(parts) if parts else np.empty(0, np.float32)
    return np.clip(np.round(whole * _FULL), -_FULL, _FULL - 1).astype(np.int16), got


def _ends(stream: BinaryIO) -> bool:
    """Whether a file is as long as it says, where it says so: WAV in bytes, Ogg by its last page.

    The stream is at its beginning again afterwards.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    head = stream.read(12)
    whole = True
    if head[:4] == b"RIFF":
        whole = _wav_ends(stream, size)
    elif head[:4] == b"OggS":
        stream.seek(max(0, size - 2**17))  # a page has 64 KiB at most
        tail = stream.read()
        last = tail.rfind(b"OggS")
        whole = last >= 0 and len(tail) > last + 5 and bool(tail[last + 5] & 4)  # end of stream
    stream.seek(0)
    return whole


def _wav_ends(stream: BinaryIO, size: int) -> bool:
    while len(header := stream.read(8)) == 8:
        length = int.from_bytes(header[4:], "little")
        if header[:4] == b"data":
            return length >= _UNTOLD or stream.tell() + length <= size
        stream.seek(length + length % 2, io.SEEK_CUR)
    return False


def _counted(stream: BinaryIO) -> bool:
    """Whether the first frame of an MP3 file says how many there are."""
    stream.seek(0)
    head = stream.read(2**16)
    return b"Xing" in head or b"Info" in head
