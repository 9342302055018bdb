"""Binarized MNIST: the text, its packed bits in the cache, the split that may be missing."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genstudio.core.errors import UserError
from genstudio.core.paths import cache_folder
from genstudio.core.training import DataSpec
from genstudio.data.binarized_mnist import BinarizedMnist
from genstudio.data.catalog import open_data

Place = Callable[[str, bytes], Path]
SPEC = DataSpec(name="binarized-mnist")
COUNTS = {"train": 6, "valid": 2, "test": 3}


def _text(bits: np.ndarray) -> bytes:
    return b"".join(b" ".join(b"%d" % bit for bit in row) + b"\n" for row in bits)


@pytest.fixture
def bits(monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    """A few rows for each split, which the catalog takes for the published ones."""
    rng = np.random.default_rng(2)
    found = {name: rng.integers(0, 2, (n, 784), np.uint8) for name, n in COUNTS.items()}
    sums = {name: hashlib.sha256(np.packbits(x).tobytes()).hexdigest() for name, x in found.items()}
    monkeypatch.setattr(BinarizedMnist, "counts", COUNTS)
    monkeypatch.setattr(BinarizedMnist, "sha256", sums)
    return found


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("ending", [b"\n", b" \r\n"])
def test_rows_become_pictures_in_order(
    bits: dict[str, np.ndarray], place: Place, suffix: str, ending: bytes
) -> None:
    for name, rows in bits.items():
        text = _text(rows).replace(b"\n", ending)
        path = f"binarized-mnist/binarized_mnist_{name}.amat{suffix}"
        place(path, gzip.compress(text) if suffix else text)
    data = open_data(SPEC)
    assert data.missing() == ()
    for name in ("train", "valid", "test"):
        split = data.split(name)
        assert np.array_equal(split.symbols, bits[name].reshape(-1, 28, 28, 1))
        assert split.labels.shape == (COUNTS[name], 0)
    assert len(data.content_hash) == 64


def test_the_packed_bits_suffice_and_damage_to_them_is_noticed(
    bits: dict[str, np.ndarray], place: Place
) -> None:
    text = place("binarized-mnist/binarized_mnist_train.amat", _text(bits["train"]))
    open_data(SPEC).split("train")
    text.unlink()
    assert np.array_equal(
        open_data(SPEC).split("train").symbols, bits["train"].reshape(-1, 28, 28, 1)
    )
    (packed,) = (cache_folder() / "binarized-mnist").iterdir()
    content = bytearray(packed.read_bytes())
    content[-1] ^= 1
    packed.write_bytes(content)
    with pytest.raises(UserError, match="training split"):
        open_data(SPEC).split("train")


def test_a_missing_split_is_an_error_only_when_asked_for(
    bits: dict[str, np.ndarray], place: Place
) -> None:
    for name in ("train", "valid"):
        place(f"binarized-mnist/binarized_mnist_{name}.amat", _text(bits[name]))
    data = open_data(SPEC)
    assert len(data.split("valid")) == 2
    (sentence,) = data.missing()
    assert "test split" in sentence
    with pytest.raises(UserError) as caught:
        data.split("test")
    assert "binarized_mnist_test.amat" in caught.value.title
    assert "genstudio data get binarized-mnist" in caught.value.advice


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[:-4], "4,702 bits; expected 4,704"),
        (lambda text: b"2" + text[1:], "more than zeros and ones"),
        (lambda text: text + b"0 1\n", "4,706 bits; expected 4,704"),
        (lambda text: bytes([text[0] ^ 1]) + text[1:], "checksum"),
        (lambda text: gzip.compress(text)[:-20], "damaged"),
        (lambda _: b"", "0 bits"),
    ],
)
def test_damage_is_told(
    bits: dict[str, np.ndarray], place: Place, change: Callable[[bytes], bytes], words: str
) -> None:
    place("binarized-mnist/binarized_mnist_train.amat", change(_text(bits["train"])))
    with pytest.raises(UserError) as caught:
        open_data(SPEC).split("train")
    assert words in caught.value.title


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cut=st.integers(0, 5000), place_of_flip=st.integers(0, 10**5), gz=st.booleans())
def test_no_damage_is_ever_taken_for_the_data(
    bits: dict[str, np.ndarray], place: Place, cut: int, place_of_flip: int, gz: bool
) -> None:
    text = _text(bits["valid"])
    content = bytearray(gzip.compress(text, mtime=0) if gz else text)
    del content[len(content) - min(cut, len(content)) :]
    if content:
        content[place_of_flip // 8 % len(content)] ^= 1 << place_of_flip % 8
    place("binarized-mnist/binarized_mnist_valid.amat", content)
    cached = cache_folder() / "binarized-mnist"
    for old in cached.glob("*"):
        old.unlink()
    try:
        split = open_data(SPEC).split("valid")
    except UserError:
        return
    assert np.array_equal(split.symbols, bits["valid"].reshape(-1, 28, 28, 1))
