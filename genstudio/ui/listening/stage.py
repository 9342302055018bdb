"""A take to look at: waveform, entropy and spectrogram on one time axis, and what led to them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.sound_views.dilation_tree import DilationTreeView
from genstudio.ui.sound_views.entropy_strip import EntropyStrip
from genstudio.ui.sound_views.next_sample import NextSampleColumn, Placement
from genstudio.ui.sound_views.ruler import TimeRuler
from genstudio.ui.sound_views.spectrogram import SpectrogramView
from genstudio.ui.sound_views.time_view import TimeView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.waveform import WaveformView
from genstudio.ui.theme import HALF

__all__ = ["SoundStage", "shown_total"]

_LONG = 10.0  # seconds, beyond which the axis grows with the sound
_FIRST = 2.0  # seconds that it then begins with
_COLUMN = 200
# Of the height: tree, waveform, ruler, entropy, spectrogram.
_WITHOUT, _WITH_TREE = (0, 3, 0, 0, 2), (5, 2, 0, 0, 1)


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
        column: what was expected of the sample at the playhead, beside the waveform's axis.
        reading: how the column and the tree are read.
    """

    sought = Signal(int)
    selected = Signal(int, int)
    seam_moved = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.window_of_time = TimeWindow()
        self.tree = DilationTreeView(self.window_of_time)
        self.waveform = WaveformView(self.window_of_time)
        self.ruler = TimeRuler(self.window_of_time)
        self.entropy = EntropyStrip(self.window_of_time)
        self.spectrogram = SpectrogramView(self.window_of_time)
        self.column = NextSampleColumn()
        self.reading = QWidget()
        self.evenly = QCheckBox("Levels evenly")
        self.evenly.setToolTip("Each level as high as any, instead of by what it sounds like")
        self.logarithmic = QCheckBox("Log brightness")
        self.logarithmic.setToolTip("Brightness goes by the logarithm of the gradient")
        self.logarithmic.setChecked(True)
        self._take: SoundTake | None = None
        self._shown = 0
        self._grid = QGridLayout(self)
        self._lay_out()
        for view in self.views:
            view.sought.connect(self.sought)
        self.waveform.selected.connect(self.selected)
        self.waveform.seam_moved.connect(self.seam_moved)
        self.evenly.toggled.connect(
            lambda on: self.column.set_placement(Placement.EVEN if on else Placement.AMPLITUDE)
        )
        self.logarithmic.toggled.connect(self.tree.set_logarithmic)

    @property
    def views(self) -> tuple[TimeView, ...]:
        """All of them, from top to bottom."""
        return self.tree, self.waveform, self.ruler, self.entropy, self.spectrogram

    def show_tree(self, shown: bool) -> None:
        """Make room for the tree above the waveform, or give it back."""
        self.tree.setVisible(shown)
        for row, share in enumerate(_WITH_TREE if shown else _WITHOUT):
            self._grid.setRowStretch(row, share)

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

    def _lay_out(self) -> None:
        switches = QVBoxLayout(self.reading)
        switches.setContentsMargins(HALF, HALF, 0, 0)
        switches.setSpacing(0)
        switches.addWidget(self.evenly)
        switches.addWidget(self.logarithmic)
        switches.addStretch(1)
        self.column.setMaximumWidth(_COLUMN)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        for row, view in enumerate(self.views):
            self._grid.addWidget(view, row, 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self.column, 1, 1)
        self._grid.addWidget(self.reading, 2, 1, 3, 1)
        self.show_tree(False)
