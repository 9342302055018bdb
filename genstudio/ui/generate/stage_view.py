"""A take drawn in stages, being played: canvas, caption and transport."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from genstudio.core.stages import Stage
from genstudio.ui.generate.stage_takes import StageTake
from genstudio.ui.naming import with_role
from genstudio.ui.recording.trace_colours import Scale, lookup, packed
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.canvas import Pixel, PixelCanvas
from genstudio.ui.widgets.played_view import PlayedView
from genstudio.ui.widgets.readout import ScaleBar

__all__ = ["STAGES", "StageView"]

STAGES = {
    Stage.CODE: ("Code z", "z ~ p(z), one number for each dimension"),
    Stage.EXPECTED: ("Expected E[x | z]", "What the decoder makes of z: the mean of p(x | z)"),
    Stage.DRAWN: ("Drawn x", "Symbols, each place by itself given z"),
}
"""In words, and what each is."""

_ORDER = tuple(Stage)
_SPEED = 1.0  # stages a second


class StageView(PlayedView):
    """Plays the current take; position n shows the n-th stage.

    Attributes:
        looked: another pixel is looked at, or another sample.
        canvas: the images.
        take: what is shown, or None.
        sample: the one sample that is shown large, or None for all of them.
    """

    looked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.canvas = PixelCanvas("Picture")
        self.caption = with_role(QLabel(), "secondary")
        self.scale_bar = ScaleBar()
        self.take: StageTake | None = None
        self.sample: int | None = None
        self._pixel: Pixel | None = None
        self._painted: int | None = None
        self.set_speed(_SPEED)
        self.transport.show_speed(_SPEED)
        self.transport.set_unit("stage", len(_ORDER))
        self.transport.scrubber.words_at = lambda position: STAGES[_ORDER[position - 1]][0]
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.caption, 1)
        below.addWidget(self.scale_bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.canvas, 1)
        column.addLayout(below)
        column.addWidget(self.transport)
        self.canvas.hovered.connect(self._look)
        self.canvas.cursor_moved.connect(self._look)
        self.canvas.clicked.connect(self._click)
        self.canvas.activated.connect(self._click)
        self.canvas.tapped.connect(self.toggle)
        theme().changed.connect(self.redraw)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 320)

    # --- what is shown ---

    @property
    def stage(self) -> Stage | None:
        """The stage that is shown; None before the first."""
        position = self.playback.position
        return _ORDER[position - 1] if position else None

    def open(self, take: StageTake | None, position: int, playing: bool) -> None:
        """Show a take from a position on."""
        old = 0 if self.take is None else self.take.stages.count
        if take is None or take.stages.count == 1 or take.stages.count != old:
            self.sample = None
        self.take = take
        self._pixel = None
        total = 0 if take is None else len(_ORDER)
        self.playback.open(total, total, position, playing)
        heights = np.arange(1, total + 1) / max(1, total)
        self.transport.scrubber.show_recording(heights, total, 1.0, [], range(1, total))
        self.redraw()
        self.run_clock()

    def go_to(self, stage: Stage) -> None:
        """Pause at a stage."""
        self.playback.pause()
        self.seek(_ORDER.index(stage) + 1)

    def show_sample(self, sample: int | None) -> None:
        """Show one sample large, or all of them."""
        self.sample = sample
        self._pixel = None
        self.redraw()

    def redraw(self) -> None:
        """Write every pixel anew."""
        self._painted = None
        self.paint_position(self.playback.position)
        self.transport.show_state(self.playback)
        self.moved.emit()
        self.looked.emit()

    def paint_position(self, position: int) -> None:
        if position == self._painted:
            return
        self._painted = position
        take, stage = self.take, self.stage
        if take is None:
            self.canvas.set_grid(0, 0, 0)
            self.scale_bar.show_scale(None)
            return
        space = take.stages.space
        count = take.stages.count if self.sample is None else 1
        self.canvas.set_grid(count, space.height, space.width)
        self.canvas.write_all(self._colours(take, stage)[self._samples()])
        reach = take.stages.reach
        scale = Scale(lookup("difference"), -reach, reach, "in z")
        self.scale_bar.show_scale(scale if stage is Stage.CODE else None)

    def _colours(self, take: StageTake, stage: Stage | None) -> NDArray[np.uint32]:
        """(B, H·W)."""
        count, space = take.stages.count, take.stages.space
        if stage is None:
            blank = QColor(theme().colours.raised).rgb()
            return np.full((count, space.height * space.width), blank, np.uint32)
        pictures = take.stages.pictures(stage)
        return packed(pictures.repeat(3 // pictures.shape[-1], axis=-1)).reshape(count, -1)

    def _samples(self) -> slice:
        return slice(None) if self.sample is None else slice(self.sample, self.sample + 1)

    # --- what is looked at ---

    @property
    def looked_at(self) -> int:
        """The sample that the numbers are about."""
        if self.sample is not None:
            return self.sample
        return 0 if self._pixel is None else self._pixel.image

    @property
    def dimension(self) -> int | None:
        """The latent dimension whose cell is looked at, while codes are shown."""
        if self.take is None or self._pixel is None or self.stage is not Stage.CODE:
            return None
        return self.take.stages.dimension_at(self._pixel.row, self._pixel.column)

    def words(self) -> str:
        """What is under the pointer, in numbers; empty where nothing is."""
        take, pixel, stage = self.take, self._pixel, self.stage
        if take is None or pixel is None or stage in (None, Stage.CODE):
            return ""
        draws, at = take.stages.draws, (self.looked_at, pixel.row, pixel.column)
        mean = ", ".join(f"{value:.2f}" for value in draws.expected[at])
        words = f"Row {pixel.row + 1}, column {pixel.column + 1}: E[x | z] = {mean}"
        if stage is Stage.DRAWN:
            words += f", drawn {', '.join(str(value) for value in draws.images[at])}"
        return f"{words} of 0 … {take.stages.space.levels - 1}"

    def _look(self, pixel: Pixel | None) -> None:
        self._pixel = pixel
        self.looked.emit()

    def _click(self, pixel: Pixel) -> None:
        """One among many is shown large."""
        if self.take is not None and self.take.stages.count > 1 and self.sample is None:
            self.show_sample(pixel.image)
