"""Spoken digits: the official split, silence, and files that are not the published ones."""

import hashlib
import io
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.spaces import Sequence
from genstudio.core.training import DataSpec
from genstudio.data.base import SPLITS
from genstudio.data.catalog import open_data
from genstudio.data.companding import symbols_of
from genstudio.data.fsdd import Fsdd, window

SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
SPEC = DataSpec(name="fsdd")


def recording(samples: np.ndarray) -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.astype("<i2").tobytes())
    return stream.getvalue()


@pytest.fixture
def few(
    place: Callable[[str, bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> dict[str, np.ndarray]:
    """Ten recordings of one digit by each speaker, taken for the published ones."""
    rng = np.random.default_rng(0)
    made = {
        f"7_{speaker}_{index}.wav": rng.integers(-9000, 9000, 400)
        for speaker in SPEAKERS
        for index in (0, 4, 5, 9, 10, 49)
    }
    digest, stream = hashlib.sha256(), io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("dataset/README.md", "other files do not matter")
        for name, samples in sorted(made.items()):
            content = recording(samples)
            digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
            archive.writestr(f"dataset/recordings/{name}", content)
    place("fsdd/recordings.zip", stream.getvalue())
    monkeypatch.setattr(Fsdd, "sha256", digest.hexdigest())
    return made


def test_the_split_is_by_the_index_of_the_recording(few: dict[str, np.ndarray]) -> None:
    data = open_data(SPEC)
    assert data.missing() == ()
    for name, indices in (("test", (0, 4)), ("valid", (5, 9)), ("train", (10, 49))):
        split = data.split(name)
        wanted = [(s, i) for s in range(6) for i in sorted(indices, key=str)]
        np.testing.assert_array_equal(split.labels, [(7, speaker) for speaker, _ in wanted])
        for symbols, (speaker, index) in zip(split.symbols, wanted, strict=True):
            samples = few[f"7_{SPEAKERS[speaker]}_{index}.wav"].astype(np.int16)
            np.testing.assert_array_equal(symbols[:, 0], symbols_of(window(samples), 256))


def test_silence_at_both_ends_goes_and_ten_milliseconds_of_it_stay() -> None:
    sound = np.zeros(3000, np.int16)
    sound[1000:2000] = 1000
    sound[:900] = 15  # below 2 % of the peak
    found = window(sound)
    assert found.shape == (5600,)
    loud = np.flatnonzero(found)
    assert (loud[0], loud[-1]) == (80, 1079)
    np.testing.assert_array_equal(found[80:1080], round(0.9 * 32767))


def test_a_long_recording_is_cut_and_a_silent_one_stays_silent() -> None:
    assert (window(np.full(9000, -20, np.int16)) == -round(0.9 * 32767)).all()
    assert not window(np.zeros(500, np.int16)).any()
    assert not window(np.zeros(0, np.int16)).any()


def test_what_is_not_here_is_said_and_only_then_an_error_when_asked_for() -> None:
    data = open_data(SPEC)
    assert [sentence.split(" not here")[0] for sentence in data.missing()] == [
        "The training and validation splits are",
        "The test split is",
    ]
    assert data.sizes() == {}
    with pytest.raises(UserError, match=r"“fsdd” is not here: there is no recordings\.zip") as e:
        data.split("train")
    assert "genstudio data get fsdd" in e.value.advice


def test_another_zip_and_a_damaged_one_are_refused(
    few: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Fsdd, "sha256", "0" * 64)
    with pytest.raises(UserError, match="does not hold the published recordings"):
        open_data(SPEC).split("test")
    path = tmp_path / "data" / "fsdd" / "recordings.zip"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UserError, match="is damaged"):
        open_data(SPEC).split("test")


@pytest.mark.usefixtures("real_fsdd")
def test_the_real_recordings_are_3000_of_which_300_are_the_test() -> None:
    data = open_data(SPEC)
    assert data.sizes() == {"train": 2400, "valid": 300, "test": 300} == Fsdd.card().splits
    assert isinstance(data.space, Sequence)
    each = np.zeros((10, 6), int)
    for name in SPLITS:
        np.add.at(each, tuple(data.split(name).labels.T), 1)
    assert (each == 50).all()
