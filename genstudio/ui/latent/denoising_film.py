"""Repeated cleaning from pure noise as a film: a slider, and a button that plays it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from genstudio.core.spaces import Grid
from genstudio.ui.latent.sheet import Sheet, SheetRow
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import HALF, icon

__all__ = ["DenoisingFilm"]

_FRAME = 250  # milliseconds for which a pass is shown
_IDEA = "x₀ is noise; xₜ₊₁ = g(f(xₜ)), what the autoencoder makes of xₜ"


class DenoisingFilm(QWidget):
    """Passes (t + 1, B, *S), the first of which is noise."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.sheet = Sheet("Pure noise, cleaned again and again", count, lines=2)
        self.play = named(QToolButton(), "Play", "Play or pause (Space)", "plain")
        self.play.setIcon(icon("play"))
        self.play.setFixedSize(28, 28)
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "Pass", _IDEA)
        self.slider.setPageStep(1)
        self.where = with_role(QLabel(), "secondary")
        self.where.setMinimumWidth(96)
        self._space: Grid | None = None
        self._passes: NDArray[np.float32] | None = None
        self._timer = QTimer(self, interval=_FRAME)
        self._timer.timeout.connect(self.advance)
        row = QHBoxLayout()
        row.setSpacing(HALF)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.where)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.sheet)
        column.addLayout(row)
        self.play.clicked.connect(self.toggle)
        self.slider.valueChanged.connect(self._show)
        self.show_passes(None, None)

    @property
    def playing(self) -> bool:
        """Whether it moves by itself."""
        return self._timer.isActive()

    def show_passes(
        self, space: Grid | None, passes: NDArray[np.float32] | None, note: str = ""
    ) -> None:
        """Show passes (t + 1, B, *S) from the last one; None while they are awaited."""
        self._pause()
        self._space, self._passes = space, passes
        self.slider.blockSignals(True)
        self.slider.setRange(0, 0 if passes is None else len(passes) - 1)
        self.slider.setValue(self.slider.maximum())
        self.slider.blockSignals(False)
        for control in (self.slider, self.play):
            control.setEnabled(passes is not None)
        self._show(self.slider.value(), note)

    def toggle(self) -> None:
        """Play, from the noise when all has been shown; or stay here."""
        if self.playing:
            self._pause()
        elif self._passes is not None:
            if self.slider.value() == self.slider.maximum():
                self.slider.setValue(0)
            self.play.setIcon(icon("pause"))
            self.play.setAccessibleName("Pause")
            self._timer.start()

    def advance(self) -> None:
        """One pass on; the film rests at the last."""
        self.slider.setValue(self.slider.value() + 1)
        if self.slider.value() == self.slider.maximum():
            self._pause()

    def _pause(self) -> None:
        self._timer.stop()
        self.play.setIcon(icon("play"))
        self.play.setAccessibleName("Play")

    def _show(self, number: int, note: str = "") -> None:
        images = None if self._passes is None else self._passes[number]
        self.sheet.show_rows(self._space, [SheetRow("", images, note)])
        last = self.slider.maximum()
        words = "Pure noise" if number == 0 else f"Pass {number} of {last}"
        self.where.setText(words if self._passes is not None else "")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause()
