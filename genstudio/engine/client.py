"""The window's side of the engine: submit, cancel, poll; it never blocks and never computes."""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from genstudio.core.errors import UserError
from genstudio.core.messages import (
    Cancelled,
    Event,
    Failed,
    Finished,
    JobId,
    Progress,
    Request,
    Wish,
)
from genstudio.engine import worker as worker_process
from genstudio.engine.running import Running

__all__ = ["Engine", "InlineEngine", "JobError", "ProcessEngine", "run_to_end"]

PATIENCE = {"explorer": 2.0, "trainer": 0.05, "compiler": 0.05, "racer": 0.05, "embedder": 0.05}
"""Seconds after which a worker that has not answered a cancellation is killed.

All but the explorer have one job, and whatever they write is whole at any instant: waiting for
the end of a long step would only keep the person waiting.
"""

_LOOK = 0.1
"""Seconds between two looks after a worker's health while waiting for it to say something."""

_NICENESS = {"explorer": 5, "trainer": 10, "compiler": 10, "racer": 5, "embedder": 5}
# What is interactive is many tiny operations, for which a second thread only costs; the other
# cores belong to the trainings.
_THREADS = {"explorer": 1, "trainer": None, "compiler": 1, "racer": 1, "embedder": 1}
_ADVICE = {
    "explorer": "It has been restarted; try again.",
    "trainer": "The run is kept up to its last checkpoint: resume it.",
    "compiler": "Images are drawn more slowly; the next start tries again.",
    "racer": "Start the race again.",
    "embedder": "Try again, or choose principal components.",
}
_GONE = (EOFError, BrokenPipeError, ConnectionResetError, OSError)


class Engine(Protocol):
    """Where jobs run. Every job ends in exactly one of Finished, Failed, Cancelled."""

    def submit(self, request: Request, channel: str | None = None) -> JobId:
        """Start a job; on a channel it supersedes the one before it, running or waiting."""

    def cancel(self, job: JobId) -> None:
        """End a job; does nothing when it has ended already."""

    def wish(self, job: JobId, wish: Wish) -> None:
        """Pause, resume, or stop and keep."""

    def poll(self) -> Iterator[Event]:
        """What has happened since the last call; returns at once."""

    def wait(self, seconds: float) -> None:
        """Sleep until there may be something to poll for, at most so long; not for the window."""

    @property
    def busy(self) -> bool:
        """Whether any job is open."""

    def close(self) -> None:
        """End everything."""


class InlineEngine:
    """The same jobs in the caller's process, one yield per poll; for tests, debugging, scripts."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._jobs: dict[JobId, Running] = {}
        self._channels: dict[str, JobId] = {}
        self._events: list[Event] = []

    def submit(self, request: Request, channel: str | None = None) -> JobId:
        """Take a job; it starts at the next poll."""
        job = next(self._ids)
        if channel is not None:
            older = self._channels.get(channel)
            if older is not None:
                self._cancel(older, superseded=True)
            self._channels[channel] = job
        self._jobs[job] = Running(job, request)
        return job

    def cancel(self, job: JobId) -> None:
        """Close the job's generator."""
        self._cancel(job, superseded=False)

    def wish(self, job: JobId, wish: Wish) -> None:
        """Pass a wish on at the next poll."""
        if job in self._jobs:
            self._jobs[job].wish(wish)

    def poll(self) -> Iterator[Event]:
        """Step every job once."""
        for running in list(self._jobs.values()):
            if not running.paused and not running.ended:
                self._events += running.step()
        self._jobs = {job: running for job, running in self._jobs.items() if not running.ended}
        events, self._events = self._events, []
        yield from events

    def wait(self, seconds: float) -> None:
        """Return at once: jobs are run by polling."""

    @property
    def busy(self) -> bool:
        """Whether any job is open, or any event unsaid."""
        return bool(self._jobs or self._events)

    def close(self) -> None:
        """Cancel what is open."""
        for job in list(self._jobs):
            self.cancel(job)

    def _cancel(self, job: JobId, superseded: bool) -> None:
        if job in self._jobs:
            self._events += self._jobs.pop(job).cancel(superseded)


@dataclass
class _Worker:
    """A compute process, the window's end of its pipe, and what it is busy with."""

    kind: str
    process: BaseProcess
    connection: Connection
    jobs: dict[JobId, Request] = field(default_factory=dict)
    cancelled: dict[JobId, float] = field(default_factory=dict)  # job → when it was asked to end
    heard: set[JobId] = field(default_factory=set)  # jobs that have said something


class ProcessEngine:
    """Workers in spawned processes: one long-lived explorer, the others for one job each."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._ids = itertools.count(1)
        self._workers: list[_Worker] = []
        self._channels: dict[str, JobId] = {}
        self._superseded: set[JobId] = set()
        self._dying: list[BaseProcess] = []
        self._events: list[Event] = []

    def submit(self, request: Request, channel: str | None = None) -> JobId:
        """Hand a job to its worker, which is started where it is not running."""
        job = next(self._ids)
        if channel is not None:
            older = self._channels.get(channel)
            if older is not None:
                self._cancel(older, superseded=True)
            self._channels[channel] = job
        worker = self._worker_for(request)
        worker.jobs[job] = request
        self._tell(worker, worker_process.Submit(job, request))
        return job

    def cancel(self, job: JobId) -> None:
        """Ask the worker to end the job; after `PATIENCE` it is killed."""
        self._cancel(job, superseded=False)

    def wish(self, job: JobId, wish: Wish) -> None:
        """Pass a wish on."""
        for worker in self._workers:
            if job in worker.jobs:
                self._tell(worker, worker_process.Want(job, wish))

    def poll(self) -> Iterator[Event]:
        """Collect what the workers said, and see to those that died or hang."""
        for worker in list(self._workers):
            self._hear(worker)
        self._dying = [process for process in self._dying if process.is_alive()]
        events, self._events = self._events, []
        yield from events

    def wait(self, seconds: float) -> None:
        """Sleep until a worker says something or dies, at most so long."""
        if not self._events:
            wait_for([worker.connection for worker in self._workers], seconds)

    @property
    def busy(self) -> bool:
        """Whether any job is open, or any event unsaid."""
        return bool(self._events) or any(worker.jobs for worker in self._workers)

    @property
    def worker_pids(self) -> dict[str, list[int]]:
        """Process ids by kind of worker, for those who watch or test."""
        pids: dict[str, list[int]] = {kind: [] for kind in PATIENCE}
        for worker in self._workers:
            if worker.process.pid is not None:
                pids[worker.kind].append(worker.process.pid)
        return pids

    def close(self) -> None:
        """End every worker: first by closing its pipe, then, if it does not heed that, by force."""
        for worker in self._workers:
            worker.connection.close()
        deadline = time.monotonic() + PATIENCE["explorer"]
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            worker.process.kill()
            worker.process.join()
        for process in self._dying:
            process.join()
        self._workers.clear()
        self._dying.clear()

    def _worker_for(self, request: Request) -> _Worker:
        for worker in self._workers:
            if request.worker == "explorer" == worker.kind and worker.process.is_alive():
                return worker
        return self._start(request.worker)

    def _start(self, kind: str) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=worker_process.main,
            args=(theirs, _NICENESS[kind], _THREADS[kind]),
            name=f"genstudio {kind}",
            daemon=True,
        )
        process.start()
        theirs.close()
        worker = _Worker(kind, process, ours)
        self._workers.append(worker)
        return worker

    def _tell(self, worker: _Worker, message: object) -> None:
        with suppress(*_GONE):  # a dead worker is seen to by the next poll
            worker.connection.send(message)

    def _cancel(self, job: JobId, superseded: bool) -> None:
        for worker in self._workers:
            if job in worker.jobs and job not in worker.cancelled:
                worker.cancelled[job] = time.monotonic()
                if superseded:
                    self._superseded.add(job)
                self._tell(worker, worker_process.Cancel(job, superseded))

    def _hear(self, worker: _Worker) -> None:
        try:
            while worker.connection.poll():
                self._take(worker, worker.connection.recv())
        except _GONE:
            worker.process.join(
                0.5
            )  # its pipe is closed: it is ending, and its exit code tells why
            self._bury(worker)
            return
        asked = worker.cancelled.values()
        if asked and time.monotonic() - min(asked) > PATIENCE[worker.kind]:
            self._bury(worker, hung=True)
        elif worker.kind != "explorer" and not worker.jobs:
            self._retire(worker)  # its one job is over and all is written: memory comes back now

    def _take(self, worker: _Worker, event: Event) -> None:
        if event.job not in worker.jobs:
            return
        worker.heard.add(event.job)
        stale = event.job in worker.cancelled
        if not isinstance(event, Progress):
            del worker.jobs[event.job]
            worker.cancelled.pop(event.job, None)
            if stale and isinstance(event, Finished):  # it ended before it heard of the wish
                event = Cancelled(event.job, event.job in self._superseded)
            self._superseded.discard(event.job)
        elif stale:
            return
        self._events.append(event)

    def _bury(self, worker: _Worker, hung: bool = False) -> None:
        """End a worker that died or hangs, and each of its jobs with one sentence.

        Jobs that waited behind the one that hung are innocent and start again elsewhere.
        """
        self._retire(worker)
        title, advice = _cause(worker.process.exitcode, hung), _ADVICE[worker.kind]
        successor = self._start("explorer") if worker.kind == "explorer" else None
        for job, request in worker.jobs.items():
            if job in worker.cancelled:
                self._events.append(Cancelled(job, job in self._superseded))
                self._superseded.discard(job)
            elif hung and successor is not None and job not in worker.heard:
                successor.jobs[job] = request
                self._tell(successor, worker_process.Submit(job, request))
            else:
                self._events.append(Failed(job, title, advice))

    def _retire(self, worker: _Worker) -> None:
        """End a worker without waiting for it to be gone; its memory may take a while to free."""
        worker.process.kill()
        worker.connection.close()
        self._workers.remove(worker)
        self._dying.append(worker.process)


def _cause(exitcode: int | None, hung: bool) -> str:
    if hung:
        return "The compute process was ended because another of its jobs no longer answered."
    name = signal.Signals(-exitcode).name if exitcode is not None and exitcode < 0 else ""
    if name == "SIGKILL":
        return "The compute process was killed; the machine may have run out of memory."
    if name:
        return f"The compute process crashed ({name})."
    return f"The compute process ended unexpectedly (exit code {exitcode})."


def run_to_end(
    engine: Engine, request: Request, on_progress: Callable[[Any], None] = lambda payload: None
) -> Any:
    """Run one job to its end and return its result; for scripts, tests and the command line.

    Raises:
        UserError: the job failed.
    """
    job = engine.submit(request)
    while True:
        engine.wait(_LOOK)
        for event in engine.poll():
            if event.job != job:
                continue
            if isinstance(event, Progress):
                on_progress(event.payload)
            elif isinstance(event, Finished):
                return event.result
            elif isinstance(event, Failed):
                raise JobError(event)
            else:
                raise UserError("The job was cancelled.")


class JobError(UserError):
    """A job failed; `details` holds the traceback, if it was a bug."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.title, failed.advice)
        self.details = failed.details
