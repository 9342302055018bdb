"""Folders of the test's own, and tiny files in the real formats."""

import gzip
import hashlib
import os
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genstudio.data.mnist import Mnist

REAL_DATA = os.environ.get("GENSTUDIO_DATA", "")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the data or the cache of the machine it runs on."""
    monkeypatch.setenv("GENSTUDIO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GENSTUDIO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def real_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real files, where somebody has them."""
    if not (REAL_DATA and (Path(REAL_DATA) / "mnist").is_dir()):
        pytest.skip("GENSTUDIO_DATA names no folder that holds the real MNIST")
    monkeypatch.setenv("GENSTUDIO_DATA", REAL_DATA)


@pytest.fixture
def real_fsdd(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real recordings, where somebody has them."""
    if not (REAL_DATA and (Path(REAL_DATA) / "fsdd").is_dir()):
        pytest.skip("GENSTUDIO_DATA names no folder that holds the real recordings")
    monkeypatch.setenv("GENSTUDIO_DATA", REAL_DATA)


@pytest.fixture
def tiny_mnist(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """MNIST's four files with 7 + 3 images; returns their decompressed bytes by stem.

    The catalog then takes these for the published ones; the last two training images are the
    validation split.
    """
    rng = np.random.default_rng(1)
    contents, files = {}, []
    for file in Mnist.files:
        count = 7 if file.stem.startswith("train") else 3
        shape = (count, *file.shape[1:])
        top = 256 if len(shape) == 3 else 10
        header = struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape)
        content = header + rng.integers(0, top, shape, np.uint8).tobytes()
        contents[file.stem] = content
        digest = hashlib.sha256(content).hexdigest()
        size = len(gzip.compress(content, mtime=0))
        files.append(replace(file, shape=shape, size=size, sha256=digest))
    monkeypatch.setattr(Mnist, "files", tuple(files))
    monkeypatch.setattr(Mnist, "held_out", 2)
    return contents


@pytest.fixture
def place(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Put a file into the data folder."""

    def placed(name: str, content: bytes) -> Path:
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return placed
