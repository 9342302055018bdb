"""What the Listen panel shows of what the model knew, and the same sound heard otherwise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from genstudio.core.messages import DilationRow, DilationTree, GrowTree, TeacherForce, TeacherForced
from genstudio.core.uniforms import uniforms
from genstudio.data.companding import requantised, samples_of
from tests.ui.listening import Rig, sine

LEFT = Qt.MouseButton.LeftButton


def test_the_next_sample_follows_the_playhead(
    build_listen: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build_listen()
    rig.panel.form.knobs.field("temperature").set_value(0.5)
    take, stage, insight = rig.generate(), rig.panel.stage, rig.panel.deck.insight
    assert not stage.column.isVisible() and not stage.entropy.isVisible()
    qtbot.mouseClick(insight.next_button, LEFT)
    assert stage.column.isVisible() and stage.entropy.isVisible()
    stage.sought.emit(300)
    shown = stage.column.shown
    assert shown is not None and take.request is not None
    assert shown.symbol == take.symbols[300] and not shown.given
    assert shown.uniform == uniforms(take.request.seed, 1, 301)[0, 300]
    np.testing.assert_allclose(shown.model, 1 / 256)
    np.testing.assert_allclose(stage.entropy.values, 8.0)  # of 256 levels that are alike
    rig.panel.deck.seek(take.length)  # behind the last sample there is none
    last = stage.column.shown
    assert last is not None and last.symbol == take.symbols[-1]
    rig.bring(sine(0.5))  # of a file the model was told nothing yet
    assert not stage.column.isVisible() and not stage.entropy.isVisible()


def test_a_clicked_sample_has_its_tree_and_its_field(
    build_listen: Callable[..., Rig], qtbot: QtBot
) -> None:
    rig = build_listen()
    rig.panel.form.classes.boxes[0].setCurrentIndex(8)
    rig.panel.form.classes.boxes[1].setCurrentIndex(2)
    take, stage = rig.generate(), rig.panel.stage
    qtbot.mouseClick(rig.panel.deck.insight.tree_button, LEFT)
    assert stage.tree.isVisible()
    x = round(stage.waveform.x_of(200.5))
    qtbot.mouseClick(stage.waveform, LEFT, pos=QPoint(x, stage.waveform.height() // 2))
    step = rig.panel.player.position
    assert abs(step - 200) <= 2

    def asked() -> bool:
        newest = [each for each in rig.engine.asked if isinstance(each.request, GrowTree)]
        return bool(newest) and newest[-1].request.step == step

    qtbot.waitUntil(asked)
    request = rig.engine.last(GrowTree).request
    assert isinstance(request, GrowTree) and request.labels is not None
    np.testing.assert_array_equal(request.sound, take.symbols[: step + 1])
    assert request.labels.tolist() == [7, 1]
    rows = (
        DilationRow("samples", 0, np.array([step - 2, step - 1]), np.ones(2, np.float32)),
        DilationRow("output", 1, np.array([step - 1]), np.ones(1, np.float32)),
    )
    rig.engine.finish(DilationTree(step, rows, 2, 0.25, 1.0), rig.engine.last(GrowTree).job)
    rig.studio.poll()
    assert stage.tree.tree is not None and f"Sample {step:,}" in stage.tree.caption
    qtbot.mouseClick(rig.panel.deck.insight.tree_button, LEFT)
    assert not stage.tree.isVisible() and stage.tree.tree is None


def test_a_recording_is_drawn_given_its_past_and_given_its_own(
    build_listen: Callable[..., Rig],
) -> None:
    rig = build_listen()
    rig.panel.form.classes.boxes[0].setCurrentIndex(8)
    rig.panel.form.classes.boxes[1].setCurrentIndex(2)
    take = rig.bring(sine(0.5), "seven.wav")
    take.seam = 100
    rig.panel.variants.force.trigger()
    request = rig.engine.last(TeacherForce).request
    assert isinstance(request, TeacherForce) and request.labels is not None
    assert request.given == 100 and request.labels.tolist() == [7, 1]
    np.testing.assert_array_equal(request.sound, take.symbols)
    forced, free = np.full(800, 100, np.uint8), np.full(800, 150, np.uint8)
    bits = np.full(800, 3.0)
    found = TeacherForced(forced, free, bits, bits + 1, bits + 2)
    told: list[str] = []
    rig.studio.noticed.connect(lambda notice: told.append(notice.title))
    rig.engine.finish(found, rig.engine.last(TeacherForce).job)
    rig.studio.poll()
    first, second, third = rig.panel.session.takes
    assert first is take and np.all(take.entropy == 4) and np.all(take.surprise == 3)
    np.testing.assert_array_equal(second.samples, samples_of(free, 256))
    np.testing.assert_array_equal(third.samples, samples_of(forced, 256))
    assert told == ["“seven.wav” surprises the model by 3.00 bits a sample."]
    rig.panel.deck.insight.next_button.click()
    rig.panel.session.open(take)
    assert rig.panel.stage.entropy.isVisible() and not rig.panel.stage.column.isVisible()


def test_few_levels_are_heard_beside_the_sound_itself(build_listen: Callable[..., Rig]) -> None:
    rig = build_listen()
    assert not rig.panel.variants.isEnabled()
    take = rig.bring(sine(0.5), "seven.wav")
    menu = rig.panel.variants.menu()
    actions = {action.text(): action for action in menu.actions() if action.text()}
    actions["4 bits, linear"].trigger()
    assert rig.take.words == "seven.wav, 4 bits linear"
    np.testing.assert_array_equal(rig.take.samples, requantised(take.samples, 16, "linear"))
    assert len(np.unique(rig.take.samples)) <= 16
