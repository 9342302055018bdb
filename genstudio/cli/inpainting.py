"""A job of inpainting, run to its end, and what is written and said of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.cli.console import run_job
from genstudio.cli.drawing import weights_checksum
from genstudio.cli.progress import FilmProgress
from genstudio.core.export import animation, inpainted_npz, picture
from genstudio.core.figure import FigureRow, figure_png, representatives
from genstudio.core.files import write_atomically
from genstudio.core.inpainting import Film, Inpainted, InpaintStarted, Moments
from genstudio.core.messages import Inpaint
from genstudio.core.recipe import Packed, Recipe
from genstudio.core.runs import Run

__all__ = ["Completions", "inpaint"]

_SHOWN = 8
"""Completions in a row of the figure."""


@dataclass(frozen=True)
class Completions:
    """What a method made of an image, how it formed, and what made it.

    Attributes:
        request: what was asked.
        film: how they formed.
        result: what came out.
        recipe: for the files.
    """

    request: Inpaint
    film: Film
    result: Inpainted
    recipe: Recipe

    def write(self, out: Path, scale: int) -> None:
        """Write the file that its ending asks for, whole or not at all.

        Raises:
            UserError: the picture would be too large, or the disk refuses.
        """
        write_atomically(out, self._content(out.suffix.lower(), scale))

    def write_figure(self, out: Path, scale: int, original: NDArray[np.uint8]) -> None:
        """Write *occluded | completions | original* as a PNG. Raises as `write`."""
        shown = representatives(self.result.weights, _SHOWN)
        request = self.request
        row = FigureRow(request.image, request.known, self.result.images[shown], original)
        content = figure_png([row], self.film.space.levels, scale, self.recipe)
        write_atomically(out, content)

    def document(self, out: Path) -> dict[str, Any]:
        """All but the images, for machines; ln p in nats."""
        result = self.result
        log_prob = result.log_prob
        return {
            "file": out,
            "method": self.request.method,
            "recipe": self.recipe,
            "hidden": int((~self.request.known).sum()),
            "known": int(self.request.known.sum()),
            "seconds": result.seconds,
            "log_prob_nats": log_prob,
            "mean_log_prob_nats": float(result.weights @ log_prob),
            "log_evidence_nats": result.log_evidence,
            "log_evidence_error": result.evidence_error,
            "exact": result.exact,
            "settled": result.settled,
            "effective": result.effective,
            "autocorrelation": result.autocorrelation,
            "verdict": result.verdict,
            "stages": [
                {
                    "name": stage.name,
                    "mean_log_prob_nats": float(stage.log_prob.mean()),
                    "flips": stage.flips,
                    "effective": stage.effective,
                    "beta": stage.beta,
                    "log_evidence_nats": stage.log_evidence,
                }
                for stage in self.film.stages
            ],
        }

    def sentences(self) -> str:
        """How many, of what, how likely, and the verdict, for people."""
        result = self.result
        hidden, count = int((~self.request.known).sum()), len(result.images)
        many = "1 completion" if count == 1 else f"{count} completions"
        said = f"{many} of {hidden} hidden symbols in {result.seconds:.2g} s"
        mean = float(result.weights @ result.log_prob)
        if np.isfinite(mean):
            said += f", ln p = {mean:.2f} nats on average"
        if np.isfinite(result.log_evidence):
            said += f"; ln p(known) = {result.log_evidence:.2f}"
            if np.isfinite(result.evidence_error):
                said += f" ± {result.evidence_error:.2g}"
            said += " nats"
        return f"{said}. {result.verdict}"

    def _content(self, suffix: str, scale: int) -> bytes:
        if suffix == ".npz":
            return inpainted_npz(self.result, self.request.image, self.request.known, self.recipe)
        if suffix == ".png":
            return picture(self.result.images, self.film.space.levels, scale, self.recipe)
        kind: Literal["gif", "webp"] = "gif" if suffix == ".gif" else "webp"
        return animation(self.film, kind, scale, self.recipe)


def inpaint(request: Inpaint, run: Run) -> Completions:
    """Run the job and keep its film; progress goes to stderr.

    Raises:
        UserError: the job failed.
    """
    films: list[Film] = []
    with FilmProgress() as progress:

        def take(payload: Any) -> None:
            if isinstance(payload, InpaintStarted):
                films.append(Film(payload))
            elif isinstance(payload, Moments):
                films[0].append(payload)
                progress.show(films[0])

        result = run_job(request, take)
    assert isinstance(result, Inpainted)  # noqa: S101 - for the type checker
    labels = [] if request.labels is None else [request.labels.tolist()]
    recipe = Recipe(
        kind="inpaint",
        run=run.name,
        title=run.manifest.title,
        family=run.manifest.family,
        weights=weights_checksum(run),
        count=request.count,
        seed=request.seed,
        labels=labels,
        method=request.method,
        settings=request.settings,
        picture=Packed.of(request.image),
        mask=Packed.of(request.known),
    )
    return Completions(request, films[0], result, recipe)
