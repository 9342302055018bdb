"""Devices that come, go, or were never there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from genstudio.audio.devices import AudioDevice, DeviceQuery, inputs, outputs
from genstudio.audio.microphone import Microphone
from genstudio.audio.speaker import Speaker
from genstudio.cli import main
from genstudio.core.errors import UserError
from genstudio.core.wav import wav

from .conftest import MakeSink, pactl
from .sounds import until

pytestmark = pytest.mark.usefixtures("nothing_left")


def test_what_is_plugged_in_is_listed_and_what_is_pulled_out_is_not(make_sink: MakeSink) -> None:
    before = outputs()
    sink = make_sink()
    assert sink.name not in {device.name for device in before}
    assert sink.name in {device.name for device in outputs()}
    assert f"Monitor of {sink.name}" in {device.name for device in inputs()}
    pactl("set-default-sink", sink.name)
    assert AudioDevice(sink.name, is_default=True) in outputs()
    sink.remove()
    assert sink.name not in {device.name for device in outputs()}


def test_two_devices_of_one_name_are_told_apart(make_sink: MakeSink) -> None:
    for _ in range(2):
        pactl("load-module", "module-null-sink", "sink_properties=device.description=twin")
    try:
        names = [device.name for device in outputs() if device.name.startswith("twin")]
        assert names == ["twin", "twin (2)"]
    finally:
        for line in pactl("list", "short", "modules").splitlines():
            if "description=twin" in line:
                pactl("unload-module", line.split()[0])


def test_a_query_is_answered_while_one_does_something_else(make_sink: MakeSink) -> None:
    sink = make_sink()
    query = DeviceQuery()
    until(lambda: query.ready)
    found, _ = query.result()
    assert sink.name in {device.name for device in found}


@pytest.fixture
def no_device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any: no server, and an ALSA that knows one card, which is not there."""
    empty = tmp_path / "asound.conf"
    empty.write_text("pcm.none { type hw card 99 }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(empty))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/none")


@pytest.fixture
def no_portaudio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What sounddevice does where the library is missing, for processes to come."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "sounddevice.py").write_text('raise OSError("PortAudio library not found")')
    monkeypatch.syspath_prepend(str(folder))


def _take(path: Path) -> Path:
    path.write_bytes(wav(np.ones(800, np.int16), 8000, ""))
    return path


def test_without_any_device_it_is_said(
    no_device: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outputs() == inputs() == ()
    with Speaker() as speaker:
        speaker.load(8000, np.ones(800, np.int16))
        speaker.play()
        status = speaker.wait_for("failed", "finished", seconds=60)
        sentence = "This machine has no sound output. Sounds can still be written to files."
        assert (status.state, status.problem) == ("failed", sentence)
    with Microphone() as microphone:
        microphone.start(8000)
        until(lambda: microphone.status.state == "failed")
        assert microphone.status.problem.startswith("This machine has no sound input.")
    assert main(["play", str(_take(tmp_path / "a.wav"))]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_without_portaudio_it_is_said(
    no_portaudio: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match="PortAudio"):
        outputs()
    with Speaker() as speaker:
        speaker.warm()
        status = speaker.wait_for("failed", seconds=60)
        assert status.problem.startswith("PortAudio, by which sound comes out, is missing")
    assert main(["play", str(_take(tmp_path / "a.wav"))]) == 2
    assert capsys.readouterr().err.startswith("PortAudio, by which sound comes out, is missing")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "“a.wav” is empty"),
        (b"no sound", "“a.wav” is no sound file that can be read"),
        (b"RIFF\x04\0\0\0WAVE", "“a.wav” is cut short or damaged"),
    ],
)
def test_what_is_no_sound_file_is_one_sentence(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert main(["play", str(path)]) == 2
    assert capsys.readouterr().err.startswith(words)


def test_a_file_that_is_not_there_and_one_without_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", str(tmp_path / "b.wav")]) == 2
    assert "There is no file" in capsys.readouterr().err
    empty = tmp_path / "c.wav"
    empty.write_bytes(wav(np.zeros(0, np.int16), 8000, ""))
    assert main(["play", str(empty)]) == 2
    assert "has no sound in it" in capsys.readouterr().err
