"""A take being played: canvas, caption and transport."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from genstudio.ui.recording.takes import Take
from genstudio.ui.recording.trace_colours import Overlay, TraceColours, scale_of
from genstudio.ui.theme import HALF, theme
from genstudio.ui.widgets.canvas import Pixel, PixelCanvas
from genstudio.ui.widgets.played_view import PlayedView
from genstudio.ui.widgets.readout import ScaleBar

__all__ = ["TakeView"]


class TakeView(PlayedView):
    """Plays the current take on the canvas.

    Attributes:
        canvas: the images.
        take: what is shown, or None.
        sample: the one sample that is shown large, or None for all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.canvas = PixelCanvas("Picture")
        self.caption = QLabel()
        self.caption.setProperty("role", "secondary")
        self.scale_bar = ScaleBar()
        self.take: Take | None = None
        self.sample: int | None = None
        self.overlay = Overlay.PICTURE
        self._peeking = False
        self._colours: TraceColours | None = None
        self._painted = 0  # the position that the canvas shows
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
        self.canvas.tapped.connect(self.toggle)
        theme().changed.connect(self.redraw)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 320)

    # --- what is shown ---

    def open(self, take: Take | None, position: int = 0, playing: bool = False) -> None:
        """Show a take from a position on."""
        if take is None or self.take is None or take.trace.count != self.take.trace.count:
            self.sample = None
        if take is not None and take.trace.count == 1:
            self.sample = None
        self.take = take
        trace = None if take is None else take.trace
        self.playback.open(
            trace.dimensions if trace else 0, trace.length if trace else 0, position, playing
        )
        self.redraw()
        self._draw_curve()
        self.run_clock()

    def show_sample(self, sample: int | None) -> None:
        """Show one sample large, or all of them."""
        self.sample = sample
        self.redraw()
        self._draw_curve()

    def show_overlay(self, overlay: Overlay) -> None:
        """Show the picture, or what is behind it."""
        self.overlay = overlay
        self.redraw()

    def peek(self, peeking: bool) -> None:
        """Show the parent's picture for a moment."""
        if peeking != self._peeking:
            self._peeking = peeking
            self.redraw()

    @property
    def peeking(self) -> bool:
        """Whether the parent is shown."""
        return self._peeking

    def grow(self) -> None:
        """The take has more steps."""
        if self.take is None:
            return
        self.playback.grow(self.take.trace.length)
        self._draw_curve()
        self.moved.emit()

    def sample_of(self, pixel: Pixel) -> int:
        """Which sample of the take an image on the canvas is."""
        return pixel.image if self.sample is None else self.sample

    def redraw(self) -> None:
        """Write every pixel anew."""
        take = self.take
        if take is None:
            self._colours = None
            self.canvas.set_grid(0, 0, 0)
            self.scale_bar.show_scale(None)
            self.transport.show_state(self.playback)
            return
        samples = self._samples()
        blank = QColor(theme().colours.raised).rgb()
        trace = take.trace
        parent = take.parent
        overlay = scaled = self.overlay
        if overlay is Overlay.DIFFERENCE and parent is None:
            overlay = scaled = Overlay.PICTURE
        if overlay is Overlay.FIELD:  # it lies on the picture
            overlay = Overlay.PICTURE
        if self._peeking and parent is not None:
            trace, overlay = parent.trace, Overlay.PICTURE
            scaled = overlay
            samples = slice(take.sample, take.sample + 1)
        self._colours = TraceColours(
            trace, overlay, blank, None if parent is None else parent.trace, take.sample
        )
        space = take.trace.grid
        count = take.trace.count if self.sample is None else 1
        self.canvas.set_grid(count, space.height, space.width)
        everything = np.arange(space.height * space.width)
        position = self.playback.position
        self.canvas.write_all(self._colours.colours(everything, position, samples))
        self._painted = position
        self.scale_bar.show_scale(scale_of(scaled, space.levels))
        self._mark()
        self.transport.show_state(self.playback)
        self.moved.emit()

    def _samples(self) -> slice:
        return slice(None) if self.sample is None else slice(self.sample, self.sample + 1)

    def _mark(self) -> None:
        """Outline what was put by hand, as far as it is shown."""
        take = self.take
        if take is None or take.trace.count > 1:
            self.canvas.set_marks([])
            return
        space, order = take.trace.grid, take.trace.order
        places = {
            int(order[edit.step]) // space.channels
            for edit in take.edits
            if edit.step < self.playback.position
        }
        self.canvas.set_marks([Pixel(0, *divmod(place, space.width)) for place in sorted(places)])

    def _draw_curve(self) -> None:
        take = self.take
        if take is None:
            self.transport.scrubber.show_recording(np.zeros(0), 0, 1.0, [])
            return
        surprise = take.trace.surprise[self._samples(), : take.trace.length]
        curve = surprise.mean(axis=0) / np.log(2)
        self.transport.scrubber.show_recording(
            curve,
            take.trace.dimensions,
            max(np.log2(take.trace.space.levels), float(curve.max(initial=0.0))),
            [edit.step for edit in take.edits],
        )

    def paint_position(self, position: int) -> None:
        if self._colours is None or position == self._painted:
            return
        pixels = self._colours.touched(self._painted, position)
        samples = self._samples()
        if self._peeking and self.take is not None and self.take.parent is not None:
            samples = slice(self.take.sample, self.take.sample + 1)
        self.canvas.write(pixels, self._colours.colours(pixels, position, samples))
        self._painted = position
        if self.take is not None and self.take.edits:
            self._mark()
