"""The map of the latent space, walked with the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from scipy import stats
from sklearn.decomposition import PCA

from genstudio.core.messages import Decode, Embed, EmbedNeighbours, Encode, SurveyLatent
from genstudio.core.runs import Run
from genstudio.ui.latent.manifold import MANIFOLD
from genstudio.ui.latent.map import EMBED, LatentMap
from genstudio.ui.latent.state import DECODE, LatentState
from genstudio.ui.studio import Studio
from genstudio.ui.theme import CLASS_COLOURS, theme
from tests.ui.latent import AUTOENCODER, VAE, answer, asked_on, codes_of, survey_of
from tests.ui.scripted import ScriptedEngine

LEFT = Qt.MouseButton.LeftButton


class Walk:
    """A map over an engine that the test speaks for."""

    def __init__(
        self, qtbot: QtBot, studio: Studio, engine: ScriptedEngine, run: Run, size: int = 2
    ) -> None:
        self.studio, self.engine = studio, engine
        self.state = LatentState(studio)
        self.map = LatentMap(studio, self.state)
        qtbot.addWidget(self.map)
        self.map.resize(520, 620)
        self.map.show()
        self.codes = codes_of(40, size)
        self.survey = survey_of(self.codes)
        self.state.use(run, VAE)
        self.answer(SurveyLatent, self.survey)
        points = self.codes if size == 2 else PCA(2).fit_transform(self.codes)
        self.answer(Embed, points.astype(np.float32))
        self.decode()

    def answer(self, kind: type, result: object, channel: str = "") -> None:
        """Of the newest request of a kind."""
        answer(self.studio, self.engine, kind, result, channel)

    def decode(self) -> None:
        """Answer what the code decodes to."""
        self.answer(Decode, np.zeros((1, 8, 8, 1), np.float32), DECODE)

    def at(self, point: int) -> QPoint:
        """Where a point is on the screen."""
        return self.map.view.position_of(self.map.view.places[point]).toPoint()

    def asked(self) -> list[NDArray[np.float32]]:
        """Codes (Z,) that were to be decoded for the picture."""
        return [request.codes[0] for request in asked_on(self.engine, DECODE)]

    def tiles(self) -> list[NDArray[np.float32]]:
        """Codes (n, Z) that were to be decoded for the manifold."""
        return [request.codes for request in asked_on(self.engine, MANIFOLD)]

    def scroll(self, position: QPoint, notches: int) -> None:
        """Turn the wheel over a position."""
        view = self.map.view
        event = QWheelEvent(
            QPointF(position),
            QPointF(view.mapToGlobal(position)),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view, event)


@pytest.fixture
def walk(
    qtbot: QtBot, studio: Studio, scripted_engine: ScriptedEngine, make_run: Callable[..., Run]
) -> Walk:
    run = make_run("vae-digits-0001", family="vae", title="VAE on digits")
    return Walk(qtbot, studio, scripted_engine, run)


@pytest.fixture
def deep(
    qtbot: QtBot, studio: Studio, scripted_engine: ScriptedEngine, make_run: Callable[..., Run]
) -> Walk:
    run = make_run("vae-digits-0002", family="vae", title="VAE on digits")
    return Walk(qtbot, studio, scripted_engine, run, size=6)


def test_hovering_shows_the_datum_and_its_class(walk: Walk) -> None:
    view, told = walk.map.view, []
    view.hovered.connect(told.append)
    # The points on top of each other are left aside: the nearest is meant, and it is these.
    away = np.abs(walk.codes[:, None] - walk.codes[None]).max(axis=2) + np.eye(40)
    alone = [int(point) for point in np.flatnonzero(away.min(axis=1) > 0.15)]
    assert len(alone) > 5
    for point in alone:
        QTest.mouseMove(view, walk.at(point))
        assert told[-1] == point
        assert view.accessibleDescription() == f"digit {point % 10}"
        card = view.card_of(point)
        assert card.image.pixelColor(3, 3).red() == round(point % 16 * 255 / 15)


def test_away_from_all_points_nothing_is_hovered(walk: Walk) -> None:
    view, told = walk.map.view, []
    QTest.mouseMove(view, walk.at(0))
    view.hovered.connect(told.append)
    QTest.mouseMove(view, QPoint(2, 2))
    assert told == [None]


def test_dragging_decodes_the_place_and_only_the_newest_waits(walk: Walk) -> None:
    view, before = walk.map.view, len(walk.asked())
    start = QPoint(60, 200)
    QTest.mousePress(view, LEFT, pos=start)
    for step in range(1, 30):
        QTest.mouseMove(view, start + QPoint(4 * step, -2 * step))
    assert len(walk.asked()) == before + 1, "one is open, all others wait"
    np.testing.assert_allclose(walk.asked()[-1], view.place_at(QPointF(start)), atol=1e-5)
    walk.decode()
    assert len(walk.asked()) == before + 2
    end = start + QPoint(4 * 29, -2 * 29)
    np.testing.assert_allclose(walk.asked()[-1], view.place_at(QPointF(end)), atol=1e-5)
    walk.decode()
    assert len(walk.asked()) == before + 2
    QTest.mouseRelease(view, LEFT, pos=end)
    position = view.position_of(view.current)
    assert (position - QPointF(end)).manhattanLength() < 0.01


def test_a_click_on_a_point_goes_to_exactly_its_code(walk: Walk) -> None:
    QTest.mouseClick(walk.map.view, LEFT, pos=walk.at(12) + QPoint(1, 1))
    np.testing.assert_array_equal(walk.state.code, walk.codes[12])


def test_a_double_click_starts_from_the_datum(walk: Walk) -> None:
    QTest.mouseDClick(walk.map.view, LEFT, pos=walk.at(12))
    request = walk.engine.last(Encode).request
    np.testing.assert_array_equal(request.images[0], walk.survey.images[12])


def test_the_mark_follows_a_code_that_is_set_elsewhere(walk: Walk) -> None:
    walk.state.set_code(np.array([0.25, -0.5]))
    np.testing.assert_allclose(walk.map.view.current, [0.25, -0.5], atol=1e-6)


def test_the_legend_leaves_classes_out_and_shows_one_alone(walk: Walk) -> None:
    legend, view = walk.map.legend, walk.map.view
    full = view.density.values.copy()
    QTest.mouseClick(legend.buttons[3], LEFT)
    assert view.shown.sum() == 36 and not view.shown[3::10].any()
    assert not np.allclose(view.density.values, full)
    assert view.point_at(QPointF(walk.at(13))) != 13
    QTest.mouseDClick(legend.buttons[7], LEFT)
    assert view.shown[7::10].all() and view.shown.sum() == 4
    QTest.mouseDClick(legend.buttons[7], LEFT)
    assert view.shown.all()


def test_the_manifold_is_the_inverse_normal_of_a_regular_grid(walk: Walk) -> None:
    QTest.mouseClick(walk.map.bar.manifold, LEFT, pos=QPoint(10, 10))
    assert walk.map.bar.manifold.isChecked()
    codes = walk.tiles()[-1]
    shares = (np.arange(20) + 0.5) / 20
    expected = np.stack(np.meshgrid(*[stats.norm.ppf(shares)] * 2), axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(codes, expected, atol=1e-5)
    images = np.arange(400, dtype=np.float32).reshape(400, 1, 1, 1) / 400 * 15
    walk.answer(Decode, np.broadcast_to(images, (400, 8, 8, 1)), MANIFOLD)
    tiles = walk.map.view.tiles
    assert (tiles.columns, tiles.rows) == (20, 20) and tiles.sheet.width() == 160
    for row, column in ((0, 0), (0, 19), (7, 3), (19, 19)):
        shown = tiles.sheet.pixelColor(8 * column + 7, 8 * (19 - row)).red()
        assert shown == round((20 * row + column) / 400 * 255)
    assert walk.map.settled()
    QTest.mouseClick(walk.map.legend.buttons[0], LEFT)
    assert walk.map.settled(), "the same pictures are not asked for again"


def test_zooming_decodes_what_is_seen_anew_and_the_newest_wins(walk: Walk) -> None:
    bar, view = walk.map.bar, walk.map.view
    bar.manifold.click()
    walk.answer(Decode, np.zeros((400, 8, 8, 1), np.float32), MANIFOLD)
    asked = len(walk.tiles())
    place = view.position_of(np.array([0.3, 0.7])).toPoint()
    fixed = view.place_at(QPointF(place))
    for _ in range(12):
        walk.scroll(place, 1)
    np.testing.assert_allclose(view.place_at(QPointF(place)), fixed, atol=1e-6)
    assert len(walk.tiles()) == asked + 1, "one is open, of the others only the last waits"
    walk.answer(Decode, np.zeros((len(walk.tiles()[-1]), 8, 8, 1), np.float32), MANIFOLD)
    assert len(walk.tiles()) == asked + 2
    shares = stats.norm.cdf(walk.tiles()[-1])
    low, high = view.visible()
    side = (high - low).min() / 19
    assert (shares > low - side).all() and (shares < high + side).all()
    assert (np.ptp(shares, axis=0) > (high - low) - 2 * side).all(), "all that is seen is covered"


def test_dragging_the_map_moves_it_and_not_the_code(walk: Walk) -> None:
    view, code = walk.map.view, walk.state.code.copy()
    before = view.visible()[0]
    right = Qt.MouseButton.RightButton
    QTest.mousePress(view, right, pos=QPoint(100, 100))
    QTest.mouseMove(view, QPoint(140, 100))
    QTest.mouseRelease(view, right, pos=QPoint(140, 100))
    scale = view.width() / (view.visible()[1] - view.visible()[0])[0]
    np.testing.assert_allclose(view.visible()[0] - before, [-40 / scale, 0], atol=1e-9)
    np.testing.assert_array_equal(walk.state.code, code)
    QTest.keyClick(view, Qt.Key.Key_F)
    np.testing.assert_allclose(view.visible()[0], before)


def test_the_keyboard_walks_too(walk: Walk) -> None:
    view = walk.map.view
    start = view.position_of(view.current)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    moved = view.position_of(view.current) - start
    assert (moved - QPointF(8, -1)).manhattanLength() < 0.01
    nearest = np.square(walk.codes - walk.state.code).sum(axis=1).argmin()
    QTest.keyClick(view, Qt.Key.Key_Return)
    np.testing.assert_array_equal(walk.state.code, walk.codes[nearest])


def test_of_more_dimensions_the_nearest_keeps_the_rest(deep: Walk) -> None:
    pca = PCA(2).fit(deep.codes)
    view, bar = deep.map.view, deep.map.bar
    position = next(
        QPointF(x, y)
        for x in range(60, 400, 20)
        for y in range(60, 300, 20)
        if view.point_at(QPointF(x, y)) is None
    )
    place = view.place_at(position)
    near = np.square(view.places - place).sum(axis=1).argmin()
    QTest.mouseClick(view, LEFT, pos=position.toPoint())
    there = pca.inverse_transform(place[None])[0]
    lost = deep.codes[near] - pca.inverse_transform(view.places[near][None])[0]
    np.testing.assert_allclose(deep.state.code, there + lost, atol=1e-4)
    assert "nearest datum" in deep.map.caption.text()
    QTest.mouseClick(bar.off_plane.button("Mean"), LEFT)
    assert "at its mean" in deep.map.caption.text()
    QTest.mouseClick(view, LEFT, pos=position.toPoint())
    np.testing.assert_allclose(deep.state.code, there, atol=1e-4)


def test_t_sne_is_asked_for_and_decodes_the_nearest_datum(deep: Walk) -> None:
    bar, view = deep.map.bar, deep.map.view
    bar.manifold.click()
    QTest.mouseClick(bar.way.button("t-SNE"), LEFT)
    assert isinstance(asked_on(deep.engine, EMBED)[-1], EmbedNeighbours)
    assert not deep.map.settled()
    points = np.random.default_rng(8).normal(size=(40, 2)).astype(np.float32)
    deep.answer(EmbedNeighbours, points)
    assert not bar.manifold.isEnabled() and not bar.manifold.isChecked()
    position = QPointF(deep.at(9) + QPoint(20, 3))
    nearest = np.square(points - view.place_at(position)).sum(axis=1).argmin()
    QTest.mouseClick(view, LEFT, pos=position.toPoint())
    np.testing.assert_array_equal(deep.state.code, deep.codes[nearest])
    assert "no way back" in deep.map.caption.text()


def test_t_sne_is_not_waited_for_by_who_wants_another_plane(deep: Walk) -> None:
    bar = deep.map.bar
    QTest.mouseClick(bar.way.button("t-SNE"), LEFT)
    slow = deep.engine.last(EmbedNeighbours).job
    QTest.mouseClick(bar.way.button("PCA"), LEFT)
    assert slow not in deep.engine.open_jobs
    assert isinstance(asked_on(deep.engine, EMBED)[-1], Embed)
    deep.answer(Embed, deep.codes[:, :2].astype(np.float32))
    assert deep.map.settled() and deep.map.projection is not None
    assert deep.map.projection.by == "pca"


def test_without_a_prior_even_probability_is_that_of_the_codes(walk: Walk) -> None:
    walk.state.card = AUTOENCODER
    walk.map.bar.manifold.click()
    codes = walk.tiles()[-1]
    mean, std = walk.codes.mean(axis=0), walk.codes.std(axis=0)
    expected = stats.norm.ppf(0.025, mean, std)
    np.testing.assert_allclose(codes.min(axis=0), expected, atol=1e-4)


def test_another_run_empties_the_map(walk: Walk, make_run: Callable[..., Run]) -> None:
    walk.state.use(make_run("vae-digits-0009", family="vae"), VAE)
    assert not len(walk.map.view.places) and walk.map.view.current is None
    assert not walk.map.legend.buttons


def test_a_refusal_is_told_in_place(deep: Walk) -> None:
    QTest.mouseClick(deep.map.bar.way.button("t-SNE"), LEFT)
    deep.engine.fail("t-SNE is made of more codes.", "Survey more.")
    deep.studio.poll()
    assert deep.map.caption.text() == "t-SNE is made of more codes. Survey more."


def test_the_theme_changes_on_the_spot(walk: Walk) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        theme().choose(scheme)
        walk.map.bar.density.setChecked(False)
        walk.map._show_layers()
        image = walk.map.view.grab().toImage()
        grounds.append(image.pixelColor(image.width() - 8, 8).name())
        assert grounds[-1] == theme().colours.surface
    theme().choose("system")
    assert grounds[0] != grounds[1]


def test_the_picture_is_exported_with_its_recipe(walk: Walk, tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    walk.map.export.save(path)
    with Image.open(path) as image:
        assert image.width == 2 * walk.map.view.width()
        assert "vae-digits-0001" in image.text["Description"]


def test_points_are_painted_where_they_are_in_the_colours_of_their_classes(walk: Walk) -> None:
    view = walk.map.view
    walk.map.bar.density.click()
    away = np.abs(walk.codes[:, None] - walk.codes[None]).max(axis=2) + np.eye(40)
    point = int(away.min(axis=1).argmax())
    image = view.grab().toImage()
    seen = QColor(image.pixelColor(walk.at(point)))
    expected = QColor(CLASS_COLOURS[point % 10])
    assert abs(seen.hslHue() - expected.hslHue()) < 12
    QTest.mouseClick(walk.map.legend.buttons[point % 10], LEFT)
    image = view.grab().toImage()
    assert image.pixelColor(walk.at(point)).name() == theme().colours.surface


def test_points_beyond_the_edge_are_not_painted_on_the_other_side(walk: Walk) -> None:
    view = walk.map.view
    walk.map.bar.density.click()
    view.ticks = None
    view.show_current(None)
    view.pan(-2.0 * view.width() + 3, 0)
    image = view.grab().toImage()
    colours = {image.pixel(x, y) for x in (0, 1, image.width() - 1) for y in range(image.height())}
    assert len(colours) == 1
