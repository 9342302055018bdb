"""A take to look at: its waveform over its spectrogram on one time axis."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.sound_views.ruler import TimeRuler
from genstudio.ui.sound_views.spectrogram import SpectrogramView
from genstudio.ui.sound_views.time_view import TimeView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.waveform import WaveformView

__all__ = ["SoundStage", "shown_total"]

_LONG = 10.0  # seconds, beyond which the axis grows with the sound
_FIRST = 2.0  # seconds that it then begins with


def shown_total(take: SoundTake) -> int:
    """How many samples the time axis has.

    As many as there will be; of a drawing without a near end, the next of 2, 4, 8 … seconds, so
    that the picture is not squeezed with every sample.
    """
    if take.done:
        return take.length
    if take.total <= _LONG * take.space.rate:
        return take.total
    total = round(_FIRST * take.space.rate)
    while total < take.length:
        total *= 2
    return min(total, take.total)


class SoundStage(QWidget):
    """The views of one take.

    Attributes:
        sought: the person put the playhead at a sample.
        selected: the person chose (first, behind the last) sample; equal where they chose none.
        seam_moved: the person moved the seam to a sample.
    """

    sought = Signal(int)
    selected = Signal(int, int)
    seam_moved = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.window_of_time = TimeWindow()
        self.waveform = WaveformView(self.window_of_time)
        self.spectrogram = SpectrogramView(self.window_of_time)
        self.ruler = TimeRuler(self.window_of_time)
        self._take: SoundTake | None = None
        self._shown = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.waveform, 3)
        column.addWidget(self.ruler)
        column.addWidget(self.spectrogram, 2)
        for view in self.views:
            view.sought.connect(self.sought)
        self.waveform.selected.connect(self.selected)
        self.waveform.seam_moved.connect(self.seam_moved)

    @property
    def views(self) -> tuple[TimeView, ...]:
        """All of them, from top to bottom."""
        return self.waveform, self.ruler, self.spectrogram

    def open(self, take: SoundTake | None) -> None:
        """Show another take, from its beginning to its end."""
        self._take, self._shown = take, 0
        if take is None:
            return
        self._shown = take.length
        self.window_of_time.open(take.space.rate, shown_total(take))
        for view in (self.waveform, self.spectrogram):
            view.load(take.samples)
        self.show_seam(take.seam)
        self.show_region(None)
        self.show_position(0)

    def grow(self, take: SoundTake) -> None:
        """Show what was added."""
        if take is not self._take:
            return
        new = take.samples[self._shown :]
        self._shown = take.length
        total = shown_total(take)
        if total != self.window_of_time.total:
            self.window_of_time.extend(total)
        for view in (self.waveform, self.spectrogram):
            view.append(new)

    def show_position(self, sample: int) -> None:
        """Move the playhead."""
        for view in self.views:
            view.show_position(sample)

    def show_region(self, region: tuple[int, int] | None) -> None:
        """Mark a part, or none."""
        self.waveform.show_selection(region)

    def show_seam(self, sample: int) -> None:
        """Mark how much is given; 0 is nothing."""
        self.waveform.show_seam(sample or None)
