"""The real window with a real training, measured from inside its event loop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Qt, QTimer

from genstudio.bench.probes.empty_loop import TICK, Listener
from genstudio.bench.probes.playing import play_recording
from genstudio.bench.windowed import SETTINGS
from genstudio.core.errors import UserError
from genstudio.core.messages import Train, TrainProgress
from genstudio.core.training import DataSpec, Training
from genstudio.engine.client import ProcessEngine
from genstudio.ui.shell.application import prepare_application
from genstudio.ui.shell.display import require_display
from genstudio.ui.shell.window import MainWindow
from genstudio.ui.studio import Job, Studio

__all__ = ["Asked", "main"]

_START = 120_000  # ms that all may take to get going


@dataclass(frozen=True)
class Asked:
    """What to do.

    Attributes:
        data: name of the dataset, in two levels.
        out: folder of the new run.
        minutes: length of the training.
        seconds: how long to listen to the event loop, once everything runs.
        playing: the run whose recording is played, or empty for the Train panel.
    """

    data: str
    out: str
    minutes: float
    seconds: float
    playing: str = ""


class Probe(QObject):
    """Opens the window, starts the training and the playing, listens, and ends.

    With `seconds` 0 nothing is listened to: the training is left to reach its end.
    """

    def __init__(self, asked: Asked, quit_application: Callable[[], None]) -> None:
        super().__init__()
        self.asked = asked
        self.quit = quit_application
        self.failure = ""
        self.listener: Listener | None = None
        self.empty: subprocess.Popen[str] | None = None
        self.steps = self.previews = 0
        self.frames: Callable[[], int] = lambda: 0
        self._frames_before = 0
        self._steps_before: int | None = None
        settings = QSettings(f"{asked.out}.ini", QSettings.Format.IniFormat)
        settings.setValue("welcomed", True)
        self.engine = ProcessEngine()
        self.studio = Studio(self.engine, settings, root=Path(asked.out).parent)
        self.window = MainWindow(self.studio)
        self._ticks = QTimer(self)
        self._ticks.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticks.setInterval(TICK)
        self.studio.described.connect(self._train)
        QTimer.singleShot(
            _START + int(1000 * asked.seconds + 60_000 * asked.minutes),
            self,
            lambda: self._fail("The window did not get going."),
        )

    def begin(self) -> None:
        """Show the window and ask the engine what it offers."""
        self.window.show()
        self.studio.start()

    def _train(self) -> None:
        self.studio.described.disconnect(self._train)
        model = {key: SETTINGS[key] for key in ("channels", "blocks", "head")}
        training = {key: value for key, value in SETTINGS.items() if key not in model}
        self.studio.panel_wanted.emit("Train")
        job = self.studio.train(
            Train(
                family="pixelcnn",
                data=DataSpec(name=self.asked.data, levels=2),
                config=model,
                training=Training.checked(
                    {**training, "unit": "minutes", "length": self.asked.minutes}
                ),
                device="cpu",
                out=Path(self.asked.out),
            ),
            "PixelCNN",
        )
        job.progressed.connect(self._progressed)
        job.failed.connect(lambda failed: self._fail(f"{failed.title} {failed.details}"))
        job.finished.connect(lambda _: self._finish(job))

    def _progressed(self, payload: object) -> None:
        if not isinstance(payload, TrainProgress):
            return
        self.steps = payload.step
        self.previews += payload.preview is not None
        if self._steps_before is None and payload.step > 1:
            self._steps_before = payload.step
            if self.asked.playing:
                play_recording(self.window, Path(self.asked.playing), self._playing)
            elif self.asked.seconds:
                self._listen()

    def _playing(self, frames: Callable[[], int]) -> None:
        self.frames = frames
        if self.asked.seconds:
            self._listen()

    def _listen(self) -> None:
        self._steps_before, self.previews = self.steps, 0
        self._frames_before = self.frames()
        script = Path(__file__).with_name("empty_loop.py")
        self.empty = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, str(script), str(self.asked.seconds)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.listener = Listener()
        self._ticks.timeout.connect(self.listener.tick)
        self._ticks.start()
        QTimer.singleShot(int(1000 * self.asked.seconds), self, self.quit)

    def _finish(self, job: Job) -> None:
        if self.asked.seconds and self.listener is None:
            self._fail("The training ended before anything was measured.")
        else:
            self.quit()

    def _fail(self, sentence: str) -> None:
        self.failure = sentence
        self.quit()

    def found(self) -> dict[str, Any]:
        """What was measured, once what ran beside it has ended."""
        return {
            "late": self.listener.late if self.listener is not None else [],
            "empty": json.loads(self.empty.communicate()[0]) if self.empty is not None else [],
            "steps": self.steps - (self._steps_before or 0),
            "previews": self.previews,
            "frames": self.frames() - self._frames_before,
        }


def main() -> int:
    """Run the probe that the first argument describes; prints its findings as JSON."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the program itself does
    asked = Asked(**json.loads(sys.argv[1]))
    try:
        require_display()
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    application = prepare_application()
    # `quit` would close the window, which asks first while a model is being trained.
    probe = Probe(asked, lambda: application.exit(0))
    probe.begin()
    application.exec()
    found = probe.found()
    probe.studio.close()
    if probe.failure:
        sys.stderr.write(f"{probe.failure}\n")
        return 1
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
