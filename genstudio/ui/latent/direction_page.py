"""Arithmetic with pictures: how much of each direction, and making a direction of two groups."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.ui.latent.directions import GROUPS, Directions
from genstudio.ui.latent.painting import fitted, picture
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import hairline, named, with_role
from genstudio.ui.theme import HALF, icon
from genstudio.ui.words import decimal

__all__ = ["DirectionPage"]

_TICKS = 100  # of a slider, for once a direction
_MOST = 2  # times a direction, to both sides
_SMALL = 24


class DirectionPage(QWidget):
    """A slider for each direction above, the two groups below."""

    def __init__(self, state: LatentState, directions: Directions) -> None:
        super().__init__()
        self._state, self.directions = state, directions
        self.sliders: list[QSlider] = []
        self._numbers: list[QLabel] = []
        self._list = QWidget()
        self._grid = QGridLayout(self._list)
        self._grid.setContentsMargins(0, 0, HALF, 0)
        self._grid.setHorizontalSpacing(HALF)
        self._grid.setVerticalSpacing(2)
        self.thumbs = {group: _Thumbs(f"Group {group}") for group in GROUPS}
        self.add = {group: self._adding(group) for group in GROUPS}
        self.empty = {group: self._emptying(group) for group in GROUPS}
        self.name = named(
            QLineEdit(), "Name of the direction", "What it is called, such as thicker"
        )
        self.name.setPlaceholderText("Name, such as thicker")
        self.name.setMaxLength(40)
        self.make = named(
            QPushButton(icon("vector-line"), "Make"),
            "Make a direction",
            "The mean code of group B less that of group A",
        )
        self._lay_out()
        directions.changed.connect(self._build)
        directions.collected.connect(self._show_groups)
        directions.strengths_changed.connect(self._show_strengths)
        state.decoded.connect(self._allow)
        self.name.textChanged.connect(lambda _: self._allow())
        self.name.returnPressed.connect(self._make)
        self.make.clicked.connect(self._make)
        self._build()
        self._show_groups()

    def _make(self) -> None:
        if self.make.isEnabled():
            self.directions.make(self.name.text())
            self.name.clear()

    # --- the sliders ---

    def _build(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.sliders, self._numbers = [], []
        for which, direction in enumerate(self.directions.all):
            slider = _StrengthSlider(direction.name)
            slider.valueChanged.connect(
                lambda ticks, which=which: self.directions.go(which, ticks / _TICKS)
            )
            slider.sliderReleased.connect(self._state.history.seal)
            number = with_role(QLabel("0.00"), "secondary")
            number.setFixedWidth(36)
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            words = QLabel(direction.name)
            words.setMaximumWidth(120)
            self._grid.addWidget(words, which, 0)
            self._grid.addWidget(slider, which, 1)
            self._grid.addWidget(number, which, 2)
            if direction.own:
                self._grid.addWidget(self._forgetting(which, direction.name), which, 3)
            self.sliders.append(slider)
            self._numbers.append(number)
        if not self.sliders:
            none = with_role(QLabel("The classes of the data will stand here."), "secondary")
            none.setWordWrap(True)
            self._grid.addWidget(none, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._grid.setRowStretch(max(1, len(self.sliders)), 1)

    def _forgetting(self, which: int, name: str) -> QToolButton:
        button = named(QToolButton(), f"Forget {name}", "Forget this direction", "plain")
        button.setIcon(icon("delete-outline"))
        button.setFixedSize(_SMALL, _SMALL)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda: self.directions.forget(which))
        return button

    def _show_strengths(self) -> None:
        for slider, number, strength in zip(
            self.sliders, self._numbers, self.directions.strengths, strict=True
        ):
            slider.blockSignals(True)
            slider.setValue(round(strength * _TICKS))
            slider.blockSignals(False)
            number.setText(decimal(strength))

    # --- the groups ---

    def _adding(self, group: str) -> QToolButton:
        tip = f"Put the decoded picture into group {group}"
        button = named(QToolButton(), f"Add to {group}", tip, "plain")
        button.setIcon(icon("plus"))
        button.setFixedSize(_SMALL, _SMALL)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda: self.directions.collect(group))
        return button

    def _emptying(self, group: str) -> QToolButton:
        button = named(QToolButton(), f"Empty group {group}", f"Empty group {group}", "plain")
        button.setIcon(icon("delete-outline"))
        button.setFixedSize(_SMALL, _SMALL)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda: self.directions.empty(group))
        return button

    def _show_groups(self) -> None:
        space = self._state.space
        for group, thumbs in self.thumbs.items():
            held = self.directions.groups[group]
            levels = 2 if space is None else space.levels
            thumbs.show_pictures([picture(each.image, levels) for each in held])
        self._allow()

    def _allow(self) -> None:
        both = all(self.directions.groups.values())
        for group in GROUPS:
            self.add[group].setEnabled(self._state.image is not None)
            self.empty[group].setEnabled(bool(self.directions.groups[group]))
        self.make.setEnabled(both and bool(self.name.text().strip()))
        if not both:
            self.make.setToolTip("Put a picture or more into either group first")
        elif not self.make.isEnabled():
            self.make.setToolTip("Give it a name first")
        else:
            self.make.setToolTip("The mean code of group B less that of group A")

    def _lay_out(self) -> None:
        area = QScrollArea()
        area.setWidget(self._list)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        groups = QGridLayout()
        groups.setHorizontalSpacing(4)
        groups.setVerticalSpacing(4)
        for place, group in enumerate(GROUPS):
            words = "From A" if group == "A" else "To B"
            groups.addWidget(with_role(QLabel(words), "secondary"), place, 0)
            groups.addWidget(self.thumbs[group], place, 1)
            groups.addWidget(self.add[group], place, 2)
            groups.addWidget(self.empty[group], place, 3)
        groups.setColumnStretch(1, 1)
        making = QHBoxLayout()
        making.setSpacing(HALF)
        making.addWidget(self.name, 1)
        making.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(area, 1)
        column.addWidget(hairline())
        column.addWidget(with_role(QLabel("A direction from two groups of pictures"), "heading"))
        column.addLayout(groups)
        column.addLayout(making)


class _StrengthSlider(QSlider):
    """From −2 to 2 times a direction; a double click is none of it."""

    def __init__(self, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        named(self, name, "How much of it is added: once is what the groups differ by on average")
        self.setRange(-_MOST * _TICKS, _MOST * _TICKS)
        self.setPageStep(_TICKS // 4)
        self.setSingleStep(_TICKS // 20)
        self.setMinimumWidth(80)
        # Nothing is filled from the left: what counts is how far it is from the middle.
        self.setStyleSheet("QSlider::sub-page:horizontal { background: palette(mid); }")

    def mouseDoubleClickEvent(self, _: object) -> None:
        self.setValue(0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the list scrolls


class _Thumbs(QWidget):
    """A group's pictures; the last ones where there is no room for all."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFixedHeight(28)
        self._pictures: Sequence[QImage] = ()

    def sizeHint(self) -> QSize:
        return QSize(120, 28)

    def show_pictures(self, pictures: Sequence[QImage]) -> None:
        self._pictures = pictures
        count = len(pictures)
        self.setToolTip("Empty" if not count else f"{count} picture{'s' if count > 1 else ''}")
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        side = float(self.height())
        room = max(1, int(self.width() // (side + 2)))
        for place, image in enumerate(self._pictures[-room:]):
            painter.drawImage(fitted(image, QRectF(place * (side + 2), 0, side, side)), image)
