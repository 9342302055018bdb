"""The spectrogram, below a waveform and aligned with it to the pixel."""

from __future__ import annotations

import math
import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip
from typing_extensions import override

from genstudio.ui.recording.trace_colours import lookup
from genstudio.ui.sound_views.spectrum import LOWEST, Spectrum
from genstudio.ui.sound_views.time_view import TimeView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.theme import theme

__all__ = ["SpectrogramView", "in_rows"]

_PIECE = 0.004  # seconds of work between two events
_GLANCE = 0.1  # seconds between two looks at what is not complete


class SpectrogramView(TimeView):
    """Log magnitudes, silence dark; low frequencies below.

    A column of pixels shows the greatest magnitudes of the frames whose middle lies in it. They
    and the picture are made in pieces whenever the window has nothing else to do, never while it
    paints; until then what was shown before stays, stretched to where it belongs.
    """

    def __init__(self, window: TimeWindow) -> None:
        super().__init__(window, "Spectrogram")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(64)
        self._spectrum = Spectrum(window.rate)
        self._shown: tuple[QImage, float, float] | None = None  # with its start and span
        self._stale = False  # whether something else is to be shown
        self._assembled = 0.0  # when that was last done
        self._work = QTimer(self, singleShot=True, interval=0)
        self._work.timeout.connect(self._make_some)

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 160)

    @property
    @override
    def length(self) -> int:
        return len(self._spectrum)

    @property
    def complete(self) -> bool:
        """Whether all that is seen has been made and is shown."""
        return not self._stale

    def load(self, samples: NDArray[np.int16]) -> None:
        """Show another sound, samples (n,), at the rate that the window has now."""
        self._spectrum = Spectrum(self.window_of_time.rate)
        self._shown = None
        self.append(samples)

    def append(self, samples: NDArray[np.int16]) -> None:
        """Add samples (m,) at the end."""
        self._spectrum.append(samples)
        self.refresh()

    @override
    def refresh(self) -> None:
        self._stale = True
        self._work.start()
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    # --- making ---

    def _scale(self) -> int:
        """The coarsest scale that has a frame in every column."""
        return max(0, math.floor(math.log2(max(1.0, self.window_of_time.span / self.columns))))

    def _needed(self) -> tuple[int, int, int]:
        """The scale, the first frame and one behind the last that are seen."""
        window, scale = self.window_of_time, self._scale()
        first = max(0, math.floor((window.start - 0.5) / 2**scale))
        behind = math.ceil((window.start + window.span) / 2**scale) + 1
        return scale, first, behind

    def _make_some(self) -> None:
        until = time.perf_counter() + _PIECE
        needed = self._needed()
        while (piece := self._spectrum.missing(*needed)) is not None:
            self._spectrum.make(*piece)
            if time.perf_counter() > until:
                break
        self._stale = piece is not None
        if self._stale:
            self._work.start()
            if time.perf_counter() < self._assembled + _GLANCE:
                return
        window = self.window_of_time
        picture = _picture(in_rows(self.column_levels(), self.rows))
        self._shown = (picture, window.start, window.span)
        self._assembled = time.perf_counter()
        self.update()

    def column_levels(self) -> NDArray[np.uint8]:
        """(bins, columns) levels 1 … 255 as they are shown; 0 where none is made or known."""
        edges = self.window_of_time.edges(self.columns)
        scale, first, behind = self._needed()
        hop, frames = 2**scale, self._spectrum.frames(scale, first, behind)
        if edges[1] - edges[0] < 1:  # a frame for every sample: that of the sample seen
            shown = np.floor((edges[:-1] + edges[1:]) / 2).astype(np.int64)
            return np.ascontiguousarray(frames[np.clip(shown - first, 0, len(frames) - 1)].T)
        # Frame k looks at the middle of sample k · hop; one or two do in every column.
        begins = np.ceil((edges - 0.5) / hop - 1e-9).astype(np.int64) - first
        begins = np.clip(begins, 0, len(frames) - 1)
        ends = np.maximum(begins[:-1], begins[1:] - 1)
        return np.ascontiguousarray(np.maximum(frames[begins[:-1]], frames[ends]).T)

    # --- painting ---

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.fillRect(event.rect(), QColor(theme().colours.raised))
        if self._shown is not None:
            picture, start, span = self._shown
            left, right = self.x_of(start), self.x_of(start + span)
            painter.drawImage(QRectF(left, 0, right - left, self.height()), picture)
        self._paint_frequencies(painter)
        self.paint_playhead(painter, edged=True)
        self.paint_focus(painter)

    def _paint_frequencies(self, painter: QPainter) -> None:
        """Names of round frequencies at the left, on a ground of their own."""
        highest = self.window_of_time.rate / 2
        step = next(
            each
            for each in (250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000)
            if highest / each <= max(2.0, self.height() / 36)
        )
        colours = theme().colours
        font = self.font()
        font.setPixelSize(theme().text_size - 2)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        ground = QColor(colours.surface)
        ground.setAlpha(200)
        for hertz in range(step, math.ceil(highest), step):
            y = (1 - hertz / highest) * self.height()
            words = f"{hertz / 1000:g} kHz"
            room = QRectF(8, y - metrics.height() / 2, metrics.horizontalAdvance(words) + 8, 0)
            room.setHeight(metrics.height())
            painter.fillRect(room, ground)
            painter.setPen(QPen(QColor(colours.text), 1))
            painter.drawLine(QPointF(0, y), QPointF(5, y))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), words)

    # --- pointer ---

    @override
    def move_to(self, point: QPointF, on_screen: QPointF, pressed: bool) -> None:
        super().move_to(point, on_screen, pressed)
        sample = math.floor(self.sample_at(point.x()))
        if not pressed and sample < self.length:
            hertz = (1 - point.y() / self.height()) * self.window_of_time.rate / 2
            QToolTip.showText(on_screen.toPoint(), self.words_at(sample, hertz), self)

    def words_at(self, sample: int, hertz: float) -> str:
        """A place in words: when, how high, and how loud it is there."""
        window = self.window_of_time
        bins = self._spectrum.bins - 1
        place = min(max(round(hertz / (window.rate / 2) * bins), 0), bins)
        loud = round(float(self._spectrum.decibels_at(sample)[place]))
        said = f"{loud} dB" if loud >= LOWEST else f"below {LOWEST:.0f} dB"
        return f"{sample / window.rate:.3f} s, {hertz:,.0f} Hz: {said}".replace("-", "−")


def in_rows(levels: NDArray[np.uint8], rows: int) -> NDArray[np.uint8]:
    """Levels (bins, columns), from 0 Hz up, as rows of pixels (rows, columns) from the top down.

    A row shows the greatest of the bins that lie in its band, or the nearest where none does.
    """
    last = len(levels) - 1  # bin k is at the share k / last of the height
    borders = np.ceil(np.arange(rows + 1) / rows * last - 1e-9).astype(np.int64)
    borders[-1] = last + 1
    nearest = np.round((np.arange(rows) + 0.5) / rows * last).astype(np.int64)
    single = np.where(borders[1:] > borders[:-1], borders[:-1], nearest)
    if (np.diff(borders) <= 1).all():
        return levels[single[::-1]]
    pooled = np.maximum.reduceat(levels, np.minimum(borders[:-1], last), axis=0)
    pooled[borders[1:] <= borders[:-1]] = levels[nearest[borders[1:] <= borders[:-1]]]
    return pooled[::-1]


def _picture(levels: NDArray[np.uint8]) -> QImage:
    """Levels (rows, columns) in colours; 0 is transparent."""
    tall, wide = levels.shape
    padded = np.zeros((tall, -(-wide // 4) * 4), np.uint8)
    padded[:, :wide] = levels
    form = QImage.Format.Format_Indexed8
    picture = QImage(padded.data, wide, tall, padded.shape[1], form).copy()
    picture.setColorTable([0, *lookup("magma")[1:].tolist()])
    return picture
