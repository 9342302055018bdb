"""Train the recogniser of digits on the real recordings."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.errors import UserError
from genstudio.core.messages import Share, TrainedRecogniser, TrainRecogniser, Wish
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.hearing.training import Epoch, accuracy, fitted, kept

__all__ = ["run"]


def run(request: TrainRecogniser) -> Generator[Share, Wish | None, TrainedRecogniser]:
    """An epoch at a time; the test recordings are asked once, at the end."""
    if request.epochs < 1:
        raise UserError(f"At least one epoch is needed, not {request.epochs}.")
    training, best = fitted(request.epochs, request.seed), Epoch(0, 0.0, 0.0, 0.0, True)
    while True:
        try:
            epoch = next(training)
        except StopIteration as stop:
            recogniser = stop.value
            break
        best = epoch if epoch.best else best
        words = f"epochs, {epoch.valid_accuracy:.1%} of the validation recordings recognised"
        yield Share(epoch.number, request.epochs, words)
    nats, share = accuracy(recogniser, catalog.open_data(DataSpec(name="fsdd")).split("test"))
    facts = {
        "data": "fsdd",
        "epochs": str(request.epochs),
        "seed": str(request.seed),
        "best_epoch": str(best.number),
        "valid_accuracy": f"{best.valid_accuracy:.4f}",
        "test_accuracy": f"{share:.4f}",
    }
    kept(recogniser, request.out, facts)
    return TrainedRecogniser(best.number, best.valid_accuracy, share, nats)
