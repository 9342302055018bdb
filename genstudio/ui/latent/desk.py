"""The decoded picture, large, and beside it what was started from and what came back of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QWidget

from genstudio.ui.latent.picture_view import PictureView
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import with_role
from genstudio.ui.theme import GAP, HALF

__all__ = ["Desk", "words_of_source"]

_LARGE, _SMALL = 160, 92  # pixels that the pictures need


class Desk(QWidget):
    """What lies beside the picture goes below it where there is more room there."""

    def __init__(self, state: LatentState) -> None:
        super().__init__()
        self._state = state
        self.decoded = PictureView("Decoded, E[x | z]", "Decoded picture", _LARGE)
        self.decoded.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.source = PictureView("Source", "Source", _SMALL)
        self.back = PictureView("Reconstruction", "Reconstruction of the source", _SMALL)
        self.words = with_role(QLabel(), "secondary")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.words.setToolTip(
            "The mean square over the pixels, of symbols on the scale 0 … 1.\n"
            "The bound is −ELBO = KL(q(z | x) ‖ p(z)) − E_q[ln p(x | z)] ≥ −ln p(x)"
        )
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._beside = QWidget()
        self._pair = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._beside)
        self._pair.setContentsMargins(0, 0, 0, 0)
        self._pair.setSpacing(HALF)
        self._pair.addWidget(self.source)
        self._pair.addWidget(self.back)
        self._pair.addWidget(self.words, 1)
        self._all = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._all.setContentsMargins(0, 0, 0, 0)
        self._all.setSpacing(GAP)
        self._all.addWidget(self.decoded, 1)
        self._all.addWidget(self._beside)
        state.decoded.connect(self._show_decoded)
        state.source_changed.connect(self._show_source)
        state.run_changed.connect(self._show_all)
        self._show_all()

    def minimumSizeHint(self) -> QSize:
        return QSize(_LARGE, _LARGE)

    def _show_all(self) -> None:
        self._show_decoded()
        self._show_source()

    def _show_decoded(self) -> None:
        space, image = self._state.space, self._state.image
        self.decoded.show_image(image, 2 if space is None else space.levels)

    def _show_source(self) -> None:
        source, space = self._state.source, self._state.space
        if source is None or space is None:
            self.source.show_image(None)
            self.back.show_image(None)
            self.words.setText("Start from an image to see what comes back of it.")
            return
        self.source.show_image(source.image, space.levels)
        self.back.show_image(source.coded.expected[0], space.levels)
        self.words.setText(words_of_source(self._state))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside the picture, or below it."""
        super().resizeEvent(event)
        below = self.height() - self.width() > -_SMALL
        wanted = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._all.direction() is not wanted:
            self._all.setDirection(wanted)
            self._pair.setDirection(
                QBoxLayout.Direction.LeftToRight if below else QBoxLayout.Direction.TopToBottom
            )


def words_of_source(state: LatentState) -> str:
    """Where the source comes from, and how near what came back is."""
    source = state.source
    if source is None:
        return ""
    words = source.words[:1].upper() + source.words[1:]
    lines = [words] if words else []
    lines.append(f"Mean square error {float(source.coded.error[0]):.4f}")
    if source.coded.bound is not None:
        nats = -float(source.coded.bound[0])
        lines.append(f"−ln p(x) ≤ {nats:.1f} nats".replace("-", "−"))
    return "\n".join(lines)
