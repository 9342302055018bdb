"""The Compare panel: which runs it offers, what it asks of the engine, what it shows and saves."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from genstudio.core.messages import Compare, Compared
from genstudio.core.runs import Metric, Result, Run
from genstudio.ui.panels.compare import ComparePanel
from genstudio.ui.studio import Studio
from tests.ui.scripted import ScriptedEngine


@pytest.fixture
def panel(
    qtbot: QtBot, studio: Studio, make_run: Callable[..., Run], scripted_engine: ScriptedEngine
) -> ComparePanel:
    for name, title in (("a-0001", "First"), ("b-0001", "Second")):
        run = make_run(name, title=title)
        for step, bits in ((100, 2.2), (200, 2.03), (300, 2.1)):
            run.add_metric(
                Metric(
                    step=step,
                    epoch=step / 100,
                    seconds=step / 10,
                    bits_per_dim=bits,
                    valid_nats=90 * bits,
                    valid_bits_per_dim=bits,
                )
            )
    make_run("other-0001", title="Other data", data_hash="1" * 64)
    make_run("young-0001", title="No weights", weights=False)
    studio.refresh_runs()
    panel = ComparePanel(studio)
    qtbot.addWidget(panel)
    panel.resize(1000, 640)
    panel.show()
    chosen = next(run for run in studio.own if run.name == "b-0001")
    panel.show_run(chosen, studio.card_of(chosen))
    return panel


def found(value: int, nats: float) -> Compared:
    image = np.zeros((8, 8, 1), np.uint8)
    return Compared(
        np.full((5, 8, 8, 1), value, np.uint8), image, np.full((8, 8, 1), 2.0), nats, 0.012
    )


def asked(engine: ScriptedEngine) -> list[Compare]:
    return [each.request for each in engine.asked if isinstance(each.request, Compare)]


def answer(engine: ScriptedEngine, studio: Studio, run: str, what: Compared) -> None:
    job = [each.job for each in engine.asked if getattr(each.request, "run", Path()).name == run][
        -1
    ]
    engine.finish(what, job)
    studio.poll()


def test_runs_on_the_same_data_with_weights_are_offered_the_chosen_one_first(
    panel: ComparePanel, scripted_engine: ScriptedEngine
) -> None:
    assert [run.name for run in panel.runs] == ["b-0001", "a-0001"]
    assert [request.run.name for request in asked(scripted_engine)] == ["b-0001", "a-0001"]
    assert panel.table.item(0, 2).text() == "= 2.0300"
    assert panel.table.item(0, 6).text() == "2.0"


def test_an_answer_fills_its_row_and_draws_its_pictures(
    panel: ComparePanel, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    assert panel.table.item(1, 4).text() == "…"
    answer(scripted_engine, studio, "a-0001", found(15, 87.25))
    assert panel.table.item(1, 4).text() == "= 87.25"
    assert panel.table.item(1, 7).text() == "12 ms"
    assert not panel.settled()
    answer(scripted_engine, studio, "b-0001", found(0, 90.0))
    image = panel.pictures.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, 200, 3) for y in range(0, 200, 3)}
    assert {"#ffffff", "#000000"} <= colours


def test_a_run_without_a_likelihood_shows_its_error_and_no_surprise(
    panel: ComparePanel,
    studio: Studio,
    make_run: Callable[..., Run],
    scripted_engine: ScriptedEngine,
) -> None:
    result = Result(
        state="finished",
        steps=9,
        seconds=1.0,
        valid_error=0.01234,
        error_name="denoising error",
        exact=False,
    )
    make_run("z-0001", title="No likelihood", result=result)
    studio.refresh_runs()
    chosen = next(run for run in studio.own if run.name == "b-0001")
    panel.show_run(chosen, studio.card_of(chosen))
    row = next(index for index, run in enumerate(panel.runs) if run.name == "z-0001")
    image = np.zeros((8, 8, 1), np.uint8)
    what = Compared(np.full((5, 8, 8, 1), 15, np.uint8), image, None, None, 0.001)
    answer(scripted_engine, studio, "z-0001", what)
    texts = [panel.table.item(row, column).text() for column in range(2, 9)]
    assert texts == ["–", "–", "–", "1 s", "–", "1 ms", "0.0123"]
    panel.pictures.grab()


def test_it_opens_for_every_model_that_draws(
    studio: Studio, make_run: Callable[..., Run], panel: ComparePanel
) -> None:
    """A bound is compared too, and a reconstruction's error; what draws nothing is not."""
    for family, opens in (("vae", True), ("gan", True), ("made", True), ("nothing", False)):
        run = make_run(f"{family}-0009", family=family)
        lack = panel.lacks(run, studio.cards[family])
        assert (lack == "") is opens, family
    assert lack == (
        "Family without capabilities is not autoregressive or decoder, which this panel needs."
    )


def test_a_bound_is_marked_as_one(
    panel: ComparePanel,
    studio: Studio,
    make_run: Callable[..., Run],
    scripted_engine: ScriptedEngine,
) -> None:
    bound = Result(
        state="finished", steps=9, seconds=1.0, valid_nats=99.5, valid_bits_per_dim=2.24,
        exact=False,
    )  # fmt: skip
    run = make_run("vae-0001", family="vae", title="A bound", result=bound)
    studio.refresh_runs()
    panel.show_run(run, studio.cards["vae"])
    assert panel.runs[0].name == "vae-0001"
    image = np.zeros((8, 8, 1), np.uint8)
    what = Compared(np.full((5, 8, 8, 1), 15, np.uint8), image, None, 101.0, 0.001, exact=False)
    answer(scripted_engine, studio, "vae-0001", what)
    assert panel.table.item(0, 2).text() == "≤ 2.2400"
    assert panel.table.item(0, 4).text() == "≤ 101.00"


def test_another_image_asks_every_ticked_run_again(
    panel: ComparePanel, scripted_engine: ScriptedEngine
) -> None:
    panel.table.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    before = len(asked(scripted_engine))
    panel.image.setFocus()
    QTest.keyClick(panel.image, Qt.Key.Key_Up)
    new = asked(scripted_engine)[before:]
    assert [(request.run.name, request.index) for request in new] == [("b-0001", 1)]


def test_a_run_is_ticked_with_the_keyboard(panel: ComparePanel) -> None:
    assert set(panel.curves.keys) == {str(run.folder) for run in panel.runs}
    panel.table.setFocus()
    panel.table.setCurrentCell(1, 0)
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert panel.curves.keys == (str(panel.runs[0].folder),)


def test_a_run_that_has_learned_since_is_read_and_asked_again(
    panel: ComparePanel, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    answer(scripted_engine, studio, "a-0001", found(15, 87.25))
    studio.select(panel.runs[0].folder)
    before = len(asked(scripted_engine))
    run = next(run for run in panel.runs if run.name == "a-0001")
    result = run.manifest.result
    assert result is not None
    run.update(result=result.model_copy(update={"valid_bits_per_dim": 1.5}))
    studio.refresh_runs()
    assert panel.table.item(1, 2).text() == "= 1.5000"
    assert [request.run.name for request in asked(scripted_engine)[before:]] == ["a-0001"]


def test_a_failure_is_said_in_the_runs_row(
    panel: ComparePanel, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    job = next(each.job for each in scripted_engine.asked if isinstance(each.request, Compare))
    scripted_engine.fail("These data are not here.", "Download them.", job=job)
    studio.poll()
    assert panel._notes[panel.runs[0].folder] == "These data are not here. Download them."
    panel.pictures.grab()


def test_the_table_and_the_page_are_saved(
    panel: ComparePanel, studio: Studio, scripted_engine: ScriptedEngine, tmp_path: Path
) -> None:
    answer(scripted_engine, studio, "a-0001", found(15, 87.25))
    panel.save(tmp_path / "comparison.csv")
    with (tmp_path / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["title"] for row in rows] == ["Second", "First"]
    assert rows[1]["image_nats"] == "87.25"
    panel.save(tmp_path / "comparison.png")
    page = QImage(str(tmp_path / "comparison.png"))
    assert page.width() == 2 * panel.table.width()
    assert "87.25" in page.text("Description")
    panel.save(tmp_path / "nowhere" / "comparison.png")  # a notice, no crash
