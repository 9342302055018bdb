"""Inpainting as both processes speak of it: methods, their progress as a film, their result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from genstudio.core.capabilities import Capability
from genstudio.core.joinable import Joinable
from genstudio.core.spaces import Grid

__all__ = [
    "RESAMPLED",
    "Film",
    "InpaintStarted",
    "Inpainted",
    "MethodCard",
    "Moments",
    "Stage",
]

RESAMPLED = -1
"""In place of a place: every image goes on as a copy of the one whose number is in `symbols`."""

_KEYFRAMES = 256


class MethodCard(BaseModel):
    """A method as the window sees it: no code, only what a form and a caption need.

    Attributes:
        name: on the command line.
        title: for people.
        sentence: what it does, in one sentence.
        formula: what it draws from, in plain Unicode.
        needs: capabilities that the model must have.
        sees: which of the known symbols it takes account of.
        settings_schema: JSON schema of its settings.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    sentence: str
    formula: str
    needs: tuple[Capability, ...]
    sees: Literal["past", "all"]
    settings_schema: dict[str, Any]


@dataclass(frozen=True)
class InpaintStarted:
    """What the film that follows is of; arguments of `Film`.

    Attributes:
        space: of the image.
        image: (*S) uint8, the known symbols, and 0 where hidden.
        known: (*S) bool, True means known.
        count: B, how many completions are made together.
        order: (D,) int64, the flat index in S of each step of the model.
        stages: how many stages there will be, as far as that is known; 0 if not.
    """

    space: Grid
    image: NDArray[np.uint8]
    known: NDArray[np.bool_]
    count: int
    order: NDArray[np.int64]
    stages: int = 0


@dataclass(frozen=True)
class Stage:
    """The end of a stage of a method: a pass over the image, a sweep, a temperature.

    Attributes:
        moment: how many moments there are by now.
        name: for people, such as "sweep 3".
        log_prob: (B,) nats, ln p of each whole image as it is; NaN where it is not known.
        flips: the share of the visits in this stage that changed a symbol; NaN where none.
        effective: effective sample size of the weighted images, 1 … B; NaN without weights.
        beta: power to which the later known symbols count by now; NaN where they do not enter.
        log_evidence: estimate of ln p(known symbols met so far), nats; NaN where none is made.
    """

    moment: int
    name: str
    log_prob: NDArray[np.float64]
    flips: float = math.nan
    effective: float = math.nan
    beta: float = math.nan
    log_evidence: float = math.nan


@dataclass(frozen=True)
class Moments(Joinable):
    """Consecutive moments of a film. At each, one hidden place gets a symbol in every image.

    Attributes:
        places: (n,) int32, the flat index in S of the place, or `RESAMPLED`.
        symbols: (n, B) int16, its symbols; after `RESAMPLED` the numbers of the ancestors.
        stages: those that end with one of these moments.
    """

    places: NDArray[np.int32]
    symbols: NDArray[np.int16]
    stages: tuple[Stage, ...] = ()

    @classmethod
    def none(cls, count: int, *stages: Stage) -> Moments:
        """No moment of B images: a sign of life, or only the stages that end by now."""
        return cls(np.empty(0, np.int32), np.empty((0, count), np.int16), stages)

    @classmethod
    def joined(cls, parts: Sequence[Moments]) -> Moments:
        """One after the other."""
        return cls(
            np.concatenate([part.places for part in parts]),
            np.concatenate([part.symbols for part in parts]),
            tuple(stage for part in parts for stage in part.stages),
        )


@dataclass(frozen=True)
class Inpainted:
    """What came out.

    Attributes:
        images: (B, *S) uint8.
        weights: (B,) float64, how much each image counts; they sum to 1.
        log_prob: (B,) nats, of each whole image.
        marginals: (*S, K) float32, p(xᵢ = v | what is known) at each place, as the method has it:
            by enumeration, or averaged over what it drew; the known symbol at a known place.
        log_evidence: estimate of ln p(known symbols), nats; NaN where the method makes none.
        evidence_error: its standard error, nats; NaN likewise, 0 by enumeration.
        exact: whether images and marginals are of the posterior itself, without approximation.
        settled: whether the diagnostics find nothing wrong; None where they cannot tell.
        verdict: the same in words.
        effective: how many independent draws the images are worth; NaN where unknown.
        autocorrelation: (lags,) over the sweeps of what was `followed`, 1 at lag 0; empty where
            there is none.
        seconds: that it took.
        followed: the number by which chains were judged.
    """

    images: NDArray[np.uint8]
    weights: NDArray[np.float64]
    log_prob: NDArray[np.float64]
    marginals: NDArray[np.float32]
    log_evidence: float
    evidence_error: float
    exact: bool
    settled: bool | None
    verdict: str
    effective: float
    autocorrelation: NDArray[np.float64]
    seconds: float
    followed: str = "ln p(x)"

    @property
    def entropy(self) -> NDArray[np.float64]:
        """(*S) nats: of each place's marginal; 0 where it is known."""
        p = self.marginals.astype(np.float64)
        logs = np.log(np.maximum(p, np.finfo(np.float32).tiny))
        found: NDArray[np.float64] = np.maximum(0.0, -(p * logs).sum(axis=-1))
        return found

    @property
    def mean(self) -> NDArray[np.float64]:
        """(*S) in symbols: the expected symbol of each place."""
        found: NDArray[np.float64] = self.marginals.astype(np.float64) @ np.arange(
            self.marginals.shape[-1]
        )
        return found


class Film:
    """B completions of one image as they formed; moment by moment, and still growing.

    Attributes:
        space: of the image.
        known: (*S) bool.
        count: B.
        length: how many moments there are so far.
        places: (length,) int32.
        symbols: (length, B) int16.
        stages: those that have ended.
    """

    def __init__(self, started: InpaintStarted) -> None:
        self.space = started.space
        self.known = started.known
        self.count = started.count
        self.order = started.order
        self.expected_stages = started.stages
        self.stages: list[Stage] = []
        self.length = 0
        self._parts: list[Moments] = []
        self._joined = Moments(np.empty(0, np.int32), np.empty((0, self.count), np.int16))
        blank = np.where(started.known, started.image, 0).reshape(-1)
        self._now = np.repeat(blank[None], self.count, axis=0)
        self._reached = self.known.reshape(-1).copy()
        self._keys: list[tuple[NDArray[np.uint8], NDArray[np.bool_]]] = [
            (self._now.copy(), self._reached.copy())
        ]

    @property
    def places(self) -> NDArray[np.int32]:
        """(length,), the flat index in S of each moment's place, or `RESAMPLED`."""
        return self._all().places

    @property
    def symbols(self) -> NDArray[np.int16]:
        """(length, B), the symbols of each moment."""
        return self._all().symbols

    def append(self, moments: Moments) -> None:
        """Add the next moments.

        Raises:
            ValueError: one of them would change a known symbol.
        """
        drawn = moments.places[moments.places != RESAMPLED]
        if self.known.reshape(-1)[drawn].any():
            raise ValueError("a known symbol was drawn")
        for place, symbols in zip(moments.places, moments.symbols, strict=True):
            _apply(self._now, self._reached, int(place), symbols)
            self.length += 1
            if self.length % _KEYFRAMES == 0:
                self._keys.append((self._now.copy(), self._reached.copy()))
        self._parts.append(moments)
        self.stages += moments.stages

    def images(self, moment: int | None = None) -> NDArray[np.uint8]:
        """(B, *S): the images after so many moments (default: all); 0 where nothing was drawn."""
        return self._at(moment)[0].reshape(self.count, *self.space.shape)

    def reached(self, moment: int | None = None) -> NDArray[np.bool_]:
        """(*S): the places that are known or were drawn by then."""
        return self._at(moment)[1].reshape(self.space.shape)

    def stage_at(self, moment: int) -> int:
        """How many stages have ended by a moment."""
        return sum(stage.moment <= moment for stage in self.stages)

    def _at(self, moment: int | None) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        if moment is None or moment >= self.length:
            return self._now, self._reached
        key = moment // _KEYFRAMES
        now, reached = self._keys[key][0].copy(), self._keys[key][1].copy()
        past = self._all()
        for at in range(key * _KEYFRAMES, moment):
            _apply(now, reached, int(past.places[at]), past.symbols[at])
        return now, reached

    def _all(self) -> Moments:
        if self._parts:
            self._joined = Moments.joined([self._joined, *self._parts])
            self._parts = []
        return self._joined


def _apply(
    now: NDArray[np.uint8], reached: NDArray[np.bool_], place: int, symbols: NDArray[np.int16]
) -> None:
    if place == RESAMPLED:
        now[:] = now[symbols]
    else:
        now[:, place] = symbols
        reached[place] = True
