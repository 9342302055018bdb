"""Asking what led to a sample: the newest wins, answers are kept, and a view shows them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from genstudio.core.messages import DilationRow, DilationTree, Failed, GrowTree
from genstudio.core.runs import Run
from genstudio.core.spaces import Sequence
from genstudio.ui.listening.hearing_desk import GROW_TREE, HearingDesk
from genstudio.ui.sound_views.dilation_tree import DilationTreeView
from genstudio.ui.sound_views.time_window import TimeWindow
from genstudio.ui.studio import Studio
from tests.ui.scripted import Asked, ScriptedEngine

SOUND = np.arange(60, dtype=np.uint8)
LABELS = np.array([7, 1])


def answer(step: int) -> DilationTree:
    """Of a model of two layers with the dilations 1 and 2: it hears four samples."""
    rows = []
    for name, dilation, back in (("samples", 0, 4), ("into layer 1", 1, 3), ("output", 2, 1)):
        positions = np.arange(max(0, step - back), step)
        if name == "into layer 1":
            positions = positions[[0, -1]]
        rows.append(DilationRow(name, dilation, positions, np.ones(len(positions), np.float32)))
    return DilationTree(step, tuple(rows), 4, 4.0, 2 * np.log(2))


class Rig:
    """A desk with its view, and the engine that the test speaks for."""

    def __init__(self, studio: Studio, engine: ScriptedEngine, run: Run, qtbot: QtBot) -> None:
        self.engine, self.studio, self.run, self.qtbot = engine, studio, run, qtbot
        self.view = DilationTreeView(TimeWindow(1000, len(SOUND)))
        qtbot.addWidget(self.view)
        self.view.resize(400, 200)
        self.view.show()
        self.desk = HearingDesk(studio, self.view, self.view)
        self.fields: list[object] = []
        self.desk.field_changed.connect(self.fields.append)
        self.desk.use(run, SOUND, LABELS)

    @property
    def asked(self) -> list[Asked]:
        return [each for each in self.engine.asked if isinstance(each.request, GrowTree)]

    def ask(self, step: int) -> Asked:
        before = len(self.asked)
        self.desk.ask(step)
        self.qtbot.waitUntil(lambda: len(self.asked) > before)
        return self.asked[-1]

    def reply(self, asked: Asked) -> None:
        assert isinstance(asked.request, GrowTree)
        self.engine.finish(answer(asked.request.step), asked.job)
        self.studio.poll()


@pytest.fixture
def rig(
    studio: Studio, scripted_engine: ScriptedEngine, make_run: Callable[..., Run], qtbot: QtBot
) -> Rig:
    space = Sequence(length=60, levels=256, rate=1000)
    run = make_run("wavenet", family="wavenet", space=space)
    return Rig(studio, scripted_engine, run, qtbot)


def test_a_sample_is_asked_about_with_what_came_before_it_alone(rig: Rig) -> None:
    asked = rig.ask(20)
    request = asked.request
    assert isinstance(request, GrowTree) and asked.channel == GROW_TREE
    assert (request.run, request.step) == (rig.run.folder, 20)
    np.testing.assert_array_equal(request.sound, SOUND[:21])
    assert request.labels is LABELS
    rig.reply(asked)
    assert rig.view.tree is not None and rig.view.tree.root == 19
    assert [row.name for row in rig.view.tree.rows] == ["samples", "into layer 1", "output"]
    assert rig.view.caption == (
        "Sample 20 (0.020 s): surprise 2.00 bits; the model hears 4 samples, 4 ms"
    )
    assert rig.fields[-1] == (16, 20)


def test_the_newest_wish_cancels_the_one_before(rig: Rig) -> None:
    first, second = rig.ask(20), rig.ask(30)
    assert first.job not in rig.engine.open_jobs, "superseded on its channel"
    rig.studio.poll()
    assert rig.desk.busy and rig.view.tree is None
    rig.reply(second)
    assert rig.view.tree is not None and rig.view.tree.root == 29
    assert not rig.desk.busy


def test_an_answer_is_remembered_also_when_the_sound_has_become_longer(rig: Rig) -> None:
    rig.reply(rig.ask(20))
    rig.reply(rig.ask(30))
    rig.desk.extend(np.append(SOUND, np.zeros(40, np.uint8)))
    count = len(rig.asked)
    rig.desk.ask(20)
    assert rig.view.tree is not None and rig.view.tree.root == 19
    assert len(rig.asked) == count and not rig.desk.busy


def test_beyond_the_end_the_last_sample_is_meant(rig: Rig) -> None:
    request = rig.ask(len(SOUND)).request
    assert isinstance(request, GrowTree) and request.step == len(SOUND) - 1


def test_waiting_is_announced_where_it_lasts_and_no_longer(rig: Rig) -> None:
    asked = rig.ask(20)
    rig.qtbot.waitUntil(lambda: rig.view.waiting == 20)
    rig.reply(asked)
    assert rig.view.waiting is None


def test_another_sound_forgets_the_tree_and_the_open_question(rig: Rig) -> None:
    rig.reply(rig.ask(20))
    asked = rig.ask(30)
    rig.desk.use(rig.run, SOUND[::-1].copy(), LABELS)
    assert rig.view.tree is None and rig.fields[-1] is None
    assert asked.job not in rig.engine.open_jobs
    rig.studio.poll()
    assert rig.view.tree is None and not rig.desk.busy


def test_without_a_model_or_a_sound_nothing_is_asked(
    rig: Rig, make_run: Callable[..., Run]
) -> None:
    rig.desk.use(make_run("untrained", family="wavenet", weights=False), SOUND)
    rig.desk.ask(3)
    rig.desk.use(rig.run)
    rig.desk.ask(3)
    rig.desk.use(None)
    rig.desk.ask(3)
    assert not rig.desk.busy


def test_a_failure_is_told_and_nothing_waits(rig: Rig) -> None:
    failures: list[Failed] = []
    rig.desk.failed.connect(failures.append)
    asked = rig.ask(20)
    rig.engine.fail("WaveNet has no weights.", job=asked.job)
    rig.studio.poll()
    assert [failed.title for failed in failures] == ["WaveNet has no weights."]
    assert rig.view.tree is None and rig.view.waiting is None and not rig.desk.busy
