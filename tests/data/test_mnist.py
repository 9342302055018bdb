"""The IDX datasets: any usual file name, verified content, splits that are missed when needed."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.training import DataSpec
from genstudio.data.catalog import open_data
from genstudio.data.mnist import FashionMnist, KuzushijiMnist, Mnist

Place = Callable[[str, bytes], Path]
MNIST = DataSpec(name="mnist")
TRAIN = "train-images-idx3-ubyte"


def _images(content: bytes) -> np.ndarray:
    return np.frombuffer(content[16:], np.uint8).reshape(-1, 28, 28, 1)


def test_the_last_of_the_training_file_validate(tiny_mnist: dict[str, bytes], place: Place) -> None:
    for stem, content in tiny_mnist.items():
        place(f"mnist/{stem}.gz", gzip.compress(content))
    data = open_data(MNIST)
    images, labels = _images(tiny_mnist[TRAIN]), tiny_mnist["train-labels-idx1-ubyte"][8:]
    assert np.array_equal(data.split("train").symbols, images[:5])
    assert np.array_equal(data.split("valid").symbols, images[5:])
    assert data.split("train").labels[:, 0].tolist() == list(labels[:5])
    assert data.split("valid").labels[:, 0].tolist() == list(labels[5:])
    test = data.split("test")
    assert np.array_equal(test.symbols, _images(tiny_mnist["t10k-images-idx3-ubyte"]))
    assert test.labels[:, 0].tolist() == list(tiny_mnist["t10k-labels-idx1-ubyte"][8:])
    assert test.labels.dtype == np.int64
    assert data.missing() == ()
    assert data.split("train") is data.split("train")


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("separator", ["-idx", ".idx"])
def test_any_usual_name_is_found(
    tiny_mnist: dict[str, bytes], place: Place, suffix: str, separator: str
) -> None:
    for stem, content in tiny_mnist.items():
        name = stem.replace("-idx", separator) + suffix
        place(f"mnist/{name}", gzip.compress(content) if suffix else content)
    assert len(open_data(MNIST).split("train")) == 5


def test_levels_and_size_apply(tiny_mnist: dict[str, bytes], place: Place) -> None:
    for stem, content in tiny_mnist.items():
        place(f"mnist/{stem}", content)
    data = open_data(DataSpec(name="mnist", levels=4, size=14))
    full = open_data(MNIST).split("train").symbols[..., 0].astype(int)
    blocks = full.reshape(-1, 14, 2, 14, 2).sum(axis=(2, 4))
    assert data.space.shape == (14, 14, 1)
    assert np.array_equal(data.split("train").symbols[..., 0], (blocks + 2) // 4 // 64)


def test_a_missing_split_is_told_and_an_error_only_when_asked_for(
    tiny_mnist: dict[str, bytes], place: Place
) -> None:
    for stem, content in tiny_mnist.items():
        if stem.startswith("train"):
            place(f"mnist/{stem}", content)
    data = open_data(MNIST)
    (sentence,) = data.missing()
    assert "test split is not here" in sentence
    assert "t10k-images" in sentence
    assert len(data.split("valid")) == 2
    with pytest.raises(UserError) as caught:
        data.split("test")
    assert "t10k-images-idx3-ubyte" in caught.value.title
    assert "genstudio data get mnist" in caught.value.advice


def test_nothing_here_is_two_sentences() -> None:
    assert len(open_data(MNIST).missing()) == 2


def test_another_files_content_is_refused(tiny_mnist: dict[str, bytes], place: Place) -> None:
    for stem, content in tiny_mnist.items():
        place(f"mnist/{stem}", content)
    flipped = bytearray(tiny_mnist[TRAIN])
    flipped[-1] ^= 1
    place(f"mnist/{TRAIN}", flipped)
    with pytest.raises(UserError, match="checksum differs"):
        open_data(MNIST).split("train")
    place(f"mnist/{TRAIN}", tiny_mnist["t10k-images-idx3-ubyte"])
    with pytest.raises(UserError, match="holds 3 × 28 × 28 values; expected 7 × 28 × 28"):
        open_data(MNIST).split("train")


def test_a_good_copy_beside_a_bad_one_is_taken(tiny_mnist: dict[str, bytes], place: Place) -> None:
    for stem, content in tiny_mnist.items():
        place(f"mnist/{stem}.gz", gzip.compress(content))
    place(f"mnist/{TRAIN}", b"cut off")
    assert len(open_data(MNIST).split("train")) == 5


def test_a_file_is_verified_once_and_again_when_it_changed(
    tiny_mnist: dict[str, bytes], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stem, content in tiny_mnist.items():
        place(f"mnist/{stem}", content)
    verified = []

    def counted(values: np.ndarray) -> str:
        verified.append(values.shape)
        digest = hashlib.sha256(b"\0\0\x08" + bytes([values.ndim]))
        digest.update(np.array(values.shape, ">u4").tobytes())
        digest.update(values.tobytes())
        return digest.hexdigest()

    monkeypatch.setattr("genstudio.data.mnist.idx_sha256", counted)
    open_data(MNIST).split("train")
    assert len(verified) == 2
    open_data(MNIST).split("train")
    assert len(verified) == 2
    place(f"mnist/{TRAIN}", tiny_mnist[TRAIN] + b"x")
    with pytest.raises(UserError, match="holds more"):
        open_data(MNIST).split("train")


@pytest.mark.parametrize("dataset", [FashionMnist, KuzushijiMnist])
def test_look_alikes_verify_the_published_gz_and_take_a_decompressed_copy(
    tiny_mnist: dict[str, bytes],
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    dataset: type[FashionMnist] | type[KuzushijiMnist],
) -> None:
    published = {stem: gzip.compress(content, mtime=0) for stem, content in tiny_mnist.items()}
    sums = {
        stem: hashlib.md5(content, usedforsecurity=False).hexdigest()
        for stem, content in published.items()
    }
    files = tuple(replace(file, sha256=None, md5=sums[file.stem]) for file in Mnist.files)
    monkeypatch.setattr(dataset, "files", files)
    monkeypatch.setattr(dataset, "held_out", 2)
    spec = DataSpec(name=dataset.name)
    for stem, content in published.items():
        place(f"{dataset.name}/{stem}.gz", content)
    assert len(open_data(spec).split("train")) == 5
    again = gzip.compress(tiny_mnist[TRAIN], compresslevel=1, mtime=7)
    gz = place(f"{dataset.name}/{TRAIN}.gz", again)
    with pytest.raises(UserError, match="checksum differs"):
        open_data(spec).split("train")
    gz.unlink()
    place(f"{dataset.name}/{TRAIN}", tiny_mnist[TRAIN])
    assert np.array_equal(open_data(spec).split("train").symbols, _images(tiny_mnist[TRAIN])[:5])


def test_labels_beyond_the_classes_are_refused(
    tiny_mnist: dict[str, bytes], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mnist, "files", tuple(replace(file, sha256=None) for file in Mnist.files))
    for stem, content in tiny_mnist.items():
        place(f"mnist/{stem}", content)
    place("mnist/train-labels-idx1-ubyte", tiny_mnist["train-labels-idx1-ubyte"][:-1] + b"\x0a")
    with pytest.raises(UserError, match="go up to 10; expected at most 9"):
        open_data(MNIST).split("train")


@pytest.mark.usefixtures("real_mnist")
def test_the_real_files_are_the_published_ones() -> None:
    data = open_data(DataSpec(name="mnist", levels=2))
    sizes = [len(data.split(name)) for name in ("train", "valid", "test")]
    assert sizes == [50_000, 10_000, 10_000]
    # Counted by everybody who ever plotted the test set's classes.
    assert np.bincount(data.split("test").labels[:, 0]).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
