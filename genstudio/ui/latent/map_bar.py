"""What is shown on the map, and how: the controls above it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from genstudio.ui.latent.projection import NEAREST, PLANE
from genstudio.ui.naming import named, with_role
from genstudio.ui.theme import CONTROL, HALF, icon
from genstudio.ui.widgets.segmented import Segmented

__all__ = ["EVEN", "LINEAR", "PCA", "T_SNE", "MapBar"]

PCA, T_SNE = "PCA", "t-SNE"
LINEAR, EVEN = "z", "Φ(z)"

_TILES = (10, 20, 30)


class MapBar(QWidget):
    """Two rows; the second one only where there is something to choose in it.

    Attributes:
        way_chosen: PCA or t-SNE.
        layers_changed: other layers are to be shown, or the tiles are others.
        scale_chosen: the scale of the axes.
    """

    way_chosen = Signal()
    layers_changed = Signal()
    scale_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.way = Segmented(name="How codes are put on the plane")
        self.way.offer(
            (PCA, T_SNE),
            (
                "The two directions in which the codes vary most: p = (z − z̄) Vᵀ",
                "t-SNE (van der Maaten & Hinton 2008): neighbours stay neighbours,\n"
                "min KL(P ‖ Q); distances between groups mean nothing. Takes seconds",
            ),
        )
        self.points = _box("Points", "The code of each datum, in the colour of its class", True)
        self.density = _box(
            "Density", "Where codes are dense: a Gaussian kernel with Scott's width", True
        )
        self.manifold = _box(
            "Manifold",
            "What the decoder makes of each place, as a grid of pictures; zoom in for more of it",
            False,
        )
        self.fit = named(QToolButton(), "Fit the map", "Show all codes (F)", "plain")
        self.fit.setIcon(icon("fit-to-page-outline"))
        self.fit.setFixedSize(CONTROL, CONTROL)
        self.tiles = named(QComboBox(), "Tiles", "Pictures along the shorter side of what is seen")
        for number in _TILES:
            self.tiles.addItem(f"{number} × {number}", number)
        self.tiles.setCurrentIndex(1)
        self.axes = Segmented(name="Scale of the axes")
        self.axes.offer(
            (LINEAR, EVEN),
            (
                "Axes in units of the code",
                "Every step on the map is as likely as any other: u = Φ(z), so that the grid is "
                "z = Φ⁻¹ of a regular one (Kingma & Welling 2014, figure 4)",
            ),
        )
        self.off_plane = Segmented(name="What the plane does not show")
        self.off_plane.offer(
            (NEAREST, PLANE),
            (
                "The other dimensions are as in the nearest datum: z = zₙ + (p − pₙ) V",
                "The other dimensions are at their mean: z = z̄ + (p − p̄) V",
            ),
        )
        self.off_words = with_role(QLabel("Rest of z"), "secondary")
        self.end = QHBoxLayout()  # for what its owner puts at the end of the first row
        self.end.setSpacing(2)
        first, self._second = QHBoxLayout(), QWidget()
        first.setSpacing(HALF)
        first.addWidget(self.way)
        for box in (self.points, self.density, self.manifold):
            first.addWidget(box)
        first.addStretch(1)
        self.end.addWidget(self.fit)
        first.addLayout(self.end)
        second = QHBoxLayout(self._second)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(HALF)
        second.addWidget(self.tiles)
        second.addWidget(self.axes)
        second.addWidget(self.off_words)
        second.addWidget(self.off_plane)
        second.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(first)
        column.addWidget(self._second)
        self.way.chosen.connect(lambda _: self.way_chosen.emit())
        self.axes.chosen.connect(lambda _: self.scale_chosen.emit())
        self.off_plane.chosen.connect(lambda _: self.layers_changed.emit())
        self.tiles.activated.connect(lambda _: self.layers_changed.emit())
        for box in (self.points, self.density):
            box.clicked.connect(lambda _: self.layers_changed.emit())
        self.manifold.clicked.connect(self._manifold_clicked)
        self.offer(2)

    def offer(self, size: int) -> None:
        """Offer what makes sense for codes of so many numbers."""
        self.way.choose(PCA)
        self.way.setVisible(size > 2)
        self._arrange()

    def follow_way(self) -> None:
        """A plane without a way back has no manifold."""
        back = self.way.word != T_SNE
        self.manifold.setEnabled(back)
        if not back:
            self.manifold.setChecked(False)
            self.axes.choose(LINEAR)
        self.manifold.setToolTip(
            "What the decoder makes of each place, as a grid of pictures; zoom in for more of it"
            if back
            else "t-SNE does not say which code a place has; choose PCA for the manifold"
        )
        self._arrange()

    @property
    def tile_count(self) -> int:
        """Pictures along the shorter side."""
        return int(self.tiles.currentData())

    def _manifold_clicked(self, on: bool) -> None:
        word = EVEN if on else LINEAR
        changed = word != self.axes.word
        self.axes.choose(word)
        self._arrange()
        if changed:
            self.scale_chosen.emit()
        else:
            self.layers_changed.emit()

    def _arrange(self) -> None:
        on, more = self.manifold.isChecked(), not self.way.isHidden()
        for widget in (self.tiles, self.axes):
            widget.setVisible(on)
        rest = more and self.way.word == PCA
        for part in (self.off_plane, self.off_words):
            part.setVisible(rest)
        self._second.setVisible(on or rest)


def _box(words: str, tip: str, on: bool) -> QCheckBox:
    box = QCheckBox(words)
    box.setToolTip(tip)
    box.setAccessibleName(words)
    box.setChecked(on)
    return box
