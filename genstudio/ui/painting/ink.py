"""The symbols that the pencil paints with: a few as swatches, many greys on a slider."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from genstudio.ui.naming import named, with_role
from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.colours import symbol_colours
from genstudio.ui.theme import HALF, theme

__all__ = ["Ink", "Swatch"]

_FEW = 16  # symbols shown as swatches
_ACROSS = 4  # of them side by side
_LARGE, _SMALL = 28, 21  # pixels of a swatch among a few and among many
_CHANNELS = ("Red", "Green", "Blue")


class Swatch(QWidget):
    """One symbol; a click or Space takes it as ink, the right button as paper.

    Attributes:
        taken: True for ink, False for paper.
    """

    taken = Signal(bool)

    def __init__(self, colour: int, words: str, side: int) -> None:
        super().__init__()
        named(self, words, f"{words}\nClick: ink; right button: paper")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(QSize(side, side))
        self.colour, self.is_ink, self.is_paper = QColor.fromRgb(colour), False, False

    def mark(self, is_ink: bool, is_paper: bool) -> None:
        """Show whether it is the ink or the paper."""
        self.is_ink, self.is_paper = is_ink, is_paper
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self.taken.emit(event.button() is Qt.MouseButton.LeftButton)

    def event(self, event: QEvent) -> bool:
        """Space on a swatch is not the window's."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.taken.emit(not event.modifiers() & Qt.KeyboardModifier.AltModifier)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme().colours
        marked = self.is_ink or self.hasFocus()
        pen = QPen(QColor(colours.accent if marked else colours.control), 2 if self.is_ink else 1)
        painter.setPen(pen)
        painter.setBrush(self.colour)
        inset = 1.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 3, 3)
        if self.is_paper:  # a dot in whichever of black and white is seen on it
            light = self.colour.lightness() > 127
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor("black" if light else "white"))
            painter.drawEllipse(QRectF(self.rect()).center(), 2.5, 2.5)


class Ink(QWidget):
    """Swatches for up to sixteen symbols, else a slider for each channel, and what it makes."""

    def __init__(self, canvas: PaintCanvas) -> None:
        super().__init__()
        self._canvas = canvas
        self.setAccessibleName("Symbols")
        self._form: tuple[object, ...] = ()
        self.swatches: list[Swatch] = []
        self.sliders: list[QSlider] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._inner = QWidget()
        self._column.addWidget(self._inner)
        canvas.ink_changed.connect(self._follow)
        canvas.palette_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        canvas = self._canvas
        channels = canvas.painting.image.shape[2]
        colours = canvas.palette_colours.tobytes() if channels == 1 else b""
        form = (channels, canvas.painting.levels, colours)
        if form != self._form:
            self._form = form
            self._build()
        if channels == 1 and canvas.painting.levels <= _FEW:
            for symbol, swatch in enumerate(self.swatches):
                swatch.mark((symbol,) == canvas.ink, (symbol,) == canvas.paper)
            return
        for slider, symbol in zip(self.sliders, canvas.ink, strict=True):
            slider.blockSignals(True)
            slider.setValue(symbol)
            slider.blockSignals(False)
            slider.setToolTip(f"{slider.accessibleName()} of the ink: {symbol}")
        for swatch, symbols in zip(self.swatches, (canvas.ink, canvas.paper), strict=True):
            swatch.colour = QColor.fromRgb(self._colour(symbols))
            swatch.update()

    def _colour(self, symbols: tuple[int, ...]) -> int:
        canvas = self._canvas
        pixel = np.array([symbols], np.uint8)
        return int(symbol_colours(pixel, canvas.painting.levels, canvas.palette_colours)[0])

    def _build(self) -> None:
        self._column.removeWidget(self._inner)
        self._inner.hide()
        self._inner.deleteLater()
        self._inner = QWidget()
        self._column.addWidget(self._inner)
        self.swatches, self.sliders = [], []
        canvas = self._canvas
        channels, levels = canvas.painting.image.shape[2], canvas.painting.levels
        if channels == 1 and levels <= _FEW:
            self._build_swatches(levels)
        else:
            self._build_sliders(("Grey",) if channels == 1 else _CHANNELS, levels)

    def _build_swatches(self, levels: int) -> None:
        grid = QGridLayout(self._inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        side = _LARGE if levels < _ACROSS else _SMALL
        for symbol in range(levels):
            swatch = Swatch(self._colour((symbol,)), f"Symbol {symbol}", side)
            swatch.taken.connect(lambda ink, symbol=symbol: self._take(ink, (symbol,)))
            grid.addWidget(swatch, symbol // _ACROSS, symbol % _ACROSS)
            self.swatches.append(swatch)

    def _build_sliders(self, names: tuple[str, ...], levels: int) -> None:
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        pair = QHBoxLayout()
        for words in ("Ink", "Paper"):
            swatch = Swatch(0, words, _LARGE)
            swatch.setToolTip(f"{words}; a click swaps the two (X)")
            swatch.taken.connect(lambda _: self._exchange())
            pair.addWidget(swatch)
            self.swatches.append(swatch)
        self.swatches[0].mark(True, False)
        column.addLayout(pair)
        for name in names:
            slider = named(QSlider(Qt.Orientation.Horizontal), name)
            slider.setRange(0, levels - 1)
            slider.setMinimumWidth(48)
            slider.valueChanged.connect(self._slid)
            initial = with_role(QLabel(name[0]), "secondary")
            row = QHBoxLayout()
            row.setSpacing(HALF // 2)
            row.addWidget(initial)
            row.addWidget(slider, 1)
            column.addLayout(row)
            self.sliders.append(slider)

    def _slid(self) -> None:
        self._canvas.set_ink(tuple(slider.value() for slider in self.sliders))

    def _take(self, ink: bool, symbols: tuple[int, ...]) -> None:
        (self._canvas.set_ink if ink else self._canvas.set_paper)(symbols)

    def _exchange(self) -> None:
        ink, paper = self._canvas.ink, self._canvas.paper
        self._canvas.set_ink(paper)
        self._canvas.set_paper(ink)
