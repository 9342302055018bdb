"""KL(truth ‖ model) against the number of samples, both on logarithmic scales."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from genstudio.core.chain import LEAST_SAMPLES, MOST_SAMPLES
from genstudio.ui.theme import theme
from genstudio.ui.widgets.state_rows import colour_of

__all__ = ["DivergencePlot"]

_LEFT, _TOP, _RIGHT, _BELOW = 52, 8, 104, 34
_NEAR = 13.0  # pixels between two names at the right


class DivergencePlot(QWidget):
    """One line for each family, a mark at m; a click or the arrow keys move m.

    Attributes:
        samples_chosen: the person chose another m.
    """

    samples_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Divergence from the truth against the number of samples")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.lines: dict[str, list[tuple[int, float]]] = {}
        self.titles: dict[str, str] = {}
        self.samples = LEAST_SAMPLES
        self.selected = ""
        theme().changed.connect(self._take_theme)

    def show_points(
        self, points: Mapping[tuple[str, int], float], titles: Mapping[str, str], samples: int
    ) -> None:
        """Show divergences in nats by (family, m), and where m is now."""
        self.lines = {}
        for (family, m), value in sorted(points.items()):
            self.lines.setdefault(family, []).append((m, max(value, 1e-6)))
        self.titles = dict(titles)
        self.samples = samples
        self.update()

    def select(self, family: str) -> None:
        """Emphasise a family; "" for none."""
        self.selected = family
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(520, 180)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(320, 130)

    def words_at(self, m: int) -> str:
        """Every family's divergence at so many samples, in words."""
        said = [
            f"{self.titles.get(family, family)} {value:.3f}"
            for family, line in self.lines.items()
            for at, value in line
            if at == m
        ]
        return f"m = {m:,}: {', '.join(said)} nats" if said else f"m = {m:,}"

    # --- geometry ---

    def area(self) -> QRectF:
        """Where the lines are."""
        return QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BELOW)

    def _range(self) -> tuple[float, float]:
        values = [value for line in self.lines.values() for _, value in line]
        if not values:
            return 0.01, 10.0
        return min(values) / 1.3, max(values) * 1.3

    def place(self, m: float, value: float) -> QPointF:
        """Where a point is."""
        area, (low, high) = self.area(), self._range()
        across = math.log(m / LEAST_SAMPLES) / math.log(MOST_SAMPLES / LEAST_SAMPLES)
        up = math.log(value / low) / math.log(high / low)
        return QPointF(area.x() + across * area.width(), area.bottom() - up * area.height())

    def samples_at(self, x: float) -> int:
        """The m at a horizontal place, in two digits."""
        area = self.area()
        share = min(1.0, max(0.0, (x - area.x()) / area.width()))
        return int(float(f"{LEAST_SAMPLES * (MOST_SAMPLES / LEAST_SAMPLES) ** share:.2g}"))

    def _take_theme(self) -> None:
        self.update()

    # --- painting ---

    @override
    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(max(9, theme().text_size - 2))
        painter.setFont(font)
        self._paint_scale(painter)
        self._paint_lines(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(theme().colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_scale(self, painter: QPainter) -> None:
        colours, area, (low, high) = theme().colours, self.area(), self._range()
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for value in _marks(low, high):
            y = self.place(LEAST_SAMPLES, value).y()
            painter.setPen(QPen(QColor(colours.hairline), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.secondary))
            painter.drawText(QRectF(0, y - 8, _LEFT - 6, 16), right, f"{value:g}")
        centre = int(Qt.AlignmentFlag.AlignHCenter)
        for power in range(1, 5):
            x = self.place(10**power, low).x()
            painter.setPen(QPen(QColor(colours.hairline), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(QColor(colours.secondary))
            painter.drawText(QRectF(x - 40, area.bottom() + 2, 80, 16), centre, f"{10**power:,}")
        painter.drawText(
            QRectF(area.x(), area.bottom() + 17, area.width(), 16), centre, "samples m"
        )
        x = self.place(self.samples, low).x()
        painter.setPen(QPen(QColor(colours.accent), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_lines(self, painter: QPainter) -> None:
        colours, ends = theme().colours, []
        for family, line in self.lines.items():
            colour = QColor(colour_of(family))
            if self.selected and family != self.selected:
                colour.setAlphaF(0.35)
            painter.setPen(QPen(colour, 2.5 if family == self.selected else 1.8))
            points = [self.place(*point) for point in line]
            painter.drawPolyline(points)
            painter.setPen(QPen(QColor(colours.ground), 1))
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, 3, 3)
            ends.append((points[-1].y(), family))
        ends.sort()
        places = _apart([y for y, _ in ends], self.area().bottom() - _NEAR / 2)
        for y, (_, family) in zip(places, ends, strict=True):
            left = self.width() - _RIGHT + 8
            painter.fillRect(QRectF(left, y - 1, 8, 3), colour_of(family))
            painter.setPen(QColor(colours.text))
            painter.drawText(
                QRectF(left + 12, y - 8, _RIGHT - 20, 16),
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                self.titles.get(family, family),
            )

    # --- pointer and keyboard ---

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._take(self.samples_at(event.position().x()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        m = self.samples_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._take(m)
        measured = {at for line in self.lines.values() for at, _ in line}
        if measured:
            near = min(measured, key=lambda at: abs(math.log(at / m)))
            QToolTip.showText(event.globalPosition().toPoint(), self.words_at(near), self)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        factor = {Qt.Key.Key_Left: 1 / 1.26, Qt.Key.Key_Right: 1.26}.get(Qt.Key(event.key()))
        if factor is None:
            event.ignore()
        else:
            self._take(int(float(f"{self.samples * factor:.2g}")))

    def _take(self, m: int) -> None:
        m = min(max(m, LEAST_SAMPLES), MOST_SAMPLES)
        if m != self.samples:
            self.samples = m
            self.setAccessibleDescription(self.words_at(m))
            self.update()
            self.samples_chosen.emit(m)


def _apart(places: list[float], lowest: float) -> list[float]:
    """Ascending places, moved down and then up until none is nearer than `_NEAR` to another."""
    moved = list(places)
    for index in range(1, len(moved)):
        moved[index] = max(moved[index], moved[index - 1] + _NEAR)
    limit = lowest
    for index in reversed(range(len(moved))):
        moved[index] = min(moved[index], limit)
        limit = moved[index] - _NEAR
    return moved


def _marks(low: float, high: float) -> list[float]:
    """Powers of ten in a range, with their 2 and 5 where they are few."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    found = [value for value in fine if low <= value <= high]
    if len(found) > 6:
        found = [10.0**power for power in powers if low <= 10.0**power <= high]
    return [float(f"{value:.1g}") for value in found]
