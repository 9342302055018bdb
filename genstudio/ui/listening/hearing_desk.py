"""What led to the sample at the playhead: asked for when that is put somewhere, the newest wins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from genstudio.core.messages import DilationTree, Failed, GrowTree
from genstudio.core.runs import Run
from genstudio.ui.recording.asking import Asking
from genstudio.ui.sound_views.dilation_tree import DilationTreeView
from genstudio.ui.studio import Studio

__all__ = ["GROW_TREE", "HearingDesk", "TreeQuestion"]

GROW_TREE = "grow tree"
"""The channel."""

_SILENT = 100  # milliseconds of waiting that are not announced


@dataclass(frozen=True)
class TreeQuestion:
    """Of which sample.

    Attributes:
        run: the run folder.
        modified: when its weights were written, nanoseconds; other weights, other answers.
        symbols: (step + 1,) up to the sample that is asked about; later ones do not matter.
        labels: (L,) classes, or None.
    """

    run: Path
    modified: int
    symbols: NDArray[np.uint8]
    labels: NDArray[np.int64] | None

    @property
    def step(self) -> int:
        """The sample that is asked about."""
        return len(self.symbols) - 1

    @property
    def key(self) -> tuple[object, ...]:
        """Equal where the answer is."""
        told = None if self.labels is None else self.labels.tobytes()
        return self.run, self.modified, self.symbols.tobytes(), told

    def request(self) -> GrowTree:
        """The same for the engine."""
        return GrowTree(self.run, self.symbols, self.step, self.labels)


class HearingDesk(QObject):
    """Between a sound's views, the engine, and the view of the tree.

    Attributes:
        field_changed: (first, one behind the last) of the samples that are heard, or None.
        failed: the engine's `Failed`.
    """

    field_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, studio: Studio, view: DilationTreeView, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._asking = Asking(studio, self, GROW_TREE)
        self._run: Run | None = None
        self._symbols = np.zeros(0, np.uint8)
        self._labels: NDArray[np.int64] | None = None
        self._step: int | None = None
        self._silence = QTimer(self, singleShot=True, interval=_SILENT)
        self._silence.timeout.connect(self._announce)
        self._asking.found.connect(self._found)
        self._asking.failed.connect(self._refused)

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._asking.busy

    def use(
        self,
        run: Run | None,
        symbols: NDArray[np.uint8] | None = None,
        labels: NDArray[np.int64] | None = None,
    ) -> None:
        """Another sound, or none: what is open is forgotten.

        Args:
            run: a WaveNet's.
            symbols: (n,) the sound, as its model counts levels.
            labels: (L,) classes that the model is told; None of one that is told nothing.
        """
        self.forget()
        self._run, self._labels = run, labels
        self.extend(np.zeros(0, np.uint8) if symbols is None else symbols)

    def extend(self, symbols: NDArray[np.uint8]) -> None:
        """The same sound has become longer, symbols (n,) in all; answers stay true."""
        self._symbols = symbols

    def ask(self, sample: int, patient: bool = False) -> None:
        """Want the tree of a sample; of the last one beyond the end.

        Args:
            sample: its number, from 0.
            patient: whether the open question is answered first, as while a sound plays.
        """
        if self._run is None or not len(self._symbols) or not self._run.has_model:
            return
        self._step = min(max(0, sample), len(self._symbols) - 1)
        modified = self._run.model_path.stat().st_mtime_ns
        symbols = self._symbols[: self._step + 1].copy()
        if not patient:
            self._silence.start()
        self._asking.ask(TreeQuestion(self._run.folder, modified, symbols, self._labels), patient)

    def forget(self) -> None:
        """Want nothing any more, and show nothing."""
        self._asking.forget()
        self._step = None
        self._silence.stop()
        self._view.show_nothing()
        self.field_changed.emit(None)

    def _announce(self) -> None:
        if self._asking.busy:
            self._view.show_waiting(self._step)

    def _found(self, question: TreeQuestion, found: DilationTree) -> None:
        if question.step == self._step:
            self._silence.stop()
        self._view.show_layers(
            [(row.dilation, row.positions, row.magnitudes) for row in found.rows],
            [row.name for row in found.rows],
            caption_of(found),
        )
        seen = found.rows[0].positions
        self.field_changed.emit((int(seen[0]), found.step) if len(seen) else None)

    def _refused(self, failed: Failed) -> None:
        self.forget()
        self.failed.emit(failed)


def caption_of(found: DilationTree) -> str:
    """What a tree is of: when, how surprising it was, and how far back the model hears."""
    seconds = found.step * found.milliseconds / found.receptive_field / 1000
    return (
        f"Sample {found.step:,} ({seconds:.3f} s): surprise "
        f"{found.nats / math.log(2):.2f} bits; the model hears {found.receptive_field:,} samples, "
        f"{found.milliseconds:.3g} ms"
    )
