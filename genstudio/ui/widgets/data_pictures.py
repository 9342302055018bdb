"""A dataset to look at: its examples, its classes, its pixel values."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from genstudio.core.messages import DataView
from genstudio.data.waveforms import picture_grid, pictures_of
from genstudio.ui.naming import with_role
from genstudio.ui.theme import GAP, HALF, icon
from genstudio.ui.widgets.class_bars import ClassBars, lowest_row
from genstudio.ui.widgets.example_grid import ExampleGrid
from genstudio.ui.widgets.histogram import SymbolHistogram

__all__ = ["DataPictures"]


_ROWS = 10  # classes that are seen without scrolling


class DataPictures(QWidget):
    """The examples on top; below them the classes, which filter them, and the pixel values."""

    def __init__(self) -> None:
        super().__init__()
        self.view: DataView | None = None
        self.grid = ExampleGrid()
        self.caption = with_role(QLabel(), "secondary")
        self.show_all = QPushButton(icon("filter-off-outline", "accent"), "Show all classes")
        with_role(self.show_all, "link")
        self.show_all.clicked.connect(self.clear_filter)
        self.classes: list[ClassBars] = []
        self._class_column = QVBoxLayout()
        self._class_column.setContentsMargins(0, 0, 0, 0)
        self._class_column.setSpacing(HALF)
        self.histogram = SymbolHistogram()
        self.log = QPushButton("Log scale")
        self.log.setCheckable(True)
        self.log.setToolTip("Count on a logarithmic scale, so that rare values are seen")
        self.log.toggled.connect(self.histogram.set_logarithmic)
        self.grid.arranged.connect(self._caption)
        self._lay_out()

    def show_view(self, view: DataView) -> None:
        """Show a dataset; a class that was chosen stays chosen where it is there again."""
        chosen = self._chosen()
        same = self.view is not None and self.view.space.labels == view.space.labels
        self.view = view
        if not same:
            self._make_bars(view)
        for bars, label, counts in zip(
            self.classes, view.space.labels, view.class_counts, strict=True
        ):
            bars.show_counts(label, counts)
        self._class_part.setVisible(bool(self.classes))
        rows = sum(map(len, view.class_counts))
        self._scroll.setMinimumHeight(lowest_row() * min(rows, _ROWS) + 2)
        self.histogram.show_counts(view.symbol_counts)
        pictures = pictures_of(view.space, view.examples)
        self.grid.show_examples(picture_grid(view.space), pictures, view.example_labels)
        self.filter_by(chosen if same else None)

    def filter_by(self, chosen: tuple[int, int] | None) -> None:
        """Show the examples of one class alone, (label, class); None shows all."""
        for index, bars in enumerate(self.classes):
            bars.select(chosen[1] if chosen is not None and chosen[0] == index else None)
        self.grid.filter_by(chosen)

    def clear_filter(self) -> None:
        """Show all classes."""
        self.filter_by(None)

    # --- inside ---

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(_heading("Examples"))
        top.addWidget(self.caption)
        top.addStretch(1)
        top.addWidget(self.show_all)
        # The row keeps its height while the button comes and goes.
        top.addStrut(self.show_all.sizeHint().height())
        self._class_holder = inside = QWidget()
        inside.setLayout(self._class_column)
        self._scroll = scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self._class_part = QWidget()
        left = QVBoxLayout(self._class_part)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(HALF // 2)
        self._class_heading = _heading("Classes")
        self._class_heading.setFixedHeight(28)
        left.addWidget(self._class_heading)
        left.addWidget(scroll, 1)
        right = QVBoxLayout()
        right.setSpacing(HALF // 2)
        head = QHBoxLayout()
        head.addWidget(_heading("Pixel values"))
        head.addStretch(1)
        head.addWidget(self.log)
        right.addLayout(head)
        right.addWidget(self.histogram, 1)
        below = QHBoxLayout()
        below.setSpacing(2 * GAP)
        below.addWidget(self._class_part, 1)
        below.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(top)
        column.addWidget(self.grid, 5)
        column.addLayout(below, 3)

    def _make_bars(self, view: DataView) -> None:
        while self.classes:
            self.classes.pop().deleteLater()
        for index in range(len(view.space.labels)):
            bars = ClassBars()
            bars.chosen.connect(
                lambda which, index=index: self.filter_by(None if which is None else (index, which))
            )
            bars.cursor_moved.connect(lambda which, bars=bars: self._reveal(bars, which))
            self._class_column.addWidget(bars)
            self.classes.append(bars)
        chain = [self.grid, self.show_all, *self.classes, self.log, self.histogram]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)
        names = ", ".join(label.name for label in view.space.labels)
        self._class_heading.setText(f"Classes ({names})")

    def _reveal(self, bars: ClassBars, which: int) -> None:
        """Scroll to a class."""
        middle = bars.mapTo(self._class_holder, bars.row_rect(which).center().toPoint())
        self._scroll.ensureVisible(0, middle.y(), 0, lowest_row())

    def _chosen(self) -> tuple[int, int] | None:
        for index, bars in enumerate(self.classes):
            if bars.selected is not None:
                return index, bars.selected
        return None

    def _caption(self) -> None:
        chosen, view = self._chosen(), self.view
        self.show_all.setVisible(chosen is not None)
        if view is None:
            return
        count = view.sizes.get("train", 0)
        what = "training images"
        if chosen is not None:
            label = view.space.labels[chosen[0]]
            count = int(view.class_counts[chosen[0]][chosen[1]])
            what += f" of {label.name} {label.classes[chosen[1]]}"
        elif self.grid.zoom > 1:
            what += f", {self.grid.zoom}× enlarged"
        self.caption.setText(f"{len(self.grid.shown):,} of {count:,} {what}")


def _heading(words: str) -> QLabel:
    return with_role(QLabel(words), "heading")
