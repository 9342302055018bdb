"""Runs that learned from the same data, side by side, in numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields

from genstudio.core.errors import UserError
from genstudio.core.measures import Measure
from genstudio.core.messages import Compared
from genstudio.core.runs import Run

__all__ = ["Facts", "check_same_data", "csv_of", "facts_of", "same_data"]


@dataclass(frozen=True)
class Facts:
    """One row of the comparison; None where it is not known.

    Attributes:
        title: of the run.
        name: of its folder.
        family: of the model.
        parameters: trained numbers.
        valid_bits_per_dim: best validation score.
        exact: whether that is a likelihood (=) and not a bound (≤).
        valid_nats: the same per datum.
        training_seconds: pauses left out.
        best_epoch: passes over the data at the best validation.
        image_nats: −ln p of the one image that all are asked about, or a bound, as `exact` says.
        seconds_per_image: to draw one image alone.
        valid_error: best validation score of a family without a likelihood, a mean square.
        error_name: what that is called.
    """

    title: str
    name: str
    family: str
    parameters: int
    valid_bits_per_dim: float | None
    exact: bool
    valid_nats: float | None
    training_seconds: float | None
    best_epoch: float | None
    image_nats: float | None = None
    seconds_per_image: float | None = None
    valid_error: float | None = None
    error_name: str = ""

    @property
    def mark(self) -> str:
        """What stands before its nats and bits."""
        return (Measure.EXACT if self.exact else Measure.BOUND).mark


def same_data(run: Run, runs: Sequence[Run]) -> list[Run]:
    """The runs with weights that learned from the same data in the same form, in their order."""
    wanted = _data(run)
    return [other for other in runs if other.has_model and _data(other) == wanted]


def check_same_data(runs: Sequence[Run]) -> None:
    """Refuse to compare what cannot be compared.

    Raises:
        UserError: two of the runs learned from different data, or in different forms.
    """
    for run in runs[1:]:
        if _data(run) != _data(runs[0]):
            raise UserError(
                f"“{runs[0].manifest.title}” and “{run.manifest.title}” learned from different "
                "data, or from the same in different forms, so their scores do not compare.",
            )


def facts_of(run: Run, compared: Compared | None = None) -> Facts:
    """A run's row.

    Raises:
        UserError: its curves are damaged.
    """
    manifest, result = run.manifest, run.manifest.result
    scores = [
        (metric.valid_error if metric.valid_nats is None else metric.valid_nats, metric.epoch)
        for metric in run.metrics()
    ]
    scored = [(score, epoch) for score, epoch in scores if score is not None]
    best = min(scored, default=None)
    known = compared if result is None else result
    return Facts(
        title=manifest.title,
        name=run.name,
        family=manifest.family,
        parameters=manifest.parameters,
        valid_bits_per_dim=None if result is None else result.valid_bits_per_dim,
        exact=known.exact if known is not None else True,
        valid_nats=None if result is None else result.valid_nats,
        training_seconds=None if result is None else result.seconds,
        best_epoch=None if best is None else best[1],
        image_nats=None if compared is None else compared.nats,
        seconds_per_image=None if compared is None else compared.seconds,
        valid_error=None if result is None else result.valid_error,
        error_name="" if result is None else result.error_name,
    )


def csv_of(rows: Sequence[Facts]) -> str:
    """One line per run, the columns named as the attributes of `Facts`."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [field.name for field in fields(Facts)]
    writer.writerow(names)
    for row in rows:
        values = [getattr(row, name) for name in names]
        writer.writerow("" if value is None else value for value in values)
    return stream.getvalue()


def _data(run: Run) -> tuple[object, ...]:
    return run.manifest.data_hash, run.manifest.space
