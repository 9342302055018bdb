"""What the window and the command line record with."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from genstudio.audio import recorder
from genstudio.audio.block import State
from genstudio.audio.process import SoundProcess

__all__ = ["Microphone", "MicrophoneStatus", "Recording"]

Recording = Literal["idle", "starting", "recording", "failed"]

_MOMENT = 0.05  # seconds over which the level is taken
_PATIENCE = 2.0  # seconds that the process may take to stop


@dataclass(frozen=True)
class MicrophoneStatus:
    """Where a microphone is.

    Attributes:
        state: "failed" says why in `problem`; what was recorded until then is kept.
        overflows: how often sound was lost, as PortAudio counts.
        problem: one sentence, empty where there is none.
    """

    state: Recording
    overflows: int
    problem: str


class Microphone:
    """Records one take at a time, in a process of its own. Only `stop` and `close` wait for it."""

    def __init__(self) -> None:
        self._process = SoundProcess(recorder.main, "genstudio microphone", list)
        self._rate = 0
        self._on = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, rate: int, device: str | None = None) -> None:
        """Begin a recording; the one before it is forgotten.

        Args:
            rate: samples a second, Hz.
            device: by name; None is the system's usual one.
        """
        if self._on:
            self.stop()
        self._process.block.header.written = 0
        self._process.block.header.underflows = 0
        self._rate, self._on = rate, True
        self._process.send(recorder.Record(rate, device))

    @property
    def pid(self) -> int | None:
        """Of the sound process, while there is one; for those who watch or test."""
        return self._process.pid

    @property
    def status(self) -> MicrophoneStatus:
        """Where it is now; costs microseconds."""
        self._process.look()
        header = self._process.block.header
        problem = self._process.problem
        state: Recording = "idle"
        if self._on and self._process.answered:
            state = "recording" if header.state == State.PLAYING else "failed"
            problem = problem or (header.problem.decode() if state == "failed" else "")
        elif self._on:
            state = "failed" if problem else "starting"
        return MicrophoneStatus(state, header.underflows, problem)

    @property
    def level(self) -> float:
        """How loud it has just been: the root of the mean square, 0 … 1."""
        written = self._process.block.header.written
        latest = self._process.block.samples[max(written - int(_MOMENT * self._rate), 0) : written]
        return float(np.sqrt(np.mean((latest / 32768.0) ** 2))) if len(latest) else 0.0

    def samples(self, start: int = 0) -> NDArray[np.int16]:
        """What was recorded so far, (n,), from a sample on."""
        return self._process.block.samples[start : self._process.block.header.written].copy()

    def stop(self) -> NDArray[np.int16]:
        """End the recording; returns all of it, (n,)."""
        if self._on:
            self._on = False
            if self._process.pid:
                self._process.send(recorder.Stop())
            until = time.monotonic() + _PATIENCE
            while self._process.pid and not self._process.answered and time.monotonic() < until:
                self._process.look()
                time.sleep(0.002)
        return self.samples()

    def close(self) -> None:
        """End the process and forget the recording."""
        self._process.close()
