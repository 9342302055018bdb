"""How many nats the true hidden half of a digit costs, given the known half."""

from __future__ import annotations

import hashlib
import json
import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from genstudio.bench.base import Options, Row
from genstudio.bench.inpainting import HALVES, RUN, hidden_half
from genstudio.bench.sampling import one_thread
from genstudio.core.files import append_line
from genstudio.core.library import find_run
from genstudio.core.paths import cache_folder, runs_folder
from genstudio.core.settings import Settings
from genstudio.core.spaces import grid_of
from genstudio.core.training import DataSpec
from genstudio.data import catalog

if TYPE_CHECKING:
    from genstudio.models.base import Autoregressive

__all__ = ["PARTICLES", "PUBLISHED", "Score", "goal", "long", "run", "scored", "title"]

title = "Nats of the hidden half"
goal = ""
long = True

PARTICLES = (4, 16, 64)

MOVES = 0.5
"""Share of a sweep that particles are moved by at each temperature: twice the method's default,
because with fewer moves the estimate of a hidden top depends on the seed by nats."""

PUBLISHED = {"top": 35, "left": 32, "bottom": 36}
"""Nats, about, of Jain, Abbeel & Pathak (2020), Locally Masked Convolution for Autoregressive
Models: one network trained for several orders, on MNIST."""

_IMAGES = 200


class Score(Settings):
    """One image, one hidden half, one way of telling its nats; a line of the file that is kept.

    Attributes:
        image: index in the validation split.
        half: which one is hidden.
        particles: of the estimate; 0 for the conditionals given the past alone.
        nats: −ln p(hidden | known), as that way has it.
    """

    image: int
    half: str
    particles: int
    nats: float


def run(options: Options) -> list[Row]:
    """Score validation images of binarized MNIST with the shipped PixelCNN; takes hours.

    smc: ln p̂(known) − ln p(x), for several numbers of particles. With few particles p̂ is mostly
    too small, which flatters: only where more of them make no difference has the figure settled.
    raster: −Σ ln p(xₜ | past) over the hidden symbols, which looks at nothing known after them.

    What is scored is kept in the cache folder as it comes, for the model's weights; asked again,
    it goes on from there.
    """
    from genstudio.engine.loaded import autoregressive  # noqa: PLC0415 - torch takes a second

    opened = find_run(RUN, runs_folder())
    images = catalog.open_data(DataSpec(name="binarized-mnist")).split("valid").symbols
    images = images[: options.count or _IMAGES]
    kept = cache_folder() / "bench" / f"halves-{_digest(opened.model_path)}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    options.tell(f"Scores are kept in {kept}")
    with one_thread():
        model = autoregressive(opened.folder, "cpu")
        scores = list(_all_scores(model, images, kept, options))
    return [_row(scores, half, particles) for half in HALVES for particles in (0, *PARTICLES)]


def scored(
    model: Autoregressive, image: NDArray[np.int64], known: NDArray[np.bool_], particles: int
) -> float:
    """Nats of what is hidden in an image (*S), given what is known; 0 particles for raster."""
    import torch  # noqa: PLC0415

    from genstudio.inpainting.base import Problem, method  # noqa: PLC0415

    with torch.no_grad():
        surprise = model.surprise(torch.from_numpy(image[None]))[0].double().numpy()
    if particles == 0:
        return float(surprise[~known].sum())
    smc = method("smc")
    problem = Problem(model, np.where(known, image, 0), known, particles, 0)
    work = smc(smc.Controls.checked({"moves": MOVES})).run(problem)
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return float(ended.value.log_evidence + surprise.sum())


def _all_scores(
    model: Autoregressive, images: NDArray[np.uint8], kept: Path, options: Options
) -> Iterator[Score]:
    """Image by image, so that what there is at any time is of all halves and ways alike."""
    before = {(each.image, each.half, each.particles): each for each in _read(kept)}
    for index, image in enumerate(np.asarray(images, np.int64)):
        told = []
        for half in HALVES:
            known = hidden_half(grid_of(model.space).shape, half)
            for particles in (0, *PARTICLES):
                score = before.get((index, half, particles))
                if score is None:
                    nats = scored(model, image, known, particles)
                    score = Score(image=index, half=half, particles=particles, nats=nats)
                    append_line(kept, score.model_dump_json())
                    told.append(f"{half} {_way(particles)} {nats:.1f}")
                yield score
        if told:
            options.tell(f"image {index + 1} of {len(images)}: {', '.join(told)}")


def _read(kept: Path) -> Iterator[Score]:
    """What was kept; a line that a crash cut short is left out."""
    if not kept.is_file():
        return
    for line in kept.read_text().splitlines():
        try:
            yield Score.model_validate(json.loads(line))
        except (json.JSONDecodeError, ValidationError):
            continue


def _row(scores: list[Score], half: str, particles: int) -> Row:
    nats = [each.nats for each in scores if (each.half, each.particles) == (half, particles)]
    mean = statistics.mean(nats)
    error = statistics.stdev(nats) / math.sqrt(len(nats)) if len(nats) > 1 else math.nan
    last = particles == PARTICLES[-1]
    return Row(
        f"{half} hidden, {_way(particles)}",
        mean,
        "nats",
        f"≤ {PUBLISHED[half]} nats" if last else "",
        mean <= PUBLISHED[half] if last else None,
        f"± {error:.2g}, {len(nats)} images",
    )


def _way(particles: int) -> str:
    return f"smc with {particles}" if particles else "raster"


def _digest(weights: Path) -> str:
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
