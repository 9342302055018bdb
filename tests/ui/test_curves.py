"""Curves: the numbers behind them, and what a person does to the plot."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from genstudio.core.errors import UserError
from genstudio.core.measures import Measure
from genstudio.core.runs import Metric
from genstudio.ui.widgets.curves import Curves
from genstudio.ui.widgets.plot_export import csv_text
from genstudio.ui.widgets.series import Series, centred_median


def points(train: list[float], valid: dict[int, float]) -> list[Metric]:
    """A training point every ten steps, half a second each; validation where said."""
    found = []
    for index, bits in enumerate(train, 1):
        at = {"step": 10 * index, "epoch": 0.0, "seconds": 0.5 * index}
        found.append(Metric.model_validate(at | {"bits_per_dim": bits}))
        if 10 * index in valid:
            found.append(Metric.model_validate(at | {"valid_bits_per_dim": valid[10 * index]}))
    return found


OVERFIT = {50: 2.0, 100: 1.5, 150: 1.6, 200: 1.7, 250: 1.8}


@pytest.fixture
def series() -> Series:
    series = Series()
    series.add(points([3 - 0.05 * index for index in range(30)], OVERFIT))
    return series


@pytest.fixture
def curves(qtbot: QtBot, series: Series) -> Curves:
    curves = Curves()
    qtbot.addWidget(curves)
    curves.resize(800, 500)
    curves.show()
    curves.show_series("main", "A run", series, "#4477aa", measure=Measure.EXACT, main=True)
    qtbot.waitUntil(lambda: curves.drawn)
    return curves


def test_points_that_are_there_already_are_left_aside(series: Series) -> None:
    series.add(points([9.0] * 31, {100: 9.0}))
    assert series.train.count == 31
    assert series.valid.count == len(OVERFIT)
    assert list(series.train.column(Series.STEP)) == [10.0 * index for index in range(1, 32)]


def test_a_buffer_grows_and_keeps_what_it_has() -> None:
    series = Series()
    values = [float(value) for value in range(1, 3001)]
    series.add(points(values, {}))
    assert series.train.column(Series.BITS).tolist() == values


def test_the_median_is_centred_and_does_not_lag() -> None:
    line = np.arange(40, dtype=float)
    assert np.array_equal(centred_median(line, 9), line)  # a straight line stays where it is
    spike = np.zeros(21)
    spike[10] = 100
    assert not centred_median(spike, 5).any()  # one outlier moves nothing


def test_smoothing_point_by_point_is_smoothing_at_once() -> None:
    values = np.random.default_rng(3).normal(size=60).tolist()
    slow, fast = Series(), Series()
    slow.smooth(9)
    for index, point in enumerate(points(values, {})):
        slow.add([point])
        assert slow.train.count == index + 1
    fast.add(points(values, {}))
    fast.smooth(9)
    assert np.array_equal(slow.train.column(Series.MEDIAN), fast.train.column(Series.MEDIAN))
    assert slow.train.column(Series.BITS).tolist() == values


def test_the_best_validation_and_overfitting_are_found(series: Series) -> None:
    assert series.best == (100, 5.0, 1.5)
    overfit = series.overfit()
    assert overfit is not None
    assert overfit.rising
    assert str(overfit) == ("Validation has not improved for 150 steps: overfitting since step 100")


def test_standing_still_is_not_called_overfitting() -> None:
    series = Series()
    valid = {50: 1.5, 100: 1.501, 150: 1.502, 200: 1.501}
    series.add(points([1.0] * 20, valid))
    overfit = series.overfit()
    assert overfit is not None
    assert not overfit.rising
    assert "overfitting" not in str(overfit)


@pytest.mark.parametrize("valid", [{}, {50: 1.5}, {50: 2.0, 100: 1.5, 150: 1.6}])
def test_too_little_is_no_verdict(valid: dict[int, float]) -> None:
    series = Series()
    series.add(points([1.0] * 20, valid))
    assert series.overfit() is None


def test_the_verdict_is_said_and_the_gap_shaded(curves: Curves) -> None:
    assert curves.verdict.isVisible()
    assert "overfitting since step 100" in curves.verdict.text()
    assert curves._lines["main"].gap.isVisible()


def test_the_axis_turns_to_time_and_names_its_unit(curves: Curves) -> None:
    assert curves.plot.getAxis("bottom").labelText == "step"
    QTest.mouseClick(curves.against.button("time"), Qt.MouseButton.LeftButton)
    assert curves.plot.getAxis("bottom").labelText == "training time, s"
    assert curves._lines["main"].valid.getData()[0].tolist() == [2.5, 5.0, 7.5, 10.0, 12.5]


def test_hovering_shows_the_values_under_the_pointer(curves: Curves, qtbot: QtBot) -> None:
    assert "latest" in curves.legend.text()
    box = curves.plot.plotItem.vb
    place = curves.plot.mapFromScene(box.mapViewToScene(QPointF(100, 2.0)))
    QTest.mouseMove(curves.plot.viewport(), place + QPoint(3, 0))
    QTest.mouseMove(curves.plot.viewport(), place)
    qtbot.waitUntil(lambda: "step 100" in curves.legend.text() or "step 99" in curves.legend.text())
    assert "= 1.5<" in curves.legend.text()


def wheel(curves: Curves) -> None:
    viewport = curves.plot.viewport()
    middle = QPointF(viewport.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(viewport.mapToGlobal(middle.toPoint())),
        QPoint(0, 0),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_the_wheel_zooms_and_f_fits_again(curves: Curves, qtbot: QtBot) -> None:
    before = curves.plot.plotItem.vb.viewRange()
    wheel(curves)
    assert not curves.plot.following
    (left, right), _ = curves.plot.plotItem.vb.viewRange()
    assert right - left < before[0][1] - before[0][0]
    QTest.keyClick(curves.plot, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: curves.drawn)
    assert curves.plot.plotItem.vb.viewRange() == before


def test_a_double_click_fits_again(curves: Curves, qtbot: QtBot) -> None:
    before = curves.plot.plotItem.vb.viewRange()
    wheel(curves)
    viewport = curves.plot.viewport()
    middle = viewport.rect().center()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.waitUntil(lambda: curves.plot.following and curves.drawn)
    assert curves.plot.plotItem.vb.viewRange() == before


def test_a_bound_is_marked_as_one(curves: Curves, series: Series, qtbot: QtBot) -> None:
    curves.show_series("other", "A bound", series, "#ee6677", measure=Measure.BOUND)
    qtbot.waitUntil(lambda: curves.drawn)
    assert "≤ 1.8" in curves.legend.text()
    assert "= 1.8" in curves.legend.text()


def test_errors_are_no_bits_in_the_plot_nor_in_the_table(curves: Curves, qtbot: QtBot) -> None:
    errors = Series()
    for step in (10, 20, 30):
        errors.add([Metric(step=step, epoch=0, seconds=step, error=3 / step)])
    errors.add([Metric(step=30, epoch=0, seconds=30, valid_error=0.2)])
    curves.show_series("other", "An autoencoder", errors, "#ee6677", measure=Measure.ERROR)
    qtbot.waitUntil(lambda: curves.drawn)
    label = curves.plot.plotItem.getAxis("left").labelText
    assert label == "bits/dim (=, exact) and mean squared error"
    assert "<b>0.2</b>" in curves.legend.text()
    rows = list(csv.DictReader(io.StringIO(csv_text({"A": errors}))))
    assert not any(row["train_bits_per_dim"] or row["valid_bits_per_dim"] for row in rows)
    assert [row["train_error"] for row in rows if row["train_error"]] == ["0.3", "0.15", "0.1"]
    assert [row["valid_error"] for row in rows if row["valid_error"]] == ["0.2"]


def test_the_table_holds_every_point(series: Series) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text({"A, run": series}))))
    assert {row["run"] for row in rows} == {"A, run"}
    valid = {
        int(r["step"]): float(r["valid_bits_per_dim"]) for r in rows if r["valid_bits_per_dim"]
    }
    assert valid == OVERFIT
    assert len([row for row in rows if row["train_bits_per_dim"]]) == 30


def test_pictures_and_drawings_are_written(curves: Curves, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("a.png", "a.svg", "a.csv"):
        with qtbot.waitSignal(curves.saved):
            curves.save(tmp_path / name)
    image = QImage(str(tmp_path / "a.png"))
    assert image.width() == 2 * curves.plot.width()
    assert "A run" in image.text("Description")
    assert "<svg" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_another_ending_is_refused_in_a_sentence(
    curves: Curves, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(curves.failed) as caught:
        curves.save(tmp_path / "a.gif")
    error = caught.args[0]
    assert isinstance(error, UserError)
    assert "“.gif”" in error.title
    assert not (tmp_path / "a.gif").exists()


def test_copying_gives_picture_and_numbers(curves: Curves) -> None:
    curves.plot.setFocus()
    QTest.keyClick(curves.plot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    assert data.text().startswith("run,step,seconds")


def test_a_hundred_thousand_points_are_redrawn_quickly(curves: Curves, qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    long = Series()
    for index, bits in enumerate(1 + rng.normal(size=100_000) ** 2):
        long.train.append(10 * index + 10, 0.5 * index, bits, bits)
    curves.show_series("main", "Long", long, "#4477aa", measure=Measure.EXACT, main=True)
    qtbot.waitUntil(lambda: curves.drawn)
    began = time.perf_counter()
    for extra in range(10):
        step = 1_000_010 + 10 * extra
        long.add([Metric(step=step, epoch=0.0, seconds=5e4 + extra, bits_per_dim=1.0)])
        curves.redraw()
    # Generous against the machine's other work: the point is that it is not seconds.
    assert (time.perf_counter() - began) / 10 < 0.1


def test_the_best_point_s_words_stay_inside_the_plot(curves: Curves, qtbot: QtBot) -> None:
    longer = Series()
    longer.add(points([2.0] * 600, {6000: 2.0}))
    curves.show_series("other", "A longer run", longer, "#ee6677", measure=Measure.EXACT)
    qtbot.waitUntil(lambda: curves.drawn)
    curves.grab()
    plot = curves.plot.plotItem
    texts = [item for item in plot.items if isinstance(item, pg.TextItem) and item.isVisible()]
    assert [text.toPlainText() for text in texts] == ["best = 1.5 at step 100"]
    box = plot.getViewBox().sceneBoundingRect()
    assert box.contains(texts[0].mapRectToScene(texts[0].boundingRect()))
