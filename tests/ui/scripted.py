"""An engine that does what the test says: it records requests, and the test feeds the events."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from genstudio.core.capabilities import Capability, ModelCard, Preset
from genstudio.core.inpainting import MethodCard
from genstudio.core.messages import (
    Cancelled,
    Describe,
    Description,
    Device,
    Event,
    Failed,
    Finished,
    JobId,
    Progress,
    Request,
    Wish,
)

__all__ = ["CARDS", "METHODS", "Asked", "ScriptedEngine", "card"]


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    job: JobId
    request: Request
    channel: str | None


def card(
    name: str = "pixelcnn", *capabilities: Capability, title: str = "", counts: bool = False
) -> ModelCard:
    """A family's card, made of plain data."""
    return ModelCard(
        name=name,
        title=title or name.title(),
        summary="A family made up for a test.",
        reference="Nobody et al. 2016",
        capabilities=capabilities,
        spaces=("grid",),
        config_schema={
            "type": "object",
            "properties": {
                "channels": {
                    "type": "integer",
                    "default": 16,
                    "minimum": 1,
                    "maximum": 256,
                    "description": "Feature maps per layer.",
                }
            },
        },
        controls_schema={
            "type": "object",
            "properties": {
                "temperature": {
                    "type": "number",
                    "default": 1.0,
                    "exclusiveMinimum": 0,
                    "maximum": 10,
                    "description": "Below 1 the likely symbols become likelier.",
                }
            },
        },
        presets=()
        if counts
        else (Preset(name="quick look", help="A minute.", training={"length": 100}),),
        counts=counts,
    )


_EXACT = (Capability.DENSITY, Capability.INPAINTING, Capability.AUTOREGRESSIVE)
CARDS = (
    card("pixelcnn", *_EXACT, title="PixelCNN"),
    card("made", *_EXACT, title="MADE"),
    card("markov", *_EXACT, title="Markov", counts=True),
    card("vae", Capability.LOWER_BOUND, Capability.DECODER, Capability.ENCODER, title="VAE"),
    card("gan", Capability.DECODER, title="GAN"),
    card("nothing", title="Family without capabilities"),
)
METHODS = (
    MethodCard(
        name="raster",
        title="Raster",
        sentence="Draws in order.",
        formula="xᵢ ~ p(xᵢ | past)",
        needs=(Capability.AUTOREGRESSIVE,),
        sees="past",
        settings_schema={"type": "object", "properties": {}},
    ),
    MethodCard(
        name="gibbs",
        title="Gibbs",
        sentence="Visits what is hidden again and again.",
        formula="xᵢ ~ p(xᵢ | all others)",
        needs=(Capability.AUTOREGRESSIVE,),
        sees="all",
        settings_schema={
            "type": "object",
            "properties": {
                "sweeps": {
                    "type": "integer",
                    "default": 3,
                    "minimum": 1,
                    "maximum": 100,
                    "description": "Passes over what is hidden.",
                }
            },
        },
    ),
)


@dataclass
class ScriptedEngine:
    """Records what is asked; answers `Describe` by itself, all else when the test says so."""

    cards: tuple[ModelCard, ...] = CARDS
    methods: tuple[MethodCard, ...] = METHODS
    devices: tuple[Device, ...] = (Device("cpu", "CPU, 2 threads", 8 * 2**30),)
    asked: list[Asked] = field(default_factory=list)
    wishes: list[tuple[JobId, Wish]] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._open: dict[JobId, str | None] = {}
        self._events: list[Event] = []

    # --- the engine's side ---

    def submit(self, request: Request, channel: str | None = None) -> JobId:
        """Take a job; an older one on the channel is superseded."""
        job = next(self._ids)
        for older, taken in list(self._open.items()):
            if channel is not None and taken == channel:
                self._end(Cancelled(older, superseded=True))
        self._open[job] = channel
        self.asked.append(Asked(job, request, channel))
        if isinstance(request, Describe):
            self.finish(Description(self.cards, self.devices, self.methods), job)
        return job

    def cancel(self, job: JobId) -> None:
        """End a job as cancelled."""
        if job in self._open:
            self._end(Cancelled(job))

    def wish(self, job: JobId, wish: Wish) -> None:
        """Remember a wish."""
        self.wishes.append((job, wish))

    def poll(self) -> Iterator[Event]:
        """What the test fed since the last call."""
        events, self._events = self._events, []
        yield from events

    @property
    def busy(self) -> bool:
        """Whether any job is open, or any event unsaid."""
        return bool(self._open or self._events)

    def close(self) -> None:
        """End everything."""
        self.closed = True
        self._open.clear()

    # --- the test's side; `job` is the newest open one unless given ---

    def last(self, kind: type[Request] = Request) -> Asked:
        """The newest request of a kind.

        Raises:
            LookupError: there was none.
        """
        for asked in reversed(self.asked):
            if isinstance(asked.request, kind):
                return asked
        raise LookupError(f"no {kind.__name__} was asked for")

    def say(self, payload: Any, job: JobId | None = None) -> None:
        """Let a job progress."""
        self._events.append(Progress(self._job(job), payload))

    def finish(self, result: Any = None, job: JobId | None = None) -> None:
        """Let a job finish."""
        self._end(Finished(self._job(job), result))

    def fail(
        self,
        title: str = "It broke.",
        advice: str = "",
        details: str = "",
        job: JobId | None = None,
    ) -> None:
        """Let a job fail."""
        self._end(Failed(self._job(job), title, advice, details))

    @property
    def open_jobs(self) -> tuple[JobId, ...]:
        """Jobs that have not ended."""
        return tuple(self._open)

    def _job(self, job: JobId | None) -> JobId:
        if job is not None:
            return job
        return next(reversed(self._open))

    def _end(self, event: Event) -> None:
        self._open.pop(event.job, None)
        self._events.append(event)
