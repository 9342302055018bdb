"""What the window and the command line play sound with."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from genstudio.audio import player
from genstudio.audio.block import State
from genstudio.audio.process import SoundProcess
from genstudio.core.errors import UserError

__all__ = ["Playing", "Speaker", "SpeakerStatus"]

Playing = Literal["idle", "playing", "waiting", "paused", "finished", "failed"]

_MOVING: tuple[Playing, ...] = ("playing", "waiting")
_RATES = range(1000, 384_001)  # Hz


@dataclass(frozen=True)
class SpeakerStatus:
    """Where a speaker is.

    Attributes:
        state: "waiting" is for more of a take that is still being written, or for the device to
            begin; it goes on by itself. "failed" says why in `problem`; `play` tries again.
        position: the sample heard now.
        underflows: how often the device ran out of sound, as PortAudio counts.
        waits: how often playing had caught up with what was written.
        problem: one sentence, empty where there is none.
        delay: seconds from `play`, `seek` or `use` until the first sample was handed to the
            device; 0 before.
    """

    state: Playing
    position: int
    underflows: int
    waits: int
    problem: str
    delay: float = 0.0


class Speaker:
    """Plays one take at a time, from a process of its own.

    No method waits for that process but `close`, and `wait_for`, which is there for it. Nothing
    is started before it is needed; `warm` needs it.
    """

    def __init__(self) -> None:
        self._process = SoundProcess(player.main, "genstudio speaker", self._remembered)
        self._process.block.header.volume = 1.0
        self._rate = 0
        self._device: str | None = None
        self._asked = 0.0  # when playing was last asked for
        self._expected: Playing = "idle"  # once the process has carried out what it was told
        self._problem = ""  # of the take

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start the process and open the device, so that `play` finds both ready."""
        if not self._process.pid:
            self._tell(player.Warm(), self.status.state)

    def load(self, rate: int, samples: NDArray[np.int16], complete: bool = True) -> None:
        """Take up another take; what was playing ends.

        Args:
            rate: samples a second, Hz.
            samples: (n,); n may be 0 where the take is yet to be written.
            complete: whether this is all of it; else `feed` brings more.
        """
        header = self._process.block.header
        # The old take is silent from here on, before any of it is overwritten.
        header.generation += 1
        header.written = header.complete = header.position = 0
        header.underflows = header.waits = 0
        header.origin = header.queued = header.floor = header.loop_stop = 0
        self._rate, self._problem, self._expected = rate, "", "idle"
        if rate not in _RATES:
            self._problem = f"A sound of {rate:,} samples a second cannot be played."
            return
        self.feed(samples)
        header.complete = int(complete)
        if self._process.pid or self._process.problem:
            self._process.send(player.Load(header.generation, rate))

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Append to the take; (n,)."""
        block = self._process.block
        start = block.header.written
        end = start + len(samples)
        try:
            block.check_room(end)
        except UserError as error:
            self._problem = str(error)
            block.header.complete = 1
            return
        block.samples[start:end] = samples
        block.header.written = end

    def complete(self) -> None:
        """No more of the take will come."""
        self._process.block.header.complete = 1

    def play(self, start: int | None = None, stop: int | None = None, loop: bool = False) -> None:
        """Let the take be heard.

        Args:
            start: the first sample; None goes on from where it was paused, else begins.
            stop: the sample after the last; None is the end of the take.
            loop: begin again at `start` (None: at the first) each time `stop` is reached. A
                pause is gone on from, with neither `start` nor `stop`, between the same two.
        """
        if not self._rate or self._problem:
            return
        if start is not None:
            start = max(start, 0)
        self._asked = time.monotonic()
        self._tell(player.Play(start, stop, loop), "waiting")

    def pause(self) -> None:
        """Be silent at once."""
        if self.status.state in _MOVING:
            self._tell(player.Pause(), "paused")

    def seek(self, sample: int) -> None:
        """Be at another sample, and go on playing from there if it was playing."""
        going = self.status.state in _MOVING
        self._asked = time.monotonic()
        sample = min(max(sample, 0), self._process.block.header.written)
        if not going:
            self._process.block.header.position = sample
            self._expected = "paused"
        if self._process.pid:  # else it is told once there is one
            self._tell(player.Seek(sample), "waiting" if going else "paused")

    def volume(self, amplitude: float) -> None:
        """Let samples be multiplied by 0 … 1 from now on."""
        self._process.block.header.volume = min(max(amplitude, 0.0), 1.0)

    def use(self, device: str | None) -> None:
        """Let sound go out at the device of that name; None is the system's usual one."""
        self._device = device
        self._asked = time.monotonic()
        if self._process.pid:
            self._tell(player.Use(device), self.status.state)

    @property
    def pid(self) -> int | None:
        """Of the sound process, while there is one; for those who watch or test."""
        return self._process.pid

    @property
    def status(self) -> SpeakerStatus:
        """Where it is now; costs microseconds."""
        self._process.look()
        header = self._process.block.header
        problem = self._problem or self._process.problem
        state: Playing
        if problem:
            state = "failed"
        elif not self._process.answered or not self._process.pid:
            state = self._expected
        else:
            state = get_args(Playing)[header.state]
            problem = header.problem.decode() if header.state == State.FAILED else ""
        moves = state != "idle" and header.state in (State.PLAYING, State.WAITING)
        first = header.first
        return SpeakerStatus(
            state=state,
            position=self._process.block.position(time.monotonic()) if moves else header.position,
            underflows=header.underflows,
            waits=header.waits,
            problem=problem,
            delay=first - self._asked if first > self._asked else 0.0,
        )

    def wait_for(self, *states: Playing, seconds: float) -> SpeakerStatus:
        """Wait until it has done as it was told and is in one of these states; not for the window.

        Args:
            states: any of these will do.
            seconds: how long to wait at most.
        """
        until = time.monotonic() + seconds
        while True:
            status = self.status
            told = self._process.answered or not self._process.pid
            if (told and status.state in states) or time.monotonic() > until:
                return status
            time.sleep(0.005)

    def close(self) -> None:
        """End the process and forget the take."""
        self._process.close()

    def _tell(self, command: object, expected: Playing) -> None:
        # Kept before a process is started that may need to be reminded of it.
        self._expected = expected
        self._process.send(command)

    def _remembered(self) -> list[object]:
        """What a new process has to be told of."""
        header = self._process.block.header
        at = header.position
        told: list[object] = [player.Use(self._device)]
        if self._rate:
            told.append(player.Load(header.generation, self._rate))
        if at:
            told.append(player.Seek(at))
        return told
