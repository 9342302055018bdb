"""The hand in the recording: which pixel is looked at, and putting another symbol there."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from genstudio.ui.recording.recorder import Recorder
from genstudio.ui.recording.takes import Take
from genstudio.ui.widgets.canvas import Pixel
from genstudio.ui.widgets.step_view import StepView
from genstudio.ui.widgets.take_view import TakeView

__all__ = ["Intervention"]


class Intervention(QObject):
    """Joins canvas, numbers and recorder: hover to read, click to hold, choose to change.

    Attributes:
        looked: another step may be looked at.
        only_looks: whether a click holds a pixel and changes nothing.
    """

    looked = Signal()

    def __init__(self, recorder: Recorder, view: TakeView, step_view: StepView) -> None:
        super().__init__(view)
        self._recorder = recorder
        self._view = view
        self._step_view = step_view
        self._pinned: tuple[int, int] | None = None
        self._hovered: Pixel | None = None
        self._channel = 0
        self.only_looks = False
        view.canvas.hovered.connect(self._hover)
        view.canvas.clicked.connect(self._clicked)
        view.canvas.cursor_moved.connect(self.pin)
        view.canvas.activated.connect(self._clicked)
        step_view.symbol_chosen.connect(self.put)
        step_view.channel_chosen.connect(self._choose_channel)

    # --- looking ---

    def show(self) -> None:
        """Show the step under the pointer, else the one held, else the newest."""
        sample, step = self.looked_at()
        self._step_view.show_step(self._view.take, sample, step, self._view.playback.position)
        self._step_view.set_choosable(self._why_not())
        self.looked.emit()

    def let_go(self) -> None:
        """Hold no pixel any more."""
        self._pinned = self._hovered = None
        self._view.canvas.set_cursor(None)

    def pin(self, pixel: Pixel) -> None:
        """Hold a pixel: its numbers stay, and another symbol can be put there."""
        self._pinned = (pixel.row, pixel.column)
        if self._view.take is not None and self._view.canvas.count > 1:
            self._hovered = pixel  # among many images, the keyboard looks as the pointer does
        self._view.canvas.set_cursor(pixel)
        self.show()
        take, step = self._view.take, self._pinned_step()
        if take is not None and not self._why_not():
            self._step_view.show_symbol(int(take.trace.symbols[self._view.sample or 0, step]))

    def looked_at(self) -> tuple[int, int]:
        """The sample and the step that the numbers are about."""
        take = self._view.take
        if take is None:
            return 0, -1
        if self._hovered is not None and self._hovered.image < self._view.canvas.count:
            hovered = self._hovered
            return self._view.sample_of(hovered), self._step(take, hovered.row, hovered.column)
        sample = self._view.sample or 0
        if self._pinned is not None:
            return sample, self._step(take, *self._pinned)
        return sample, self._view.playback.position - 1

    def _step(self, take: Take, row: int, column: int) -> int:
        space = take.trace.grid
        channel = min(self._channel, space.channels - 1)
        return take.trace.step_of((row * space.width + column) * space.channels + channel)

    def _pinned_step(self) -> int:
        take = self._view.take
        return -1 if take is None or self._pinned is None else self._step(take, *self._pinned)

    def _hover(self, pixel: Pixel | None) -> None:
        self._hovered = pixel
        self.show()

    def _choose_channel(self, channel: int) -> None:
        self._channel = channel
        self.show()

    # --- changing ---

    def _why_not(self) -> str:
        """Why no symbol can be put by hand just now; empty when one can."""
        take = self._view.take
        if take is None:
            return "Draw something first"
        if take.trace.count > 1 and self._view.sample is None:
            return "Click an image to look at it large first"
        if self._pinned is None:
            return "Click a drawn pixel, or reach one with Ctrl and the arrow keys"
        if self._pinned_step() >= self._view.playback.position:
            return "This pixel is not drawn yet"
        return ""

    def _clicked(self, pixel: Pixel) -> None:
        """Among many, show this one large; while it plays, pause here; else change this pixel."""
        take = self._view.take
        if take is None:
            return
        if take.trace.count > 1 and self._view.sample is None:
            self.let_go()
            self._view.show_sample(pixel.image)
            return
        was_playing = self._view.playback.playing
        self._view.pause()
        self.pin(pixel)
        if was_playing or self.only_looks or self._why_not():
            return
        if take.trace.grid.levels == 2 and take.trace.grid.channels == 1:
            self.put(1 - int(take.trace.symbols[self._view.sample or 0, self._pinned_step()]))
        else:
            self._step_view.symbol.setFocus()
            self._step_view.symbol.selectAll()

    def put(self, symbol: int) -> None:
        """Put a symbol at the held pixel and draw all that comes after it again."""
        take = self._view.take
        if take is None or self._pinned is None or self._why_not():
            return
        sample, step, pinned = self._view.sample or 0, self._pinned_step(), self._pinned
        if int(take.trace.symbols[sample, step]) != symbol:
            self._recorder.intervene(take, sample, step, symbol)
            self.pin(Pixel(0, *pinned))

    def hold_something(self) -> None:
        """Hold a pixel two thirds of the way down."""
        if self._view.take is not None:
            space = self._view.take.trace.grid
            self.pin(Pixel(0, 2 * space.height // 3, space.width // 2))

    def change_something(self) -> None:
        """Turn a pixel a third of the way down to the other end of the scale."""
        take = self._view.take
        if take is None:
            return
        space = take.trace.grid
        self.pin(Pixel(0, space.height // 3, space.width // 2))
        old = int(take.trace.symbols[self._view.sample or 0, self._pinned_step()])
        self.put(0 if 2 * old >= space.levels else space.levels - 1)

    def undo(self) -> None:
        """Back to the take that was changed; the change stays among the takes."""
        take = self._recorder.current
        if take is not None and take.parent is not None:
            self._recorder.open(take.parent)
            if take.parent.trace.count > 1:
                self._view.show_sample(take.sample)

    def redo(self) -> None:
        """To the newest change of this take."""
        take = self._recorder.current
        if take is not None and take.children:
            self._recorder.open(take.children[-1])
