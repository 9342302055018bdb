"""Drawing in order: the ways to the next conditional (`core.draw.Way`), and the loop."""

from __future__ import annotations

import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.draw import Way, adjusted, inverse_cdf
from genstudio.core.trace import TraceChunk
from genstudio.kernels.base import Drawing, Kernel

if TYPE_CHECKING:
    from genstudio.models.base import Autoregressive

__all__ = [
    "KernelSampler",
    "NaivePredictor",
    "Predictor",
    "PredictorSampler",
    "Sampler",
    "probabilities",
    "steps_drawn",
]

_FEW = 8
"""Known symbols in a row, below which they are drawn along with the hidden ones around them."""

_BURST = 0.004
"""Seconds of drawing between two chunks: a screen shows no more, and a wish is heard as soon."""


class Predictor(ABC):
    """The conditionals of images that are being drawn, asked for in step order."""

    @abstractmethod
    def prefix(self, steps: int) -> Tensor:
        """Logits of the first steps at once, all of whose symbols are known: (B, steps, K)."""

    @abstractmethod
    def logits(self, step: int) -> Tensor:
        """Logits (B, K) of one step, given every symbol before it."""

    @abstractmethod
    def put(self, step: int, symbols: Tensor) -> None:
        """The step's symbols (B,) are decided."""

    @abstractmethod
    def state(self, step: int) -> Iterable[Tensor]:
        """Views (B, …) of all that differs between images and may be read at `step` or later."""

    def select(self, ancestors: Tensor, step: int) -> None:
        """Every image goes on at `step` as a copy of its ancestor; ancestors (B,)."""
        moved = torch.nonzero(ancestors != torch.arange(len(ancestors), device=ancestors.device))
        moved = moved[:, 0]
        for kept in self.state(step):
            kept[moved] = kept[ancestors[moved]]


class NaivePredictor(Predictor):
    """One full pass of the network per symbol: the reference that faster ones must equal."""

    def __init__(self, model: Autoregressive, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = x.clone()
        self.y = None if y is None else y.clone()

    def prefix(self, steps: int) -> Tensor:
        """One pass gives them all."""
        return self._all()[:, :, self.model.order[:steps]].transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """One pass, of which one place is used."""
        return self._all()[:, :, self.model.order[step]]

    def put(self, step: int, symbols: Tensor) -> None:
        """Write into the image."""
        self.x.flatten(1)[:, self.model.order[step]] = symbols

    def state(self, step: int) -> Iterable[Tensor]:
        """All it has."""
        return (self.x,) if self.y is None else (self.x, self.y)

    def _all(self) -> Tensor:
        return self.model.logits(self.x, self.y).flatten(2)


class Sampler(ABC):
    """Draws a batch of images, some steps at a time, in step order.

    Attributes:
        way: how it gets at the conditionals.
    """

    way: Way = Way.CACHED

    @property
    def leaps(self) -> bool:
        """Whether `skip` takes hardly longer for many steps than for few."""
        return True

    @abstractmethod
    def skip(self, drawing: Drawing, steps: int) -> NDArray[np.float32]:
        """Go past the first steps, all known; their conditionals, (B, steps, K)."""

    @abstractmethod
    def draw(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """Draw the steps `first` … `last - 1`; their conditionals, (B, last - first, K)."""

    @abstractmethod
    def follow(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """As `draw`, of steps that are known in every image."""

    @abstractmethod
    def select(self, drawing: Drawing, ancestors: NDArray[np.int64], step: int) -> None:
        """Every image goes on at `step` as a copy of its ancestor, classes included.

        The first `step` symbols of the drawing are copied too; what is given from there on, and
        the uniforms, stay the images' own.

        Args:
            drawing: whose steps before `step` are drawn.
            ancestors: (B,) numbers of images.
            step: the next one to be drawn.
        """


class PredictorSampler(Sampler):
    """Draws from the logits of a predictor, symbol by symbol.

    Args:
        predictor: gives them.
        device: where it computes.
        whole: logits (B, D, K) of whole images (B, D), both in step order, by one full pass;
            told the classes of the batch's images of these numbers (B,), or of each its own.
    """

    def __init__(
        self,
        predictor: Predictor,
        device: torch.device,
        whole: Callable[[NDArray[np.uint8], NDArray[np.int64] | None], Tensor],
    ) -> None:
        self._predictor = predictor
        self._device = device
        self._whole = whole
        self._tail: NDArray[np.float32] | None = None
        self._beginnings: NDArray[np.int64] | None = None  # whose class each image has by now
        self.way = Way.NAIVE if isinstance(predictor, NaivePredictor) else Way.CACHED

    def skip(self, drawing: Drawing, steps: int) -> NDArray[np.float32]:
        """Ask for them all at once."""
        with torch.no_grad():
            return probabilities(self._predictor.prefix(steps))

    def draw(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """Ask one by one."""
        found = []
        with torch.no_grad():
            for step in range(first, last):
                p = probabilities(self._predictor.logits(step))
                drawn = inverse_cdf(adjusted(p, drawing.controls), drawing.uniforms[:, step])
                symbols = np.where(drawing.given[:, step], drawing.symbols[:, step], drawn)
                drawing.symbols[:, step] = symbols
                self._predictor.put(step, torch.from_numpy(symbols).to(self._device, torch.long))
                found.append(p)
        return np.stack(found, axis=1)

    def follow(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """One full pass once nothing is left to draw."""
        if not drawing.given[:, first:].all():
            return self.draw(drawing, first, last)
        if self._tail is None:
            with torch.no_grad():
                self._tail = probabilities(self._whole(drawing.symbols, self._beginnings))
        return self._tail[:, first:last]

    def select(self, drawing: Drawing, ancestors: NDArray[np.int64], step: int) -> None:
        """As the predictor does it."""
        drawing.symbols[:, :step] = drawing.symbols[ancestors, :step]
        self._tail = None
        before = self._beginnings
        self._beginnings = ancestors if before is None else before[ancestors]
        with torch.no_grad():
            self._predictor.select(torch.from_numpy(ancestors).to(self._device), step)


class KernelSampler(Sampler):
    """Draws in compiled code."""

    way = Way.COMPILED

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    @property
    def leaps(self) -> bool:
        """As the kernel says."""
        return self._kernel.leaps

    def skip(self, drawing: Drawing, steps: int) -> NDArray[np.float32]:
        """As the kernel does it."""
        return self._kernel.skip(drawing, steps)

    def draw(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """As the kernel does it."""
        return self._kernel.draw(drawing, first, last)

    def follow(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """As the kernel does it."""
        return self._kernel.follow(drawing, first, last)

    def select(self, drawing: Drawing, ancestors: NDArray[np.int64], step: int) -> None:
        """As the kernel does it."""
        drawing.symbols[:, :step] = drawing.symbols[ancestors, :step]
        self._kernel.select(ancestors, step)


# A generator may not keep inference mode on between its yields: each sampler sets it within.
def steps_drawn(sampler: Sampler, drawing: Drawing) -> Iterator[TraceChunk]:
    """Draw to the end, from the first symbol that is not known in every image.

    Chunks hold as many steps as are drawn in a few milliseconds.
    """
    known, ends = _runs(np.asarray(drawing.given.all(axis=0)))
    total = len(known)
    # Minutes of sound may be known: those are gone past in chunks, so that it can be cancelled.
    first = int(ends[0]) if known[0] and sampler.leaps else 0
    if first:
        yield _chunk(drawing, 0, sampler.skip(drawing, first))
    length = 1
    while first < total:
        began = time.perf_counter()
        parts: list[NDArray[np.float32]] = []
        at, last = first, min(total, first + length)
        while at < last:
            end = min(last, int(ends[at]))
            go_on = sampler.follow if known[at] else sampler.draw
            parts.append(go_on(drawing, at, end))
            at = end
        took = time.perf_counter() - began
        yield _chunk(drawing, first, np.concatenate(parts, axis=1))
        first = last
        length = (
            2 * length if took < _BURST / 2 else max(1, length // 2 if took > _BURST else length)
        )


def _runs(given: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which steps are to be followed, and where the run of such or of other steps ends.

    A few known symbols between hidden ones are not worth a call of their own.
    """
    known = given.copy()
    for start, end in itertools.pairwise([*_changes(given), len(given)]):
        if end < start + _FEW:
            known[start:end] = False
    changes = _changes(known)
    run = np.searchsorted(changes, np.arange(len(known)), side="right")
    return known, np.append(changes, len(known))[run]


def _changes(known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The steps that differ from the one before."""
    return np.flatnonzero(known[1:] != known[:-1]).astype(np.int64) + 1


def probabilities(logits: Tensor) -> NDArray[np.float32]:
    """Softmax over the last axis, in float64, as float32: what a recording holds."""
    return torch.softmax(logits.double(), dim=-1).float().cpu().numpy()


def _chunk(drawing: Drawing, first: int, p: NDArray[np.float32]) -> TraceChunk:
    here = slice(first, first + p.shape[1])
    return TraceChunk(first, drawing.symbols[:, here].copy(), p, drawing.given[:, here])
