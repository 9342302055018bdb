"""Requests: one class per job; `job` names the module in engine/jobs that serves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.draw import Way
from genstudio.core.spaces import Grid
from genstudio.core.training import DataSpec, Training

__all__ = [
    "BrowseImages",
    "Causality",
    "Cheat",
    "Clean",
    "Compare",
    "CompileSamplers",
    "Complete",
    "Decode",
    "Describe",
    "DrawCodes",
    "Embed",
    "EmbedNeighbours",
    "Encode",
    "Estimate",
    "Evaluate",
    "FetchData",
    "FitImage",
    "Inpaint",
    "InspectData",
    "LookAtPosterior",
    "LookBack",
    "PickImage",
    "Probe",
    "Race",
    "ReadImage",
    "ReadSound",
    "Request",
    "Sample",
    "SurveyLatent",
    "Train",
    "Wish",
    "WorkerKind",
]

WorkerKind = Literal["explorer", "trainer", "compiler", "racer", "embedder"]


class Wish(StrEnum):
    """What a person may ask of a running job short of cancelling it."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"  # end early and keep what there is


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
    """Draw images.

    Of an autoregressive model symbol by symbol; progress: `SampleStarted`, then `TraceChunk`s. Of
    one with a latent space all at once; progress: one `LatentDraws`, which holds the stages of the
    drawing. Result: None.

    Attributes:
        run: the run folder.
        count: how many images, together.
        seed: of the uniforms.
        first: index of the first image under that seed.
        controls: settings of the family's Controls.
        labels: (L,) or (count, L) class indices, or None.
        device: where to compute.
        way: how to draw; another way is asked for to compare it.
        length: samples of a sound; None for as many as those learned from have.
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
    length: int | None = None


@dataclass(frozen=True)
class ReadSound(Request):
    """Read a sound file. Result: (n,) int16.

    Attributes:
        path: the file.
        rate: samples a second that are wanted.
    """

    job: ClassVar[str] = "read_sound"

    path: Path
    rate: int


@dataclass(frozen=True)
class Complete(Request):
    """Draw what is hidden in order, as a recording; progress and result as `Sample`.

    The known symbols are clamped, the hidden ones drawn each from its conditional given the
    symbols before it.

    Attributes:
        run: the run folder.
        images: (B, *S) symbols; hidden places are ignored.
        known: (B, *S) bool, True means known.
        seed: of the uniforms.
        first: index of the first image under that seed.
        controls: settings of the family's Controls.
        labels: (L,) or (B, L) class indices, or None.
        device: where to compute.
        length: as in `Sample`, and as the images have.
    """

    job: ClassVar[str] = "complete"

    run: Path
    images: NDArray[np.uint8]
    known: NDArray[np.bool_]
    seed: int = 0
    first: int = 0
    controls: dict[str, Any] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None
    device: str = "auto"
    length: int | None = None


@dataclass(frozen=True)
class Inpaint(Request):
    """Draw what is hidden in one image by a method of choice, several times over.

    Progress: one `InpaintStarted`, then `Moments`. Result: `Inpainted`.

    Attributes:
        run: the run folder.
        image: (*S) symbols; hidden places are ignored.
        known: (*S) bool, True means known.
        method: name of the method.
        settings: of the method.
        count: how many completions: chains or particles.
        seed: of the uniforms.
        labels: (L,) class indices, which a model that is conditioned on them needs, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "inpaint"

    run: Path
    image: NDArray[np.uint8]
    known: NDArray[np.bool_]
    method: str = "raster"
    settings: dict[str, Any] = field(default_factory=dict)
    count: int = 16
    seed: int = 0
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Probe(Request):
    """What a place would be, given all other symbols and given the past alone. Result: `Probed`.

    Attributes:
        run: the run folder.
        image: (*S) symbols, every one of which counts.
        place: the flat index in S.
        labels: (L,) class indices, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "probe"

    run: Path
    image: NDArray[np.uint8]
    place: int
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Evaluate(Request):
    """Score a split: exactly, by a bound, or by an error. Result: `Evaluation`; progress: `Share`.

    Attributes:
        run: the run folder.
        split: "train", "valid" or "test".
        limit: only the first so many images; None for all.
        device: where to compute.
        importance_samples: draws of the code of each image, for a model whose score is a bound;
            the bound gets tighter the more there are.
    """

    job: ClassVar[str] = "evaluate"

    run: Path
    split: str = "test"
    limit: int | None = None
    device: str = "auto"
    importance_samples: int = 1


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
class BrowseImages(Request):
    """A page of the images that were not learned from, in the split's order. Result: `Browsed`.

    Attributes:
        spec: which data, in which form.
        first: how many of them come before the page.
        count: how many there are on it, at most.
        class_index: only images whose first label is this class; None for any.
    """

    job: ClassVar[str] = "browse_images"

    spec: DataSpec
    first: int = 0
    count: int = 60
    class_index: int | None = None


@dataclass(frozen=True)
class FitImage(Request):
    """A picture as symbols, and what it was before. Result: `Fitted`.

    Attributes:
        space: what it is to become one of.
        name: what the picture is called when something is wrong with it.
        path: a PNG, JPEG, WebP, BMP or GIF file; None where there is its content.
        content: such a file's bytes.
    """

    job: ClassVar[str] = "fit_image"

    space: Grid
    name: str
    path: Path | None = None
    content: bytes = b""


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


@dataclass(frozen=True)
class SurveyLatent(Request):
    """Encode data of a model with a latent space. Result: `Survey`; progress: `Share`.

    Attributes:
        run: the run folder.
        split: of the data that it learned from.
        limit: how many data, evenly over the split.
        device: where to compute.
    """

    job: ClassVar[str] = "survey_latent"

    run: Path
    split: str = "valid"
    limit: int = 2000
    device: str = "auto"


@dataclass(frozen=True)
class Encode(Request):
    """Where images are in the latent space. Result: `Coded`.

    Attributes:
        run: the run folder.
        images: (B, *S) symbols.
        labels: (L,) or (B, L) class indices, which a model conditioned on them needs, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "encode"

    run: Path
    images: NDArray[np.uint8]
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Decode(Request):
    """What codes decode to. Result: (B, *S) float32, in symbol units.

    Attributes:
        run: the run folder.
        codes: (B, *Z) float32.
        labels: (L,) or (B, L) class indices, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "decode"

    run: Path
    codes: NDArray[np.float32]
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class DrawCodes(Request):
    """Draw codes and decode them: could this be a generator? Result: `LatentDraws`.

    Attributes:
        run: the run folder.
        source: "normal": N(0, τ² I); "prior": the family's own; "aggregated": q(z) of the training
            data; "gaussian": one with full covariance fitted to the codes of the training data;
            "mixture": so many of them.
        components: of the mixture.
        count: how many.
        seed: of the uniforms.
        temperature: τ.
        labels: (L,) or (count, L) class indices, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "draw_codes"

    run: Path
    source: Literal["normal", "prior", "aggregated", "gaussian", "mixture"] = "normal"
    components: int = 10
    count: int = 16
    seed: int = 0
    temperature: float = 1.0
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Embed(Request):
    """Codes on a plane, by their two main directions. Result: (n, 2) float32.

    Attributes:
        codes: (n, Z) float32; two dimensions are kept as they are.
    """

    job: ClassVar[str] = "embed"

    codes: NDArray[np.float32]


@dataclass(frozen=True)
class EmbedNeighbours(Request):
    """Codes on a plane by t-SNE, which keeps neighbours and no distances. Result: (n, 2) float32.

    Attributes:
        codes: (n, Z) float32.
        seed: the same gives the same plane.
    """

    job: ClassVar[str] = "embed_neighbours"
    worker: ClassVar[WorkerKind] = "embedder"  # one long step: only its process can be stopped

    codes: NDArray[np.float32]
    seed: int = 0


@dataclass(frozen=True)
class LookAtPosterior(Request):
    """The encoder's q(z | x) beside the true p(z | x). Result: `Posterior`.

    Attributes:
        run: the run folder.
        image: (*S) symbols.
        dimensions: which two of the latent space; the others are held at the code's mean.
        labels: (L,) class indices, or None.
        points: of the grid along each dimension.
        device: where to compute.
    """

    job: ClassVar[str] = "look_at_posterior"

    run: Path
    image: NDArray[np.uint8]
    dimensions: tuple[int, int] = (0, 1)
    labels: NDArray[np.int64] | None = None
    points: int = 96
    device: str = "auto"


@dataclass(frozen=True)
class Clean(Request):
    """Repeated cleaning by a denoising autoencoder. Result: (passes + 1, B, *S) float32.

    In symbol units; the first is what is started from.

    Attributes:
        run: the run folder.
        images: (B, *S) symbols that noise is put on first, or None for pure noise.
        count: how many, of pure noise.
        passes: how often to clean.
        seed: of the noise.
        labels: (L,) or (B, L) class indices, which a model conditioned on them needs for images;
            for pure noise they are drawn evenly where none are given.
        device: where to compute.
    """

    job: ClassVar[str] = "clean"

    run: Path
    images: NDArray[np.uint8] | None = None
    count: int = 16
    passes: int = 20
    seed: int = 0
    labels: NDArray[np.int64] | None = None
    device: str = "auto"
