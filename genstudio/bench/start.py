"""How long a person waits for the window, against a bare window of the same two libraries."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from genstudio.bench.base import Options, Row, alternating, median_ratio, sandbox
from genstudio.core.errors import UserError

__all__ = ["goal", "run", "title"]

title = "Start of the window"
goal = "≤ 2.0 × a bare window"

_BOUND = 2.0
_PROBE = "GENSTUDIO_STARTUP_PROBE"
_PATIENCE = 60.0


def run(options: Options) -> list[Row]:
    """From process start to the first painted frame, alternating with the bare window."""
    bare_script = Path(__file__).parent / "probes" / "bare_window.py"
    with sandbox() as (folder, env):

        def measure(*command: str) -> float:
            probe = folder / "painted"
            probe.unlink(missing_ok=True)
            began = time.time()
            try:
                ended = subprocess.run(  # noqa: S603 - our own program
                    [sys.executable, *command],
                    env={**env, _PROBE: str(probe)},
                    capture_output=True,
                    text=True,
                    timeout=_PATIENCE,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise UserError(f"A window was not painted within {_PATIENCE:.0f} s.") from error
            if not probe.is_file():
                said = ended.stderr.strip().splitlines() or [f"it ended with {ended.returncode}"]
                raise UserError(
                    f"The window was never painted: {said[-1]}",
                    "Choose a display, or set QT_QPA_PLATFORM=offscreen.",
                )
            return float(probe.read_text()) - began

        options.tell("starting the window and a bare one in turn")
        ours, bare = alternating(
            lambda: measure("-m", "genstudio"),
            lambda: measure(str(bare_script)),
            options.count or 7,
        )
    ratio = median_ratio(ours, bare)
    return [
        Row(
            "process start to painted window ÷ bare PySide6 and pyqtgraph window",
            ratio,
            "×",
            f"≤ {_BOUND:.1f}",
            ratio <= _BOUND,
            f"{statistics.median(ours):.2f} s against {statistics.median(bare):.2f} s, "
            f"median of {len(ours)} pairs",
        )
    ]
