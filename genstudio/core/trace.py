"""A generation as a recording: which position, which distribution, which uniform, which symbol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.draw import DrawControls
from genstudio.core.errors import UserError
from genstudio.core.joinable import Joinable
from genstudio.core.spaces import MAX_LENGTH, Grid, Space, grid_of
from genstudio.core.spaces import Sequence as SoundSpace

_T = TypeVar("_T", bound=np.generic)

__all__ = ["MAX_TRACE_BYTES", "Trace", "TraceChunk", "check_trace_size", "longest_recording"]

MAX_TRACE_BYTES = 512 * 2**20
"""The largest recording that is made; beyond it fewer images have to be recorded together."""


def check_trace_size(space: Space, count: int) -> None:
    """Refuse a recording that would not fit, before anything starts.

    Raises:
        UserError: with the largest count that fits.
    """
    one = space.dimensions * space.levels * 4
    if one * count > MAX_TRACE_BYTES:
        raise UserError(
            f"A recording of {count} × {space} would take {one * count / 2**30:.1f} GiB.",
            f"Generate at most {max(1, MAX_TRACE_BYTES // one)} together.",
        )


def longest_recording(space: SoundSpace) -> int:
    """Samples of the longest sound that can be recorded alone."""
    return min(MAX_LENGTH, MAX_TRACE_BYTES // (4 * space.levels))


@dataclass(frozen=True)
class TraceChunk(Joinable):
    """Consecutive steps on their way from the sampler to the recording.

    Attributes:
        first: index of the first step.
        symbols: (B, n) uint8.
        probabilities: (B, n, K) float32, the model's conditionals at temperature 1.
        given: (B, n) bool, True where the symbol was evidence, not drawn.
    """

    first: int
    symbols: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    given: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence[TraceChunk]) -> TraceChunk:
        """Consecutive chunks as one."""
        return cls(
            parts[0].first,
            np.concatenate([part.symbols for part in parts], axis=1),
            np.concatenate([part.probabilities for part in parts], axis=1),
            np.concatenate([part.given for part in parts], axis=1),
        )


class Trace:
    """A recording of B samples that may still be growing; step t is place `order[t]` of S.

    Attributes:
        space: what is drawn.
        order: (D,) int64, the flat index in S of each step.
        uniforms: (B, D) float64, in step order.
        controls: temperature and top-k of the drawing.
        labels: (B, L) int64, the classes asked for; L is 0 when there are none.
        seed: the seed that the uniforms come from.
        length: how many steps are recorded so far.
        symbols: (B, D) uint8, in step order.
        probabilities: (B, D, K) float32, in step order, at temperature 1.
        given: (B, D) bool, True where the symbol was evidence or an intervention.
        entropy: (B, D) nats, of each conditional at temperature 1.
        surprise: (B, D) nats, −ln p(symbol | past) at temperature 1.
    """

    def __init__(
        self,
        space: Space,
        order: NDArray[np.int64],
        uniforms: NDArray[np.float64],
        controls: DrawControls,
        labels: NDArray[np.int64],
        seed: int,
    ) -> None:
        count, dimensions = uniforms.shape
        check_trace_size(space, count)
        self.space = space
        self.order = order
        self.uniforms = uniforms
        self.controls = controls
        self.labels = labels
        self.seed = seed
        self.length = 0
        self.symbols = np.zeros((count, dimensions), np.uint8)
        self.probabilities = np.zeros((count, dimensions, space.levels), np.float32)
        self.given = np.zeros((count, dimensions), np.bool_)
        self.entropy = np.zeros((count, dimensions), np.float32)
        self.surprise = np.zeros((count, dimensions), np.float32)

    @property
    def count(self) -> int:
        """B, the number of samples recorded together."""
        return len(self.uniforms)

    @property
    def dimensions(self) -> int:
        """D, the number of steps of a whole recording."""
        return len(self.order)

    @property
    def complete(self) -> bool:
        """Whether every step is recorded."""
        return self.length == self.dimensions

    def append(self, chunk: TraceChunk) -> None:
        """Add the next steps. Raises ValueError when they do not follow the last one."""
        if chunk.first != self.length:
            raise ValueError(f"steps from {chunk.first} do not follow {self.length}")
        here = slice(chunk.first, chunk.first + chunk.symbols.shape[1])
        self.symbols[:, here] = chunk.symbols
        self.probabilities[:, here] = chunk.probabilities
        self.given[:, here] = chunk.given
        p = chunk.probabilities.astype(np.float64)
        logs = np.log(np.maximum(p, np.finfo(np.float32).tiny))
        # Rounding may put a probability a hair above 1; no surprise is below 0, nor is it −0.
        self.entropy[:, here] = np.maximum(0.0, 0.0 - (p * logs).sum(axis=-1))
        drawn = chunk.symbols.astype(np.intp)[..., None]
        taken = np.take_along_axis(logs, drawn, axis=-1)[..., 0]
        self.surprise[:, here] = np.maximum(0.0, 0.0 - taken)
        self.length = here.stop

    def places(self, values: NDArray[_T], steps: int | None = None) -> NDArray[_T]:
        """Values in step order (B, D) as images (B, *S); places after `steps` are 0."""
        steps = self.length if steps is None else min(steps, self.length)
        images = np.zeros((self.count, self.dimensions), values.dtype)
        images[:, self.order[:steps]] = values[:, :steps]
        return images.reshape(self.count, *self.space.shape)

    @property
    def grid(self) -> Grid:
        """The space of images. Raises `UserError` for data of another kind."""
        return grid_of(self.space)

    def images(self, steps: int | None = None) -> NDArray[np.uint8]:
        """The symbols after so many steps (default: all recorded), (B, *S)."""
        return self.places(self.symbols, steps)

    def log_prob(self, steps: int | None = None) -> NDArray[np.float64]:
        """Ln p of the first steps, at temperature 1, in nats, (B,)."""
        steps = self.length if steps is None else min(steps, self.length)
        total: NDArray[np.float64] = self.surprise[:, :steps].sum(axis=1, dtype=np.float64)
        return 0.0 - total

    def step_of(self, place: int) -> int:
        """The step at which a flat place of S is drawn."""
        return int(np.flatnonzero(self.order == place)[0])

    def fork(self, sample: int, step: int, symbol: int) -> Trace:
        """A recording of one sample up to and with `step`, where `symbol` is put by hand.

        The uniforms stay, so whatever differs later is the causal effect of this symbol.
        """
        row = slice(sample, sample + 1)
        branch = Trace(
            self.space, self.order, self.uniforms[row], self.controls, self.labels[row], self.seed
        )
        symbols = self.symbols[row, : step + 1].copy()
        given = self.given[row, : step + 1].copy()
        symbols[0, step], given[0, step] = symbol, True
        branch.append(TraceChunk(0, symbols, self.probabilities[row, : step + 1], given))
        return branch
