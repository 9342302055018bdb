"""IDX against bytes built by hand; no damage gets past as anything but a UserError."""

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genstudio.core.errors import UserError
from genstudio.data.idx import idx_sha256, read_idx

VALUES = bytes(range(2 * 3 * 4))
FILE = b"\0\0\x08\x03" + struct.pack(">III", 2, 3, 4) + VALUES
fuzz = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("content", [FILE, gzip.compress(FILE)], ids=["plain", "gzipped"])
def test_values_come_in_the_order_of_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    values = read_idx(path)
    assert values.dtype == np.uint8
    assert values.shape == (2, 3, 4)
    for index, value in enumerate(VALUES):
        assert values[index // 12, index // 4 % 3, index % 4] == value
    assert idx_sha256(values) == hashlib.sha256(FILE).hexdigest()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an IDX file"),
        (b"\x89PNG\r\n", "not an IDX file"),
        (b"\0\0\x0d\x01\0\0\0\x01", "0x0d"),
        (b"\0\0\x08\0", "0 dimensions"),
        (b"\0\0\x08\x09" + bytes(36), "9 dimensions"),
        (b"\0\0\x08\x02\0\0\0\x01", "after 8 bytes"),
        (FILE[:-1], "promises 24 values (2 × 3 × 4) and holds only 23"),
        (FILE + b"\0", "promises 24 values (2 × 3 × 4) and holds more"),
        (b"\0\0\x08\x02" + b"\xff" * 8, "promises 18,446,744,065,119,617,025 values"),
        (gzip.compress(FILE)[:-9], "damaged"),
        (gzip.compress(FILE)[:20] + b"\0" * 20, "damaged"),
    ],
)
def test_damage_is_told_with_numbers(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_idx(path)
    assert words in caught.value.title
    assert path.name in caught.value.title


def test_no_file_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_idx(tmp_path / "x")


@fuzz
@given(gz=st.booleans(), cut=st.integers(0, 60), flips=st.lists(st.integers(0, 8 * 60), max_size=4))
def test_cut_and_flipped_files_give_data_or_a_user_error(
    tmp_path: Path, gz: bool, cut: int, flips: list[int]
) -> None:
    content = bytearray(gzip.compress(FILE, mtime=0) if gz else FILE)
    content = content[: len(content) - cut] if cut < len(content) else bytearray()
    for bit in flips:
        if bit // 8 < len(content):
            content[bit // 8] ^= 1 << bit % 8
    path = tmp_path / "x"
    path.write_bytes(content)
    try:
        values = read_idx(path)
    except UserError:
        return
    assert values.dtype == np.uint8
