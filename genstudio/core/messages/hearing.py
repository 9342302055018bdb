"""What is asked about sounds and about the models that draw them, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.messages.requests import Request, WorkerKind

__all__ = [
    "DilationRow",
    "DilationTree",
    "GrowTree",
    "MeasurePitch",
    "Pitched",
    "Recognise",
    "Recognised",
    "TeacherForce",
    "TeacherForced",
    "TrainRecogniser",
    "TrainedRecogniser",
]


@dataclass(frozen=True)
class GrowTree(Request):
    """What the conditional of one sample is computed from. Result: `DilationTree`.

    Attributes:
        run: the run folder, of a WaveNet.
        sound: (n,) symbols, of any length.
        step: number of the sample whose conditional is asked about, from 0.
        labels: (L,) class indices, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "grow_tree"

    run: Path
    sound: NDArray[np.uint8]
    step: int
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class DilationRow:
    """One row of the tree: nodes at positions, each of which lies at the newest sample it sees.

    A node at p is computed from those at p and p − dilation in the row below.

    Attributes:
        name: what the row holds.
        dilation: of the convolution that made it; 0 of the samples themselves.
        positions: (m,) int64, ascending; a node that sees no sample at all is left out.
        magnitudes: (m,) float32, how strongly −ln p of the sample hangs on the node: the length
            of its gradient, nats for each unit of the node's values.
    """

    name: str
    dilation: int
    positions: NDArray[np.int64]
    magnitudes: NDArray[np.float32]


@dataclass(frozen=True)
class DilationTree:
    """The tree of dilated convolutions behind one conditional (van den Oord et al. 2016, figure 3).

    Attributes:
        step: of the sample that is predicted.
        rows: from the samples to the output; the last row is the root alone.
        receptive_field: how many samples back a conditional sees, whatever the step.
        milliseconds: the same in time.
        nats: −ln p of the sample that is there.
    """

    step: int
    rows: tuple[DilationRow, ...]
    receptive_field: int
    milliseconds: float
    nats: float


@dataclass(frozen=True)
class TeacherForce(Request):
    """Draw every sample of a recording given its real past, and once more given what was drawn.

    Both ways use the same uniforms. Progress: `Share`. Result: `TeacherForced`.

    Attributes:
        run: the run folder.
        sound: (n,) symbols of the recording, of any length.
        given: how many of its first samples the free-running way is told as well.
        seed: of the uniforms, those of the first sound of `Sample` under that seed.
        controls: settings of the family's Controls.
        labels: (L,) class indices, or None.
        device: where to compute.
    """

    job: ClassVar[str] = "teacher_force"

    run: Path
    sound: NDArray[np.uint8]
    given: int = 0
    seed: int = 0
    controls: dict[str, Any] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None
    device: str = "auto"


@dataclass(frozen=True)
class TeacherForced:
    """The same uniforms, given the real past and given one's own.

    Attributes:
        forced: (n,) uint8, each drawn from p(xₜ | real past).
        free: (n,) uint8, each drawn from p(xₜ | what was drawn before it).
        surprise: (n,) float64, bits of each real sample given the real past, at temperature 1.
        entropy: (n,) float64, bits expected there: that of p(xₜ | real past).
        free_surprise: (n,) float64, bits of each free sample given what was drawn before it.
    """

    forced: NDArray[np.uint8]
    free: NDArray[np.uint8]
    surprise: NDArray[np.float64]
    entropy: NDArray[np.float64]
    free_surprise: NDArray[np.float64]


@dataclass(frozen=True)
class Recognise(Request):
    """Which digit is spoken in each sound. Result: `Recognised`.

    Attributes:
        sounds: 16-bit samples (n,) each, of any length up to a minute.
        rate: of all of them, Hz.
        weights: of another recogniser than the one that comes along.
    """

    job: ClassVar[str] = "recognise"

    sounds: tuple[NDArray[np.int16], ...]
    rate: int
    weights: Path | None = None


@dataclass(frozen=True)
class Recognised:
    """What was heard.

    Attributes:
        classes: names of the digits.
        probabilities: (sounds, classes) float64; of silence all the same.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float64]

    @property
    def digits(self) -> tuple[str, ...]:
        """The likeliest digit of each sound."""
        return tuple(self.classes[index] for index in self.probabilities.argmax(axis=1))


@dataclass(frozen=True)
class TrainRecogniser(Request):
    """Train the recogniser of digits anew on the real recordings of `fsdd`.

    Progress: `Share`. Result: `TrainedRecogniser`.

    Attributes:
        out: the file that the weights are written to.
        epochs: passes over the training recordings.
        seed: of all that chance decides.
    """

    job: ClassVar[str] = "train_recogniser"
    worker: ClassVar[WorkerKind] = "trainer"

    out: Path
    epochs: int = 40
    seed: int = 0


@dataclass(frozen=True)
class TrainedRecogniser:
    """How good it is.

    Attributes:
        epoch: the one whose weights are kept, that with the fewest validation nats.
        valid_accuracy: share of the validation recordings that it recognises.
        test_accuracy: share of the test recordings, which nothing was chosen by.
        test_nats: −ln p(digit), mean over the test recordings.
    """

    epoch: int
    valid_accuracy: float
    test_accuracy: float
    test_nats: float


@dataclass(frozen=True)
class MeasurePitch(Request):
    """The pitch of each sound, as a plucked string has one. Result: `Pitched`.

    Attributes:
        sounds: 16-bit samples (n,) each.
        rate: of all of them, Hz.
    """

    job: ClassVar[str] = "measure_pitch"

    sounds: tuple[NDArray[np.int16], ...]
    rate: int


@dataclass(frozen=True)
class Pitched:
    """What was heard.

    Attributes:
        hertz: (sounds,) float64, the median over the moments that have a pitch; NaN where none has.
        periodic: (sounds,) float64, the share of the moments that have one.
    """

    hertz: NDArray[np.float64]
    periodic: NDArray[np.float64]

    def cents(self, reference: float) -> NDArray[np.float64]:
        """(sounds,) how far above a reference in Hz they are, in hundredths of a semitone."""
        return np.asarray(1200 * np.log2(self.hertz / reference))
