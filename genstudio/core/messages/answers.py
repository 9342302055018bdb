"""What jobs say on their way, and what they return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.capabilities import ModelCard
from genstudio.core.draw import Way
from genstudio.core.inpainting import MethodCard
from genstudio.core.joinable import Joinable
from genstudio.core.measures import Measure
from genstudio.core.runs import Metric
from genstudio.core.spaces import Space

__all__ = [
    "Browsed",
    "Cheated",
    "Compared",
    "DataView",
    "Description",
    "Device",
    "Estimated",
    "Evaluation",
    "Fitted",
    "Lap",
    "LookedBack",
    "Moved",
    "Picked",
    "Probed",
    "Raced",
    "SampleStarted",
    "Share",
    "TrainProgress",
    "TrainStarted",
]


@dataclass(frozen=True)
class Device:
    """A place to compute: name for the engine, title for people, memory in bytes (0: unknown)."""

    name: str
    title: str
    memory: int


@dataclass(frozen=True)
class Description:
    """What the engine offers.

    Attributes:
        cards: the families.
        devices: where one can compute.
        methods: of inpainting.
        uncompiled: names of the families whose fast samplers are yet to be compiled here.
    """

    cards: tuple[ModelCard, ...]
    devices: tuple[Device, ...]
    methods: tuple[MethodCard, ...] = ()
    uncompiled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Share:
    """How much of a job is done: `done` of `total` (total 0: unknown), in a word for people."""

    done: float
    total: float
    text: str = ""


@dataclass(frozen=True)
class TrainStarted:
    """The run exists on disk from here on."""

    folder: Path
    parameters: int
    total_steps: int | None
    device: str


@dataclass(frozen=True)
class TrainProgress(Joinable):
    """Where a training stands. Rates count since this session began.

    Attributes:
        step: optimizer steps done.
        total_steps: None when the length is in minutes.
        fraction: 0 … 1.
        epoch: passes over the data.
        seconds: training time of the run, pauses left out.
        points: the new points of the curves, as written to metrics.jsonl.
        steps_per_second: throughput.
        seconds_left: estimate, None at the very start.
        memory: bytes in use on the device (the process's resident set on the CPU).
        state: what it is doing.
        preview: the sample sheet just written, if one was.
    """

    step: int
    total_steps: int | None
    fraction: float
    epoch: float
    seconds: float
    points: tuple[Metric, ...]
    steps_per_second: float
    seconds_left: float | None
    memory: int
    state: Literal["training", "validating", "previewing", "paused"] = "training"
    preview: Path | None = None

    @classmethod
    def joined(cls, parts: Sequence[TrainProgress]) -> TrainProgress:
        """The last state with the points and the newest preview of all."""
        previews = [part.preview for part in parts if part.preview is not None]
        return replace(
            parts[-1],
            points=tuple(point for part in parts for point in part.points),
            preview=previews[-1] if previews else None,
        )


@dataclass(frozen=True)
class Estimated:
    """A measured forecast."""

    seconds: float
    seconds_per_step: float
    steps: int
    parameters: int
    parameter_formula: str = ""


@dataclass(frozen=True)
class SampleStarted:
    """What the recording that follows is of; arguments of `Trace`."""

    space: Space
    order: NDArray[np.int64]
    uniforms: NDArray[np.float64]
    controls: dict[str, Any]
    labels: NDArray[np.int64]
    seed: int


@dataclass(frozen=True)
class LookedBack:
    """What a conditional depends on.

    Attributes:
        permitted: (H, W, C) bool, what the structure permits.
        layers: names in order, the conditional last, and what each layer's output at the place
            uses: (H, W, C) float32, the norm of the gradient.
    """

    permitted: NDArray[np.bool_]
    layers: tuple[tuple[str, NDArray[np.float32]], ...]


@dataclass(frozen=True)
class Moved(Joinable):
    """What changing some symbols did, one by one.

    Attributes:
        steps: whose symbol was changed.
        earlier: the largest change in nats at that step or an earlier one; honest is 0.
        later: likewise at later steps.
    """

    steps: tuple[int, ...]
    earlier: tuple[float, ...]
    later: tuple[float, ...]

    @classmethod
    def joined(cls, parts: Sequence[Moved]) -> Moved:
        """One after the other."""
        return cls(
            tuple(step for part in parts for step in part.steps),
            tuple(nats for part in parts for nats in part.earlier),
            tuple(nats for part in parts for nats in part.later),
        )


@dataclass(frozen=True)
class Compared:
    """One run's part of a comparison.

    Attributes:
        samples: (n, *S) uint8, from the same uniforms for every run.
        image: (*S) uint8, the validation image.
        surprise: (*S) float64, bits of each of its symbols; None of a model that does not draw
            them one by one.
        nats: −ln p of the image, or a bound on it; None of a model that has neither.
        seconds: to draw one image alone.
        exact: whether nats are −ln p itself.
    """

    samples: NDArray[np.uint8]
    image: NDArray[np.uint8]
    surprise: NDArray[np.float64] | None
    nats: float | None
    seconds: float
    exact: bool = True


@dataclass(frozen=True)
class Cheated(Joinable):
    """Batches scored by the honest model and by the one that sees the answer, in bits/dim.

    Attributes:
        steps: of the cheating model's training.
        total: how many there will be.
        honest: bits/dim of the batch of each step.
        cheating: likewise.
    """

    steps: tuple[int, ...]
    total: int
    honest: tuple[float, ...]
    cheating: tuple[float, ...]

    @classmethod
    def joined(cls, parts: Sequence[Cheated]) -> Cheated:
        """One after the other."""
        return cls(
            tuple(step for part in parts for step in part.steps),
            parts[-1].total,
            tuple(bits for part in parts for bits in part.honest),
            tuple(bits for part in parts for bits in part.cheating),
        )


@dataclass(frozen=True)
class Lap:
    """Some steps of a race.

    Attributes:
        way: how they were drawn, never "fastest".
        naive: whether they are the naive runner's; the other may have no other way than that.
        symbols: (n,) uint8, in step order, following those before.
        seconds: that the runner's sampler has taken so far.
    """

    way: Way
    naive: bool
    symbols: NDArray[np.uint8]
    seconds: float


@dataclass(frozen=True)
class Raced(Joinable):
    """What was drawn since the last time."""

    laps: tuple[Lap, ...]

    @classmethod
    def joined(cls, parts: Sequence[Raced]) -> Raced:
        """One after the other."""
        return cls(tuple(lap for part in parts for lap in part.laps))


@dataclass(frozen=True)
class Picked:
    """An image of a dataset.

    Attributes:
        split: "test" where there is one, which no model has learned from.
        number: its index in the split, from 0.
        image: (*S) uint8.
        labels: (L,) int64.
    """

    split: str
    number: int
    image: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Browsed:
    """A page of the images of a split.

    Attributes:
        split: "test" where there is one, which no model has learned from.
        total: how many images there are to browse.
        first: how many of them come before the page.
        numbers: (n,) their indices in the split, from 0.
        images: (n, *S) uint8.
        labels: (n, L) int64.
    """

    split: str
    total: int
    first: int
    numbers: NDArray[np.int64]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Fitted:
    """A picture that became an image of symbols.

    Attributes:
        image: (*S) uint8.
        original: (h, w, C) uint8, the picture as it was, made smaller where it was large.
        width: of the picture as it was, pixels.
        height: likewise.
    """

    image: NDArray[np.uint8]
    original: NDArray[np.uint8]
    width: int
    height: int

    @property
    def cropped(self) -> bool:
        """Whether a part of the picture was cut off for its proportions."""
        tall, wide = self.image.shape[:2]
        return bool(self.width * tall != self.height * wide)


@dataclass(frozen=True)
class Probed:
    """What a place would be.

    Attributes:
        given_all: (K,) p(xᵢ = v | all other symbols); NaN where the model cannot tell.
        given_past: (K,) p(xᵢ = v | the symbols before it).
    """

    given_all: NDArray[np.float64]
    given_past: NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """The score of a split: a mean over data ± its standard error.

    Attributes:
        split: "train", "valid" or "test".
        count: how many data.
        measure: what the score is of: exact (=), a bound (≤), or an error.
        nats: per datum; None for an error.
        standard_error: of nats or of the error; NaN for a single datum.
        bits_per_dim: None for an error.
        error: mean square; None for nats.
        error_name: what the error is called; empty for nats.
        importance_samples: of a bound; 0 otherwise.
        receptive_field: how many symbols before it a conditional sees, where that is said.
        receptive_milliseconds: the same in time, of a sound.
    """

    split: str
    count: int
    measure: Measure
    nats: float | None
    standard_error: float
    bits_per_dim: float | None
    error: float | None = None
    error_name: str = ""
    importance_samples: int = 0
    receptive_field: int | None = None
    receptive_milliseconds: float | None = None

    @property
    def exact(self) -> bool:
        """Whether it is a likelihood, and no bound."""
        return self.measure is Measure.EXACT


@dataclass(frozen=True)
class DataView:
    """A dataset seen whole.

    Attributes:
        space: in the form asked for.
        sizes: images per split; splits that are missing here are absent.
        missing: one sentence for each split that is not here.
        examples: (n, *S) uint8 from the training split, evenly over it; of labelled data as
            many of each class of the first label.
        example_labels: (n, L) int64.
        class_counts: for each label of the space, (classes,) counts over the training split.
        symbol_counts: (K,) counts over the training split.
        content_hash: of the training split, hexadecimal.
        notes: sentences on what was found and left out.
    """

    space: Space
    sizes: dict[str, int]
    missing: tuple[str, ...]
    examples: NDArray[np.uint8]
    example_labels: NDArray[np.int64]
    class_counts: tuple[NDArray[np.int64], ...]
    symbol_counts: NDArray[np.int64]
    content_hash: str
    notes: tuple[str, ...] = ()
