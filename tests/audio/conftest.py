"""Real sound: sinks of a PulseAudio server, and what they played, recorded back.

`.ci/run` starts the server. Elsewhere the tests that need one are skipped, in CI they fail.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray


def missing(what: str) -> None:
    """Skip, or fail where sound is required."""
    if os.environ.get("CI"):
        pytest.fail(f"CI has to have {what}")
    pytest.skip(f"needs {what}")


def pactl(*words: str) -> str:
    """What the server's tool answers."""
    said = subprocess.run(["pactl", *words], capture_output=True, text=True, timeout=20, check=True)
    return said.stdout.strip()


@dataclass
class Sink:
    """A sink that leads nowhere, with its monitor; mono at the rate asked for."""

    name: str
    module: str
    rate: int
    removed: bool = False

    def remove(self) -> None:
        if not self.removed:
            self.removed = True
            pactl("unload-module", self.module)


MakeSink = Callable[..., Sink]


@pytest.fixture(scope="session")
def server() -> None:
    """A PulseAudio server to play on."""
    if shutil.which("pactl") is None or shutil.which("parec") is None:
        missing("pactl and parec")
    if not os.environ.get("PULSE_SERVER"):
        missing("a PulseAudio server, named by PULSE_SERVER")
    pactl("info")


def _sink(rate: int = 16000, channels: int = 1) -> Sink:
    name = f"sink-{uuid.uuid4().hex[:8]}"
    module = pactl(
        "load-module",
        "module-null-sink",
        f"sink_name={name}",
        f"rate={rate}",
        f"channels={channels}",
        "norewinds=1",  # else it begins up to two seconds late
        f"sink_properties=device.description={name}",
    )
    return Sink(name, module, rate)


@pytest.fixture
def make_sink(server: None) -> Iterator[MakeSink]:
    """Makes sinks; they are gone after the test."""
    made: list[Sink] = []

    def make(rate: int = 16000, channels: int = 1) -> Sink:
        made.append(_sink(rate, channels))
        return made[-1]

    yield make
    for sink in made:
        sink.remove()


@pytest.fixture
def sink(make_sink: MakeSink, monkeypatch: pytest.MonkeyPatch) -> Sink:
    """A sink that is the usual output, and its monitor the usual input, of processes to come."""
    made = make_sink()
    monkeypatch.setenv("PULSE_SINK", made.name)
    monkeypatch.setenv("PULSE_SOURCE", f"{made.name}.monitor")
    return made


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """A server for this test alone, without a sink."""
    if shutil.which("pulseaudio") is None:
        missing("pulseaudio")
    socket = tmp_path / "native"
    process = subprocess.Popen(
        [
            *["pulseaudio", "-n", "--daemonize=no", "--system=no", "--use-pid-file=no"],
            *["--exit-idle-time=-1", "--log-target=stderr", "-vv", "-L"],
            f"module-native-protocol-unix socket={socket} auth-anonymous=1",
        ],
        env={**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "startup complete" in line:
            break
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    monkeypatch.setenv("PULSE_SERVER", f"unix:{socket}")
    monkeypatch.delenv("PULSE_SINK", raising=False)
    yield process
    process.kill()
    process.wait()
    drain.join()


@pytest.fixture
def make_own_sink(own_server: subprocess.Popen[str]) -> MakeSink:
    """Makes sinks of the test's own server, with which they end."""
    return _sink


class Recording:
    """What comes out of a sink's monitor, from now on, taken down by a program of the server's."""

    def __init__(self, sink: Sink) -> None:
        self.rate = sink.rate
        self._program = subprocess.Popen(
            [
                *["parec", f"--device={sink.name}.monitor", "--format=s16le", "--raw"],
                *[f"--rate={sink.rate}", "--channels=1", "--latency-msec=10"],
            ],
            stdout=subprocess.PIPE,
        )
        assert self._program.stdout is not None
        # Half a minute of it, for a test that keeps Python's lock from the thread that reads.
        fcntl.fcntl(self._program.stdout, fcntl.F_SETPIPE_SZ, 2**20)
        self._taken = bytearray()
        self._arrivals: list[tuple[int, float]] = []  # bytes there were, and since when
        self._more = threading.Condition()
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()
        self.wait(1)

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
        self._program.wait()
        self._thread.join()

    def wait(self, samples: int) -> None:
        """Until so many more have been recorded."""
        with self._more:
            wanted = len(self._taken) + 2 * samples
            assert self._more.wait_for(lambda: len(self._taken) >= wanted, 60)

    def hear(self, samples: int) -> NDArray[np.int16]:
        """All there is, (n,), once so many were not silent and a tenth of a second more is there.

        The recorder may be late, so that what was played is not what it has. Sounds that tests
        play have no sample that is 0. Where too few come, all there is then.
        """
        with self._more:
            self._more.wait_for(lambda: np.count_nonzero(self._so_far()) >= samples, 20)
        self.wait(self.rate // 10)
        return self.samples

    def silent(self) -> NDArray[np.int16]:
        """All there is, (n,), once half a second of it is silent."""
        half = self.rate // 2
        with self._more:
            wanted = len(self._taken) + 2 * half
            assert self._more.wait_for(
                lambda: len(self._taken) >= wanted and not self._so_far()[-half:].any(), 60
            )
            return self._so_far()

    @property
    def samples(self) -> NDArray[np.int16]:
        """All there is so far, (n,)."""
        with self._more:
            return self._so_far()

    def arrival(self, sample: int) -> float:
        """The moment at which a sample had been recorded."""
        return next(moment for count, moment in self._arrivals if count > 2 * sample)

    def _so_far(self) -> NDArray[np.int16]:
        return np.frombuffer(bytes(self._taken[: len(self._taken) // 2 * 2]), "<i2")

    def _take(self) -> None:
        assert self._program.stdout is not None
        while piece := os.read(self._program.stdout.fileno(), 65536):
            with self._more:
                self._taken += piece
                self._arrivals.append((len(self._taken), time.monotonic()))
                self._more.notify_all()
