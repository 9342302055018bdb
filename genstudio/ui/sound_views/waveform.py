"""The waveform: looked at from minutes down to single samples, and what is marked on it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip
from typing_extensions import override

from genstudio.ui.sound_views.envelope import Envelope
from genstudio.ui.sound_views.time_view import TimeView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.traced import rows_of, traced
from genstudio.ui.theme import theme

__all__ = ["WaveformView"]

_SPARSE = 1.0  # samples a device pixel, below which a line is drawn from sample to sample
_DOTTED = 7.0  # pixels a sample, from which each has its dot and stem
_DOT = 2.5  # radius, pixels
_GRIP = 5  # pixels from a line at which it is taken hold of
_CLICK = 3  # pixels that a click may move


class WaveformView(TimeView):
    """Samples −32768 … 32767 over the whole height; what is not there yet is shaded.

    A click seeks and a drag selects; edges of the selection and the seam can be dragged. Shift and
    the arrows select, Ctrl and the arrows move the seam.

    Attributes:
        selected: the person chose (first, one behind the last) sample; equal for none.
        seam_moved: the person moved the seam before a sample; told all along a drag.
    """

    selected = Signal(int, int)
    seam_moved = Signal(int)

    def __init__(self, window: TimeWindow) -> None:
        super().__init__(window, "Waveform")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(64)
        self._envelope = Envelope(np.int16)
        self._picture: QImage | None = None
        self._selection: tuple[int, int] | None = None
        self._seam: int | None = None
        self._field: tuple[int, int] | None = None
        self._pressed_at: QPointF | None = None
        self._dragged = ""  # "seam", "selection" or nothing yet
        self._anchor = 0  # the end of the selection that stays

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, 200)

    # --- what is shown ---

    @property
    def samples(self) -> NDArray[np.int16]:
        """(n,) those that are there."""
        return self._envelope.values

    @property
    @override
    def length(self) -> int:
        return len(self._envelope)

    @property
    def selection(self) -> tuple[int, int] | None:
        """(first, one behind the last) sample that is marked."""
        return self._selection

    @property
    def seam(self) -> int | None:
        """The first sample that was not given."""
        return self._seam

    @property
    def field(self) -> tuple[int, int] | None:
        """(first, one behind the last) sample of the span of the receptive field."""
        return self._field

    def load(self, samples: NDArray[np.int16]) -> None:
        """Show another sound, samples (n,)."""
        self._envelope = Envelope(np.int16)
        self.append(samples)

    def append(self, samples: NDArray[np.int16]) -> None:
        """Add samples (m,) at the end."""
        self._envelope.append(samples)
        self.refresh()

    def show_selection(self, region: tuple[int, int] | None) -> None:
        """Mark samples from the first to one before the last, or none."""
        chosen = region is not None and region[1] > region[0]
        self._selection = region if chosen else None
        self.update()

    def show_seam(self, sample: int | None) -> None:
        """Mark where what was given ends, or nothing."""
        self._seam = sample
        self.refresh()

    def show_field(self, span: tuple[int, int] | None) -> None:
        """Mark what a sample is computed from: (first, one behind the last), or nothing."""
        self._field = span
        self.update()

    @override
    def refresh(self) -> None:
        self._picture = None
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    # --- painting ---

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        colours = theme().colours
        painter.fillRect(event.rect(), QColor(colours.surface))
        self._paint_unwritten(painter)
        self._paint_spans(painter)
        middle = self._y(0)
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        if self.window_of_time.span / self.columns < _SPARSE:
            self._paint_line(painter)
        else:
            self._paint_envelope(painter)
        self._paint_seam(painter)
        self.paint_playhead(painter)
        self.paint_focus(painter)

    def _y(self, value: int) -> float:
        """The middle of the row in which a sample value lies, pixels from the top."""
        row = round(float(rows_of(np.array([value], np.int16), self.rows)[0]))
        return (row + 0.5) / self.devicePixelRatioF()

    def _paint_unwritten(self, painter: QPainter) -> None:
        if self.length < self.window_of_time.last:
            left = self.x_of(self.length)
            rest = QRectF(left, 0, self.width() - left, self.height())
            painter.fillRect(rest, QColor(theme().colours.raised))

    def _paint_spans(self, painter: QPainter) -> None:
        """The selection and the receptive field, behind the line."""
        colours = theme().colours
        if self._selection is not None:
            left, right = (self.x_of(sample) for sample in self._selection)
            painter.fillRect(
                QRectF(left, 0, right - left, self.height()), QColor(colours.selection)
            )
            for x in self._selection:
                painter.fillRect(QRectF(self._line(x), 0, 1, self.height()), QColor(colours.accent))
        if self._field is not None:
            left, right = (self.x_of(sample) for sample in self._field)
            tint = QColor(colours.warn)
            tint.setAlpha(36)
            painter.fillRect(QRectF(left, 0, right - left, self.height()), tint)
            painter.fillRect(QRectF(left, self.height() - 3, right - left, 3), QColor(colours.warn))

    def _paint_envelope(self, painter: QPainter) -> None:
        if self._picture is None:
            edges = self.window_of_time.edges(self.columns)
            shades = traced(self._envelope, edges, self.rows, self._seam or 0)
            padded = np.zeros((self.rows, -(-self.columns // 4) * 4), np.uint8)
            padded[:, : self.columns] = shades
            self._picture = QImage(
                padded.data, self.columns, self.rows, padded.shape[1], QImage.Format.Format_Indexed8
            ).copy()
            colours = theme().colours
            table = [0, QColor(colours.accent).rgba(), QColor(colours.secondary).rgba()]
            self._picture.setColorTable(table)
            self._picture.setDevicePixelRatio(self.devicePixelRatioF())
        painter.drawImage(QPointF(0, 0), self._picture)

    def _paint_line(self, painter: QPainter) -> None:
        """From sample to sample; near enough, each with a dot and a stem."""
        window, colours = self.window_of_time, theme().colours
        # A sample more at either side, to which the line leads.
        first = max(0, window.first - 1)
        behind = min(self.length, window.last + 1)
        if behind <= first:
            return
        ratio = self.devicePixelRatioF()
        heights = (np.round(rows_of(self.samples[first:behind], self.rows)) + 0.5) / ratio
        points = [
            QPointF(self.x_of(first + place + 0.5), y) for place, y in enumerate(heights.tolist())
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        given = min(max((self._seam or 0) - first, 0), len(points))
        dotted = self.width() / window.span >= _DOTTED
        middle = self._y(0)
        for part, name in (
            (points[: given + 1] if given else [], colours.secondary),
            (points[given:], colours.accent),
        ):
            colour, faint = QColor(name), QColor(name)
            faint.setAlpha(110)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(_thin(faint if dotted else colour))
            painter.drawPolyline(QPolygonF(part))
            if dotted:
                own = part[:given] if name == colours.secondary else part
                for point in own:
                    painter.drawLine(QPointF(point.x(), middle), point)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                for point in own:
                    painter.drawEllipse(point, _DOT, _DOT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_seam(self, painter: QPainter) -> None:
        if self._seam is None:
            return
        left, colour = self._line(self._seam), QColor(theme().colours.warn)
        painter.fillRect(QRectF(left, 0, 1, self.height()), colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        grip = [QPointF(left - 5, 0), QPointF(left + 6, 0), QPointF(left + 0.5, 8)]
        painter.drawPolygon(QPolygonF(grip))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # --- pointer ---

    def _border(self, sample_at: float) -> int:
        """The nearest place between two samples."""
        return min(max(round(sample_at), 0), self.length)

    def _holds(self, sample: int | None, x: float) -> bool:
        return sample is not None and abs(self.x_of(sample) - x) <= _GRIP

    def _grip(self, x: float) -> str:
        """What is taken hold of at a place: "seam", "first", "last" or nothing."""
        first, last = self._selection or (None, None)
        for name, sample in (("seam", self._seam), ("first", first), ("last", last)):
            if self._holds(sample, x):
                return name
        return ""

    @override
    def press_at(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._pressed_at = point
        grip = self._grip(point.x())
        self._dragged = {"seam": "seam", "first": "selection", "last": "selection"}.get(grip, "")
        self._anchor = self._border(self.sample_at(point.x()))
        if grip != "seam" and self._selection is not None:
            if grip:
                self._anchor = self._selection[1 if grip == "first" else 0]
            elif modifiers & Qt.KeyboardModifier.ShiftModifier:
                self._anchor, self._dragged = self._selection[0], "selection"
                self._select_to(self._border(self.sample_at(point.x())))

    @override
    def move_to(self, point: QPointF, on_screen: QPointF, pressed: bool) -> None:
        if not pressed or self._pressed_at is None:
            held = bool(self._grip(point.x()))
            self.setCursor(Qt.CursorShape.SplitHCursor if held else Qt.CursorShape.ArrowCursor)
            self._tell(point, on_screen)
            return
        moved = abs(point.x() - self._pressed_at.x()) > _CLICK
        if not self._dragged and moved:
            self._dragged = "selection"
        if self._dragged == "selection":
            self._select_to(self._border(self.sample_at(point.x())))
        elif self._dragged == "seam" and moved:
            self._move_seam(self._border(self.sample_at(point.x())))

    @override
    def release_at(self, point: QPointF) -> None:
        if self._pressed_at is not None and not self._dragged:
            sample = math.floor(self.sample_at(point.x()))
            outside = self._selection is not None and not (
                self._selection[0] <= sample < self._selection[1]
            )
            if outside:
                self.show_selection(None)
                self.selected.emit(sample, sample)
            self.seek(sample)
        self._pressed_at, self._dragged = None, ""

    def _tell(self, point: QPointF, on_screen: QPointF) -> None:
        """A tooltip where single samples can be told apart."""
        sample = math.floor(self.sample_at(point.x()))
        if self.width() / self.window_of_time.span >= _DOTTED and sample < self.length:
            QToolTip.showText(on_screen.toPoint(), self.words_of(sample), self)

    def words_of(self, sample: int) -> str:
        """A sample in words: when, which, and how high."""
        value = int(self.samples[sample]) / 32768
        when = sample / self.window_of_time.rate
        return f"{when:.4f} s, sample {sample:,}: {value:+.4f}".replace("-", "−")

    def _select_to(self, border: int) -> None:
        first, last = sorted((self._anchor, border))
        self.show_selection((first, last))
        self.selected.emit(first, last)

    def _move_seam(self, border: int) -> None:
        if border != self._seam:
            self.show_seam(border)
            self.seam_moved.emit(border)

    # --- keyboard ---

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -self.step(), Qt.Key.Key_Right: self.step()}.get(Qt.Key(event.key()))
        held = event.modifiers()
        if by is not None and held & Qt.KeyboardModifier.ShiftModifier:
            self._extend(by)
        elif by is not None and held & Qt.KeyboardModifier.ControlModifier and self._seam:
            self._move_seam(min(max(self._seam + by, 1), self.length))
        else:
            super().keyPressEvent(event)

    def _extend(self, by: int) -> None:
        """Move the end of the selection that was moved last; it begins at the playhead."""
        first, last = self._selection or (self.position, self.position)
        if self._selection is None or self._anchor not in (first, last):
            self._anchor = first
        moving = last if self._anchor == first else first
        border = min(max(moving + by, 0), self.length)
        self._select_to(border)
        self.window_of_time.reveal(border)

    @override
    def words(self) -> str:
        words = super().words()
        rate = self.window_of_time.rate
        if self._selection is not None:
            first, last = (sample / rate for sample in self._selection)
            words += f"; chosen {first:.3f} to {last:.3f} s"
        if self._seam is not None:
            words += f"; seam at {self._seam / rate:.3f} s"
        return words


def _thin(colour: QColor) -> QPen:
    """A pen of one device pixel: a polyline of any wider one takes a hundred times as long."""
    pen = QPen(colour, 1.0)
    pen.setCosmetic(True)
    return pen
