"""The real Latent panel with a real engine: how soon what a slider asks for is painted.

Arguments: the run's folder, how many movements, and how many seconds of a thousand events.
Prints a JSON object: "moved", milliseconds from a slider's event to the painted picture;
"manifold", milliseconds of a 20×20 grid, there and back; "waiting", the most requests that were
open at once while events came faster than pictures.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from genstudio.core.messages import Event, Progress, Request
from genstudio.core.runs import Run
from genstudio.engine.client import ProcessEngine
from genstudio.ui.panels.latent import LatentPanel
from genstudio.ui.studio import Studio

_SIDE = 20
_EVENTS = 1000


class CountingEngine(ProcessEngine):
    """Knows how many requests are open, and how many were at most."""

    waiting = 0
    most = 0

    def submit(self, request: Request, channel: str | None = None) -> int:
        """As the engine does it."""
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        return super().submit(request, channel)

    def poll(self) -> Iterator[Event]:
        """As the engine does it."""
        for event in super().poll():
            self.waiting -= not isinstance(event, Progress)
            yield event


def main() -> int:
    """Open the panel, move, and tell."""
    application = QApplication(sys.argv[:1])
    folder, movements, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    engine = CountingEngine()
    settings = QSettings(str(folder.parent / "probe.ini"), QSettings.Format.IniFormat)
    studio = Studio(engine, settings, root=folder.parent)
    try:
        found = _measured(application, engine, studio, Run.open(folder), movements, seconds)
    finally:
        studio.close()
    sys.stdout.write(json.dumps(found))
    return 0


def _measured(
    application: QApplication,
    engine: CountingEngine,
    studio: Studio,
    run: Run,
    movements: int,
    seconds: float,
) -> dict[str, object]:
    studio.start()
    _until(application, lambda: bool(studio.cards))
    panel = LatentPanel(studio)
    panel.resize(1360, 860)
    panel.show()
    panel.show_run(run, studio.cards[run.manifest.family])
    _until(application, panel.settled)
    state = panel.state
    there = 0

    def arrived() -> None:
        nonlocal there
        there += 1

    state.decoded.connect(arrived)
    moved: list[float] = []
    for movement in range(movements):
        began = time.perf_counter()
        state.set_value(0, float(np.sin(movement / 5)))
        _until(application, lambda: there > len(moved))
        application.processEvents()  # what came is painted in here
        moved.append(1000 * (time.perf_counter() - began))
        _until(application, panel.settled)
    manifold: list[float] = []
    grids: list[object] = []
    codes = np.random.default_rng(0).standard_normal((_SIDE**2, state.size)).astype(np.float32)
    for _ in range(10):
        began = time.perf_counter()
        state.decode_many(codes, grids.append)
        _until(application, lambda: len(grids) > len(manifold))
        manifold.append(1000 * (time.perf_counter() - began))
    _until(application, panel.settled)
    engine.most = engine.waiting
    sent = 0

    def send() -> None:
        nonlocal sent
        sent += 1
        state.set_value(0, float(np.sin(sent / 50)))

    timer = QTimer()
    timer.timeout.connect(send)
    timer.start(round(1000 * seconds / _EVENTS))
    _until(application, lambda: sent >= _EVENTS)
    timer.stop()
    most = engine.most
    _until(application, panel.settled)
    return {"moved": moved, "manifold": manifold, "waiting": most}


def _until(application: QApplication, there: Callable[[], bool]) -> None:
    while not there():
        application.processEvents()


if __name__ == "__main__":
    sys.exit(main())
