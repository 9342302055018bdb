"""What every benchmark is made of: options, rows, medians of alternating runs, the machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import genstudio.bench
from genstudio.core.discovery import import_modules
from genstudio.core.errors import UserError
from genstudio.core.paths import kernels_folder

__all__ = [
    "Benchmark",
    "Options",
    "Row",
    "alternating",
    "benchmarks",
    "chosen",
    "machine",
    "median_ratio",
    "quantile",
    "sandbox",
]


@dataclass(frozen=True)
class Options:
    """How much to measure; None leaves it to the benchmark.

    Attributes:
        count: pairs, cancellations or kills.
        seconds: length of one measurement.
        tell: where to say what is going on, for people.
    """

    count: int | None = None
    seconds: float | None = None
    tell: Callable[[str], None] = lambda text: None


@dataclass(frozen=True)
class Row:
    """One figure. `met` is None where the figure has no goal, `value` where it was not had."""

    name: str
    value: float | None
    unit: str
    goal: str = ""
    met: bool | None = None
    note: str = ""


class Benchmark(Protocol):
    """A module of this package."""

    __name__: str
    title: str
    goal: str
    long: bool = False  # takes hours, so it is run only where it is named

    def run(self, options: Options) -> list[Row]:
        """Measure."""


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark by name."""
    found = import_modules(genstudio.bench)
    return {
        module.__name__.rpartition(".")[2]: cast(Benchmark, module)
        for module in found
        if hasattr(module, "run") and hasattr(module, "title")
    }


def chosen(names: Sequence[str]) -> dict[str, Benchmark]:
    """The benchmarks asked for; when none is named, all that do not take hours.

    Raises:
        UserError: there is none of that name.
    """
    known = benchmarks()
    for name in names:
        if name not in known:
            raise UserError(
                f"There is no benchmark called “{name}”.", f"Known: {', '.join(known)}."
            )
    usual = [name for name, each in known.items() if not getattr(each, "long", False)]
    return {name: known[name] for name in names or usual}


def alternating(
    first: Callable[[], float], second: Callable[[], float], pairs: int, warm_up: bool = True
) -> tuple[list[float], list[float]]:
    """Measure two things in turn, so that what else the machine does meets both alike.

    Which of the two goes first changes from pair to pair. A warm-up pair is thrown away.
    """
    if warm_up:
        first(), second()
    firsts, seconds = [], []
    for pair in range(pairs):
        if pair % 2:
            seconds.append(second())
            firsts.append(first())
        else:
            firsts.append(first())
            seconds.append(second())
    return firsts, seconds


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Median over the pairs of above ÷ below."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    from genstudio.engine.devices import devices  # noqa: PLC0415 - torch takes a second

    return {
        "processor": "; ".join(device.title for device in devices()),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        **{
            name: importlib.metadata.version(name)
            for name in ("torch", "PySide6-Essentials", "pyqtgraph", "genstudio")
        },
        "display": os.environ.get("QT_QPA_PLATFORM") or os.environ.get("DISPLAY") or sys.platform,
    }


@contextmanager
def sandbox() -> Iterator[tuple[Path, dict[str, str]]]:
    """A temporary folder, and an environment whose runs, settings and logs are inside it."""
    with tempfile.TemporaryDirectory(prefix="genstudio-bench-") as temporary:
        folder = Path(temporary)
        places = {
            "GENSTUDIO_RUNS": folder / "runs",
            "GENSTUDIO_CACHE": folder / "cache",
            "GENSTUDIO_LOGS": folder / "logs",
            "XDG_CONFIG_HOME": folder / "config",
        }
        for place in places.values():
            place.mkdir()
        # Machine code is what it is anywhere; compiling it anew would be measured along.
        kept = {"GENSTUDIO_KERNELS": str(kernels_folder())}
        yield (
            folder,
            {**os.environ, **kept, **{name: str(place) for name, place in places.items()}},
        )
