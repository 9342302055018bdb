"""The same picture drawn twice, side by side: the fastest way and the naive one, on the clock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar

from genstudio.core.draw import Way
from genstudio.core.messages import Lap, Race, Raced
from genstudio.core.pictures import to_8bit
from genstudio.core.spaces import Grid
from genstudio.ui.naming import named, with_role
from genstudio.ui.recording.subject import Subject
from genstudio.ui.recording.trace_colours import packed
from genstudio.ui.studio import Studio
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.canvas import PixelCanvas
from genstudio.ui.widgets.experiment import Experiment
from genstudio.ui.words import span

__all__ = ["RacePage"]

_IDEA = (
    "The same seed, weights, thread and device. They draw one after the other, each alone, since "
    "side by side each would slow the other down; the clocks count the sampler's own time."
)
_WAYS = {
    Way.COMPILED: "Compiled: for each symbol only what it adds, in machine code",
    Way.CACHED: "Cached: for each symbol only what it adds, with torch",
    Way.NAIVE: "Naive: the whole network again for every symbol",
}


class RacePage(Experiment):
    """Two canvases, two clocks, and one sentence."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "Race", _IDEA)
        self.fast = _Runner("The fastest way")
        self.naive = _Runner("The naive way")
        grid = QGridLayout()
        grid.setSpacing(HALF)
        grid.setRowStretch(1, 1)
        for column, runner in enumerate((self.fast, self.naive)):
            grid.setColumnStretch(column, 1)
            for row, part in enumerate((runner.name, runner.canvas, runner.bar, runner.clock)):
                grid.addWidget(part, row, column)
        self.body.addLayout(grid)
        theme().changed.connect(self._paint)

    def start(self, subject: Subject) -> None:
        """Draw a subject's seed again, twice."""
        for runner in (self.fast, self.naive):
            runner.line_up(subject.space, subject.order)
        self.fast.name.setText("The fastest way")
        self.naive.name.setText(_WAYS[Way.NAIVE])
        self.say("Both get ready…")
        self.submit(
            Race(
                run=subject.run,
                seed=subject.seed,
                first=subject.first,
                controls=dict(subject.controls),
                labels=subject.labels,
            )
        )

    def take_progress(self, payload: object) -> None:
        if not isinstance(payload, Raced):
            return
        for lap in payload.laps:
            (self.naive if lap.naive else self.fast).run(lap)
        self.fast.name.setText(_WAYS[self.fast.way])
        self._paint()
        self.say(self._estimate())

    def take_end(self) -> None:
        fast, naive = self.fast, self.naive
        if not fast.finished or not naive.finished:
            return
        if fast.way is Way.NAIVE:
            self.say("This model has no faster way than the naive one: both drew in the same way.")
            return
        differ = int((fast.symbols != naive.symbols).sum())
        same = "Same picture" if not differ else f"{differ} of {len(fast.symbols)} symbols differ"
        self.say(f"{same}, {self._factor():,.0f} times sooner: {self._times(naive.seconds)}.")

    def take_cancel(self) -> None:
        self.say(f"Cancelled. {self._estimate() if self.naive.symbols.size else ''}".strip())

    def _estimate(self) -> str:
        naive, fast = self.naive, self.fast
        if not naive.symbols.size or not fast.seconds:
            return f"{fast.way.capitalize()} is drawing; the naive way waits for its turn."
        whole = naive.seconds * naive.total / naive.symbols.size
        return (
            f"{naive.symbols.size} of {naive.total} symbols drawn the naive way. At this rate "
            f"{self._factor():,.0f} times sooner: {self._times(whole, 'about ')}."
        )

    def _factor(self) -> float:
        """How many times sooner, from the naive runner's rate so far."""
        return self.naive.seconds * self.naive.total / self.naive.symbols.size / self.fast.seconds

    def _times(self, naive: float, about: str = "") -> str:
        return f"{self.fast.way} {_clock(self.fast.seconds)}, naive {about}{_clock(naive)}"

    def _paint(self) -> None:
        self.fast.paint()
        self.naive.paint()


class _Runner:
    """One side: what it has drawn, and in how much time of its own."""

    def __init__(self, name: str) -> None:
        self.name = with_role(QLabel(name, wordWrap=True), "heading")
        self.canvas = PixelCanvas(name)
        self.bar = named(QProgressBar(textVisible=False), f"{name}: progress")
        self.clock = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.clock.setAccessibleName(f"{name}: clock")
        self.clock.setProperty("role", "title")
        self.way = Way.FASTEST
        self.seconds = 0.0
        self.symbols: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._space: Grid | None = None
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)

    @property
    def total(self) -> int:
        """How many symbols it has to draw."""
        return len(self._order)

    @property
    def finished(self) -> bool:
        """Whether all is drawn."""
        return 0 < self.total == self.symbols.size

    def line_up(self, space: Grid, order: NDArray[np.int64]) -> None:
        """To the start."""
        self._space, self._order = space, order
        self.way, self.seconds = Way.FASTEST, 0.0
        self.symbols = np.zeros(0, np.uint8)
        self.canvas.set_grid(1, space.height, space.width)
        self.bar.setRange(0, self.total)
        self.paint()

    def run(self, lap: Lap) -> None:
        """So many symbols on."""
        self.way, self.seconds = lap.way, lap.seconds
        self.symbols = np.concatenate([self.symbols, lap.symbols])

    def paint(self) -> None:
        """Show where it is."""
        if self._space is None:
            return
        space, done = self._space, self.symbols.size
        page = np.zeros(space.dimensions, np.uint8)
        page[self._order[:done]] = to_8bit(self.symbols, space.levels)
        drawn = np.zeros(page.shape, np.bool_)
        drawn[self._order[:done]] = True
        shades = page.reshape(-1, space.channels).repeat(3 // space.channels, axis=1)
        blank = np.uint32(QColor(theme().colours.raised).rgb())
        some = drawn.reshape(-1, space.channels).any(axis=1)
        self.canvas.write_all(np.where(some, packed(shades), blank)[None])
        self.bar.setValue(done)
        self.clock.setText(_clock(self.seconds) if done else "–")


def _clock(seconds: float) -> str:
    """A measured time: "8.1 ms", "3.27 s", "4 min"."""
    if seconds < 1:
        return f"{1000 * seconds:.3g} ms"
    return f"{seconds:.2f} s" if seconds < 100 else span(seconds)
