"""How uncertain each sample was: the entropy of its conditional, bits, along the axis of time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip
from typing_extensions import override

from genstudio.ui.growing import Growing
from genstudio.ui.sound_views.envelope import Envelope
from genstudio.ui.sound_views.time_view import TimeView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.traced import columns_of, stretches
from genstudio.ui.theme import theme

__all__ = ["EntropyStrip"]

_BOTTOM = 2  # pixels below the curve
_BAND = 70  # alpha of what lies between the least and the most
_SPARSE = 1.0  # samples a device pixel, below which each has a step or a bar of its own
_BAR = 6.0  # pixels a sample from which it is a bar


class EntropyStrip(TimeView):
    """Mean over the samples of a pixel as a line, from the least to the most of them as a band.

    The upper end is log₂ K bits, which is the entropy where nothing is known. The pointer reads
    the values, and so does the playhead.
    """

    def __init__(self, window: TimeWindow, levels: int = 256, name: str = "Entropy") -> None:
        super().__init__(window, name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(40)
        self._most = math.log2(levels)
        self.load(np.zeros(0, np.float32))

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 64)

    # --- what is shown ---

    def load(self, bits: NDArray[np.floating]) -> None:
        """Show the entropies (n,) of another sound, bits."""
        self._envelope = Envelope(np.float32)
        self._sums = Growing(np.float64)  # of all values before each
        self._sums.add(np.zeros(1))
        self.append(bits)

    def append(self, bits: NDArray[np.floating]) -> None:
        """Show those (m,) of what was added to it."""
        values = bits.astype(np.float32)
        self._sums.add(self._sums.rows[-1] + np.cumsum(values, dtype=np.float64))
        self._envelope.append(values)
        self.refresh()
        if self.hasFocus():
            self._describe()

    @property
    def values(self) -> NDArray[np.float32]:
        """(n,) bits; to be read only."""
        return self._envelope.values

    def summary(
        self, begins: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
        """(c,) each: mean, least and most of stretches from a sample to one before another."""
        mean = (self._sums.rows[ends] - self._sums.rows[begins]) / (ends - begins)
        return mean, *self._envelope.extremes(begins, ends)

    def words_of(self, sample: int) -> str:
        """The entropy of a sample, or of those that share its device pixel."""
        rate = self.window_of_time.rate
        if not 0 <= sample < len(self.values):
            return f"Sample {sample:,} ({sample / rate:.3f} s): its entropy is not known"
        first, behind = self._sharing(sample)
        mean, low, high = self.summary(np.array([first]), np.array([behind]))
        if behind - first == 1:
            return f"Sample {sample:,} ({sample / rate:.4f} s): {mean[0]:.2f} bits"
        return (
            f"Samples {first:,} to {behind - 1:,} ({first / rate:.3f} s): "
            f"mean {mean[0]:.2f} bits, from {low[0]:.2f} to {high[0]:.2f}"
        )

    @override
    def words(self) -> str:
        if self.position < len(self.values):
            return f"{super().words()}. {self.words_of(self.position)}"
        return super().words()

    # --- geometry ---

    def y_of(self, bits: float) -> float:
        """Where a number of bits is, in pixels from the top."""
        return self.height() - _BOTTOM - bits / self._most * self._tall

    @property
    def _line_height(self) -> int:
        return theme().text_size + 3

    @property
    def _tall(self) -> float:
        """How high the most bits are above none, pixels."""
        return float(max(1, self.height() - _BOTTOM - self._line_height))

    def _sharing(self, sample: int) -> tuple[int, int]:
        """The samples, from one to one before another, whose middles share a device pixel."""
        window = self.window_of_time
        if window.span / self.columns < _SPARSE:
            return sample, sample + 1
        column = math.floor((sample + 0.5 - window.start) / window.span * self.columns)
        edges = window.start + window.span * np.array([column, column + 1]) / self.columns
        begins, ends = stretches(edges, len(self.values))
        return (int(begins[0]), int(ends[0])) if len(begins) else (sample, sample + 1)

    # --- painting ---

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        small = QFont(self.font())
        small.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(small)
        painter.fillRect(event.rect(), QColor(theme().colours.surface))
        painter.setPen(QPen(QColor(theme().colours.hairline), 1))
        for share in (0.0, 0.5, 1.0):
            y = math.floor(self.y_of(share * self._most)) + 0.5
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        if not len(self.values):
            self._paint_empty(painter)
        elif self.window_of_time.span / self.columns < _SPARSE:
            self._paint_samples(painter)
        else:
            self._paint_columns(painter)
        self._paint_words(painter)
        self.paint_playhead(painter)
        self.paint_focus(painter)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme().colours.secondary))
        below = QRectF(self.rect()).adjusted(0, self._line_height, 0, 0)
        words = "Appears with each sample that the model draws"
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme().colours.secondary))
        head = QRectF(6, 0, self.width() - 12, self._line_height)
        middle = Qt.AlignmentFlag.AlignVCenter
        said = f"{self.accessibleName()}, bits per sample"
        painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft | middle), said)
        painter.drawText(head, int(Qt.AlignmentFlag.AlignRight | middle), f"at most {self._most:g}")

    def _paint_columns(self, painter: QPainter) -> None:
        """A sample or more in every column of device pixels."""
        edges = self.window_of_time.edges(self.columns)
        begins, ends = stretches(edges, len(self.values))
        if not len(begins):
            return
        mean, low, high = self.summary(begins, ends)
        ratio = self.devicePixelRatioF()
        scale, bottom = self._tall / self._most * ratio, (self.height() - _BOTTOM) * ratio
        top, under = np.floor(bottom - high * scale), np.ceil(bottom - low * scale)
        # The line leads from each column's mean to the next one's.
        level = np.round(bottom - mean * scale)
        after = np.append(level[1:], level[-1])
        above, below = np.minimum(level, after), np.maximum(level, after) + round(ratio)
        accent, shade = QColor(theme().colours.accent), QColor(theme().colours.accent)
        shade.setAlpha(_BAND)
        y = np.arange(self.rows)[:, None]
        band = np.where((y >= top) & (y < under), np.uint32(shade.rgba()), np.uint32(0))
        page = np.zeros((self.rows, self.columns), np.uint32)
        page[:, columns_of(edges, len(self.values))] = np.where(
            (y >= above) & (y < below), np.uint32(accent.rgba()), band
        )
        image = QImage(
            page.data, self.columns, self.rows, 4 * self.columns, QImage.Format.Format_ARGB32
        )
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(0, 0), image)

    def _paint_samples(self, painter: QPainter) -> None:
        """A stair with a step for each sample, or bars where these are wide enough."""
        window = self.window_of_time
        first, behind = window.first, min(len(self.values), window.last)
        if behind <= first:
            return
        width = self.width() / window.span
        left = (np.arange(first, behind) - window.start) * width
        heights = self.values[first:behind].astype(np.float64) / self._most * self._tall
        bottom = self.height() - _BOTTOM
        accent = QColor(theme().colours.accent)
        if width >= _BAR:
            gap = min(2.0, width / 6)
            for x, height in zip(left.tolist(), heights.tolist(), strict=True):
                bar = QRectF(x + gap / 2, bottom - height, width - gap, height)
                painter.fillRect(bar, accent)
            return
        x = np.repeat(np.append(left, left[-1] + width), 2)[1:-1]
        y = np.repeat(bottom - heights, 2)
        stair = [QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True)]
        ends = [QPointF(float(x[-1]), bottom), QPointF(float(x[0]), bottom)]
        shade = QColor(accent)
        shade.setAlpha(_BAND)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawPolygon(QPolygonF([*stair, *ends]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 1))
        painter.drawPolyline(QPolygonF(stair))

    # --- pointer ---

    @override
    def move_to(self, point: QPointF, on_screen: QPointF, pressed: bool) -> None:
        super().move_to(point, on_screen, pressed)
        sample = min(math.floor(self.sample_at(point.x())), self.window_of_time.total - 1)
        QToolTip.showText(on_screen.toPoint(), self.words_of(sample), self)
