"""The memory that a sound process shares with the process that started it.

A header and the samples behind it. The segment is as long as the longest take: what is never
written takes no memory, and so nothing has to be moved while a take grows.
"""

from __future__ import annotations

import ctypes
import shutil
import sys
from multiprocessing.shared_memory import SharedMemory
from typing import cast

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError

__all__ = ["LONGEST", "Block", "Header", "State"]

LONGEST = 2**28
"""Samples in the longest take: 1.5 h at 48 kHz, 9 h at 8 kHz."""

_RESERVE = 2**23  # bytes of shared memory that are left to others
_START = 4096  # bytes before the first sample


class State:
    """What a sound process is doing, as a number in the header."""

    IDLE, PLAYING, WAITING, PAUSED, FINISHED, FAILED = range(6)
    NAMES = ("idle", "playing", "waiting", "paused", "finished", "failed")


class Header(ctypes.Structure):
    """Who writes what, both processes read. Samples are counted, moments are `time.monotonic`."""

    # By the one that started the process.
    generation: int  # of the take: another one makes the old one silent at once
    written: int  # samples there are so far; by the sound process where it records
    complete: int  # whether no more will come
    volume: float  # amplitude, 0 … 1
    # By the sound process.
    heard: int  # commands it has carried out; −1 before it has come up
    state: int
    position: int  # of a take that does not move
    underflows: int
    waits: int
    first: float  # when the first sample since `play` was copied, 0 before
    version: int  # odd while what follows is written
    origin: int  # sample at which this playing began
    queued: int  # samples copied since
    floor: int  # samples copied before the last wait
    anchor: int  # the sample, of those copied, that is heard at `moment`
    moment: float
    rate: float  # Hz
    loop_start: int
    loop_stop: int  # 0 where nothing is repeated
    problem: bytes

    _fields_ = [
        ("generation", ctypes.c_int64),
        ("written", ctypes.c_int64),
        ("complete", ctypes.c_int64),
        ("volume", ctypes.c_double),
        ("heard", ctypes.c_int64),
        ("state", ctypes.c_int64),
        ("position", ctypes.c_int64),
        ("underflows", ctypes.c_int64),
        ("waits", ctypes.c_int64),
        ("first", ctypes.c_double),
        ("version", ctypes.c_int64),
        ("origin", ctypes.c_int64),
        ("queued", ctypes.c_int64),
        ("floor", ctypes.c_int64),
        ("anchor", ctypes.c_int64),
        ("moment", ctypes.c_double),
        ("rate", ctypes.c_double),
        ("loop_start", ctypes.c_int64),
        ("loop_stop", ctypes.c_int64),
        ("problem", ctypes.c_char * 1024),
    ]


class Block:
    """The header and the samples.

    Attributes:
        name: by which the other process finds it.
        header: its fields.
        samples: int16 (LONGEST,), those up to `header.written` have been written.
    """

    def __init__(self, name: str | None = None) -> None:
        """Make a block, or find that of another process by its name."""
        size = _START + 2 * LONGEST
        self._memory = SharedMemory(name, create=name is None, size=size)
        self._owner = name is None
        self.name = self._memory.name
        content = cast(memoryview, self._memory.buf)  # None once it is closed
        self.header = Header.from_buffer(content)
        self.samples: NDArray[np.int16] = np.frombuffer(content, np.int16, LONGEST, _START)

    def check_room(self, end: int) -> None:
        """See that samples may be written up to `end`: memory that is not there ends a program.

        Raises:
            UserError: there is no room for them.
        """
        if end > LONGEST:
            raise UserError(
                f"A take of {end:,} samples is longer than the {LONGEST:,} that can be played.",
                "Take a part of it, or a lower rate.",
            )
        if sys.platform == "linux":
            free = shutil.disk_usage("/dev/shm").free - _RESERVE  # noqa: S108 - the kernel's own
            new = 2 * (end - self.header.written)
            if new > free:
                raise UserError(
                    f"{new / 1e6:.0f} MB of shared memory are needed for the sound, and"
                    f" {max(free, 0) / 1e6:.0f} MB are free.",
                    "Give the machine or its container more shared memory (/dev/shm).",
                )

    def position(self, now: float) -> int:
        """The sample heard now, while sound is going out."""
        header = self.header
        for _ in range(100):
            version = header.version
            origin, queued, floor = header.origin, header.queued, header.floor
            heard = header.anchor + int((now - header.moment) * header.rate)
            start, stop = header.loop_start, header.loop_stop
            if version % 2 == 0 and version == header.version:
                break
        at = origin + min(max(heard, floor), queued)
        if stop > start and at >= stop:
            at = start + (at - stop) % (stop - start)
        return at

    def say(self, problem: str) -> None:
        """Leave a sentence to be read."""
        self.header.problem = problem.encode()[:1000].decode("utf-8", "ignore").encode()

    def close(self) -> None:
        """Let go of the memory; where it was made, it ends."""
        del self.header, self.samples
        self._memory.close()
        if self._owner:
            self._memory.unlink()
