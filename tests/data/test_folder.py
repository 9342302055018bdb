"""A person's own pictures: upright, cropped, split by content, and never a traceback."""

import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from genstudio.core.errors import UserError
from genstudio.core.paths import cache_folder
from genstudio.core.training import DataSpec
from genstudio.data.base import SPLITS, ImageData
from genstudio.data.catalog import fetch, open_data
from genstudio.data.pictures import read_picture


def _png(seed: int, side: int = 12) -> bytes:
    values = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    return _encoded(Image.fromarray(values))


def _encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _open(folder: Path, **fields: object) -> ImageData:
    return open_data(DataSpec.checked({"name": "folder", "folder": str(folder), **fields}))


def _rows(data: ImageData) -> Iterator[tuple[str, bytes]]:
    for name in SPLITS:
        for symbols in data.split(name).symbols:
            yield name, symbols.tobytes()


MANY = {f"{seed:03}.png": _png(seed) for seed in range(60)}


def test_each_picture_is_in_the_split_that_its_bytes_say(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY)
    expected = set()
    for content in MANY.values():
        tenth = int(hashlib.sha256(content).hexdigest(), 16) % 10
        name = "train" if tenth < 8 else ("valid", "test")[tenth - 8]
        expected.add((name, read_picture(content, 8, 3).tobytes()))
    assert set(_rows(_open(tmp_path / "in", size=8, colour=True))) == expected
    assert len(expected) == 60


def test_names_and_order_change_nothing(tmp_path: Path) -> None:
    _fill(tmp_path / "a", MANY)
    _fill(tmp_path / "b", {f"x{99 - int(name[:3])}.PNG": MANY[name] for name in reversed(MANY)})
    a, b = _open(tmp_path / "a"), _open(tmp_path / "b")
    assert list(_rows(a)) == list(_rows(b))
    assert a.content_hash == b.content_hash


def test_a_picture_more_moves_no_other(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY)
    before = set(_rows(_open(tmp_path / "in")))
    _fill(tmp_path / "in", {"new.png": _png(1000)})
    after = set(_rows(_open(tmp_path / "in")))
    assert before < after
    assert len(after) == len(before) + 1


def test_copies_count_once(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY | {"copy of 1.png": MANY["001.png"], "z.png": MANY["001.png"]})
    assert len(list(_rows(_open(tmp_path / "in")))) == 60


def test_subfolders_are_classes(tmp_path: Path) -> None:
    files = {f"{'cats' if seed % 3 else 'dogs/small'}/{seed}.png": _png(seed) for seed in range(60)}
    _fill(tmp_path / "in", files)
    data = _open(tmp_path / "in")
    (label,) = data.space.labels
    assert label.name == "folder"
    assert label.classes == ("cats", "dogs")
    classes = {
        read_picture(content, 32, 1).tobytes(): name.partition("/")[0]
        for name, content in files.items()
    }
    for name in SPLITS:
        split = data.split(name)
        for symbols, (index,) in zip(split.symbols, split.labels, strict=True):
            assert label.classes[index] == classes[symbols.tobytes()]


def test_without_subfolders_there_are_no_labels(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY)
    data = _open(tmp_path / "in")
    assert data.space.labels == ()
    assert data.split("train").labels.shape == (len(data.split("train")), 0)


def test_pictures_beside_subfolders_have_a_class_of_their_own(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY | {"cats/1.png": _png(1000)})
    assert _open(tmp_path / "in").space.labels[0].classes == ("(top)", "cats")


def test_what_cannot_be_read_is_left_out_and_named(tmp_path: Path) -> None:
    bomb = _png(1).replace((12).to_bytes(4), (60_000).to_bytes(4))
    start = bomb.index(b"IHDR")
    checksum = zlib.crc32(bomb[start : start + 17]).to_bytes(4)
    bomb = bomb[: start + 17] + checksum + bomb[start + 21 :]
    bad = {"bomb.png": bomb, "cut.jpg": MANY["001.png"][:60], "sub/text.gif": b"hello"}
    _fill(tmp_path / "in", MANY | bad)
    data = _open(tmp_path / "in")
    assert len(list(_rows(data))) == 60
    (note,) = data.notes()
    assert note == (
        "3 of 63 pictures cannot be read and are left out: bomb.png, cut.jpg, sub/text.gif."
    )


def test_a_folder_of_nothing_readable_is_a_sentence(tmp_path: Path) -> None:
    _fill(tmp_path / "in", {"a.png": b"", "b.jpg": b"no"})
    with pytest.raises(UserError, match="None of the 2 pictures"):
        _open(tmp_path / "in").split("train")


def test_an_empty_folder_is_a_sentence(tmp_path: Path) -> None:
    _fill(tmp_path / "in", {"notes.txt": b"", ".hidden.png": MANY["001.png"]})
    with pytest.raises(UserError, match="no pictures in") as caught:
        _open(tmp_path / "in")
    assert ".jpg" in caught.value.advice


def test_a_pipe_with_the_name_of_a_picture_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    _fill(tmp_path / "in", MANY)
    os.mkfifo(tmp_path / "in" / "pipe.png")
    assert len(list(_rows(_open(tmp_path / "in")))) == 60


def test_too_few_pictures_leave_a_split_empty_and_say_so(tmp_path: Path) -> None:
    _fill(tmp_path / "in", {"one.png": _png(0)})
    data = _open(tmp_path / "in")
    (here,) = {name for name, _ in _present(data)}
    assert len(data.missing()) == 2
    for name in set(SPLITS) - {here}:
        with pytest.raises(UserError, match="none of the 1 different picture in"):
            data.split(name)


def _present(data: ImageData) -> Iterator[tuple[str, ImageData]]:
    for name in SPLITS:
        try:
            data.split(name)
        except UserError:
            continue
        yield name, data


def test_too_much_for_the_memory_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genstudio.data.folder._LARGEST_SET", 60 * 32 * 32)
    _fill(tmp_path / "in", MANY)
    _open(tmp_path / "in")
    with pytest.raises(UserError, match="60 pictures of 33×33"):
        _open(tmp_path / "in", size=33)


def test_reading_has_progress_and_makes_the_next_opening_quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(tmp_path / "in", MANY | {"bad.png": b"bad"})
    spec = DataSpec(name="folder", folder=str(tmp_path / "in"))
    shares = list(fetch(spec))
    assert [share.done for share in shares] == list(range(61))
    assert {share.total for share in shares} == {61}

    def never(*_: object) -> None:
        raise AssertionError("decoded again")

    with monkeypatch.context() as patch:
        patch.setattr("genstudio.data.folder.read_picture", never)
        data = open_data(spec)
        kept = list(_rows(data))
        assert len(data.notes()) == 1
    (file,) = (cache_folder() / "folder").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert list(_rows(open_data(spec))) == kept


def test_a_changed_picture_is_read_again(tmp_path: Path) -> None:
    _fill(tmp_path / "in", MANY)
    first = set(_rows(_open(tmp_path / "in")))
    _fill(tmp_path / "in", {"007.png": _png(1000, side=13)})
    assert len(set(_rows(_open(tmp_path / "in"))) ^ first) == 2


# --- one picture ---


def test_colour_order_is_red_green_blue() -> None:
    picture = read_picture(_encoded(Image.new("RGB", (5, 5), (250, 120, 10))), 4, 3)
    assert picture.shape == (4, 4, 3)
    assert (picture == (250, 120, 10)).all()


def test_the_centre_is_cropped_to_a_square() -> None:
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, :10], wide[:, 10:20], wide[:, 20:] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    for image in (wide, wide.transpose(1, 0, 2)):
        picture = read_picture(_encoded(Image.fromarray(image)), 10, 3)
        assert (picture == (0, 255, 0)).all()


def test_the_filter_is_lanczos() -> None:
    image = Image.fromarray(np.random.default_rng(3).integers(0, 256, (40, 40), np.uint8))
    expected = np.asarray(image.resize((16, 16), Image.Resampling.LANCZOS))
    assert np.array_equal(read_picture(_encoded(image), 16, 1)[..., 0], expected)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_respected(orientation: int) -> None:
    upright = np.arange(16, dtype=np.uint8).reshape(4, 4) * 16
    # How a camera stored it so that the tag turns it upright again.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    image = Image.fromarray(np.ascontiguousarray(stored))
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = _encoded(image, exif=exif)
    assert np.array_equal(read_picture(content, 4, 1)[..., 0], upright)


def test_transparent_places_are_white() -> None:
    clear = Image.new("RGBA", (6, 6), (200, 0, 0, 0))
    assert (read_picture(_encoded(clear), 6, 3) == 255).all()
    assert (read_picture(_encoded(clear.convert("P")), 6, 3) >= 250).all()


def test_sixteen_bits_keep_their_upper_eight() -> None:
    values = (np.arange(64, dtype=np.uint16) * 1024).reshape(8, 8)
    picture = read_picture(_encoded(Image.fromarray(values)), 8, 1)
    assert np.array_equal(picture[..., 0], values >> 8)


def test_a_gif_gives_its_first_frame() -> None:
    frames = [Image.new("L", (8, 8), value) for value in (40, 200)]
    content = _encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (read_picture(content, 8, 1) == 40).all()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "BMP", "GIF", "PNG"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_kind_is_read(kind: str, mode: str) -> None:
    image = Image.linear_gradient("L").convert(mode)
    picture = read_picture(_encoded(image, kind), 16, 1)[..., 0].astype(int)
    expected = np.asarray(Image.linear_gradient("L").resize((16, 16), Image.Resampling.LANCZOS))
    assert abs(picture - expected).max() <= 4


_NOISE = Image.fromarray(np.random.default_rng(5).integers(0, 256, (9, 9, 3), np.uint8))
SEEDS = {kind: _encoded(_NOISE, kind) for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF")}


@settings(max_examples=500, deadline=None)
@given(
    kind=st.sampled_from(sorted(SEEDS)),
    cut=st.one_of(st.just(0), st.integers(0, 900)),
    flips=st.lists(st.integers(0, 10**5), max_size=5),
)
def test_cut_and_flipped_pictures_are_data_or_a_user_error(
    kind: str, cut: int, flips: list[int]
) -> None:
    content = bytearray(SEEDS[kind])
    del content[len(content) - min(cut, len(content)) :]
    for bit in flips:
        if content:
            content[bit // 8 % len(content)] ^= 1 << bit % 8
    try:
        picture = read_picture(bytes(content), 8, 3)
    except UserError as error:
        assert error.title
        return
    assert picture.shape == (8, 8, 3)
    assert picture.dtype == np.uint8


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300), head=st.sampled_from([*SEEDS, ""]))
def test_any_bytes_are_data_or_a_user_error(content: bytes, head: str) -> None:
    start = SEEDS[head][:20] if head else b""
    with pytest.raises(UserError):
        read_picture(start + content, 8, 1)
