"""What the model knew at each sample: the conditional, its entropy, and the tree it came from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from genstudio.core.draw import DrawControls, adjusted
from genstudio.core.uniforms import uniforms
from genstudio.ui.listening.hearing_desk import HearingDesk
from genstudio.ui.listening.stage import SoundStage
from genstudio.ui.listening.takes import SoundTake
from genstudio.ui.naming import named
from genstudio.ui.studio import Studio
from genstudio.ui.theme import icon
from genstudio.ui.widgets.bars import Conditional

__all__ = ["Insight"]

_COLUMN, _TREE = "listen/next_sample", "listen/tree"


class Insight(QObject):
    """Follows the current take and the playhead with what is known of the sample there.

    Attributes:
        failed: the engine's `Failed`.
        next_button: whether the next sample's conditional and the entropies are shown.
        tree_button: whether the tree of dilations is shown.
        labels: classes (L,) to tell the model about a sound that a person brought, or None.
    """

    failed = Signal(object)

    def __init__(self, studio: Studio, stage: SoundStage, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._stage = stage
        self._take: SoundTake | None = None
        self._shown = 0
        self._position = 0
        self._uniforms = np.zeros(0)
        self.labels: Callable[[], NDArray[np.int64] | None] = lambda: None
        self.desk = HearingDesk(studio, stage.tree, self)
        self.next_button = named(QPushButton(icon("chart-histogram"), ""), "Next sample")
        self.next_button.setToolTip("What the model expects at the playhead, and how surely (N)")
        self.tree_button = named(QPushButton(icon("file-tree-outline"), ""), "Tree of dilations")
        self.tree_button.setToolTip("Click a sample to see which ones led to it, and how much (T)")
        for button, key in ((self.next_button, _COLUMN), (self.tree_button, _TREE)):
            button.setCheckable(True)
            button.setChecked(str(studio.settings.value(key, "false")) == "true")
            button.toggled.connect(lambda on, key=key: studio.settings.setValue(key, on))
            button.toggled.connect(lambda _: self._turned())
        self.desk.field_changed.connect(stage.waveform.show_field)
        self.desk.failed.connect(self.failed)
        self._turned()

    def open(self, take: SoundTake | None) -> None:
        """Follow another take."""
        self._take, self._shown, self._position = take, 0, 0
        self._uniforms = np.zeros(0)
        self._stage.entropy.load(np.zeros(0, np.float32))
        self.desk.forget()
        if take is not None and take.request is not None:
            self._uniforms = uniforms(take.request.seed, 1, take.total)[0]
        if take is None:
            self._show()
        else:
            self.grow(take)

    def grow(self, take: SoundTake) -> None:
        """It is longer, or more is known of it."""
        if take is not self._take:
            return
        self._stage.entropy.append(take.entropy[self._shown :])
        self._shown = len(take.entropy)
        if take.done:
            self.desk.use(take.run, take.symbols, self._labels(take))
        self._show()

    def show_position(self, sample: int, playing: bool = False) -> None:
        """The playhead is there; a tree follows a sound that plays as fast as trees grow."""
        self._position = sample
        if self.tree_button.isChecked():
            self.desk.ask(sample, patient=playing)
        if not self._stage.column.isHidden():
            step = min(sample, self._shown - 1)
            self._stage.column.show_conditional(self.conditional(step), max(0, step))

    def conditional(self, step: int) -> Conditional | None:
        """What a sample was drawn from; None of one that nobody drew."""
        take = self._take
        if take is None or take.request is None or not 0 <= step < len(take.probabilities):
            return None
        p = take.probabilities[step].astype(np.float64)
        p /= p.sum()  # they are kept with eleven bits
        return Conditional(
            p,
            adjusted(p.astype(np.float32), DrawControls.checked(take.request.controls)),
            float(self._uniforms[step]),
            int(take.symbols[step]),
            step < take.seam and take.origin is not None,
        )

    def _labels(self, take: SoundTake) -> NDArray[np.int64] | None:
        return take.labels if len(take.labels) else self.labels()

    def _turned(self) -> None:
        """What is wanted to be seen has changed."""
        tree = self.tree_button.isChecked()
        self._stage.show_tree(tree)
        self._stage.reading.setVisible(tree or self.next_button.isChecked())
        if not tree:
            self.desk.forget()
        self._show()

    def _show(self) -> None:
        take, wanted = self._take, self.next_button.isChecked()
        self._stage.entropy.setVisible(wanted and self._shown > 0)
        self._stage.column.setVisible(wanted and take is not None and take.request is not None)
        self.show_position(self._position)
