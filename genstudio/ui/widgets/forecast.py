"""How long a training would take here, measured a moment after the last change of the form."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from genstudio.core.messages import Estimate, Estimated, Failed
from genstudio.ui.studio import Job, Studio
from genstudio.ui.words import parameters, span

__all__ = ["Forecast"]

_PATIENCE = 400  # milliseconds after the last change


class Forecast(QObject):
    """Asks the engine on the channel "estimate"; a newer wish supersedes the one before it.

    Attributes:
        told: what is known, in words for people, and whether it is a failure.
    """

    told = Signal(str, bool)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._request: Estimate | None = None
        self._job: Job | None = None
        self._asked: Estimate | None = None
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._timer.timeout.connect(self._ask)

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._timer.isActive() or (self._job is not None and self._job.open)

    def want(self, request: Estimate) -> None:
        """Ask soon, unless this is what was asked last."""
        if request == self._asked:
            return
        self._request, self._asked = request, request
        self.told.emit("Measuring how long this takes here…", False)
        self._timer.start()

    def drop(self) -> None:
        """Forget what was asked; its measurement would be in the way of something else."""
        self._timer.stop()
        self._asked = None
        if self._job is not None and self._job.open:
            self._studio.cancel(self._job)
        self._job = None

    def _ask(self) -> None:
        if self._request is None:
            return
        job = self._studio.submit(self._request, channel="estimate")
        device = self._request.device
        job.finished.connect(lambda result: self._tell(job, result, device))
        job.failed.connect(lambda failed: self._fail(job, failed))
        self._job = job

    def _tell(self, job: Job, result: Estimated, device: str) -> None:
        if job is not self._job:
            return
        rate = 1 / result.seconds_per_step if result.seconds_per_step > 0 else 0.0
        shown = f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"
        where = "" if device == "auto" else f" on {device}"
        size = parameters(result.parameters, result.parameter_formula)
        self.told.emit(
            f"≈ {span(result.seconds)} · {size} · {shown} steps/s{where}",
            False,
        )

    def _fail(self, job: Job, failed: Failed) -> None:
        if job is self._job:
            self.told.emit(f"{failed.title} {failed.advice}".strip(), True)
