"""The loop in a compute process: takes requests from a pipe, steps their generators in turn.

Stepping in turn lets a short wish be answered while a long one goes on. The loop knows the jobs
by name only and imports them when asked, so that a process starts in a moment.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection

import psutil

from genstudio.core.messages import Event, JobId, Request, Wish
from genstudio.engine.running import Running

__all__ = ["Cancel", "Submit", "Want", "main"]


@dataclass(frozen=True)
class Submit:
    """Run this."""

    job: JobId
    request: Request


@dataclass(frozen=True)
class Cancel:
    """End this at once."""

    job: JobId
    superseded: bool = False


@dataclass(frozen=True)
class Want:
    """Pass a wish on."""

    job: JobId
    wish: Wish


def main(connection: Connection, niceness: int, threads: int | None) -> None:
    """Serve until the other end of the pipe is closed.

    Args:
        connection: this end of the pipe.
        niceness: how far to step aside for the window.
        threads: for arithmetic, or None for as many as there are cores. To be said before the
            libraries that use them are loaded, hence by their variable.
    """
    faulthandler.enable()
    if threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the window decides when its workers end
    _step_aside(niceness)
    jobs: dict[JobId, Running] = {}
    try:
        while True:
            _listen(connection, jobs)
            for running in list(jobs.values()):
                if not running.paused:
                    _say(connection, jobs, running, running.step())
    except (EOFError, BrokenPipeError, ConnectionResetError):
        for running in jobs.values():
            running.cancel()


def _listen(connection: Connection, jobs: dict[JobId, Running]) -> None:
    """Take every waiting message; wait for one when there is nothing to step."""
    idle = all(running.paused for running in jobs.values())
    while connection.poll(None if idle else 0):
        message = connection.recv()
        if isinstance(message, Submit):
            jobs[message.job] = Running(message.job, message.request)
        elif message.job in jobs:
            running = jobs[message.job]
            if isinstance(message, Cancel):
                _say(connection, jobs, running, running.cancel(message.superseded))
            else:
                running.wish(message.wish)
        idle = all(running.paused for running in jobs.values())


def _say(
    connection: Connection, jobs: dict[JobId, Running], running: Running, events: list[Event]
) -> None:
    for event in events:
        connection.send(event)
    if running.ended:
        del jobs[running.job]


def _step_aside(niceness: int) -> None:
    """Leave the processor to the window whenever it wants it."""
    process = psutil.Process()
    if sys.platform == "win32":
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        process.nice(process.nice() + niceness)
