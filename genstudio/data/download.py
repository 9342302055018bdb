"""Downloads that show progress, stop at once, go on where they stopped, and verify.

pooch fetches to a temporary name, compares the checksum and moves the file into place. What
it lacks is resuming, so it is given a downloader that appends to a `.part` file of our own,
which survives a cancelled or broken download and is handed to pooch when it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import filelock

from genstudio.core.errors import UserError
from genstudio.core.files import disk_errors
from genstudio.core.messages import Share

if TYPE_CHECKING:
    import requests

__all__ = ["Remote", "download"]

_CHUNK = 1 << 14  # bytes read between two looks at whether the download was cancelled
_TICK = 0.05  # seconds between two reports
_PATIENCE = 0.15  # seconds that closing waits for the thread; it never writes after that
_TIMEOUT = (5.0, 15.0)  # seconds to connect, and without a byte
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Remote:
    """One file to download.

    Attributes:
        urls: where it is, tried in this order.
        path: where it goes.
        size: its bytes, about; only for the progress.
        check: raises `UserError` for a file that is not the expected one.
        known_hash: "md5:…" or "sha256:…" of the file as published, where there is one.
    """

    urls: tuple[str, ...]
    path: Path
    size: int
    check: Callable[[Path], object]
    known_hash: str | None = None


def download(remotes: Sequence[Remote], title: str) -> Iterator[Share]:
    """Download files one after the other; `Share` counts bytes.

    Closing the generator cancels within a fifth of a second and keeps what has arrived.

    Args:
        remotes: the files.
        title: what they are together, for messages.

    Raises:
        UserError: no mirror has the right file, the disk is full, the folder cannot be
            written, or somebody else is downloading to it.
    """
    total = sum(remote.size for remote in remotes) or 1
    before = 0
    for remote in remotes:
        folder = remote.path.parent
        with disk_errors(remote.path):
            folder.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(folder / ".download.lock", blocking=False)
            try:
                lock.acquire()
            except filelock.Timeout as error:
                raise UserError(
                    f"{title} is being downloaded already, by another window or command.",
                    "Wait for it to end.",
                ) from error
            try:
                for received in _transfer(remote):
                    done = min(before + received, total)
                    text = f"{remote.path.name}: {received / _MEGABYTE:.1f} MB"
                    yield Share(done, total, text)
            finally:
                lock.release()
        before += remote.size
    yield Share(total, total, f"{title} is here and verified.")


def _transfer(remote: Remote) -> Iterator[int]:
    """Download one file in a thread; yields the bytes that are here."""
    transfer = _Transfer(remote)
    executor = ThreadPoolExecutor(1, thread_name_prefix="download")
    future: Future[None] = executor.submit(transfer.run)
    try:
        while not wait([future], _TICK).done:
            yield transfer.received
    finally:
        transfer.cancel()
        wait([future], _PATIENCE)
        executor.shutdown(wait=future.done())
    future.result()
    yield transfer.received


class _CancelledError(Exception):
    """The download was told to stop."""


class _Transfer:
    """One file on its way, in a thread of its own.

    Attributes:
        received: bytes of the file that are here.
    """

    def __init__(self, remote: Remote) -> None:
        self.received = 0
        self._remote = remote
        self._part = remote.path.with_name(f"{remote.path.name}.part")
        self._staged = remote.path.with_name(f".{remote.path.name}.unverified")
        self._cancelled = Event()
        self._response: requests.Response | None = None

    def cancel(self) -> None:
        """Stop as soon as can be, from another thread, even while no byte arrives."""
        self._cancelled.set()
        response = self._response
        if response is not None:
            # The connection may have ended in the meantime.
            with suppress(ValueError, RuntimeError, OSError):
                response.raw.shutdown()

    def run(self) -> None:
        """Try the mirrors in order until one has given the right file.

        Raises:
            UserError: none has.
            OSError: the disk refused.
        """
        problems = []
        for url in self._remote.urls:
            problem = self._from(url)
            if problem is None:
                return
            problems.append(f"{urlsplit(url).netloc}: {problem}")
        raise UserError(
            f"“{self._remote.path.name}” could not be downloaded ({'; '.join(problems)}).",
            "Check the connection and try again: it goes on where it stopped. "
            f"Or put the file into {self._remote.path.parent} yourself.",
        )

    def _from(self, url: str) -> str | None:
        """Download from one mirror; what went wrong in a few words, or None."""
        # Imported here: together they take longer than the window may.
        import requests  # noqa: PLC0415
        import urllib3  # noqa: PLC0415

        while True:
            start = self._kept()
            try:
                self._fetch_and_check(url)
            except requests.HTTPError as error:
                return str(error).partition(" for url")[0]
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                if self._cancelled.is_set():
                    raise _CancelledError from error
                if self._kept() <= start:
                    return _plain(error)
                # It broke off after some bytes; ask for the rest.
            except (ValueError, UserError) as error:
                # A ValueError is pooch's, of a checksum, or `_append`'s, of a part too long.
                self._staged.unlink(missing_ok=True)
                if start == 0:
                    return self._named(error) if isinstance(error, UserError) else "wrong checksum"
                # Perhaps the kept part was of another file; once more from the first byte.
            else:
                return None

    def _named(self, error: UserError) -> str:
        """What a check said, of the file by the name that people know."""
        return error.title.replace(self._staged.name, self._remote.path.name).rstrip(".")

    def _fetch_and_check(self, url: str) -> None:
        import pooch  # noqa: PLC0415

        pooch.get_logger().setLevel("WARNING")
        pooch.retrieve(
            url,
            self._remote.known_hash,
            fname=self._staged.name,
            path=self._staged.parent,
            downloader=self._append,
        )
        self._remote.check(self._staged)
        if self._cancelled.is_set():
            raise _CancelledError
        self._staged.replace(self._remote.path)

    def _append(self, url: str, output: str, _pooch: Any) -> None:
        """What pooch calls: complete the part, then give it the name that pooch wants."""
        import requests  # noqa: PLC0415

        kept = self._kept()
        # As it is: a transfer encoding would shift the offsets and the checksum.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={kept}-"} if kept else {})
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
            self._response = response
            self._stop_if_cancelled()
            said = response.headers.get("Content-Range", "")
            if kept and response.status_code == 416:
                # There is nothing after our part: it is complete, or of another file.
                if said != f"bytes */{kept}":
                    self._part.unlink()
                    raise ValueError("the kept part is longer than the file")
            else:
                response.raise_for_status()
                resumed = response.status_code == 206 and said.startswith(f"bytes {kept}-")
                self._write(response, kept if resumed else 0)
        self._part.replace(output)

    def _write(self, response: requests.Response, start: int) -> None:
        self.received = start
        with self._part.open("ab" if start else "wb") as file:
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                self._stop_if_cancelled()
                file.write(chunk)
                self.received += len(chunk)
        # A shut-down connection may look like the end of the file.
        self._stop_if_cancelled()

    def _kept(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _stop_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise _CancelledError


def _plain(error: Exception) -> str:
    import requests  # noqa: PLC0415

    if isinstance(error, requests.ConnectTimeout | requests.ReadTimeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return "the connection broke off"
