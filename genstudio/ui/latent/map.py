"""The map of the latent space: where the data are, and what lies between them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QVBoxLayout, QWidget

from genstudio.core.capabilities import Capability
from genstudio.core.messages import Embed, EmbedNeighbours, Failed
from genstudio.ui.latent.density import density_of
from genstudio.ui.latent.export_picture import ExportPicture
from genstudio.ui.latent.manifold import Manifold, grid_over
from genstudio.ui.latent.map_bar import EVEN, T_SNE, MapBar
from genstudio.ui.latent.map_legend import MapLegend
from genstudio.ui.latent.map_scale import LINEAR, MapScale
from genstudio.ui.latent.map_view import Card, MapView, Tiles
from genstudio.ui.latent.newest import Newest
from genstudio.ui.latent.painting import picture
from genstudio.ui.latent.projection import PLANE, Projection
from genstudio.ui.latent.state import LatentState
from genstudio.ui.naming import named, with_role
from genstudio.ui.studio import Studio
from genstudio.ui.theme import HALF

__all__ = ["EMBED", "LatentMap"]

EMBED = "latent embed"
"""The channel."""


class LatentMap(QWidget):
    """Codes of the survey as points; the code of the state is dragged over them."""

    def __init__(self, studio: Studio, state: LatentState) -> None:
        super().__init__()
        self.studio, self.state = studio, state
        self.bar, self.view, self.legend = MapBar(), MapView(), MapLegend()
        self.label = named(QComboBox(), "Colours by", "Which label of the data the colours show")
        self.caption = with_role(
            named(QLabel(wordWrap=True), "What a place stands for"), "secondary"
        )
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.projection: Projection | None = None
        self.scale: MapScale = LINEAR
        self.export = ExportPicture(studio, "the map", "latent-map", self.view, self._recipe)
        self.bar.end.addWidget(self.export)
        self._embedding = Newest(studio, self, EMBED)
        self._embedding.found.connect(self._embedded)
        self._embedding.failed.connect(self._refuse)
        self._embedding.busy_changed.connect(self._say)
        self._manifold = Manifold(studio, self)
        self._manifold.decoded.connect(self._take_tiles)
        self._manifold.failed.connect(self._refuse)
        self._note = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addWidget(self.bar)
        column.addWidget(self.view, 1)
        column.addWidget(self.label)
        column.addWidget(self.legend)
        column.addWidget(self.caption)
        state.run_changed.connect(self._clear)
        state.surveyed.connect(self._surveyed)
        state.code_changed.connect(self._follow)
        state.decoded.connect(self._follow)
        state.labels_changed.connect(self._ask_tiles)
        self.bar.way_chosen.connect(self._embed)
        self.bar.layers_changed.connect(self._show_layers)
        self.bar.scale_chosen.connect(self._place)
        self.bar.fit.clicked.connect(self.view.fit)
        self.legend.filtered.connect(self._filter)
        self.label.activated.connect(self._offer_classes)
        self.view.picked.connect(self._pick)
        self.view.opened.connect(self._open)
        self.view.looked.connect(self._ask_tiles)
        self.view.card_of = self._card_of
        self._clear()
        if state.survey is not None:
            self._surveyed()

    def settled(self) -> bool:
        """Whether everything that was asked for is on the map."""
        return not self._embedding.busy and not self._manifold.busy

    def commands(self) -> list[tuple[str, str, object]]:
        """Manifold and fit."""
        return [
            ("Manifold on the map", "M", self.bar.manifold.click),
            ("Fit the map", "F", self.view.fit),
        ]

    # --- the survey ---

    def _clear(self) -> None:
        """Another run: nothing is known of it."""
        self._embedding.forget()
        self._manifold.forget()
        self.projection, self.scale, self._note = None, LINEAR, ""
        self.label.hide()
        self.legend.offer(None)
        self.view.density = None
        self.view.ticks = None
        self.view.show_tiles(None)
        self.view.show_current(None)
        self.view.show_points(np.zeros((0, 2)), np.zeros(0, np.int64))
        self._say()

    def _surveyed(self) -> None:
        survey, space = self.state.survey, self.state.space
        if survey is None or space is None:
            return
        self.bar.offer(survey.codes.shape[1])
        self.label.clear()
        self.label.addItems([f"Colours by {label.name}" for label in space.labels])
        self.label.setVisible(len(space.labels) > 1)
        self.legend.offer(space.labels[0] if space.labels else None)
        self._embed()

    def _embed(self) -> None:
        survey = self.state.survey
        if survey is None:
            return
        codes, self._note = survey.codes, ""
        self._embedding.forget()  # t-SNE takes seconds: who wants another plane need not wait
        if self.bar.way.word == T_SNE:
            self._embedding.ask(EmbedNeighbours(codes), (codes, "t-sne"))
        else:
            self._embedding.ask(Embed(codes), (codes, "pca"))

    def _embedded(
        self,
        about: tuple[NDArray[np.float32], Literal["pca", "t-sne"]],
        points: NDArray[np.float32],
    ) -> None:
        codes, by = about
        self.projection = Projection.of(codes, points, by)
        self.bar.follow_way()
        self._place()

    def _place(self) -> None:
        """Put the points where the scale of the axes has them."""
        projection = self.projection
        if projection is None:
            return
        even = self.bar.axes.word == EVEN and projection.by != "t-sne"
        self.scale = self._even_scale(projection) if even else LINEAR
        self.view.ticks = None if projection.by == "t-sne" else self.scale.ticks
        self._manifold.forget()  # what is on its way belongs to the old scale
        self.view.tiles = None
        home = (np.zeros(2), np.ones(2)) if even else None
        self.view.show_points(self.scale.to_map(projection.points), self._classes(), home)
        self._filter()
        self._follow()

    def _even_scale(self, projection: Projection) -> MapScale:
        """Of the prior, where codes were trained for it; else of the codes themselves."""
        card = self.state.card
        if card is not None and card.can(Capability.LATENT_VARIABLE):
            middle = projection.place_of(np.zeros(projection.codes.shape[1]))
            return MapScale(True, middle, np.ones(2))
        spread = np.maximum(projection.points.std(axis=0), 1e-9)
        return MapScale(True, projection.points.mean(axis=0), spread)

    # --- classes ---

    def _classes(self) -> NDArray[np.int64]:
        survey, which = self.state.survey, max(self.label.currentIndex(), 0)
        if survey is None or not survey.labels.shape[1]:
            count = 0 if survey is None else len(survey.codes)
            return np.full(count, -1, np.int64)
        return survey.labels[:, which]

    def _offer_classes(self, which: int) -> None:
        if self.state.space is not None:
            self.legend.offer(self.state.space.labels[which])
            self._place()

    def _filter(self) -> None:
        classes, shown = self._classes(), self.legend.shows()
        known = (classes >= 0) & (len(shown) > 0)
        keep = np.ones(len(classes), np.bool_)
        keep[known] = shown[classes[known]]
        self.view.filter_by(keep)
        self._show_layers()

    # --- layers ---

    def _show_layers(self) -> None:
        view = self.view
        view.points_shown = self.bar.points.isChecked()
        dense = self.bar.density.isChecked()
        view.density = density_of(view.places[view.shown]) if dense else None
        if not self.bar.manifold.isChecked():
            self._manifold.forget()
            view.tiles = None
        view.redraw()
        self._ask_tiles()
        self._say()

    def _ask_tiles(self) -> None:
        run, space, projection = self.state.run, self.state.space, self.projection
        if run is None or space is None or projection is None or not self.bar.manifold.isChecked():
            return
        low, high = self.scale.within(*self.view.visible())
        if (high - low).min() <= 0:
            return
        self._manifold.ask(
            run.folder,
            projection,
            self.scale,
            grid_over(low, high, self.bar.tile_count, self.scale.even),
            self.bar.off_plane.word,
            space.levels,
            self.state.labels,
        )

    def _take_tiles(self, tiles: Tiles) -> None:
        if self.bar.manifold.isChecked():
            self._note = ""
            self._say()
            self.view.show_tiles(tiles)

    # --- the code ---

    def _pick(self, place: NDArray[np.float64], meant: int | None) -> None:
        projection = self.projection
        if projection is None:
            return
        if meant is not None:
            code = projection.codes[meant].astype(np.float32)
        else:
            point = self.scale.to_plane(place[None])[0]
            code = projection.code_at(point, self.bar.off_plane.word)
        self.state.set_code(code, "Walk on the map")

    def _open(self, which: int) -> None:
        survey = self.state.survey
        if survey is not None:
            words = f"{survey.split} image {survey.numbers[which]}"
            self.state.start_from(survey.images[which], survey.labels[which], words)

    def _follow(self) -> None:
        """The mark goes where the code is."""
        code, projection = self.state.code, self.projection
        if code is None or projection is None or len(code) != projection.codes.shape[1]:
            self.view.show_current(None)
            return
        place = self.scale.to_map(projection.place_of(code)[None])[0]
        card, space = None, self.state.space
        if self.state.image is not None and space is not None:
            card = Card(picture(self.state.image, space.levels), "decoded")
        self.view.show_current(place, card)

    def _card_of(self, which: int) -> Card:
        survey, space = self.state.survey, self.state.space
        assert survey is not None and space is not None  # noqa: S101 - points come from them
        said = [
            f"{label.name} {label.classes[survey.labels[which, column]]}"
            for column, label in enumerate(space.labels)
        ]
        words = ", ".join(said) or f"{survey.split} image {survey.numbers[which]}"
        return Card(picture(survey.images[which], space.levels), words)

    # --- words ---

    def _refuse(self, failed: Failed) -> None:
        self._note = f"{failed.title} {failed.advice}".strip()
        self._say()

    def _say(self) -> None:
        if self._note:
            words = self._note
        elif self.projection is None or self._embedding.busy:
            words = "The codes of the data are being placed …" if self.state.run else ""
        elif self.projection.by == "t-sne":
            words = (
                "t-SNE knows no way back: what is decoded is the code of the datum nearest to the "
                "pointer. Near means similar; distances far apart mean nothing."
            )
        elif self.projection.by == "plane":
            words = "The map is the latent space itself: what is decoded is the place, z = p."
        elif self.bar.off_plane.word == PLANE:
            words = (
                "What is decoded lies on the plane of the two main directions, the rest of z at "
                "its mean: z = z̄ + (p − p̄) V."
            )
        else:
            words = (
                "What is decoded is moved along the two main directions from the nearest datum, "
                "whose rest of z it keeps: z = zₙ + (p − pₙ) V."
            )
        self.caption.setText(words)

    def _recipe(self) -> dict[str, str]:
        run = self.state.run
        return {
            "run": "" if run is None else run.name,
            "map": "" if self.projection is None else self.projection.words,
        }
