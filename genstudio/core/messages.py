"""What the processes say to each other: requests go down, events come up.

Requests and events are frozen; big arrays travel as numpy. They cross a pipe between two
processes of the same program and are never read from a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.capabilities import ModelCard
from genstudio.core.draw import Way
from genstudio.core.joinable import Joinable
from genstudio.core.runs import Metric
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec, Training

__all__ = [
    "Cancelled",
    "Causality",
    "Cheat",
    "Cheated",
    "Compare",
    "Compared",
    "CompileSamplers",
    "Complete",
    "DataView",
    "Describe",
    "Description",
    "Device",
    "Estimate",
    "Estimated",
    "Evaluate",
    "Evaluation",
    "Event",
    "Failed",
    "FetchData",
    "Finished",
    "InspectData",
    "JobId",
    "Lap",
    "LookBack",
    "LookedBack",
    "Moved",
    "PickImage",
    "Picked",
    "Progress",
    "Race",
    "Raced",
    "ReadImage",
    "Request",
    "Sample",
    "SampleStarted",
    "Share",
    "Train",
    "TrainProgress",
    "TrainStarted",
    "Wish",
]

JobId = int
WorkerKind = Literal["explorer", "trainer", "compiler", "racer"]


class Wish(StrEnum):
    """What a person may ask of a running job short of cancelling it."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"  # end early and keep what there is


# --- requests: one class per job; `job` names the module in engine/jobs that serves it ---


@dataclass(frozen=True)
class Request:
    """Base of every request."""

    job: ClassVar[str]
    worker: ClassVar[WorkerKind] = "explorer"


@dataclass(frozen=True)
class Describe(Request):
    """Which families and devices there are. Result: `Description`."""

    job: ClassVar[str] = "describe"


@dataclass(frozen=True)
class Train(Request):
    """Train a family on data, or go on with a run. Result: the run's folder (Path).

    Progress: one `TrainStarted`, then `TrainProgress`.

    Attributes:
        family: name of the family; empty when resuming.
        data: which data.
        config: settings of the family.
        training: schedule and length.
        device: "auto", "cpu", "cuda:0", "mps".
        root: the folder in which a new run folder is made.
        out: the run folder itself, when the person chose one.
        resume: an interrupted run to go on with, exactly where its checkpoint was.
        start_from: a run whose weights a new run begins with.
        title: what the person calls the run; empty for a name from family and data.
    """

    job: ClassVar[str] = "train"
    worker: ClassVar[WorkerKind] = "trainer"

    family: str = ""
    data: DataSpec = DataSpec()
    config: dict[str, Any] = field(default_factory=dict)
    training: Training = Training()
    device: str = "auto"
    root: Path | None = None
    out: Path | None = None
    resume: Path | None = None
    start_from: Path | None = None
    title: str = ""


@dataclass(frozen=True)
class Estimate(Request):
    """How long a training would take here, by running a few of its steps. Result: `Estimated`."""

    job: ClassVar[str] = "estimate"

    family: str
    data: DataSpec
    config: dict[str, Any]
    training: Training
    device: str = "auto"


@dataclass(frozen=True)
class Sample(Request):
    """Draw images symbol by symbol. Progress: `SampleStarted`, then `TraceChunk`s. Result: None.

    Attributes:
        run: the run folder.
        count: how many images, together.
        seed: of the uniforms.
        first: index of the first image under that seed.
        controls: settings of the family's Controls.
        labels: (L,) or (count, L) class indices, or None.
        device: where to compute.
        way: how to draw; another way is asked for to compare it.
    """

    job: ClassVar[str] = "sample"

    run: Path
    count: int = 1
    seed: int = 0
    first: int = 0
    controls: dict[str, Any] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None
    device: str = "auto"
    way: Way = Way.FASTEST


@dataclass(frozen=True)
class Complete(Request):
    """Draw what is hidden; progress and result as `Sample`.

    Attributes:
        run: the run folder.
        images: (B, *S) symbols; hidden places are ignored.
        known: (B, *S) bool, True means known.
        seed: of the uniforms.
        first: index of the first image under that seed.
        method: "raster": the known symbols are clamped and the hidden ones drawn in reading
            order, each from its conditional given the symbols before it.
        controls: settings of the family's Controls.
        labels: (L,) or (B, L) class indices, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "complete"

    run: Path
    images: NDArray[np.uint8]
    known: NDArray[np.bool_]
    seed: int = 0
    first: int = 0
    method: Literal["raster"] = "raster"
    controls: dict[str, Any] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Evaluate(Request):
    """Score a split exactly. Result: `Evaluation`; progress: `Share`.

    Attributes:
        run: the run folder.
        split: "train", "valid" or "test".
        limit: only the first so many images; None for all.
        device: where to compute.
    """

    job: ClassVar[str] = "evaluate"

    run: Path
    split: str = "test"
    limit: int | None = None
    device: str = "auto"


@dataclass(frozen=True)
class LookBack(Request):
    """What one conditional depends on. Result: `LookedBack`.

    Attributes:
        run: the run folder.
        image: (*S) symbols around the place.
        step: of the symbol whose conditional is asked about.
        labels: (L,) class indices, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "look_back"

    run: Path
    image: NDArray[np.uint8]
    step: int
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Causality(Request):
    """Change each symbol of an image and see what moves. Progress: `Moved`.

    Attributes:
        run: the run folder.
        image: (*S) symbols.
        broken: ask a copy whose mask lets every symbol see itself.
        labels: (L,) class indices, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "causality"

    run: Path
    image: NDArray[np.uint8]
    broken: bool = False
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Cheat(Request):
    """Train a copy whose mask lets every symbol see itself. Progress: `Cheated`."""

    job: ClassVar[str] = "cheat"

    run: Path
    device: str = "auto"


@dataclass(frozen=True)
class Compare(Request):
    """What one run shows beside others that learned from the same data. Result: `Compared`.

    Attributes:
        run: the run folder.
        index: of the validation image that is scored.
        seed: of the uniforms that the samples are drawn from.
        count: how many samples.
        device: where to compute.
    """

    job: ClassVar[str] = "compare"

    run: Path
    index: int = 0
    seed: int = 0
    count: int = 6
    device: str = "auto"


@dataclass(frozen=True)
class Race(Request):
    """Draw one image twice, in the fastest way and in the naive one, each alone and timed.

    Progress: `SampleStarted`, then `Raced`. Result: None. The fields are those of `Sample`.
    """

    job: ClassVar[str] = "race"
    worker: ClassVar[WorkerKind] = "racer"  # whatever else is computed would slow it down

    run: Path
    seed: int = 0
    first: int = 0
    controls: dict[str, Any] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class CompileSamplers(Request):
    """Compile the fast samplers that are not ready here. Progress: `Share`. Result: None."""

    job: ClassVar[str] = "compile_samplers"
    worker: ClassVar[WorkerKind] = "compiler"


@dataclass(frozen=True)
class FetchData(Request):
    """Download a dataset to the data folder. Progress: `Share`. Result: None."""

    job: ClassVar[str] = "fetch_data"

    spec: DataSpec


@dataclass(frozen=True)
class InspectData(Request):
    """Look at a dataset in a given form. Result: `DataView`."""

    job: ClassVar[str] = "inspect_data"

    spec: DataSpec


@dataclass(frozen=True)
class PickImage(Request):
    """One image of a dataset, by chance. Result: `Picked`.

    Attributes:
        spec: which data, in which form.
        seed: of the chance.
        class_index: only images whose first label is this class; None for any.
    """

    job: ClassVar[str] = "pick_image"

    spec: DataSpec
    seed: int = 0
    class_index: int | None = None


@dataclass(frozen=True)
class ReadImage(Request):
    """A picture file as symbols: its centre cropped and resized. Result: (H, W, C) uint8.

    Attributes:
        path: a PNG, JPEG, WebP, BMP or GIF file.
        space: what it is to become one of.
    """

    job: ClassVar[str] = "read_image"

    path: Path
    space: Grid


# --- payloads ---


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
        uncompiled: names of the families whose fast samplers are yet to be compiled here.
    """

    cards: tuple[ModelCard, ...]
    devices: tuple[Device, ...]
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

    space: Grid
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
        surprise: (*S) float64, bits of each of its symbols.
        nats: −ln p of the image.
        seconds: to draw one image alone.
    """

    samples: NDArray[np.uint8]
    image: NDArray[np.uint8]
    surprise: NDArray[np.float64]
    nats: float
    seconds: float


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
class Evaluation:
    """The score of a split: mean nats per datum ± its standard error; exact (=) or bound (≤)."""

    split: str
    count: int
    nats: float
    standard_error: float
    bits_per_dim: float
    exact: bool


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

    space: Grid
    sizes: dict[str, int]
    missing: tuple[str, ...]
    examples: NDArray[np.uint8]
    example_labels: NDArray[np.int64]
    class_counts: tuple[NDArray[np.int64], ...]
    symbol_counts: NDArray[np.int64]
    content_hash: str
    notes: tuple[str, ...] = ()


# --- events: every job ends in exactly one of Finished, Failed, Cancelled ---


@dataclass(frozen=True)
class Event:
    """Base of every event."""

    job: JobId


@dataclass(frozen=True)
class Progress(Event):
    """A job yielded."""

    payload: Any


@dataclass(frozen=True)
class Finished(Event):
    """A job returned."""

    result: Any


@dataclass(frozen=True)
class Failed(Event):
    """A job could not go on. `details` is a traceback, empty for a person's own mistake."""

    title: str
    advice: str = ""
    details: str = ""


@dataclass(frozen=True)
class Cancelled(Event):
    """A job was cancelled, or superseded by a newer wish on its channel."""

    superseded: bool = False
