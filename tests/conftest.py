"""What every test stands on: no display, folders of its own, nothing left behind."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt
# The models of the tests are so small that a second thread only costs; workers inherit this.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import psutil
import pytest

from genstudio.core.paths import kernels_folder

# Compiled once for all tests, and for the runs of them after this one.
os.environ["GENSTUDIO_KERNELS"] = str(kernels_folder())


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs, cache and logs in a folder of the test's own; the parent of all three."""
    parent = tmp_path_factory.mktemp("home")
    for variable, name in (
        ("GENSTUDIO_RUNS", "runs"),
        ("GENSTUDIO_CACHE", "cache"),
        ("GENSTUDIO_LOGS", "logs"),
    ):
        monkeypatch.setenv(variable, str(parent / name))
    return parent


@pytest.fixture(autouse=True)
def first_weights() -> None:
    """A model made in a test begins with the same weights, whichever tests ran before.

    A network of six ReLUs is dead from the start for one seed in a few hundred.
    """
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)


@pytest.fixture(scope="session")
def compiled_samplers() -> None:
    """Every fast sampler is ready, so that no window of a test begins by compiling them."""
    from genstudio.core.messages import CompileSamplers
    from genstudio.engine.client import InlineEngine, run_to_end

    run_to_end(InlineEngine(), CompileSamplers())


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Fail a test that leaves a thread or a process behind."""
    threads = set(threading.enumerate())
    processes = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    left = [thread.name for thread in set(threading.enumerate()) - threads if thread.is_alive()]
    left += [
        " ".join(child.cmdline())
        for child in psutil.Process().children(recursive=True)
        if child.pid not in processes and "resource_tracker" not in " ".join(child.cmdline())
    ]
    assert not left, f"left behind: {left}"
