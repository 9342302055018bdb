"""The sounds of a model: those it drew, those it went on with, and those that were opened."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from genstudio.core.messages import Complete, Sample
from genstudio.core.runs import Run
from genstudio.core.spaces import Sequence
from genstudio.core.trace import TraceChunk
from genstudio.data.companding import samples_of, symbols_of
from genstudio.ui.growing import Growing

__all__ = ["MOST_BYTES", "MOST_TAKES", "SoundTake", "SoundTakes"]

MOST_TAKES = 50
MOST_BYTES = 1 << 30
"""Memory that all takes of a model together may hold."""


@dataclass(eq=False)
class SoundTake:
    """One sound with what made it; it may still be growing.

    Attributes:
        number: 1, 2, 3 … as they came.
        run: the model in whose list it is.
        space: what the model draws.
        request: what the engine was asked; None of a file.
        total: samples that there will be.
        labels: (L,) the classes asked for; L is 0 when there are none.
        source: what a sound is called that a person brought; empty of one that was drawn.
        origin: whose beginning was given; None where nothing was.
        seam: samples of the beginning that are given, or in a file would be.
        done: whether nothing will be added.
        seconds_drawing: how long the drawing took so far.
        verdict: what is heard in it, in words; empty until somebody has listened.
        symbols: (n,) uint8, µ-law levels; of a file its companded samples.
        entropy: (n,) bits, of the conditional of each sample, at temperature 1; empty of a file
            until the model was asked.
        surprise: (n,) bits, −log₂ p(sample | past), at temperature 1; likewise.
        probabilities: (n, K) float16, the conditionals at temperature 1.
    """

    number: int
    run: Run
    space: Sequence
    request: Sample | Complete | None
    total: int
    labels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    source: str = ""
    origin: SoundTake | None = None
    seam: int = 0
    done: bool = False
    seconds_drawing: float = 0.0
    verdict: str = ""

    def __post_init__(self) -> None:
        self._samples = Growing(np.int16)
        self._symbols = Growing(np.uint8)
        self._entropy = Growing(np.float32)
        self._surprise = Growing(np.float32)
        self._probabilities = Growing(np.float16, (self.space.levels,))

    # --- what is heard ---

    @property
    def length(self) -> int:
        """Samples that are there."""
        return len(self._samples)

    @property
    def samples(self) -> NDArray[np.int16]:
        """(n,) as far as they are there."""
        return self._samples.rows

    @property
    def symbols(self) -> NDArray[np.uint8]:
        """(n,) what the model reads and writes."""
        if self.request is None:
            return symbols_of(self.samples, self.space.levels)
        return self._symbols.rows

    @property
    def entropy(self) -> NDArray[np.float32]:
        """(n,) bits; empty of a file that the model was not asked about."""
        return self._entropy.rows

    @property
    def surprise(self) -> NDArray[np.float32]:
        """(n,) bits; empty of a file that the model was not asked about."""
        return self._surprise.rows

    @property
    def probabilities(self) -> NDArray[np.float16]:
        """(n, K); empty of a file."""
        return self._probabilities.rows

    def take_samples(self, samples: NDArray[np.int16]) -> None:
        """Add what was read."""
        self._samples.add(samples)

    def take_expected(self, entropy: NDArray[np.float64], surprise: NDArray[np.float64]) -> None:
        """Know what the model expected of a file, (n,) bits each."""
        if not len(self._entropy):
            self._entropy.add(entropy)
            self._surprise.add(surprise)

    def take_chunk(self, chunk: TraceChunk) -> None:
        """Add what was drawn; a chunk (1, n) that follows the last."""
        symbols, p = chunk.symbols[0], chunk.probabilities[0].astype(np.float64)
        logs = np.log2(np.maximum(p, np.finfo(np.float32).tiny))
        self._entropy.add(np.maximum(0.0, 0.0 - (p * logs).sum(axis=-1)))
        drawn = logs[np.arange(len(symbols)), symbols]
        self._surprise.add(np.maximum(0.0, 0.0 - drawn))
        self._probabilities.add(chunk.probabilities[0])
        self._symbols.add(symbols)
        self._samples.add(samples_of(symbols, self.space.levels))

    # --- in words ---

    @property
    def seconds(self) -> float:
        """How long it lasts, as far as it is there."""
        return self.length / self.space.rate

    @property
    def classes(self) -> str:
        """What was asked for, in words; empty where nothing was."""
        names = (
            label.classes[index]
            for label, index in zip(self.space.labels, self.labels, strict=False)
        )
        return ", ".join(names)

    @property
    def words(self) -> str:
        """What tells it from the others."""
        if self.source:
            return self.source
        if self.origin is not None:
            return f"{self.origin.words}, continued"
        return self.classes or f"Seed {self.seed}"

    @property
    def details(self) -> str:
        """The rest of its recipe, in a line."""
        if self.request is None:
            return f"{self.seconds:.2f} s"
        temperature = float(self.request.controls.get("temperature", 1.0))
        parts = [f"{self.seconds:.2f} s", f"seed {self.seed}"]
        if temperature != 1.0:
            parts.append(f"T {temperature:g}")
        return ", ".join(parts)

    @property
    def seed(self) -> int:
        """Of the uniforms; 0 of a file."""
        return 0 if self.request is None else self.request.seed

    @property
    def speed(self) -> float:
        """Samples a second of the drawing; 0 where it is not known."""
        drawn = self.length - (self.seam if self.origin is not None else 0)
        return drawn / self.seconds_drawing if self.seconds_drawing > 0 else 0.0

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._probabilities.nbytes + self._samples.nbytes


class SoundTakes:
    """The takes of a model, in the order in which they came."""

    def __init__(self) -> None:
        self._takes: list[SoundTake] = []
        self._numbers = itertools.count(1)

    def __iter__(self) -> Iterator[SoundTake]:
        return iter(self._takes)

    def __len__(self) -> int:
        return len(self._takes)

    def next_number(self) -> int:
        """For the take that is about to be added."""
        return next(self._numbers)

    def add(self, take: SoundTake, instead: SoundTake | None = None) -> None:
        """Put a take last, or where another was."""
        if instead in self._takes:
            self._takes[self._takes.index(instead)] = take
        else:
            self._takes.append(take)

    def remove(self, take: SoundTake) -> SoundTake | None:
        """Forget a take; returns its neighbour, the later one where there is one."""
        place = self._takes.index(take)
        del self._takes[place]
        return self._takes[min(place, len(self._takes) - 1)] if self._takes else None

    def make_room(self, keep: SoundTake) -> int:
        """Forget the oldest takes beyond the limits, never `keep`; returns how many went."""
        gone = 0
        while len(self) > MOST_TAKES or sum(take.size for take in self) > MOST_BYTES:
            others = [take for take in self if take is not keep]
            if not others:
                break
            self._takes.remove(min(others, key=lambda take: take.number))
            gone += 1
        return gone
