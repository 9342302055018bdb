"""The sound process that plays: it holds the stream, and its callback does nothing but copy."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genstudio.audio.block import Block, State
from genstudio.audio.portaudio import find, portaudio, refresh, sentence
from genstudio.audio.process import serve
from genstudio.core.errors import UserError

__all__ = ["Load", "Pause", "Play", "Seek", "Use", "Warm", "main"]

_LATENCY = 0.2
"""Seconds of sound that the device has ahead. They are handed over at once as it starts, so they
delay nothing; this process may be kept waiting for as long without anyone hearing it."""
_FIRST = 0.3
"""Seconds written before a take that is still being written begins: what the device takes as it
starts, which is a quarter more than it keeps, and a little more."""
_AHEAD = 0.5  # seconds written before it goes on after it has waited
_STALL = 3.0  # seconds without a callback after which a device is taken to be gone
_TAIL = 0.3  # seconds of silence after the last sample, lest a device that is late cut it off
_LOOK = 0.05  # seconds between two looks at a stream
_ANY_RATE = 8000  # Hz, to open a device with before there is a take


@dataclass(frozen=True)
class Warm:
    """Load the libraries and see that the device opens."""


@dataclass(frozen=True)
class Load:
    """Another take is in the block."""

    generation: int
    rate: int


@dataclass(frozen=True)
class Play:
    """Play from a sample to a sample, once or in a loop; see `Speaker.play`."""

    start: int | None
    stop: int | None
    loop: bool


@dataclass(frozen=True)
class Pause:
    """Be silent at once and stay where it was."""


@dataclass(frozen=True)
class Seek:
    """Go on from another sample."""

    sample: int


@dataclass(frozen=True)
class Use:
    """Let sound go out elsewhere; None is the usual device."""

    device: str | None


def main(connection: Connection, name: str) -> None:
    """What the process runs."""
    serve(connection, name, Player)


class Player:
    """A take, a stream and where they are.

    What the callback reads is changed only while no stream is running.
    """

    def __init__(self, block: Block) -> None:
        self._header, self._samples = block.header, block.samples
        self._block = block
        self._device: str | None = None
        self._rate = 0
        self._generation = -1
        self._stream: Any = None  # sounddevice ships no types
        self._opened: tuple[int, str | None] | None = None  # its rate and device
        self._running = False
        # Where the next sample is taken from, and between which samples.
        self._at = self._start = 0
        self._stop: int | None = None
        self._loop = False
        self._until = 0.0  # when the last sample that was copied has been heard
        self._done = False  # whether no more will come
        self._ended = 0.0  # when all has been heard, once that is known
        self._called = 0.0  # when the callback was last called

    def obey(self, command: Any) -> None:
        """Carry a command out."""
        match command:
            case Warm():
                self._open(self._rate or _ANY_RATE)
            case Load():
                self._halt()
                self._generation, self._rate = command.generation, command.rate
                self._start, self._stop, self._loop = 0, None, False
                self._rest(State.IDLE, 0)
            case Play():
                self._play(command)
            case Pause():
                if self._moving:
                    self._rest(State.PAUSED, self._halt())
            case Seek():
                moving = self._moving
                self._halt()
                if moving:
                    self._go(command.sample)
                else:
                    self._rest(State.PAUSED, command.sample)
            case Use():
                moving, at = self._moving, self._halt()
                self._device = command.device
                if moving:
                    self._go(at)

    def watch(self) -> float | None:
        """See whether the take has been heard to its end, and whether the device is still there."""
        if not self._running:
            return None
        now = time.monotonic()
        if self._ended and now >= self._ended:
            self._rest(State.FINISHED, self._at)
            if now >= self._ended + _TAIL:
                self._halt()
                return None
        if not self._stream.active:
            raise UserError(
                f"The {self._output} is gone.", "Plug it in again, or choose another, and play."
            )
        if now - self._called > _STALL:
            raise UserError(
                f"The {self._output} takes no more sound.", "Choose another one, and play."
            )
        return min(_LOOK, self._ended - now) if self._ended > now else _LOOK

    def fail(self, problem: UserError) -> None:
        """Say it first: a device that is gone may let nobody go."""
        at = self._here
        self._block.say(str(problem))
        self._header.state = State.FAILED
        self._at = self._header.position = at
        self._release()

    def close(self) -> None:
        """Let go of the device, once a device that is late has played all."""
        if self._running and self._header.state == State.FINISHED:
            time.sleep(max(self._ended + _TAIL - time.monotonic(), 0.0))
        self._release()

    def _release(self) -> None:
        stream, self._stream, self._opened, self._running = self._stream, None, None, False
        if stream is not None:
            stream.close(ignore_errors=True)

    @property
    def _output(self) -> str:
        return "sound output" if self._device is None else f"sound output “{self._device}”"

    @property
    def _moving(self) -> bool:
        return self._header.state in (State.PLAYING, State.WAITING)

    @property
    def _here(self) -> int:
        """The sample that is heard, or would be next."""
        return self._block.position(time.monotonic()) if self._moving else self._header.position

    def _play(self, command: Play) -> None:
        paused = self._header.state in (State.PAUSED, State.FAILED)
        at = self._halt()
        if command.start is not None:
            self._at = self._start = command.start
            self._stop, self._loop = command.stop, command.loop
        else:
            if command.stop is not None or command.loop or not paused:
                self._start, self._stop, self._loop = 0, command.stop, command.loop
            self._at = at if paused else self._start
        self._go(self._at)

    def _go(self, at: int) -> None:
        """Let sound go out from a sample."""
        header = self._header
        if self._loop and self._stop is not None and at >= self._stop:
            at = self._start
        self._at, self._until, self._done, self._ended = at, 0.0, False, 0.0
        header.version += 1
        header.origin, header.queued, header.floor, header.anchor = self._at, 0, 0, 0
        header.moment, header.rate, header.first = time.monotonic(), float(self._rate), 0.0
        header.loop_start = header.loop_stop = 0
        header.version += 1
        self._open(self._rate)
        header.problem = b""
        header.state = State.WAITING
        self._called = time.monotonic()
        self._begin()
        self._running = True

    def _open(self, rate: int) -> None:
        wanted = (rate, self._device)
        if self._opened == wanted:
            return
        self._release()
        module = portaudio()
        try:
            self._stream = self._stream_of(rate)
        except (module.PortAudioError, UserError):
            refresh()  # it may have been plugged in since
            try:
                self._stream = self._stream_of(rate)
            except module.PortAudioError as error:
                raise UserError(
                    f"The {self._output} does not open: {sentence(error)}.",
                    "Choose another one, or plug one in; sounds can still be written to files.",
                ) from error
        self._opened = wanted

    def _stream_of(self, rate: int) -> Any:
        return portaudio().OutputStream(
            samplerate=rate,
            channels=1,
            dtype="int16",
            latency=_LATENCY,
            device=find(self._device, "output"),
            callback=self._fill,
        )

    def _begin(self) -> None:
        module = portaudio()
        try:
            self._stream.start()
        except module.PortAudioError:
            # What it was opened on may be gone, and another be there.
            self._release()
            refresh()
            self._open(self._rate)
            try:
                self._stream.start()
            except module.PortAudioError as error:
                raise UserError(
                    f"The {self._output} does not start: {sentence(error)}.",
                    "Choose another one, or plug one in; sounds can still be written to files.",
                ) from error

    def _halt(self) -> int:
        """Be silent at once; returns the sample that was being heard."""
        at = self._here
        if self._running:
            self._running = False
            self._stream.abort(ignore_errors=True)
        return at

    def _rest(self, state: int, at: int) -> None:
        self._header.position = self._at = at
        self._header.state = state

    def _fill(self, out: NDArray[np.int16], frames: int, times: Any, flags: Any) -> None:
        """Copy what is to be heard next; called by PortAudio from its own thread."""
        header = self._header
        self._called = now = time.monotonic()
        if flags.output_underflow:
            header.underflows += 1
        column = out[:, 0]
        filled = 0
        if not self._done and header.generation == self._generation:
            # Read before the count: once no more will come, the count is the last.
            complete = header.complete
            written = header.written
            stop = sys.maxsize if self._stop is None else self._stop
            if complete:
                stop = min(stop, written)
            if header.state == State.WAITING:
                self._resume(min(written, stop), stop)
            if header.state == State.PLAYING:
                filled = self._copy(column, frames, min(written, stop), stop)
        column[filled:] = 0
        if filled:
            if header.volume != 1.0:
                part = column[:filled]
                np.multiply(part, header.volume, out=part, casting="unsafe")
            delay = times.outputBufferDacTime - times.currentTime
            moment = now + (delay if delay >= 0 else self._stream.latency)
            header.version += 1
            header.anchor, header.moment = header.queued, moment
            header.queued += filled
            header.version += 1
            header.first = header.first or now
            self._until = moment + filled / self._rate
        if self._done and not self._ended:
            self._ended = max(self._until, now)

    def _resume(self, end: int, stop: int) -> None:
        """End the waiting once enough is written ahead."""
        header = self._header
        enough = (_AHEAD if header.queued else _FIRST) * self._rate
        if end >= stop or end - self._at >= enough:
            header.floor = header.queued
            header.state = State.PLAYING

    def _copy(self, column: NDArray[np.int16], frames: int, end: int, stop: int) -> int:
        """Copy up to `frames` samples and see what comes after them; returns how many."""
        header = self._header
        filled = 0
        while filled < frames:
            count = min(frames - filled, end - self._at)
            if count > 0:
                column[filled : filled + count] = self._samples[self._at : self._at + count]
                self._at += count
                filled += count
            elif self._at < stop:
                header.state = State.WAITING
                header.waits += 1
                break
            elif self._loop and self._start < stop:
                header.loop_start, header.loop_stop = self._start, stop
                self._at = self._start
            else:
                self._done = True
                break
        return filled
