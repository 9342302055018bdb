"""Which layer's field is shown, in a slider; a button lets it grow from the first to the last."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from genstudio.ui.naming import named, with_role
from genstudio.ui.recording.field import FieldOfView
from genstudio.ui.theme import HALF, icon

__all__ = ["FieldStrip"]

_GROWTH = 400  # milliseconds for which a layer is shown
_NAME = 150  # width of a layer's name, pixels
_LAYERS = (
    "Which layer's part of the past is shown: ‖∂h/∂x‖, the norm of the gradient of what the "
    "layer holds at the pixel. The last is the conditional p(xᵢ | x₁ … xᵢ₋₁) itself: its logits"
)
_ONE = "This family does not show its layers one by one"
_WORDS = (
    "Outlined: what the structure permits. Hatched: the blind spot, past pixels in the rectangle "
    "around the field that no layer lets through. Washed out: the past beyond that rectangle"
)


class FieldStrip(QWidget):
    """The slider and the words of the overlay “Field”.

    Attributes:
        layer_chosen: another layer is to be shown.
    """

    layer_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._field: FieldOfView | None = None
        self.grow_button = named(QPushButton(icon("play"), "Grow"), "Let the field grow")
        self.grow_button.setToolTip("From the first layer to the conditional (G)")
        self.grow_button.clicked.connect(self.grow)
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "Layer", _LAYERS)
        self.slider.setPageStep(1)
        self.slider.valueChanged.connect(self._turned)
        self.name = QLabel()
        self.name.setFixedWidth(_NAME)
        self.words = with_role(QLabel(wordWrap=True), "secondary")
        self.words.setToolTip(_WORDS)
        self._timer = QTimer(self, interval=_GROWTH)
        self._timer.timeout.connect(self._grown)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(HALF)
        row.addWidget(self.grow_button)
        row.addWidget(self.slider, 1)
        row.addWidget(self.name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.words)
        self.say("Point at a pixel, or click one to hold it.")

    @property
    def layer(self) -> int:
        """The layer that is chosen."""
        return self.slider.value()

    @property
    def growing(self) -> bool:
        """Whether it moves by itself."""
        return self._timer.isActive()

    def show_field(self, field: FieldOfView) -> None:
        """Offer a field's layers; the last is chosen unless the number of layers stays."""
        last = len(field.names) - 1
        fresh = self._field is None or len(self._field.names) != last + 1
        self._field = field
        self.slider.blockSignals(True)
        self.slider.setRange(0, last)
        if fresh:
            self.slider.setValue(last)
        self.slider.blockSignals(False)
        for control in (self.slider, self.grow_button):
            control.setEnabled(last > 0)
        self.slider.setToolTip(_LAYERS if last else _ONE)
        self.words.setText(field.words)
        self.name.setText(field.used(self.layer))

    def say(self, words: str) -> None:
        """Show a sentence in place of a field."""
        self._field = None
        self._timer.stop()
        self.name.clear()
        self.words.setText(words)
        for control in (self.slider, self.grow_button):
            control.setEnabled(False)

    def grow(self) -> None:
        """From the first layer to the last, or stay where it is."""
        if self._timer.isActive():
            self._stop()
        elif self.slider.isEnabled():
            self.slider.setValue(0)
            self.grow_button.setIcon(icon("pause"))
            self._timer.start()

    def _grown(self) -> None:
        self.slider.setValue(self.layer + 1)
        if self.layer == self.slider.maximum():
            self._stop()

    def _stop(self) -> None:
        self._timer.stop()
        self.grow_button.setIcon(icon("play"))

    def _turned(self, layer: int) -> None:
        if self._field is not None:
            self.name.setText(self._field.used(layer))
            self.layer_chosen.emit(layer)

    def hideEvent(self, event: object) -> None:
        """Nothing grows unseen."""
        self._stop()
