"""Downloads from a server of the test's own: resume, cancel, mirrors, checksums, damage."""

import gzip
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.messages import Share
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.binarized_mnist import BinarizedMnist
from genstudio.data.download import Remote, download
from genstudio.data.mnist import Mnist

BODY = np.random.default_rng(0).bytes(300_000)
MD5 = f"md5:{hashlib.md5(BODY, usedforsecurity=False).hexdigest()}"


@dataclass
class File:
    """How one address behaves.

    Attributes:
        body: what is there.
        status: the answer, when it is not the file.
        ranges: whether parts can be asked for.
        cut: break off after so many bytes of each answer.
        stall: send nothing more after so many bytes, until the server ends.
    """

    body: bytes = BODY
    status: int = 200
    ranges: bool = True
    cut: int | None = None
    stall: int | None = None


@dataclass
class Server:
    """A server on this machine, and what it was asked for: (path, Range header)."""

    address: str
    files: dict[str, File] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            state.asked.append((self.path, wanted))
            file = state.files.get(self.path, File(status=404))
            if file.status != 200:
                self.send_error(file.status)
                return
            start = int(wanted[6:-1]) if wanted and file.ranges else 0
            if start >= len(file.body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(file.body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            rest = file.body[start:]
            self.send_response(206 if start else 200)
            if start:
                end = len(file.body) - 1
                self.send_header("Content-Range", f"bytes {start}-{end}/{len(file.body)}")
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest[: file.cut if file.cut is not None else file.stall])
            self.wfile.flush()
            if file.stall is not None:
                state.ended.wait(30)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Server(f"http://127.0.0.1:{listening.server_port}")
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
    thread.start()
    yield state
    state.ended.set()
    listening.shutdown()
    thread.join()
    listening.server_close()


def _remote(server: Server, tmp_path: Path, *paths: str, **changes: Any) -> Remote:
    fields = {
        "urls": tuple(server.address + path for path in paths or ("/file",)),
        "path": tmp_path / "to" / "file.bin",
        "size": len(BODY),
        "check": lambda path: None,
        "known_hash": MD5,
    }
    return Remote(**(fields | changes))


def _left(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / "to").iterdir()} - {".download.lock"}


def _until(shares: Iterator[Share], done: int) -> None:
    for share in shares:
        if share.done >= done:
            return


def test_a_file_arrives_with_progress(server: Server, tmp_path: Path) -> None:
    server.files["/file"] = File()
    shares = list(download([_remote(server, tmp_path)], "It"))
    assert (tmp_path / "to" / "file.bin").read_bytes() == BODY
    assert _left(tmp_path) == {"file.bin"}
    done = [share.done for share in shares]
    assert done == sorted(done)
    assert done[-1] == shares[-1].total == len(BODY)
    assert not [thread for thread in threading.enumerate() if "download" in thread.name]


def test_cancel_is_prompt_and_leaves_a_part_that_is_resumed(server: Server, tmp_path: Path) -> None:
    server.files["/file"] = File(stall=100_000)
    shares = download([_remote(server, tmp_path)], "It")
    _until(shares, 65_536)
    start = time.perf_counter()
    shares.close()
    assert time.perf_counter() - start < 0.2
    assert _left(tmp_path) == {"file.bin.part"}
    part = (tmp_path / "to" / "file.bin.part").read_bytes()
    assert len(part) >= 65_536
    assert BODY.startswith(part)

    server.files["/file"] = File()
    list(download([_remote(server, tmp_path)], "It"))
    assert server.asked[-1] == ("/file", f"bytes={len(part)}-")
    assert (tmp_path / "to" / "file.bin").read_bytes() == BODY
    assert _left(tmp_path) == {"file.bin"}


def test_cancel_is_prompt_before_the_server_has_answered(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        remote = Remote((url,), tmp_path / "to" / "file.bin", 1, lambda path: None)
        shares = download([remote], "It")
        next(shares)
        connection, _ = silent.accept()
        start = time.perf_counter()
        shares.close()
        assert time.perf_counter() - start < 0.2
        connection.close()
    assert not (tmp_path / "to" / "file.bin").exists()


def test_what_breaks_off_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    server.files["/file"] = File(cut=120_000)
    list(download([_remote(server, tmp_path)], "It"))
    assert (tmp_path / "to" / "file.bin").read_bytes() == BODY
    assert len(server.asked) >= 3


def test_a_server_without_ranges_sends_it_all_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "file.bin.part").write_bytes(BODY[:1000])
    server.files["/file"] = File(ranges=False)
    list(download([_remote(server, tmp_path)], "It"))
    assert (tmp_path / "to" / "file.bin").read_bytes() == BODY


@pytest.mark.parametrize("part", [BODY, BODY + b"x", b"of another file", bytes(400_000)], ids=len)
def test_any_part_left_behind_ends_in_the_right_file(
    server: Server, tmp_path: Path, part: bytes
) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "file.bin.part").write_bytes(part)
    server.files["/file"] = File()
    list(download([_remote(server, tmp_path)], "It"))
    assert (tmp_path / "to" / "file.bin").read_bytes() == BODY
    assert _left(tmp_path) == {"file.bin"}


def test_the_next_mirror_is_tried(server: Server, tmp_path: Path) -> None:
    server.files["/wrong"] = File(body=BODY[::-1])
    server.files["/cut"] = File(cut=0)
    server.files["/right"] = File()
    paths = ("/gone", "/wrong", "/cut", "/right")
    list(download([_remote(server, tmp_path, *paths)], "It"))
    assert [path for path, _ in server.asked] == list(paths)
    assert (tmp_path / "to" / "file.bin").read_bytes() == BODY


def test_every_mirrors_problem_is_told(server: Server, tmp_path: Path) -> None:
    server.files["/wrong"] = File(body=BODY[::-1])
    server.files["/broken"] = File(status=503)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    remote = _remote(server, tmp_path, "/gone", "/wrong", "/broken")
    urls = (*remote.urls, f"http://127.0.0.1:{port}/file")
    with pytest.raises(UserError) as caught:
        list(download([_remote(server, tmp_path, urls=urls)], "It"))
    for words in ("file.bin", "404", "wrong checksum", "503", "no connection"):
        assert words in caught.value.title
    assert str(tmp_path / "to") in caught.value.advice
    assert _left(tmp_path) == set()


def test_a_check_that_fails_leaves_nothing(server: Server, tmp_path: Path) -> None:
    server.files["/file"] = File()

    def check(path: Path) -> None:
        assert path.read_bytes() == BODY
        raise UserError("Not what it should be.")

    with pytest.raises(UserError, match="Not what it should be"):
        list(download([_remote(server, tmp_path, check=check, known_hash=None)], "It"))
    assert _left(tmp_path) == set()


def test_a_full_disk_is_a_sentence(server: Server, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "file.bin.part").symlink_to("/dev/full")
    server.files["/file"] = File()
    with pytest.raises(UserError, match="disk is full"):
        list(download([_remote(server, tmp_path)], "It"))


def test_two_downloads_to_one_place_do_not_mix(server: Server, tmp_path: Path) -> None:
    server.files["/file"] = File(stall=50_000)
    first = download([_remote(server, tmp_path)], "It")
    next(first)
    with pytest.raises(UserError, match="being downloaded already"):
        next(download([_remote(server, tmp_path)], "It"))
    first.close()
    server.files["/file"] = File()
    list(download([_remote(server, tmp_path)], "It"))
    assert _left(tmp_path) == {"file.bin"}


def test_mnist_is_fetched_from_a_mirror_and_only_what_is_missing(
    server: Server, tiny_mnist: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Mnist, "mirrors", (f"{server.address}/a/", f"{server.address}/b/"))
    for stem, content in tiny_mnist.items():
        server.files[f"/b/{stem}.gz"] = File(gzip.compress(content))
    spec = DataSpec(name="mnist")
    shares = list(catalog.fetch(spec))
    assert shares[-1].done == shares[-1].total > 0
    data = catalog.open_data(spec)
    assert data.missing() == ()
    assert len(data.split("train")) == 5
    assert len(server.asked) == 8

    (tmp_path / "data" / "mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    (tmp_path / "data" / "mnist" / "train-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    list(catalog.fetch(spec))
    asked = [path for path, _ in server.asked[8:]]
    assert {path[3:] for path in asked} == {
        "t10k-labels-idx1-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
    }
    list(catalog.fetch(spec))
    assert len(server.asked) == 8 + len(asked)


def test_wrong_content_of_mnist_is_refused(
    server: Server, tiny_mnist: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mnist, "mirrors", (f"{server.address}/",))
    for stem, content in tiny_mnist.items():
        server.files[f"/{stem}.gz"] = File(gzip.compress(content[:-1] + b"\xff"))
    with pytest.raises(UserError, match="checksum differs") as caught:
        list(catalog.fetch(DataSpec(name="mnist")))
    assert "unverified" not in caught.value.title, "it has the name that people know"


def test_binarized_mnist_is_fetched(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    bits = np.random.default_rng(4).integers(0, 2, (3, 784), np.uint8)
    text = b"".join(b" ".join(b"%d" % bit for bit in row) + b"\n" for row in bits)
    digest = hashlib.sha256(np.packbits(bits).tobytes()).hexdigest()
    splits = ("train", "valid", "test")
    monkeypatch.setattr(BinarizedMnist, "counts", dict.fromkeys(splits, 3))
    monkeypatch.setattr(BinarizedMnist, "sha256", dict.fromkeys(splits, digest))
    monkeypatch.setattr(BinarizedMnist, "mirrors", (f"{server.address}/",))
    for split in splits:
        server.files[f"/binarized_mnist_{split}.amat"] = File(text)
    spec = DataSpec(name="binarized-mnist")
    list(catalog.fetch(spec))
    data = catalog.open_data(spec)
    assert data.missing() == ()
    assert np.array_equal(data.split("test").symbols.reshape(3, 784), bits)
