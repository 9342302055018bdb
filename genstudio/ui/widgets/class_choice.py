"""Which class to draw: any, or one of each label's classes, in the class's colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from genstudio.core.spaces import Label
from genstudio.core.uniforms import generator
from genstudio.ui.theme import CLASS_COLOURS, HALF

__all__ = ["ClassChoice"]

_NAMES = 84  # width of the names beside the lists, pixels


class ClassChoice(QWidget):
    """One list for each label of the data.

    Attributes:
        chosen: the person chose a class, or any.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(HALF)
        self._labels: tuple[Label, ...] = ()
        self._boxes: list[QComboBox] = []

    @property
    def boxes(self) -> list[QComboBox]:
        """The lists, one for each label."""
        return self._boxes

    def offer(self, labels: tuple[Label, ...]) -> None:
        """Offer these labels, all of them "any"; hidden when there are none."""
        if labels == self._labels:
            return
        self._labels = labels
        while self._column.count():
            item = self._column.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.deleteLater()
        self._boxes = []
        for label in labels:
            box = QComboBox()
            box.setAccessibleName(f"Class: {label.name}")
            box.setToolTip(f"Draw this {label.name} only; any draws one by chance from the seed")
            box.setIconSize(QSize(12, 12))
            box.addItem("Any")
            for index, name in enumerate(label.classes):
                box.addItem(_dot(CLASS_COLOURS[index % len(CLASS_COLOURS)]), name)
            box.activated.connect(self.chosen)
            title = QLabel(label.name.capitalize())
            title.setFixedWidth(_NAMES)
            row = QHBoxLayout()
            row.setSpacing(4)
            row.addWidget(title)
            row.addWidget(box, 1)
            line = QWidget()
            line.setLayout(row)
            row.setContentsMargins(0, 0, 0, 0)
            self._column.addWidget(line)
            self._boxes.append(box)
        self.setVisible(bool(labels))

    def labels_for(self, count: int, seed: int) -> NDArray[np.int64] | None:
        """(count, L) classes to ask for, or None where every one may be any.

        Where some labels are chosen and others not, the others come from the seed in the way
        the sampler draws them.
        """
        chosen = [box.currentIndex() - 1 for box in self._boxes]
        if all(index < 0 for index in chosen):
            return None
        sizes = np.array([len(label.classes) for label in self._labels])
        rows = np.stack([generator(seed, index, 1).integers(0, sizes) for index in range(count)])
        for column, index in enumerate(chosen):
            if index >= 0:
                rows[:, column] = index
        return rows.astype(np.int64)

    def show_labels(self, labels: NDArray[np.int64] | None) -> None:
        """Choose what all rows of (count, L) agree on, any elsewhere; nobody is told."""
        for column, box in enumerate(self._boxes):
            same = (
                labels is not None
                and labels.size
                and (labels[:, column] == labels[0, column]).all()
            )
            box.setCurrentIndex(int(labels[0, column]) + 1 if same and labels is not None else 0)


def _dot(colour: str) -> QIcon:
    pixmap = QPixmap(24, 24)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(2, 2, 20, 20)
    painter.end()
    return QIcon(pixmap)
