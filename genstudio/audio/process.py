"""A process that does nothing but sound: how it is started, told, watched and ended.

It is told through a pipe and answers in the shared block, so that whoever asks never waits.
"""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from genstudio.audio.block import Block, State
from genstudio.audio.portaudio import silence_libraries
from genstudio.core.errors import UserError

__all__ = ["Main", "Obedient", "SoundProcess", "serve"]

Main = Callable[[Connection, str], None]
"""What a sound process runs: its end of the pipe, and the name of the block."""

_GONE = (EOFError, BrokenPipeError, ConnectionResetError, OSError)
_PATIENCE = 10.0
"""Seconds after which a process that has not carried out a command is taken to hang. Asking every
device of a busy machine anew may take some."""
_START_PATIENCE = 30.0  # while it comes up, on a machine that is busy
_GRACE = 1.0  # seconds to end by itself; what was handed over last may still be going out


class SoundProcess:
    """The starter's side. Where the process has died, the next command finds a new one.

    Attributes:
        block: the shared memory; it outlives the process.
        problem: what became of the process, in one sentence; empty while all is well.
    """

    def __init__(self, main: Main, name: str, remind: Callable[[], list[object]]) -> None:
        """Nothing is started yet.

        Args:
            main: what the process runs.
            name: of the process.
            remind: commands that tell a new process what the old one knew.
        """
        with _no_interrupt():  # else a block could be made that nobody unmakes
            self.block = Block()
        self.problem = ""
        self._main, self._name, self._remind = main, name, remind
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._sent = 0
        self._since = 0.0  # when the oldest command that is not carried out was sent
        self._seen = 0  # commands carried out when last looked

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return None if self._process is None else self._process.pid

    @property
    def answered(self) -> bool:
        """Whether every command has been carried out."""
        return self.block.header.heard == self._sent

    def send(self, command: object) -> None:
        """Have a command carried out soon; the process is started where it is not running."""
        self.look()
        if self._process is None:
            self._start()
            for each in self._remind():
                self._post(each)
        self._post(command)

    def look(self) -> None:
        """See whether the process has died or hangs; then it is said in `problem`."""
        if self._process is None:
            return
        heard, now = self.block.header.heard, time.monotonic()
        if heard != self._seen:
            self._seen, self._since = heard, now
        if self._process.exitcode is not None:
            self._bury(f"The sound process ended unexpectedly ({_cause(self._process.exitcode)}).")
        elif not self.answered and now - self._since > (
            _START_PATIENCE if heard < 0 else _PATIENCE
        ):
            self._bury("The sound process no longer answered and was ended.")

    def close(self) -> None:
        """End the process and let go of the memory."""
        if self._pipe is not None and self._process is not None:
            self._pipe.close()
            self._process.join(_GRACE)
            self._end()
        self.block.close()

    def _start(self) -> None:
        header = self.block.header
        header.heard, header.state, header.problem = -1, State.IDLE, b""
        self.problem, self._sent, self._seen, self._since = "", 0, -1, time.monotonic()
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=self._main, args=(theirs, self.block.name), name=self._name, daemon=True
        )
        with _no_interrupt():
            self._process.start()
        theirs.close()
        self._pipe = ours

    def _post(self, command: object) -> None:
        if self._pipe is not None:
            if self.answered:
                self._since = time.monotonic()
            self._sent += 1
            with suppress(*_GONE):  # a dead process is seen by the next look
                self._pipe.send(command)

    def _bury(self, problem: str) -> None:
        header = self.block.header
        if header.state in (State.PLAYING, State.WAITING):
            header.position = self.block.position(time.monotonic())
        header.state = State.FAILED
        self.problem = problem
        self._end()

    def _end(self) -> None:
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._pipe.close()
        self._process = self._pipe = None


class Obedient(Protocol):
    """What a sound process is made of."""

    def obey(self, command: Any) -> None:
        """Carry a command out.

        Raises:
            UserError: it cannot be.
        """

    def watch(self) -> float | None:
        """See that all is well; seconds until it should be asked again, None for no need.

        Raises:
            UserError: it is not.
        """

    def fail(self, problem: UserError) -> None:
        """Stop, and say why."""

    def close(self) -> None:
        """Let go of everything."""


def serve(connection: Connection, name: str, make: Callable[[Block], Obedient]) -> None:
    """Carry out commands until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it decides when it ends
    silence_libraries()
    faulthandler.enable(sys.stderr)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    block = Block(name)
    worker = make(block)
    _step_forward()
    # There are no cycles to collect, and a collection would keep the callback waiting.
    gc.disable()
    block.header.heard = heard = 0
    try:
        while True:
            pause = _guarded(worker, worker.watch)
            if connection.poll(pause):
                command = connection.recv()
                _guarded(worker, partial(worker.obey, command))
                heard += 1
                block.header.heard = heard
    except _GONE:
        worker.close()
        os._exit(0)  # the device is let go of, and nothing else here needs an end of its own


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl+C in a terminal reaches every process there; one that starts meanwhile inherits this."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _guarded(worker: Obedient, act: Callable[[], float | None]) -> float | None:
    try:
        return act()
    except UserError as error:
        worker.fail(error)
        return None


def _step_forward() -> None:
    """Come before whatever else wants the processor; little is asked of it.

    A session of its own is a share of its own where Linux divides the processor by sessions, and
    keeps a terminal's Ctrl+C away. To come before all others needs a right that few have.
    """
    if sys.platform == "linux":
        with suppress(PermissionError):
            os.setsid()
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _die_with_parent() -> None:
    """End even where a library hangs."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _cause(exitcode: int) -> str:
    return signal.Signals(-exitcode).name if exitcode < 0 else f"exit code {exitcode}"
