"""The tree of dilations: edges as in the paper's figure, brightness, and going about in it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from genstudio.core.uniforms import generator
from genstudio.ui.sound_views.dilation_tree import DilationTreeView
from genstudio.ui.sound_views.dilations import Dilations, TreeRow, shares
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.sound_views.tree_edges import leaning
from genstudio.ui.theme import theme

FIGURE = (0, 1, 2, 4, 8)  # dilations of the paper's figure 3, upwards from the input
Layer = tuple[int, np.ndarray, np.ndarray]


def layers(dilations: tuple[int, ...] = FIGURE, root: int = 99) -> list[Layer]:
    """Rows of a tree by following every path; magnitudes fall with the distance from the root."""
    rows: list[Layer] = []
    places = {root}
    for above, dilation in zip((*dilations[1:], 0)[::-1], dilations[::-1], strict=True):
        if above:
            places = places | {place - above for place in places}
        positions = np.array(sorted(place for place in places if place >= 0))
        rows.insert(0, (dilation, positions, np.exp(-(root - positions) / 8.0)))
    return rows


@pytest.fixture
def view(qtbot: QtBot) -> DilationTreeView:
    view = DilationTreeView(TimeWindow(1000, 200))
    qtbot.addWidget(view)
    view.resize(640, 240)
    view.show()
    view.show_layers(layers(), caption="Sample 100")
    view.look_at_tree()
    view.finish()
    return view


def shot(view: DilationTreeView) -> QImage:
    return view.grab().toImage()


def away(view: DilationTreeView, row: int, node: int) -> int:
    """How far the colour of a node is from that of the ground."""
    point = view.node_point(row, node).toPoint()
    colour, ground = shot(view).pixelColor(point), QColor(theme().colours.surface)
    return (
        abs(colour.red() - ground.red())
        + abs(colour.green() - ground.green())
        + abs(colour.blue() - ground.blue())
    )


def test_the_figures_tree_has_one_leaf_for_each_sample_of_its_field() -> None:
    tree = Dilations([TreeRow(*row) for row in layers()])
    assert [len(row.positions) for row in tree.rows] == [16, 8, 4, 2, 1]
    for row in range(1, len(tree)):
        edges = tree.edges(row)
        drawn = {
            (int(tree.rows[row].positions[a]), int(tree.rows[row - 1].positions[b]), bool(back))
            for a, b, back in zip(*edges, strict=True)
        }
        dilation = tree.rows[row].dilation
        places = [int(place) for place in tree.rows[row].positions]
        expected = {(place, place, False) for place in places}
        expected |= {(place, place - dilation, True) for place in places}
        assert drawn == expected


def test_what_a_node_sees_and_what_sees_it_are_found_by_following_edges() -> None:
    """Where cycles of dilations overlap, and the sound begins within the tree."""
    tree = Dilations([TreeRow(*row) for row in layers((0, 1, 2, 4, 1, 2, 4), root=11)])
    assert tree.first == 0
    for row in range(len(tree)):
        for node in range(len(tree.rows[row].positions)):
            reached = {node}
            for lower, places in list(tree.below(row, node))[1:]:
                edges = tree.edges(lower + 1)
                reached = {b for a, b, _ in zip(*edges, strict=True) if a in reached}
                positions = tree.rows[lower].positions
                assert places.tolist() == positions[sorted(reached)].tolist()
            reached = {node}
            for upper, places in tree.above(row, node):
                edges = tree.edges(upper)
                reached = {a for a, b, _ in zip(*edges, strict=True) if b in reached}
                positions = tree.rows[upper].positions
                assert places.tolist() == positions[sorted(reached)].tolist()


def test_brightness_is_of_the_rows_strongest_or_of_its_decades() -> None:
    magnitudes = np.array([2.0, 0.2, 0.02, 2e-4, 2e-5, 0.0])
    np.testing.assert_allclose(shares(magnitudes, False), [1, 0.1, 0.01, 1e-4, 1e-5, 0])
    np.testing.assert_allclose(shares(magnitudes, True), [1, 0.75, 0.5, 0, 0, 0], atol=1e-12)
    assert not shares(np.zeros(3), True).any()


@pytest.mark.parametrize("lean", [0.0, 3.0, 24.0, 61.7, 400.0])
def test_many_edges_are_drawn_as_each_would_be_and_the_brightest_wins(lean: float) -> None:
    tall, wide = 24, 90
    random = generator(11)
    columns = random.integers(-20, 200, 60)
    brightness = random.integers(1, 17, 60).astype(np.uint8)
    naive = np.zeros((tall, wide), np.uint8)
    step = lean / tall
    for column, shade in zip(columns.tolist(), brightness.tolist(), strict=True):
        if not 0 <= column < wide + int(np.ceil(lean)):
            continue
        for line in range(tall):
            right = column - int(np.floor(line * step))
            for x in range(right - max(1, round(step)) + 1, right + 1):
                if 0 <= x < wide:
                    naive[line, x] = max(naive[line, x], shade)
    np.testing.assert_array_equal(leaning(columns, brightness, lean, tall, wide), naive)


def test_the_stronger_a_node_the_more_it_stands_out(view: DilationTreeView) -> None:
    samples = len(view.layout_of_tree.tree.rows[0].positions)
    seen = [away(view, 0, node) for node in range(samples)]
    assert seen == sorted(seen) and seen[-1] > seen[0] + 100
    faint = away(view, 0, 3)
    view.set_logarithmic(False)
    assert away(view, 0, 3) < faint, "e^-1.5 is much less of 1 than its logarithm is of 4 decades"


def test_there_is_an_edge_where_the_figure_has_one_and_nowhere_else(view: DilationTreeView) -> None:
    picture = shot(view)
    ground = theme().colours.surface
    root, child = view.node_point(4, 0), view.node_point(3, 0)
    middle = ((root + child) / 2).toPoint()
    assert any(picture.pixelColor(middle + QPoint(0, y)).name() != ground for y in (-1, 0, 1))
    assert picture.pixelColor(((root + child) / 2 + (root - child) / 2).toPoint()).name() != ground
    empty = QPoint(int(child.x()), int(root.y()))
    assert picture.pixelColor(empty).name() == ground


def test_a_click_on_a_node_seeks_its_sample_and_elsewhere_that_below_the_pointer(
    view: DilationTreeView, qtbot: QtBot
) -> None:
    sought: list[int] = []
    view.sought.connect(sought.append)
    point = view.node_point(2, 1)
    place = int(view.layout_of_tree.tree.rows[2].positions[1])
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=point.toPoint() + QPoint(3, 2))
    assert sought == [place]
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(int(view.x_of(86.5)), 60))
    assert sought == [place, 86]


def test_the_pointer_names_the_nearest_node_and_what_it_sees(
    view: DilationTreeView, qtbot: QtBot
) -> None:
    qtbot.mouseMove(view, view.node_point(3, 0).toPoint())
    qtbot.mouseMove(view, view.node_point(3, 1).toPoint())
    qtbot.waitUntil(lambda: view.node == (3, 1))
    said = view.accessibleDescription()
    assert said.startswith("Dilation 4, sample 99, 1 before the one asked about: gradient 1 nats")
    assert said.endswith("100 % of the row's strongest; sees 8 samples.")


def test_keys_go_from_node_to_node_and_enter_seeks(view: DilationTreeView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.node == (4, 0), "first the root"
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.node == (3, 1), "what is right below"
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert "sample 91" in view.accessibleDescription()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    with qtbot.waitSignal(view.sought) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert caught.args == [99 - 4 - 8]
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.window_of_time.fitted
    qtbot.keyClick(view, Qt.Key.Key_F)
    window = view.window_of_time
    assert window.start < 99 - 15 and window.start + window.span > 101 and window.span < 24


def test_where_nodes_are_narrower_than_dots_every_pixel_of_the_field_is_a_bands(
    qtbot: QtBot,
) -> None:
    view = DilationTreeView(TimeWindow(8000, 40_000))
    qtbot.addWidget(view)
    view.resize(500, 300)
    rows = layers((0, *(1, 2, 4, 8, 16, 32, 64, 128, 256, 512) * 3), root=20_000)
    assert len(rows[0][1]) == 3 * 1023 + 1
    view.show()
    view.show_layers(rows)
    view.show_position(40_000)
    view.finish()
    picture, ground = shot(view), theme().colours.surface
    y = int(view.layout_of_tree.y_of(0))
    left, right = view.x_of(20_000 - 3 * 1023), view.x_of(20_001)
    coloured = [x for x in range(500) if picture.pixelColor(x, y).name() != ground and x < 430]
    assert coloured == list(range(int(left), int(right) + 1))


def test_the_first_sample_has_no_tree_and_nothing_breaks(
    view: DilationTreeView, qtbot: QtBot
) -> None:
    none = np.zeros(0, np.int64)
    view.show_layers([(0, none, none.astype(float)), (1, none, none.astype(float))])
    shot(view)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_F):
        qtbot.keyClick(view, key)
    qtbot.mouseMove(view, QPoint(80, 80))
    assert view.node is None


def test_a_first_tree_grows_from_its_root(qtbot: QtBot) -> None:
    view = DilationTreeView(TimeWindow(1000, 110))
    qtbot.addWidget(view)
    view.resize(640, 240)
    view.show()
    view.show_layers(layers())
    assert away(view, 0, 15) == 0, "the samples come last"
    qtbot.waitUntil(lambda: not view.growing)
    assert away(view, 0, 15) > 100


def test_the_tree_follows_the_theme(view: DilationTreeView) -> None:
    grounds, dots = [], []
    for scheme in ("light", "dark"):
        theme().choose(scheme)
        picture = shot(view)
        grounds.append(picture.pixelColor(5, 100).lightness())
        dots.append(picture.pixelColor(view.node_point(4, 0).toPoint()).lightness())
    theme().choose("system")
    assert grounds[0] > 200 and dots[0] < 60, "dark on light"
    assert grounds[1] < 60 and dots[1] > 200, "light on dark"
