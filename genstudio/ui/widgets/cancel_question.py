"""What cancelling a training would lose, and the question whether that is meant."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from genstudio.core.errors import UserError
from genstudio.core.messages import TrainProgress, Wish
from genstudio.core.runs import Run
from genstudio.ui.studio import Job, Studio
from genstudio.ui.words import span

__all__ = ["WORTH_ASKING", "Loss", "ask", "loss_of"]

WORTH_ASKING = 30.0
"""Seconds of work that are not thrown away without a question."""


@dataclass(frozen=True)
class Loss:
    """How many seconds of work would be lost, and a sentence on what is kept."""

    seconds: float
    kept: str


def loss_of(job: Job) -> Loss | None:
    """What cancelling would lose; None before the first step."""
    latest = job.latest
    if not isinstance(latest, TrainProgress) or job.run_folder is None:
        return None
    try:
        every = Run.open(job.run_folder).manifest.training.checkpoint_every
    except UserError:
        return None
    since = latest.step % every
    rate = latest.steps_per_second
    seconds = since / rate if rate > 0 else latest.seconds
    if latest.step < every:
        return Loss(seconds, "There is no checkpoint yet to go on from.")
    kept = f"The run stays in the library as it was at step {latest.step - since:,}."
    return Loss(seconds, kept)


def ask(parent: QWidget, studio: Studio, job: Job, loss: Loss) -> None:
    """Ask without blocking: cancel, stop and keep, or go on."""
    box = QMessageBox(parent)
    box.setWindowTitle("Cancel training")
    box.setText(f"Cancelling now loses the last {span(loss.seconds)} of training.")
    box.setInformativeText(f"{loss.kept} “Stop and keep” loses nothing.")
    throw = box.addButton("Cancel training", QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Stop and keep", QMessageBox.ButtonRole.AcceptRole)
    go_on = box.addButton("Go on training", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(go_on)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def answer(button: object) -> None:
        if button is throw:
            studio.cancel(job)
        elif button is keep:
            studio.wish(job, Wish.STOP)

    box.buttonClicked.connect(answer)
    box.open()
