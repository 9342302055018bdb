"""The sound process that records: its callback does nothing but copy."""

from __future__ import annotations

import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genstudio.audio.block import LONGEST, Block, State
from genstudio.audio.portaudio import find, portaudio, refresh, sentence
from genstudio.audio.process import serve
from genstudio.core.errors import UserError

__all__ = ["Record", "Stop", "main"]

_LATENCY = 0.1  # seconds that this process may be kept waiting without losing any
_LOOK = 0.05  # seconds between two looks at a stream
_STALL = 3.0  # seconds without a callback after which a device is taken to be gone
_ADVICE = "What was recorded is kept; plug it in again, or choose another."


@dataclass(frozen=True)
class Record:
    """Take down what comes in, at a rate, from a device; None is the usual one."""

    rate: int
    device: str | None


@dataclass(frozen=True)
class Stop:
    """Take down no more."""


def main(connection: Connection, name: str) -> None:
    """What the process runs."""
    serve(connection, name, Recorder)


class Recorder:
    """A stream, and how far the take has come."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._header, self._samples = block.header, block.samples
        self._stream: Any = None  # sounddevice ships no types
        self._input = "sound input"
        self._called = 0.0  # when the callback was last called

    def obey(self, command: Any) -> None:
        """Carry a command out."""
        self.close()
        if isinstance(command, Record):
            if command.device is not None:
                self._input = f"sound input “{command.device}”"
            self._open(command)
            self._called = time.monotonic()
            self._header.state = State.PLAYING
        else:
            self._header.state = State.FINISHED

    def watch(self) -> float | None:
        """See whether the device is still there and whether there is room for more."""
        if self._stream is None:
            return None
        if not self._stream.active:
            raise UserError(f"The {self._input} is gone.", _ADVICE)
        if time.monotonic() - self._called > _STALL:
            raise UserError(f"The {self._input} gives no more sound.", _ADVICE)
        # A second's worth at the highest rate; the next look is much sooner.
        self._block.check_room(self._header.written + 400_000)
        return _LOOK

    def fail(self, problem: UserError) -> None:
        """Say it first: a device that is gone may let nobody go."""
        self._block.say(str(problem))
        self._header.state = State.FAILED
        self.close()

    def close(self) -> None:
        """Let go of the device."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close(ignore_errors=True)

    def _open(self, command: Record) -> None:
        module = portaudio()
        try:
            self._stream = self._started(command)
        except (module.PortAudioError, UserError):
            refresh()  # it may have been plugged in since
            try:
                self._stream = self._started(command)
            except module.PortAudioError as error:
                raise UserError(
                    f"The {self._input} does not open: {sentence(error)}.",
                    "Choose another one, or plug one in.",
                ) from error

    def _started(self, command: Record) -> Any:
        stream = portaudio().InputStream(
            samplerate=command.rate,
            channels=1,
            dtype="int16",
            latency=_LATENCY,
            device=find(command.device, "input"),
            callback=self._take,
        )
        stream.start()
        return stream

    def _take(self, heard: NDArray[np.int16], frames: int, times: Any, flags: Any) -> None:
        """Copy what came in; called by PortAudio from its own thread."""
        header = self._header
        self._called = time.monotonic()
        if flags.input_overflow:
            header.underflows += 1
        start = header.written
        end = min(start + frames, LONGEST)
        self._samples[start:end] = heard[: end - start, 0]
        header.written = end
