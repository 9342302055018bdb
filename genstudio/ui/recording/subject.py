"""What an experiment is made on: an image, and the model that is asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genstudio.core.spaces import Grid
from genstudio.ui.recording.takes import Take

__all__ = ["Subject"]


@dataclass(frozen=True)
class Subject:
    """One sample of a take.

    Attributes:
        run: the run folder.
        space: what the image is.
        order: (D,) the flat index of each step.
        image: (*S) the symbols as far as they are recorded, and 0 elsewhere.
        labels: (L,) classes, or None.
        seed: of its uniforms.
        first: its index under that seed.
        controls: of the sampler that drew it.
    """

    run: Path
    space: Grid
    order: NDArray[np.int64]
    image: NDArray[np.uint8]
    labels: NDArray[np.int64] | None
    seed: int
    first: int
    controls: Mapping[str, Any]

    @classmethod
    def of(cls, take: Take, sample: int, steps: int | None = None) -> Subject:
        """A sample of a take; with `steps`, only so much of it."""
        trace = take.trace
        return cls(
            run=take.request.run,
            space=trace.grid,
            order=trace.order,
            image=trace.images(steps)[sample],
            labels=trace.labels[sample] if trace.labels.size else None,
            seed=take.request.seed,
            first=take.request.first + sample,
            controls=take.request.controls,
        )
