"""Fixtures of the window's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from genstudio.audio.devices import AudioDevice
from genstudio.core import library
from genstudio.core.paths import runs_folder
from genstudio.core.runs import Manifest, Result, Run
from genstudio.core.spaces import Grid, Label
from genstudio.core.training import DataSpec, Training
from genstudio.ui.listening.devices import Gear
from genstudio.ui.panels.listen import ListenPanel
from genstudio.ui.studio import Studio
from tests.ui.listening import CARD, SPACE, Rig
from tests.ui.scripted import ScriptedEngine
from tests.ui.speaking import ScriptedMicrophone, ScriptedSpeaker


@pytest.fixture(autouse=True)
def _clean(compiled_samplers: None, nothing_left: None) -> None:
    """No test of the window leaves a thread or a process behind."""


@pytest.fixture
def speaker() -> ScriptedSpeaker:
    """What the window speaks with in tests."""
    return ScriptedSpeaker()


@pytest.fixture
def microphone() -> ScriptedMicrophone:
    """What the window hears with in tests."""
    return ScriptedMicrophone()


@pytest.fixture(autouse=True)
def gear(
    monkeypatch: pytest.MonkeyPatch, speaker: ScriptedSpeaker, microphone: ScriptedMicrophone
) -> None:
    """Nothing is heard, no device asked for, and no process started."""
    gear = Gear(
        speaker=lambda: speaker,
        microphone=lambda: microphone,
        outputs=lambda: (AudioDevice("Loudspeakers", True), AudioDevice("Headphones", False)),
        inputs=lambda: (AudioDevice("Microphone", True),),
    )
    monkeypatch.setattr(ListenPanel, "gear", gear)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Settings in a file of the test's own, with the first start behind them."""
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("welcomed", True)
    return settings


@pytest.fixture
def scripted_engine() -> ScriptedEngine:
    """An engine that the test speaks for."""
    return ScriptedEngine()


@pytest.fixture
def studio(
    qapp: object,
    scripted_engine: ScriptedEngine,
    settings: QSettings,
    folders: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Studio]:
    """A started studio on the scripted engine, its library empty: nothing is shipped either."""
    monkeypatch.setattr(library, "shipped_folder", lambda: folders / "shipped")
    studio = Studio(scripted_engine, settings)
    studio.start()
    studio.poll()
    yield studio
    studio.close()


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """Make a finished run in the library: `make_run("name", family="made", title="…")`."""

    def make(
        name: str = "pixelcnn-digits-0001",
        family: str = "pixelcnn",
        title: str = "PixelCNN on digits",
        root: Path | None = None,
        weights: bool = True,
        **changes: object,
    ) -> Run:
        fields: dict[str, object] = {
            "title": title,
            "family": family,
            "space": Grid(
                height=8,
                width=8,
                levels=16,
                labels=(Label(name="digit", classes=tuple("0123456789")),),
            ),
            "data": DataSpec(name="digits"),
            "data_hash": "0" * 64,
            "config": {},
            "training": Training(),
            "device": "cpu",
            "parameters": 1234,
            "result": Result(
                state="finished", steps=2000, seconds=60.0, valid_nats=90.0, valid_bits_per_dim=2.03
            ),
        }
        root = root or runs_folder()
        root.mkdir(parents=True, exist_ok=True)
        run = Run.create(root / name, Manifest.model_validate(fields | changes))
        if weights:
            run.model_path.write_bytes(b"not really weights")
        return run

    return make


@pytest.fixture
def build_listen(
    qtbot: QtBot,
    studio: Studio,
    scripted_engine: ScriptedEngine,
    make_run: Callable[..., Run],
    speaker: ScriptedSpeaker,
) -> Callable[..., Rig]:
    """A Listen panel with a model that learned for so many steps."""

    def make(steps: int = 60_000) -> Rig:
        run = make_run(
            name=f"wavenet-fsdd-{steps}",
            title="WaveNet on digits",
            family="wavenet",
            space=SPACE,
            config={"conditional": True},
            result=Result(state="finished", steps=steps, seconds=1.0),
        )
        studio.refresh_runs()
        studio.select(run.folder)
        panel = ListenPanel(studio)
        qtbot.addWidget(panel)
        panel.resize(1020, 620)
        panel.show()
        panel.activateWindow()
        panel.show_run(run, CARD)
        scripted_engine.finish()  # what makes the sampler ready
        studio.poll()
        return Rig(studio, scripted_engine, panel, run, speaker)

    return make
