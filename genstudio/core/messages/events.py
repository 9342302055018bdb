"""Events: every job ends in exactly one of Finished, Failed, Cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Cancelled", "Event", "Failed", "Finished", "JobId", "Progress"]

JobId = int
"""A number that the engine gives to each job."""


@dataclass(frozen=True)
class Event:
    """Base of every event."""

    job: JobId


@dataclass(frozen=True)
class Progress(Event):
    """A job yielded."""

    payload: Any


@dataclass(frozen=True)
class Finished(Event):
    """A job returned."""

    result: Any


@dataclass(frozen=True)
class Failed(Event):
    """A job could not go on. `details` is a traceback, empty for a person's own mistake."""

    title: str
    advice: str = ""
    details: str = ""


@dataclass(frozen=True)
class Cancelled(Event):
    """A job was cancelled, or superseded by a newer wish on its channel."""

    superseded: bool = False
