"""Which side of a recording the canvas shows."""

from __future__ import annotations

from PySide6.QtCore import Signal

from genstudio.ui.recording.trace_colours import Overlay
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["OverlayChoice"]

_WORDS = {
    "Picture": (Overlay.PICTURE, "What is drawn"),
    "Entropy": (Overlay.ENTROPY, "How uncertain each symbol was before it was drawn: H(p)"),
    "Surprise": (Overlay.SURPRISE, "How unlikely the symbol was that was drawn: −log₂ p(x)"),
    "P(on)": (Overlay.ON, "How bright the symbol was expected to be: E[x] / (K − 1)"),
    "Difference": (Overlay.DIFFERENCE, "What the change caused: this take minus its parent"),
    "Field": (Overlay.FIELD, "What a pixel depends on: ‖∂ p(xᵢ | x₁ … xᵢ₋₁) / ∂x‖, by layer"),
}
_NO_PARENT = "Change a pixel by hand first: the difference shows what that caused"


class OverlayChoice(Segmented):
    """The picture, or what is behind it.

    Attributes:
        overlay_chosen: the `Overlay` that is chosen now.
    """

    overlay_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__((), "Overlay")
        self.offer(list(_WORDS), [words for _, words in _WORDS.values()])
        self.chosen.connect(self.turn_to)
        self.words = tuple(_WORDS)

    @property
    def overlay(self) -> Overlay:
        """What is chosen."""
        return _WORDS[self.word][0]

    def turn_to(self, word: str) -> None:
        """Choose by word, and tell; one that is not offered now is left alone."""
        if self.button(word).isEnabled():
            self.choose(word)
            self.overlay_chosen.emit(self.overlay)

    def allow_difference(self, allowed: bool) -> None:
        """Whether there is a parent to differ from; without one the picture is shown instead."""
        button = self.button("Difference")
        button.setEnabled(allowed)
        button.setToolTip(_WORDS["Difference"][1] if allowed else _NO_PARENT)
        if not allowed and self.overlay is Overlay.DIFFERENCE:
            self.turn_to("Picture")
