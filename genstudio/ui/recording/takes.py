"""The history of what was drawn: every seed is a root, every intervention a branch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genstudio.core.export import animation, npz, picture
from genstudio.core.messages import Complete, Sample
from genstudio.core.pictures import sheet
from genstudio.core.recipe import Edit, Packed, Recipe
from genstudio.core.runs import Run
from genstudio.core.trace import Trace, TraceChunk

__all__ = ["CHANNELS", "MOST_BYTES", "MOST_TAKES", "Take", "Takes", "told_of"]

CHANNELS = ("Red", "Green", "Blue")
MOST_TAKES = 50
MOST_BYTES = 1 << 30
"""Memory that all takes together may hold."""


@dataclass(eq=False)
class Take:
    """One recording with what made it.

    Attributes:
        number: 1, 2, 3 … as they came.
        run: the model's run.
        request: what the engine was asked.
        trace: the recording, which may still be growing.
        parent: the take it was forked from.
        sample: which sample of the parent.
        edits: the interventions in it, oldest first.
        source: what a real image is called; empty for one that was drawn.
    """

    number: int
    run: Run
    request: Sample | Complete
    trace: Trace
    parent: Take | None = None
    sample: int = 0
    edits: tuple[Edit, ...] = ()
    children: list[Take] = field(default_factory=list)
    source: str = ""

    @property
    def words(self) -> str:
        """What tells it from the others."""
        if not self.edits:
            return self.source or f"Seed {self.request.seed}"
        row, column, channel = self._where(self.edits[-1])
        name = f" {'RGB'[channel]}" if self.trace.space.channels == 3 else ""
        return f"{row + 1}, {column + 1}{name} → {self.edits[-1].symbol}"

    @property
    def told(self) -> str:
        """All that is to be known about it, for a tooltip."""
        text = told_of(self.number, self.request.seed, self.trace.count, self.request.controls)
        if self.source:
            text = f"Take {self.number}: {self.score}{_knobs(self.request.controls)}"
        if self.edits:
            text += f"\nSet by hand: {self.place} to {self.edits[-1].symbol}"
            text += f", and {len(self.edits) - 1} before it" if len(self.edits) > 1 else ""
        return text

    def sheet(self) -> NDArray[np.uint8]:
        """(height, width, 1 or 3), 0 … 255: its images as far as they are recorded."""
        return sheet(self.trace.images(), self.trace.space.levels)

    @property
    def file_name(self) -> str:
        """What to call a file of it, without an ending."""
        return f"{self.run.name}-seed{self.request.seed}-take{self.number}"

    def content(self, kind: str, scale: int, recipe: Recipe) -> bytes:
        """The picture (png), its drawing (gif, webp), or the recording (npz).

        Raises:
            UserError: it would be too large, or nothing is drawn yet.
        """
        if kind == "npz":
            return npz(self.trace, recipe)
        if kind == "png":
            return picture(self.trace.images(), self.trace.space.levels, scale, recipe)
        return animation(self.trace, "gif" if kind == "gif" else "webp", scale, recipe)

    @property
    def root(self) -> Take:
        """The take that all changes began with."""
        return self if self.parent is None else self.parent.root

    @property
    def score(self) -> str:
        """A real image's likelihood, in words."""
        nats = float(self.trace.log_prob()[0])
        bits = self.trace.space.bits_per_dimension(-nats)
        return f"{self.source}: log p = {nats:.1f} nats, {bits:.3f} bits/dim".replace("-", "−")

    @property
    def place(self) -> str:
        """Where the last intervention was, in words; empty without one."""
        if not self.edits:
            return ""
        row, column, channel = self._where(self.edits[-1])
        colour = f" {CHANNELS[channel].lower()}" if self.trace.space.channels == 3 else ""
        return f"row {row + 1}, column {column + 1}{colour}"

    def _where(self, edit: Edit) -> tuple[int, int, int]:
        row, column, channel = np.unravel_index(self.trace.order[edit.step], self.trace.space.shape)
        return int(row), int(column), int(channel)

    @property
    def depth(self) -> int:
        """How many forks it is away from its root."""
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def size(self) -> int:
        """Bytes of the recording's largest array."""
        return self.trace.probabilities.nbytes

    def take_chunk(self, chunk: TraceChunk) -> None:
        """Add what is new in a chunk; steps that are here already stay as they are."""
        known = self.trace.length - chunk.first
        if known >= chunk.symbols.shape[1]:
            return
        if known > 0:
            chunk = replace(
                chunk,
                first=self.trace.length,
                symbols=chunk.symbols[:, known:],
                probabilities=chunk.probabilities[:, known:],
                given=chunk.given[:, known:],
            )
        self.trace.append(chunk)

    def fork(self, sample: int, step: int, symbol: int) -> tuple[Trace, Complete, tuple[Edit, ...]]:
        """Where a symbol is put by hand: the branch's beginning, and how to draw its rest."""
        trace = self.trace.fork(sample, step, symbol)
        known = np.zeros(trace.dimensions, np.bool_)
        known[trace.order[: step + 1]] = True
        request = Complete(
            run=self.request.run,
            images=trace.images(),
            known=known.reshape(1, *trace.space.shape),
            seed=self.request.seed,
            first=self.request.first + sample,
            controls=self.request.controls,
            labels=trace.labels if trace.labels.size else None,
            device=self.request.device,
        )
        edits = tuple(edit for edit in self.edits if edit.step < step)
        return trace, request, (*edits, Edit(sample=0, step=step, symbol=symbol))

    def changed(self, steps: int) -> tuple[int, int]:
        """How many of the later symbols drawn so far differ from the parent's, and of how many."""
        if self.parent is None:
            return 0, 0
        begin = self.edits[-1].step + 1
        end = max(begin, min(steps, self.trace.length, self.parent.trace.length))
        here = slice(begin, end)
        old: NDArray[np.uint8] = self.parent.trace.symbols[self.sample, here]
        return int((self.trace.symbols[0, here] != old).sum()), end - begin

    def recipe(self, weights: str = "") -> Recipe:
        """What makes this take again; of a real image, the image itself."""
        real = self.root.request if self.root.source else None
        picture = Packed.of(real.images[0]) if isinstance(real, Complete) else None
        return Recipe(
            kind="sample" if picture is None else "complete",
            run=self.run.name,
            title=self.run.manifest.title,
            family=self.run.manifest.family,
            weights=weights,
            count=self.trace.count,
            seed=self.request.seed,
            first=self.request.first,
            controls=self.request.controls,
            labels=self.trace.labels.tolist() if self.trace.labels.size else [],
            edits=list(self.edits),
            settings={"source": self.root.source} if picture is not None else {},
            picture=picture,
        )


class Takes:
    """The takes of a model, as a forest in the order in which they came."""

    def __init__(self) -> None:
        self.roots: list[Take] = []
        self._numbers = itertools.count(1)

    def __iter__(self) -> Iterator[Take]:
        """Every take, each before its branches."""
        waiting = self.roots[::-1]
        while waiting:
            take = waiting.pop()
            yield take
            waiting += take.children[::-1]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def add_root(
        self, run: Run, request: Sample | Complete, trace: Trace, source: str = ""
    ) -> Take:
        """A new seed, or a real image."""
        take = Take(next(self._numbers), run, request, trace, source=source)
        self.roots.append(take)
        return take

    def add_fork(self, parent: Take, sample: int, step: int, symbol: int) -> Take:
        """An intervention in a take."""
        trace, request, edits = parent.fork(sample, step, symbol)
        take = Take(next(self._numbers), parent.run, request, trace, parent, sample, edits)
        parent.children.append(take)
        return take

    def remove(self, take: Take) -> None:
        """Forget a take and its branches."""
        siblings = self.roots if take.parent is None else take.parent.children
        siblings.remove(take)

    def make_room(self, keep: Take) -> list[Take]:
        """Forget the oldest takes beyond the limits; never `keep`, nor what it descends from.

        Returns:
            the takes that went.
        """
        gone = []
        while len(self) > MOST_TAKES or sum(take.size for take in self) > MOST_BYTES:
            kept = set(_line(keep))
            leaves = [take for take in self if not take.children and take not in kept]
            if not leaves:
                break
            oldest = min(leaves, key=lambda take: take.number)
            self.remove(oldest)
            gone.append(oldest)
        return gone


def told_of(number: int, seed: int, count: int, controls: Mapping[str, Any]) -> str:
    """A take that was drawn, in a line."""
    images = f"{count} image{'s' if count > 1 else ''}"
    return f"Take {number}: seed {seed}, {images}{_knobs(controls)}"


def _knobs(controls: Mapping[str, Any]) -> str:
    return "".join(f", {name.replace('_', ' ')} {value:g}" for name, value in controls.items())


def _line(take: Take | None) -> Iterator[Take]:
    while take is not None:
        yield take
        take = take.parent
