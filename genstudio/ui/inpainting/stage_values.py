"""What a method told of its stages, as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from genstudio.core.inpainting import Stage

__all__ = ["csv_of"]


def csv_of(stages: Sequence[Stage], count: int) -> str:
    """One line per stage; what is not known is left empty. Logarithms are in nats.

    Args:
        stages: of a film.
        count: B, how many completions it has.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    chains = [f"log_prob_{index + 1}" for index in range(count)]
    writer.writerow(
        ["stage", "name", "moments", "flips", "effective", "beta", "log_evidence", *chains]
    )
    for number, stage in enumerate(stages, 1):
        values = [stage.flips, stage.effective, stage.beta, stage.log_evidence, *stage.log_prob]
        told = [float(value) if math.isfinite(value) else "" for value in values]
        writer.writerow([number, stage.name, stage.moment, *told])
    return stream.getvalue()
