"""The Train panel, driven with mouse and keys on the scripted engine, and once for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from genstudio.core.messages import (
    Estimate,
    Estimated,
    FetchData,
    Train,
    TrainProgress,
    TrainStarted,
    Wish,
)
from genstudio.core.runs import Metric, Result, Run
from genstudio.core.training import DataSpec, Training
from genstudio.engine.client import InlineEngine
from genstudio.ui.panels.train import TrainPanel
from genstudio.ui.studio import Studio
from genstudio.ui.widgets.number_field import NumberField
from tests.ui.scripted import ScriptedEngine


@pytest.fixture
def panel(qtbot: QtBot, studio: Studio) -> TrainPanel:
    return shown(qtbot, studio)


def shown(qtbot: QtBot, studio: Studio) -> TrainPanel:
    """A panel that is told of the chosen run, as the window does."""
    panel = TrainPanel(studio)
    studio.run_selected.connect(lambda run: panel.show_run(run, studio.card_of(run)))
    qtbot.addWidget(panel)
    panel.resize(1280, 720)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def click(button: QPushButton) -> None:
    assert button.isVisible() and button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def progress(step: int, **changes: object) -> TrainProgress:
    metric = Metric(step=step, epoch=1.0, seconds=step / 4, bits_per_dim=3 - step / 1000)
    fields: dict[str, object] = {
        "step": step,
        "total_steps": 1000,
        "fraction": step / 1000,
        "epoch": 1.0,
        "seconds": step / 4,
        "points": (metric,),
        "steps_per_second": 4.0,
        "seconds_left": 90.0,
        "memory": 2_000_000_000,
    }
    return TrainProgress(**(fields | changes))  # type: ignore[arg-type]


def begin(
    panel: TrainPanel, engine: ScriptedEngine, make_run: Callable[..., Run], qtbot: QtBot
) -> Run:
    """Press Start; the engine makes the run and does a first step."""
    click(panel.form_page.start)
    run = make_run("pixelcnn-digits-0009", result=None, weights=False)
    engine.say(TrainStarted(run.folder, 1234, 1000, "cpu"))
    engine.say(progress(10))
    qtbot.waitUntil(lambda: panel.job is not None and panel.job.latest == progress(10))
    return run


def test_without_a_run_it_offers_to_start(panel: TrainPanel) -> None:
    assert panel.side.currentWidget() is panel.form_page
    assert panel.form_page.start.isVisible() and not panel.empty.start.isVisible()
    panel.fold.toggle()
    assert panel.empty.start.isVisible() and panel.empty.start.isEnabled()
    assert "PixelCNN on Digits" in panel.empty.words.text()


def test_the_forecast_is_asked_once_after_the_last_edit(
    panel: TrainPanel, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    field = panel.form_page.form.config.field("channels")
    assert isinstance(field, NumberField)
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "128")
    qtbot.waitUntil(lambda: any(isinstance(a.request, Estimate) for a in scripted_engine.asked))
    asked = scripted_engine.last(Estimate)
    assert asked.channel == "estimate"
    assert isinstance(asked.request, Estimate)
    assert asked.request.config == {"channels": 128}
    assert len([a for a in scripted_engine.asked if isinstance(a.request, Estimate)]) == 1
    scripted_engine.finish(Estimated(180.0, 1 / 42, 7560, 115_000))
    words = panel.form_page.estimate
    qtbot.waitUntil(lambda: words.text() == "≈ 3 min · 115,000 parameters · 42 steps/s")


def test_a_forecast_that_fails_says_why(
    panel: TrainPanel, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: any(isinstance(a.request, Estimate) for a in scripted_engine.asked))
    scripted_engine.fail("The data have no classes.", "Turn “conditional” off.")
    words = panel.form_page.estimate
    qtbot.waitUntil(lambda: words.text() == "The data have no classes. Turn “conditional” off.")


def test_a_wrong_value_is_said_and_start_is_off(panel: TrainPanel) -> None:
    field = panel.form_page.form.training.field("batch_size")
    assert isinstance(field, NumberField)
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "9000")
    sentence = "Batch size must be between 1 and 4,096."
    assert not panel.form_page.start.isEnabled()
    assert panel.form_page.start.toolTip() == sentence
    assert panel.form_page.estimate.text() == sentence


def test_steps_are_whole(panel: TrainPanel) -> None:
    field = panel.form_page.form.training.field("length")
    assert isinstance(field, NumberField)
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "10.5")
    assert panel.form_page.start.toolTip() == "Length must be a whole number of steps."


def test_an_edit_turns_the_preset_into_custom_and_back(panel: TrainPanel) -> None:
    form = panel.form_page.form
    assert form.presets.word == "quick look"
    assert form.training.values()["length"] == 100
    field = form.training.field("batch_size")
    assert isinstance(field, NumberField)
    QTest.keyClick(field.edit, Qt.Key.Key_Up)
    assert form.presets.word == "custom"
    QTest.keyClick(field.edit, Qt.Key.Key_Down)
    assert form.presets.word == "quick look"


def test_ctrl_return_starts_and_the_run_is_followed(
    panel: TrainPanel,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    studio: Studio,
    qtbot: QtBot,
) -> None:
    panel.activateWindow()
    panel.form_page.form.title.setFocus()
    QTest.keyClicks(panel.form_page.form.title, "My run")
    QTest.keyClick(
        panel.form_page.form.title, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    )
    request = scripted_engine.last(Train).request
    assert isinstance(request, Train)
    assert (request.family, request.title, request.root) == ("pixelcnn", "My run", studio.root)
    assert request.training == Training(length=100)
    run = make_run("pixelcnn-digits-0009", result=None)
    scripted_engine.say(TrainStarted(run.folder, 1234, 1000, "cpu"))
    scripted_engine.say(progress(10))
    qtbot.waitUntil(panel.curves.plot.isVisible)
    assert studio.selected is not None and studio.selected.folder == run.folder
    qtbot.waitUntil(lambda: "10 of 1,000" in panel.run_page.summary.figures.text())
    figures = panel.run_page.summary.figures.text()
    assert "4 steps/s" in figures and "2 min" in figures and "2.0 GB" in figures


def test_pause_resume_and_stop_are_wishes(
    panel: TrainPanel,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    qtbot: QtBot,
) -> None:
    begin(panel, scripted_engine, make_run, qtbot)
    qtbot.waitUntil(lambda: panel.run_page.primary.text() == "Pause")
    click(panel.run_page.primary)
    scripted_engine.say(progress(20, state="paused"))
    qtbot.waitUntil(lambda: panel.run_page.primary.text() == "Resume")
    click(panel.run_page.primary)
    scripted_engine.say(progress(30))
    qtbot.waitUntil(lambda: panel.run_page.primary.text() == "Pause")
    click(panel.run_page.stop)
    assert [wish for _, wish in scripted_engine.wishes] == [Wish.PAUSE, Wish.RESUME, Wish.STOP]


def test_cancel_asks_when_more_than_half_a_minute_would_be_lost(
    panel: TrainPanel,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    qtbot: QtBot,
) -> None:
    begin(panel, scripted_engine, make_run, qtbot)
    scripted_engine.say(progress(390))  # 190 steps after a checkpoint, at 4 steps/s
    qtbot.waitUntil(lambda: panel.job is not None and panel.job.latest.step == 390)
    click(panel.run_page.cancel)
    box = panel.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.text() == "Cancelling now loses the last 48 s of training."
    assert "as it was at step 200" in box.informativeText()
    buttons = {button.text(): button for button in box.buttons()}
    QTest.mouseClick(buttons["Cancel training"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.job is None or not panel.job.open)
    assert not scripted_engine.wishes


def test_cancel_does_not_ask_for_little(
    panel: TrainPanel,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    studio: Studio,
    qtbot: QtBot,
) -> None:
    begin(panel, scripted_engine, make_run, qtbot)
    job = panel.job
    assert job is not None
    click(panel.run_page.cancel)
    qtbot.waitUntil(lambda: job.state == "cancelled")
    assert panel.findChild(QMessageBox) is None


def test_a_failure_before_the_first_step_is_said_in_the_form(
    panel: TrainPanel, scripted_engine: ScriptedEngine, qtbot: QtBot
) -> None:
    click(panel.form_page.start)
    scripted_engine.fail("The disk is full.", "Free some space.")
    card = panel.form_page.failure
    qtbot.waitUntil(card.isVisible)
    assert (card.title.text(), card.advice.text()) == ("The disk is full.", "Free some space.")
    before = len(scripted_engine.asked)
    click(card.retry)
    assert isinstance(scripted_engine.last(Train).request, Train)
    assert len(scripted_engine.asked) > before


def test_a_failure_on_the_way_offers_to_retry_from_the_checkpoint(
    panel: TrainPanel,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    qtbot: QtBot,
) -> None:
    run = begin(panel, scripted_engine, make_run, qtbot)
    scripted_engine.fail("The loss is no longer a finite number (step 10).", "Lower the rate.")
    card = panel.run_page.failure
    qtbot.waitUntil(card.isVisible)
    assert card.advice.text() == "Lower the rate."
    click(card.retry)
    request = scripted_engine.last(Train).request
    assert isinstance(request, Train)
    assert request.resume == run.folder


def test_a_chosen_run_shows_its_curves_and_can_be_continued(
    panel: TrainPanel,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    studio: Studio,
    qtbot: QtBot,
) -> None:
    run = make_run(config={"channels": 99}, data=DataSpec(name="digits", levels=16))
    for point in progress(10).points:
        run.add_metric(point)
    studio.refresh_runs()
    studio.select(run.folder)
    qtbot.waitUntil(lambda: panel.curves.drawn and panel.curves.keys == ("main",))
    assert panel._series.train.count == 1
    click(panel.run_page.go_on)
    form = panel.form_page.form
    assert form.config.values() == {"channels": 99}
    assert not form.family.isEnabled()
    click(panel.form_page.start)
    request = scripted_engine.last(Train).request
    assert isinstance(request, Train)
    assert request.start_from == run.folder


def test_an_interrupted_run_is_resumed(
    panel: TrainPanel,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    studio: Studio,
) -> None:
    run = make_run(result=Result(state="stopped", steps=10, seconds=1.0))
    run.learner_path.write_bytes(b"not really a checkpoint")
    studio.refresh_runs()
    studio.select(run.folder)
    assert panel.run_page.primary.text() == "Resume"
    click(panel.run_page.primary)
    request = scripted_engine.last(Train).request
    assert isinstance(request, Train)
    assert request.resume == run.folder


def test_damaged_curves_are_a_notice_and_the_run_still_shows(
    panel: TrainPanel, make_run: Callable[..., Run], studio: Studio, qtbot: QtBot
) -> None:
    run = make_run()
    run.metrics_path.write_text("nonsense\n", encoding="utf-8")
    studio.refresh_runs()
    with qtbot.waitSignal(studio.noticed) as caught:
        studio.select(run.folder)
    assert "is damaged" in caught.args[0].title
    assert panel.run_page.summary.title.text() == "PixelCNN on digits"


def test_other_runs_are_laid_over(
    panel: TrainPanel, make_run: Callable[..., Run], studio: Studio
) -> None:
    first, second = make_run("a-0001"), make_run("b-0001", title="Another")
    studio.refresh_runs()
    studio.select(first.folder)
    assert panel.overlays.list.count() == 1 + len(studio.shipped)
    item = panel.overlays.list.item(0)
    item.setCheckState(Qt.CheckState.Checked)
    assert set(panel.curves.keys) == {"main", str(second.folder)}
    item.setCheckState(Qt.CheckState.Unchecked)
    assert panel.curves.keys == ("main",)


def test_missing_data_are_offered_as_a_download(
    panel: TrainPanel,
    scripted_engine: ScriptedEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GENSTUDIO_DATA", str(tmp_path))
    data = panel.form_page.form.data
    data.box.setFocus()
    while data.card.name != "mnist":
        before = data.box.currentIndex()
        QTest.keyClick(data.box, Qt.Key.Key_Down)
        assert data.box.currentIndex() != before, "mnist is not in the list"
    assert data.missing.text() == "MNIST is not on this machine yet."
    assert not panel.form_page.start.isEnabled()
    click(data.download)
    request = scripted_engine.last(FetchData).request
    assert isinstance(request, FetchData)
    assert request.spec.name == "mnist"


def test_the_form_remembers_each_family(panel: TrainPanel, studio: Studio, qtbot: QtBot) -> None:
    field = panel.form_page.form.config.field("channels")
    assert isinstance(field, NumberField)
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "77")
    again = shown(qtbot, studio)
    assert again.form_page.form.config.values() == {"channels": 77}
    again.form_page.form.family.setFocus()
    QTest.keyClick(again.form_page.form.family, Qt.Key.Key_Down)
    assert again.form_page.form.config.values() == {"channels": 16}


def test_every_command_can_be_called_at_any_time(panel: TrainPanel) -> None:
    for words, _, call in panel.commands():
        if "Export" not in words:  # opens a dialog
            assert callable(call)
            call()


def test_made_really_learns_digits(qtbot: QtBot, settings: QSettings) -> None:
    studio = Studio(InlineEngine(), settings)
    studio.start()
    try:
        qtbot.waitUntil(lambda: "made" in studio.cards, timeout=60_000)
        panel = shown(qtbot, studio)
        panel.train_new()  # a shipped model is chosen at the start
        form = panel.form_page.form
        form.family.setCurrentIndex(form.family.findData("made"))
        form.family.activated.emit(form.family.currentIndex())
        form.config.set_values({"hidden": 32})
        form.training.set_values(
            {"length": 100, "unit": "steps", "validate_every": 25, "preview_every": 50, "ema": 0.9}
        )
        form.training.edited.emit()
        click(panel.form_page.start)
        qtbot.waitUntil(lambda: panel.run is not None, timeout=60_000)
        qtbot.waitUntil(
            lambda: panel.run is not None and panel.run.manifest.result is not None, timeout=60_000
        )
        assert panel.run.manifest.result is not None
        assert panel.run.manifest.result.state == "finished"
        assert panel._series.train.count == 10
        assert panel._series.valid.count == 4
        bits = panel._series.valid.column(2)
        assert bits[-1] < bits[0]
        assert panel.history.step == 100
        QTest.keyClick(panel.history.slider, Qt.Key.Key_Left)
        assert panel.history.step == 50
    finally:
        studio.close()


def test_a_family_that_counts_has_no_schedule_to_choose(
    panel: TrainPanel, scripted_engine: ScriptedEngine
) -> None:
    form = panel.form_page.form
    schedule = ("length", "unit", "learning_rate", "schedule", "warmup", "clip", "ema")
    for family, counts in (("markov", True), ("pixelcnn", False), ("markov", True)):
        form.family.setCurrentIndex(form.family.findData(family))
        form.family.activated.emit(form.family.currentIndex())
        assert form.presets.isVisible() != counts
        assert all(form.training.field(name).isHidden() == counts for name in schedule)
        assert not form.training.field("batch_size").isHidden()
    click(panel.form_page.start)
    asked = scripted_engine.last(Train).request
    assert isinstance(asked, Train)
    assert (asked.family, asked.training) == ("markov", Training())
