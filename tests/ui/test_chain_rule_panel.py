"""The Chain rule panel on the scripted engine, and once with the real job."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from genstudio.core.chain import (
    CURVE,
    ChainFit,
    ChainNews,
    ChainPoint,
    ChainRule,
    ChainSettings,
    ChainTruth,
)
from genstudio.core.joint import factor
from genstudio.core.uniforms import generator
from genstudio.engine.client import InlineEngine
from genstudio.ui.panels.chain_rule import ChainRulePanel
from genstudio.ui.studio import Studio
from genstudio.ui.widgets.factor_strip import factor_words
from tests.ui.scripted import ScriptedEngine

FAMILIES = ("full-table", "independent", "markov", "fvsbn", "made")


def truth(n: int) -> ChainTruth:
    rng = generator(n)
    return ChainTruth(
        shape=(n, 1),
        images=1437,
        patterns=7,
        smoothing=0.01,
        probabilities=rng.dirichlet(np.ones(2**n)),
        counts=rng.integers(0, 3, 2**n),
        drawn=rng.integers(0, 2, (24, n)).astype(np.uint8),
    )


def fit(family: str, n: int) -> ChainFit:
    rng = generator(n, FAMILIES.index(family))
    return ChainFit(
        family=family,
        title=family.title(),
        parameters=2**n - 1,
        formula="2ⁿ − 1",
        probabilities=rng.dirichlet(np.ones(2**n)),
        divergence=0.25,
        drawn=rng.integers(0, 2, (24, n)).astype(np.uint8),
        seconds=0.1,
    )


@pytest.fixture
def panel(
    studio: Studio, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> Iterator[ChainRulePanel]:
    """The panel on the screen, its first question asked."""
    panel = ChainRulePanel(studio)
    panel.resize(1040, 610)
    panel.show()
    qtbot.waitUntil(lambda: bool(asked(scripted_engine)))
    yield panel
    panel.close()
    panel.deleteLater()


def asked(engine: ScriptedEngine) -> list[ChainRule]:
    return [each.request for each in engine.asked if isinstance(each.request, ChainRule)]


def answer(panel: ChainRulePanel, engine: ScriptedEngine) -> ChainNews:
    """Let the newest question find something at every number of samples."""
    request = asked(engine)[-1]
    n, m = request.settings.pixels, request.settings.samples
    news = ChainNews(
        truth(n),
        tuple(fit(family, n) for family in FAMILIES),
        tuple(ChainPoint(family, at, 1 / at) for family in FAMILIES for at in {m, *request.curve}),
    )
    job = engine.last(ChainRule).job
    engine.say(news, job)
    engine.finish(news, job)
    panel.studio.poll()
    return news


def test_everything_is_asked_for_once_and_then_only_what_is_new(
    panel: ChainRulePanel, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    assert scripted_engine.last(ChainRule).channel == "chain-rule"
    assert asked(scripted_engine) == [ChainRule(ChainSettings(), CURVE)]
    answer(panel, scripted_engine)
    assert panel.settled()
    for change in ({"samples": 470}, {"seed": 3}):
        for name, value in change.items():
            panel.set_value(name, value)
        before = len(asked(scripted_engine))
        qtbot.waitUntil(lambda before=before: len(asked(scripted_engine)) > before)  # type: ignore[misc]  # bound at once
        answer(panel, scripted_engine)
    more, other = asked(scripted_engine)[1:]
    assert more == ChainRule(ChainSettings(samples=470), ())
    assert other == ChainRule(ChainSettings(samples=470, seed=3), CURVE)
    assert {m for _, m in panel.points} == {470, *CURVE}


def test_a_line_and_a_row_for_each_model_as_it_is_fitted(
    panel: ChainRulePanel, scripted_engine: ScriptedEngine
) -> None:
    job = scripted_engine.last(ChainRule).job
    for family in FAMILIES[:2]:
        news = ChainNews(
            truth(12) if family == FAMILIES[0] else None,
            (fit(family, 12),),
            (ChainPoint(family, 100, 0.5),),
        )
        scripted_engine.say(news, job)
    panel.studio.poll()
    assert list(panel.rows.fits) == list(FAMILIES[:2])
    assert set(panel.plot.lines) == set(FAMILIES[:2])
    assert "Fitted 2 of 35" in panel.progress.text()
    assert "1,437 images of Digits" in panel.truth_words.text()
    assert not panel.settled()


def test_a_factor_is_chosen_by_click_and_by_keys_and_its_table_shown(
    panel: ChainRulePanel, scripted_engine: ScriptedEngine
) -> None:
    news = answer(panel, scripted_engine)
    assert news.truth is not None
    middle = panel.strip.rects()[3].center().toPoint()
    QTest.mouseClick(panel.strip, Qt.MouseButton.LeftButton, pos=middle)
    assert panel.strip.factor == 4
    QTest.keyClick(panel.strip, Qt.Key.Key_Right)
    assert panel.strip.factor == 5
    numbers = panel.table.numbers
    assert numbers.rowCount() == 16
    assert numbers.headers[:3] == ["x₁…x₄", "Seen", "Truth"]
    for row in range(16):
        context = int(numbers.contexts[row], 2)
        shown = [numbers.index(row, column).data() for column in range(2, 8)]
        columns = [news.truth.probabilities, *(each.probabilities for each in news.fits)]
        assert shown == [f"{factor(p, 5)[context]:.2f}" for p in columns]
        begins = np.arange(4096) >> 8 == context
        assert int(numbers.index(row, 1).data()) == news.truth.counts[begins].sum()
    assert "p(x₅ = 1|x₁…x₄)" in panel.table_words.text()
    QTest.keyClick(panel.strip, Qt.Key.Key_Home)
    assert numbers.rowCount() == 1


def test_factors_are_written_as_on_the_slide() -> None:
    assert [factor_words(i) for i in (1, 2, 3, 4, 12)] == [
        "p(x₁)", "p(x₂|x₁)", "p(x₃|x₁x₂)", "p(x₄|x₁…x₃)", "p(x₁₂|x₁…x₁₁)",
    ]  # fmt: skip


def test_a_click_in_the_plot_moves_m(
    panel: ChainRulePanel, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    answer(panel, scripted_engine)
    place = panel.plot.place(1000, 0.01).toPoint()
    QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=QPoint(place.x(), 40))
    assert panel.form.values()["samples"] == pytest.approx(1000, rel=0.03)
    QTest.keyClick(panel.plot, Qt.Key.Key_Left)
    assert panel.form.values()["samples"] < 900
    qtbot.waitUntil(lambda: len(asked(scripted_engine)) == 2)
    assert asked(scripted_engine)[-1].settings.samples == panel.form.values()["samples"]


def test_a_model_is_chosen_and_emphasised_everywhere(
    panel: ChainRulePanel, scripted_engine: ScriptedEngine
) -> None:
    answer(panel, scripted_engine)
    for _ in range(2):
        QTest.keyClick(panel.rows, Qt.Key.Key_Down)
    assert panel.rows.selected == panel.plot.selected == "independent"
    middle = panel.rows.row_rect(5).center().toPoint()
    QTest.mouseClick(panel.rows, Qt.MouseButton.LeftButton, pos=middle)
    assert panel.rows.selected == panel.plot.selected == "made"
    panel.grab()


@pytest.mark.parametrize("by_truth", [True, False])
def test_a_state_is_told_where_it_stands(
    panel: ChainRulePanel, scripted_engine: ScriptedEngine, by_truth: bool
) -> None:
    news = answer(panel, scripted_engine)
    assert news.truth is not None
    panel.sorted.setChecked(by_truth)
    area = panel.rows.bars_rect(1)
    found = panel.rows.state_at(area.center())
    first = panel.rows.state_at(area.topLeft() + QPoint(1, 1))
    assert found is not None
    assert first is not None
    order = np.argsort(-news.truth.probabilities) if by_truth else np.arange(4096)
    middle = np.expm1(np.log1p(4096) / 2) if by_truth else 2048
    assert found == (1, order[int(middle)])
    if by_truth:
        assert first[1] == order[0]
    state = found[1]
    words = panel.rows.words_of(*found)
    assert words.startswith(f"{state:012b}: truth {news.truth.probabilities[state]:.4f}")
    assert f"Full-Table {news.fits[0].probabilities[state]:.4f}" in words


def test_a_failure_is_said_and_can_be_tried_again(
    panel: ChainRulePanel, scripted_engine: ScriptedEngine
) -> None:
    scripted_engine.fail("“mnist” is not here.", "Download it.", job=scripted_engine.open_jobs[-1])
    panel.studio.poll()
    assert panel.failure.isVisible()
    assert panel.failure.title.text() == "“mnist” is not here."
    QTest.mouseClick(panel.failure.retry, Qt.MouseButton.LeftButton)
    assert len(asked(scripted_engine)) == 2
    assert not panel.failure.isVisible()


def test_settings_are_remembered(
    panel: ChainRulePanel, scripted_engine: ScriptedEngine, studio: Studio, qtbot: QtBot
) -> None:
    panel.set_value("pixels", 6)
    qtbot.waitUntil(lambda: len(asked(scripted_engine)) == 2)
    again = ChainRulePanel(studio)
    qtbot.addWidget(again)
    assert again.form.values()["pixels"] == 6
    assert again.strip.count == 6


def test_the_real_job_fills_the_panel(qapp: object, settings: QSettings, qtbot: QtBot) -> None:
    settings.setValue("chain-rule/settings", ChainSettings(pixels=4).model_dump_json())
    studio = Studio(InlineEngine(), settings)
    panel = ChainRulePanel(studio)
    qtbot.addWidget(panel)
    panel.resize(1040, 610)
    panel.show()
    qtbot.waitUntil(lambda: len(panel.points) == 5 * len(CURVE) and panel.settled(), timeout=60_000)
    assert tuple(panel.rows.fits) == FAMILIES
    assert panel.plot.lines["full-table"][-1][1] < panel.plot.lines["independent"][-1][1]
    assert panel.rows.truth is not None
    assert panel.rows.truth.counts.sum() == 100
    studio.close()
