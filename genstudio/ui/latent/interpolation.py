"""What lies between kept pictures: the strip, how to go, and walking it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from genstudio.core.interpolation import Way
from genstudio.ui.latent.keyframes import Keyframe, Keyframes
from genstudio.ui.latent.state import LatentState
from genstudio.ui.latent.walk import Walk
from genstudio.ui.latent.way_export import ExportWay, WayRecipe
from genstudio.ui.latent.way_strip import WayStrip
from genstudio.ui.naming import named
from genstudio.ui.studio import Studio
from genstudio.ui.theme import CONTROL, HALF, icon
from genstudio.ui.widgets.segmented import Segmented
from genstudio.ui.widgets.spin import Spin

__all__ = ["Interpolation"]

_WAYS: dict[str, Way] = {"Linear": "linear", "Spherical": "spherical"}


class Interpolation(QWidget):
    """The bottom of the panel."""

    def __init__(self, studio: Studio, state: LatentState) -> None:
        super().__init__()
        self._state = state
        self.keyframes = Keyframes(state)
        self.walk = Walk(self.keyframes)
        self.strip = WayStrip(self.keyframes)
        self.export = ExportWay(studio, self.keyframes)
        self.keep = named(
            QPushButton(icon("pin-outline"), "Keep this"),
            "Keep this",
            "Keep the picture, to go from one kept picture to the next (K)",
        )
        self.ways = Segmented((), "Way")
        self.ways.offer(
            list(_WAYS),
            [
                "Straight: (1 − t) a + t b",
                "On a sphere: sin((1 − t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b, with Ω the angle "
                "between a and b.\nCodes of many dimensions lie near a sphere, whose empty middle "
                "a straight way cuts through",
            ],
        )
        self.between = Spin("Pictures between two")
        self.between.setRange(1, 31)
        self.between.setValue(self.keyframes.between)
        self.between.setSuffix(" between")
        self.between.setToolTip("How many pictures lie between two kept ones")
        self.between.setFixedWidth(112)
        self.play = named(
            QToolButton(), "Walk", "To and fro between the kept pictures (P)", "plain"
        )
        self.play.setFixedSize(CONTROL, CONTROL)
        self.play.setCheckable(True)
        self.play.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clear = named(QToolButton(), "Forget all", "Forget the kept pictures", "plain")
        self.clear.setIcon(icon("delete-outline"))
        self.clear.setFixedSize(CONTROL, CONTROL)
        self.clear.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()
        self._connect()
        self._allow()

    def put(self, way: WayRecipe) -> None:
        """Walk a way, such as that of an exported file, again."""

        def found(images: NDArray[np.float32]) -> None:
            frames = [Keyframe(*pair) for pair in zip(way.codes, images, strict=True)]
            self.keyframes.put(frames, way.way, way.between)
            self.keyframes.go_to(0.0)

        self._state.decode_many(way.codes, found)

    def _allow(self) -> None:
        count, walking = len(self.keyframes.frames), self.walk.running
        self.keep.setEnabled(self._state.image is not None)
        self.play.setEnabled(count > 1)
        self.clear.setEnabled(count > 0)
        self.play.setChecked(walking)
        self.play.setIcon(icon("stop" if walking else "play"))
        word = next(word for word, way in _WAYS.items() if way == self.keyframes.way)
        self.ways.choose(word)
        self.between.blockSignals(True)
        self.between.setValue(self.keyframes.between)
        self.between.blockSignals(False)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(HALF)
        row.addWidget(self.keep)
        row.addWidget(self.play)
        row.addWidget(self.ways)
        row.addWidget(self.between)
        row.addStretch(1)
        row.addWidget(self.clear)
        row.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.strip)

    def _connect(self) -> None:
        keyframes, state = self.keyframes, self._state
        self.keep.clicked.connect(keyframes.keep)
        self.clear.clicked.connect(keyframes.clear)
        self.play.clicked.connect(self.walk.toggle)
        self.ways.chosen.connect(lambda word: keyframes.go_by(_WAYS[word]))
        self.between.valueChanged.connect(keyframes.set_between)
        self.strip.touched.connect(self.walk.stop)
        self.strip.settled.connect(state.history.seal)
        keyframes.changed.connect(self._allow)
        self.walk.changed.connect(self._allow)
        state.decoded.connect(self._allow)
        state.run_changed.connect(self._allow)
