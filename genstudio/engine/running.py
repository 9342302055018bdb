"""One job being run, step by step: the same code in a worker process and inline.

Every job ends in exactly one of Finished, Failed, Cancelled.
"""

from __future__ import annotations

import importlib
import itertools
import time
import traceback
from collections.abc import Generator
from typing import Any

from genstudio.core.errors import UserError
from genstudio.core.joinable import Joinable
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

__all__ = ["Running", "load_job"]

Job = Generator[Any, Wish | None, Any]

_INTERVAL = 1 / 60
"""Seconds between two progress events: no screen shows more."""


def load_job(name: str) -> Any:
    """The function `run` of engine/jobs/<name>.py, or of another module given by a dotted name."""
    module = name if "." in name else f"genstudio.engine.jobs.{name}"
    return importlib.import_module(module).run


class Running:
    """A job's generator, its pending wish and its thinned progress.

    What a job yields within one interval goes out together: neighbours of one `Joinable` type
    are joined, of any other type the newest is said. A yield of None is only a heartbeat.
    What is kept back goes out before the terminal event.
    """

    def __init__(self, job: JobId, request: Request) -> None:
        self.job = job
        self.request = request
        self.paused = False
        self.ended = False
        self._generator: Job | None = None
        self._wish: Wish | None = None
        self._kept: list[Any] = []
        self._sent_at = float("-inf")

    def wish(self, wish: Wish) -> None:
        """Pass a wish on at the next yield; after a pause no step is taken until another wish."""
        if wish is not Wish.PAUSE:
            self.paused = False
        self._wish = wish

    def step(self) -> list[Event]:
        """Run to the next yield; returns what is to be said."""
        try:
            if self._generator is None:
                self._generator = load_job(self.request.job)(self.request)
                payload = next(self._generator)
            else:
                wish, self._wish = self._wish, None
                payload = self._generator.send(wish)
                self.paused = wish is Wish.PAUSE
        except StopIteration as stop:
            return self._end(Finished(self.job, stop.value))
        except UserError as error:
            return self._end(Failed(self.job, error.title, error.advice))
        except Exception as error:  # noqa: BLE001 - any bug in a job becomes an event with its traceback
            return self._end(self._failed(error))
        said = self._thin(payload)
        return [*said, *self._flush()] if self.paused else said

    def cancel(self, superseded: bool = False) -> list[Event]:
        """Close the generator, which runs its clean-up, and say so."""
        try:
            if self._generator is not None:
                self._generator.close()
        except Exception as error:  # noqa: BLE001 - a clean-up that fails is a bug to be shown
            return self._end(self._failed(error))
        self._kept.clear()
        return self._end(Cancelled(self.job, superseded))

    def _failed(self, error: Exception) -> Failed:
        from genstudio.engine.devices import out_of_memory  # noqa: PLC0415 - torch is loaded by now

        if out_of_memory(error):
            return Failed(
                self.job,
                "The device is out of memory.",
                "Choose a smaller batch or model, or another device, and close other programs.",
                traceback.format_exc(),
            )
        title = f"Something went wrong in the job “{self.request.job}”: {error}"
        return Failed(self.job, title, "This is a bug in GenStudio.", traceback.format_exc())

    def _thin(self, payload: Any) -> list[Event]:
        if payload is not None:
            self._kept.append(payload)
        due = time.monotonic() - self._sent_at >= _INTERVAL
        return self._flush() if due else []

    def _flush(self) -> list[Event]:
        if not self._kept:
            return []
        groups = [(kind, list(group)) for kind, group in itertools.groupby(self._kept, type)]
        self._kept.clear()
        self._sent_at = time.monotonic()
        return [
            Progress(self.job, kind.joined(group) if issubclass(kind, Joinable) else group[-1])
            for kind, group in groups
        ]

    def _end(self, event: Event) -> list[Event]:
        self.ended = True
        return [*self._flush(), event]
