"""What the Listen panel plays while it is drawn is what comes out of the device."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from scipy.signal import correlate

from genstudio.core.runs import Run
from genstudio.ui.panels.listen import ListenPanel
from genstudio.ui.studio import Studio
from tests.ui.conftest import make_run, scripted_engine, settings, studio
from tests.ui.listening import CARD, SPACE, Rig
from tests.ui.scripted import ScriptedEngine
from tests.ui.speaking import ScriptedSpeaker

from .conftest import MakeSink, Recording

__all__ = ["make_run", "scripted_engine", "settings", "studio"]  # fixtures

pytestmark = pytest.mark.usefixtures("nothing_left")


def test_a_sound_is_heard_as_it_is_drawn(
    make_sink: MakeSink,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    studio: Studio,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
) -> None:
    sink = make_sink(rate=SPACE.rate)
    monkeypatch.setenv("PULSE_SINK", sink.name)
    run = make_run(space=SPACE, family="wavenet", config={"conditional": True})
    panel = ListenPanel(studio)
    qtbot.addWidget(panel)
    panel.show_run(run, CARD)
    rig = Rig(studio, scripted_engine, panel, run, ScriptedSpeaker())
    panel.form.seconds.set_value(1.0)
    panel.deck.transport.volume.setValue(100)
    with Recording(sink) as recording:
        panel.generate()
        for first in range(0, 8000, 500):
            rig.answer(first, first + 500)
        assert panel.player.playing
        qtbot.waitUntil(lambda: not panel.player.playing, timeout=60_000)
        assert panel.player.problem == ""
        assert panel.player.position == 8000 and not panel.player.following
        recording.wait(sink.rate // 2)
        recorded = recording.samples.astype(np.float64)
    studio.closed.emit()
    drawn = rig.take.samples.astype(np.float64)
    at = int(np.argmax(correlate(recorded, drawn, "valid")))
    assert np.corrcoef(recorded[at : at + len(drawn)], drawn)[0, 1] >= 0.99
