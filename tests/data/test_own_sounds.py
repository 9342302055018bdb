"""A person's own sounds: in pieces, split by file, and never a traceback."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from genstudio.core.errors import UserError
from genstudio.core.paths import cache_folder
from genstudio.core.spaces import Sequence
from genstudio.core.training import DataSpec
from genstudio.data.base import SPLITS, ImageData, SplitName
from genstudio.data.catalog import fetch, open_data
from genstudio.data.companding import symbols_of
from genstudio.data.own_files import dataset_for
from genstudio.data.recordings import pieces, sounding

RATE = 8000


def _sound(seed: int, seconds: float = 0.25, rate: int = RATE, kind: str = "WAV") -> bytes:
    """A chirp of its own; loud from its first sample to its last."""
    t = np.arange(round(seconds * rate)) / rate
    wave = 0.5 * np.cos(2 * np.pi * (200 + 20 * seed + 100 * t) * t + seed)
    buffer = io.BytesIO()
    soundfile.write(buffer, wave, rate, format=kind)
    return buffer.getvalue()


def _fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _open(folder: Path, **fields: object) -> ImageData:
    return open_data(DataSpec.checked({"name": "sounds", "folder": str(folder), **fields}))


def _rows(data: ImageData) -> Iterator[tuple[str, bytes]]:
    for name in SPLITS:
        for symbols in data.split(name).symbols:
            yield name, symbols.tobytes()


def _split_of(content: bytes) -> SplitName:
    tenth = int(hashlib.sha256(content).hexdigest(), 16) % 10
    return "train" if tenth < 8 else ("valid", "test")[tenth - 8]


def _samples(content: bytes) -> np.ndarray:
    return soundfile.read(io.BytesIO(content), dtype="int16")[0]


MANY = {f"{seed:03}.wav": _sound(seed) for seed in range(40)}


def test_all_pieces_of_a_file_are_in_the_split_that_its_bytes_say(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY)
    expected = set()
    for content in MANY.values():
        cut = pieces(sounding(_samples(content), RATE), 800)
        assert len(cut) == 3  # of 0.1, 0.1 and 0.05 s
        for piece in cut:
            expected.add((_split_of(content), symbols_of(piece, 256).tobytes()))
    data = _open(tmp_path / "in", seconds=0.1)
    assert data.space == Sequence(length=800, levels=256, rate=RATE)
    assert set(_rows(data)) == expected
    assert sum(data.sizes().values()) == len(expected) == 120
    assert data.notes() == data.missing() == ()


def test_pieces_of_a_file_follow_each_other(tmp_path: Path) -> None:
    _fill(tmp_path / "in", {"a.wav": (long := _sound(3, 2.0))})
    data = _open(tmp_path / "in", seconds=0.5)
    symbols = data.split(_split_of(long)).symbols
    whole = symbols_of(sounding(_samples(long), RATE), 256)
    np.testing.assert_array_equal(symbols.ravel(), whole)


def test_names_and_order_change_nothing(tmp_path: Path) -> None:
    _fill(tmp_path / "a", MANY)
    _fill(tmp_path / "b", {f"x{99 - int(name[:3])}.WAV": MANY[name] for name in reversed(MANY)})
    a, b = _open(tmp_path / "a"), _open(tmp_path / "b")
    assert list(_rows(a)) == list(_rows(b))
    assert a.content_hash == b.content_hash


def test_copies_count_once_and_a_file_more_moves_no_other(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY | {"copy.wav": MANY["001.wav"]})
    before = set(_rows(_open(tmp_path / "in")))
    assert len(before) == 40
    _fill(tmp_path / "in", {"new.wav": _sound(100)})
    after = set(_rows(_open(tmp_path / "in")))
    assert before < after
    assert len(after) == 41


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_every_format_is_read_and_resampled(tmp_path: Path, kind: str) -> None:
    content = _sound(10, 1.0, 44100, kind)
    _fill(tmp_path / "in", {f"a.{kind.lower()}": content})
    data = _open(tmp_path / "in", rate=16000, levels=256)
    assert (data.space.shape, data.notes()) == ((16000, 1), ())
    (symbols,) = data.split(_split_of(content)).symbols
    spectrum = np.abs(np.fft.rfft((symbols[:, 0].astype(float) - 127.5)[2000:10000]))
    frequency = 2 * (spectrum.argmax())  # bins of 2 Hz
    assert 420 <= frequency <= 530  # the chirp goes from 425 to 525 Hz there


def test_subfolders_are_classes(tmp_path: Path) -> None:
    files = {f"{'low' if seed < 20 else 'high/er'}/{seed}.wav": _sound(seed) for seed in range(40)}
    _fill(tmp_path / "in", files)
    data = _open(tmp_path / "in", seconds=0.1)
    (label,) = data.space.labels
    assert (label.name, label.classes) == ("folder", ("high", "low"))
    classes = {
        symbols_of(piece, 256).tobytes(): name.partition("/")[0]
        for name, content in files.items()
        for piece in pieces(sounding(_samples(content), RATE), 800)
    }
    seen = 0
    for name in SPLITS:
        split = data.split(name)
        for symbols, (index,) in zip(split.symbols, split.labels, strict=True):
            assert label.classes[index] == classes[symbols.tobytes()]
            seen += 1
    assert seen == 120


def test_without_subfolders_there_are_no_labels(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY)
    data = _open(tmp_path / "in")
    assert data.space.labels == ()
    assert data.split("train").labels.shape == (len(data.split("train")), 0)


def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path) -> None:
    silence = io.BytesIO()
    soundfile.write(silence, np.zeros(RATE, np.int16), RATE, format="WAV")
    bad = {
        "cut.flac": _sound(1, 5.0, kind="FLAC")[:9000],
        "none.mp3": b"",
        "quiet.wav": silence.getvalue(),
        "sub/text.ogg": b"hello",
    }
    _fill(tmp_path / "in", MANY | bad)
    data = _open(tmp_path / "in")
    assert len(list(_rows(data))) == 40
    assert data.notes() == (
        "4 of 44 sounds are left out: “cut.flac” is cut short or damaged; “none.mp3” is empty; "
        "“quiet.wav” is silent; “text.ogg” is no sound file that can be read.",
    )


def test_more_than_a_few_that_are_left_out_are_only_counted(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY | {f"bad{index}.wav": b"x" for index in range(7)})
    (note,) = _open(tmp_path / "in").notes()
    assert note.startswith("7 of 47 sounds are left out: “bad0.wav”")
    assert note.endswith("“bad4.wav” is no sound file that can be read; ….")


def test_a_recording_that_lasts_too_long_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genstudio.data.own_sounds._LONGEST_FILE", 1)
    _fill(tmp_path / "in", MANY | {"long.wav": _sound(1, 1.5)})
    (note,) = _open(tmp_path / "in").notes()
    assert note.startswith("1 of 41 sounds is left out: “long.wav” lasts 2 s, and at most 1.0 s")


def test_a_folder_of_nothing_usable_is_a_sentence(tmp_path: Path) -> None:
    _fill(tmp_path / "in", {"a.wav": b"", "b.mp3": b"no"})
    with pytest.raises(UserError, match=r"None of the 2 sounds in .* can be used") as caught:
        _open(tmp_path / "in").split("train")
    assert "“a.wav” is empty; “b.mp3” is no sound file" in caught.value.advice


@pytest.mark.parametrize(("folder", "sentence"), [
    (None, "The dataset “sounds” needs a folder"),
    ("nowhere", "There is no folder"),
])  # fmt: skip
def test_a_folder_has_to_be_there(tmp_path: Path, folder: str | None, sentence: str) -> None:
    place = None if folder is None else str(tmp_path / folder)
    with pytest.raises(UserError, match=sentence):
        open_data(DataSpec(name="sounds", folder=place))


def test_the_other_kind_of_files_is_pointed_out(tmp_path: Path) -> None:
    _fill(tmp_path / "sounds", MANY)
    _fill(tmp_path / "pictures", {"a/b.png": b""})
    _fill(tmp_path / "texts", {"a.txt": b""})
    with pytest.raises(UserError, match="There are no sounds in") as caught:
        _open(tmp_path / "pictures")
    assert caught.value.advice == "It holds pictures: choose the dataset “folder”."
    with pytest.raises(UserError, match="There are no pictures in") as caught:
        open_data(DataSpec(name="folder", folder=str(tmp_path / "sounds")))
    assert caught.value.advice == "It holds sounds: choose the dataset “sounds”."
    with pytest.raises(UserError, match="There are no sounds in") as caught:
        _open(tmp_path / "texts")
    assert caught.value.advice == "Sounds are files ending in .flac, .mp3, .ogg, .wav."


def test_a_folder_of_sounds_is_known_by_what_it_holds(tmp_path: Path) -> None:
    _fill(tmp_path / "a", {"x/1.flac": b""})
    _fill(tmp_path / "b", {"x/1.flac": b"", "2.png": b""})
    _fill(tmp_path / "c", {"notes.txt": b"", ".hidden.wav": b""})
    found = [dataset_for(tmp_path / name) for name in ("a", "b", "c", "nowhere")]
    assert found == ["sounds", "folder", "folder", "folder"]


def test_a_split_that_no_file_fell_into_is_a_sentence(tmp_path: Path) -> None:
    _fill(tmp_path / "in", {"one.wav": (one := _sound(0, 3.0))})
    data = _open(tmp_path / "in", seconds=0.1)
    assert len(data.split(_split_of(one))) == 30
    assert len(data.missing()) == 2
    for name in set(SPLITS) - {_split_of(one)}:
        with pytest.raises(UserError, match="none of the 1 different sound in") as caught:
            data.split(name)
        assert "can be cut into several files" in caught.value.advice


def test_too_much_for_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genstudio.data.own_sounds._LARGEST_SET", 40 * RATE * 2 - 1)
    _fill(tmp_path / "in", MANY)
    with pytest.raises(UserError, match="need more than"):
        _open(tmp_path / "in").split("train")


def test_reading_has_progress_and_makes_the_next_opening_quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(tmp_path / "in", MANY | {"bad.wav": b"bad"})
    spec = DataSpec(name="sounds", folder=str(tmp_path / "in"))
    shares = list(fetch(spec))
    assert [share.done for share in shares] == list(range(41))

    def never(*_: object) -> None:
        raise AssertionError("decoded again")

    with monkeypatch.context() as patch:
        patch.setattr("genstudio.data.own_sounds.read_sound", never)
        data = open_data(spec)
        kept = list(_rows(data))
        assert len(data.notes()) == 1
        assert len(kept) == 40
        with pytest.raises(AssertionError, match="decoded again"):  # another form is read anew
            _open(tmp_path / "in", seconds=0.5).split("train")
    (file,) = (cache_folder() / "folder").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert list(_rows(open_data(spec))) == kept


@pytest.mark.parametrize(("name", "seconds"), [("strings", 2.0), ("digits", 1.0)])
def test_other_data_come_in_no_pieces(name: str, seconds: float) -> None:
    with pytest.raises(UserError, match=f"cannot be had in pieces of {seconds:g} s"):
        open_data(DataSpec(name=name, seconds=seconds))
    assert open_data(DataSpec(name="strings", seconds=1.0)).space.shape == (8000, 1)
