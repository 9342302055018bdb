"""One asking of one method: what was asked, the film as it forms, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.inpainting import Film, Inpainted, InpaintStarted, MethodCard, Moments
from genstudio.core.messages import Failed, Inpaint
from genstudio.core.runs import Run

__all__ = ["Subject", "Trial"]

State = Literal["waiting", "running", "finished", "stopped", "failed"]


@dataclass(frozen=True)
class Subject:
    """The image that something is hidden of.

    Attributes:
        image: (*S) uint8, whole.
        labels: (L,) classes that it is known to be of; empty where none is known.
        words: where it comes from, such as "test image 12, digit 7".
    """

    image: NDArray[np.uint8]
    labels: NDArray[np.int64]
    words: str


@dataclass(eq=False)
class Trial:
    """A request and all that has become of it.

    Attributes:
        number: counts the trials of a session, from 1.
        run: the model's run.
        request: as it went to the engine.
        method: whose request it is.
        subject: the whole image, with what the method does not see.
        state: where it stands; "stopped" by a person, with what was drawn until then.
        film: from its beginning on.
        result: once it is finished.
        failure: once it has failed.
        beside: the trial of another method on the same image, mask and seed, or None.
    """

    number: int
    run: Run
    request: Inpaint
    method: MethodCard
    subject: Subject
    state: State = "waiting"
    film: Film | None = None
    result: Inpainted | None = None
    failure: Failed | None = None
    beside: Trial | None = field(default=None, repr=False)

    @property
    def open(self) -> bool:
        """Whether more is to come."""
        return self.state in ("waiting", "running")

    @property
    def title(self) -> str:
        """For the list of jobs."""
        return f"{self.method.title} inpainting, {self.request.count} at once"

    @property
    def bytes(self) -> int:
        """About how much memory it takes."""
        size = self.request.image.nbytes
        if self.film is not None:
            image = self.film.count * (size + 2)
            keys = 1 + self.film.length // 256  # the film keeps whole images now and then
            size += self.film.length * (2 * self.film.count + 4) + keys * image
        if self.result is not None:
            size += self.result.images.nbytes + self.result.marginals.nbytes
        return size

    def take(self, payload: object) -> bool:
        """Take progress in; returns whether the film grew or began."""
        if isinstance(payload, InpaintStarted):
            self.film = Film(payload)
            return True
        if isinstance(payload, Moments) and self.film is not None:
            self.film.append(payload)
            return True
        return False

    def mean_log_prob(self) -> float:
        """The weighted mean of ln p of the completions, nats; NaN where it is not known."""
        if self.result is None:
            return float("nan")
        return float(self.result.weights @ self.result.log_prob)
