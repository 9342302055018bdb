"""Sounds on the command line: what is heard in them, and what there is to understand."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from genstudio.core.wav import comment_of, wav
from genstudio.data.companding import requantised

from .conftest import RATE, Run

pytestmark = pytest.mark.usefixtures("short_strings")


def tone(path: Path, hertz: float, rate: int = 8000) -> Path:
    t = np.arange(rate // 2) / rate
    sound = np.round(9000 * np.sin(2 * np.pi * hertz * t)).astype(np.int16)
    path.write_bytes(wav(sound, rate, ""))
    return path


def samples(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def test_what_is_recognised_is_said_for_each_file(genstudio: Run, tmp_path: Path) -> None:
    files = [tone(tmp_path / f"{hertz}.wav", hertz) for hertz in (300, 900)]
    said = genstudio("recognise", *files, "--json")
    assert said.code == 0, said.err
    assert [each["file"] for each in said.document] == [str(file) for file in files]
    for each in said.document:
        assert sum(each["probabilities"].values()) == pytest.approx(1)
        assert each["digit"] == max(each["probabilities"], key=each["probabilities"].get)
    assert "300.wav" in genstudio("recognise", *files).out


def test_a_pitch_is_said_in_cents(genstudio: Run, tmp_path: Path) -> None:
    silence = tmp_path / "silence.wav"
    silence.write_bytes(wav(np.zeros(4000, np.int16), 8000, ""))
    files = [tone(tmp_path / "a.wav", 220), silence]
    said = genstudio("pitch", *files, "--reference", 110, "--json")
    assert said.code == 0, said.err
    assert said.document[0]["cents"] == pytest.approx(1200, abs=0.5)
    assert said.document[1]["hertz"] is None
    assert "none" in genstudio("pitch", *files).out


@pytest.mark.parametrize(("bits", "law"), [(4, "linear"), (6, "mu")])
def test_few_levels_are_written_to_be_heard(
    genstudio: Run, tmp_path: Path, bits: int, law: str
) -> None:
    file, out = tone(tmp_path / "a.wav", 220), tmp_path / "b.wav"
    said = genstudio("requantise", file, "--bits", bits, "--law", law, "--out", out, "--json")
    assert said.code == 0, said.err
    np.testing.assert_array_equal(samples(out), requantised(samples(file), 2**bits, law))  # type: ignore[arg-type]
    assert 10 < said.document["signal_to_noise_db"] < 50
    assert comment_of(out.read_bytes()) == f"a.wav, {bits} bits, {law}"


def test_the_tree_of_a_sample_is_told_row_by_row(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    sound = tone(tmp_path / "a.wav", 110, RATE)
    asked = ("explain", "dilations", plucked, "--sound", sound, "--label", "C3,note")
    said = genstudio(*asked, "--sample", 100, "--json")
    assert said.code == 0, said.err
    assert said.document["receptive_field"] == 2 + 1 + 2 + 4
    assert [row["dilation"] for row in said.document["rows"]] == [0, 1, 1, 2, 4]
    assert said.document["rows"][0]["positions"] == list(range(91, 100))
    people = genstudio(*asked, "--sample", 100).out
    assert "predicted from the 9 before it, 9 ms" in people
    assert genstudio(*asked, "--sample", 500).code == 2


def test_forcing_compares_both_ways_and_writes_them(
    genstudio: Run, plucked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "f.wav"
    said = genstudio("explain", "forcing", plucked, "--out", out, "--json")
    assert said.code == 0, said.err
    assert said.document["samples"] == RATE
    assert 0 < said.document["surprise_bits"] < 20
    assert len(samples(out)) == 3 * RATE
    whole = genstudio("explain", "forcing", plucked, "--given", 1)
    assert "Running free" in whole.out


def test_two_channels_at_another_rate_are_heard_as_one_at_8_khz(
    genstudio: Run, tmp_path: Path
) -> None:
    one, two = tone(tmp_path / "a.wav", 220), tmp_path / "b.flac"
    t = np.arange(8000) / 16_000
    channel = np.round(9000 * np.sin(2 * np.pi * 220 * t)).astype(np.int16)
    soundfile.write(two, np.stack([channel, channel], axis=1), 16_000)
    said = genstudio("pitch", one, two, "--reference", 220, "--json")
    assert said.code == 0, said.err
    assert [each["cents"] for each in said.document] == pytest.approx([0, 0], abs=0.5)


def test_what_is_no_such_sound_is_one_sentence(genstudio: Run, tmp_path: Path) -> None:
    missing, text, empty = (tmp_path / f"{name}.wav" for name in "abc")
    text.write_text("not a sound")
    empty.write_bytes(wav(np.zeros(0, np.int16), 8000, ""))
    for command in ("recognise", "pitch"):
        for file in (missing, text, empty):
            said = genstudio(command, file)
            assert said.code == 2
            assert file.name in said.err
            assert len(said.err.splitlines()) <= 2


def test_what_is_asked_wrongly_is_one_sentence(
    genstudio: Run, trained: Path, plucked: Path, tmp_path: Path
) -> None:
    file = tone(tmp_path / "a.wav", 220)
    for arguments, words in (
        (("explain", "dilations", trained, "--sample", 3), "draws images"),
        (("explain", "forcing", plucked, "--out", tmp_path / "a.mp3"), "no kind of file"),
        (("requantise", file, "--law", "a", "--out", tmp_path / "b.wav"), "no law called"),
        (("requantise", file, "--out", tmp_path / "b.mp3"), "no kind of file"),
        (("train-recogniser", "--out", tmp_path / "r.safetensors"), "is not here"),
    ):
        said = genstudio(*arguments)
        assert said.code == 2, arguments
        assert words in said.err
