"""A recording is made, and written as a file; and what every written file asks for."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.cli.console import run_job
from genstudio.cli.decoding import Decoded
from genstudio.cli.progress import SampleProgress
from genstudio.core.draw import DrawControls
from genstudio.core.errors import UserError
from genstudio.core.export import animation, npz, picture
from genstudio.core.files import write_atomically
from genstudio.core.latent import LatentControls, LatentDraws
from genstudio.core.messages import Complete, Sample, SampleStarted
from genstudio.core.recipe import Recipe, packed_prime
from genstudio.core.runs import Run
from genstudio.core.settings import Settings
from genstudio.core.sound_file import WRITTEN, sound_bytes
from genstudio.core.spaces import Sequence
from genstudio.core.trace import Trace, TraceChunk
from genstudio.data.companding import samples_of
from genstudio.data.waveforms import picture_grid, pictures_of

__all__ = ["DRAWN", "Drawing", "check_kind", "check_target", "draw", "weights_checksum"]

_SUFFIXES = (".png", ".gif", ".webp", ".npz")
_PAUSE = 0.25  # seconds of silence between two sounds in one file

DRAWN = (*_SUFFIXES, *WRITTEN)
"""Endings of the files that a drawing can be written to; a sound only to the last, as sound."""


def check_target(out: Path, suffixes: tuple[str, ...] = _SUFFIXES) -> None:
    """Refuse a file that could not be written, before anything is drawn.

    Raises:
        UserError: its ending is unknown, its folder is not there or may not be written to, or it
            is a folder itself.
    """
    if out.suffix.lower() not in suffixes:
        raise UserError(
            f"“{out.name}” is no kind of file that can be written.",
            f"Let it end in {', '.join(suffixes)}.",
        )
    if not out.parent.is_dir():
        raise UserError(f"There is no folder {out.parent}.", "Make it first.")
    if out.is_dir():
        raise UserError(f"“{out}” is a folder.", "Name a file.")
    if not os.access(out.parent, os.W_OK):
        raise UserError(f"“{out}” may not be written to.", "Choose a folder that you may write to.")


def check_kind(out: Path, sounds: bool) -> None:
    """Refuse a sound in a file of moving pictures, and an image in one of sound.

    Raises:
        UserError: in one sentence.
    """
    suffix = out.suffix.lower()
    if sounds and suffix in (".gif", ".webp"):
        raise UserError("This model draws sounds, of which there is no animation.", "Use .wav.")
    if not sounds and suffix in WRITTEN:
        raise UserError("This model draws images, which are no sound.", "Use .png.")


@dataclass(frozen=True)
class Drawing:
    """A whole recording and what made it."""

    trace: Trace
    recipe: Recipe

    def write(self, out: Path, scale: int) -> None:
        """Write the file that its ending asks for, whole or not at all.

        Raises:
            UserError: the picture would be too large, or the disk refuses.
        """
        write_atomically(out, self._content(out.suffix.lower(), scale))

    def document(self, out: Path) -> dict[str, Any]:
        """The drawing in plain words, for machines; ln p is at temperature 1, in nats."""
        nats = self.trace.log_prob()
        return {
            "file": out,
            "recipe": self.recipe,
            "log_prob_nats": nats,
            "bits_per_dim": [self.trace.space.bits_per_dimension(-float(each)) for each in nats],
        }

    def sentence(self) -> str:
        """The drawing in one sentence, for people."""
        mean = float(self.trace.log_prob().mean())
        space = self.trace.space
        kind, dim = ("sound", "sample") if isinstance(space, Sequence) else ("image", "dim")
        drawn = f"1 {kind}" if self.trace.count == 1 else f"{self.trace.count} {kind}s"
        bits = space.bits_per_dimension(-mean)
        if isinstance(space, Sequence):
            drawn += f" of {space.seconds:g} s"
            if given := int(self.trace.given[0].sum()):
                drawn += f", of which the first {given / space.rate:g} s are given"
        return f"{drawn}, ln p = {mean:.2f} nats on average ({bits:.3f} bits/{dim})."

    def _content(self, suffix: str, scale: int) -> bytes:
        if suffix == ".npz":
            return npz(self.trace, self.recipe)
        space = self.trace.space
        if suffix in WRITTEN and isinstance(space, Sequence):
            return self._sounds(space, suffix)
        if suffix == ".png":
            pictures = pictures_of(space, self.trace.images())
            return picture(pictures, picture_grid(space).levels, scale, self.recipe)
        kind: Literal["gif", "webp"] = "gif" if suffix == ".gif" else "webp"
        return animation(self.trace, kind, scale, self.recipe)

    def _sounds(self, space: Sequence, suffix: str) -> bytes:
        """All of them, one after the other."""
        takes = samples_of(self.trace.images()[..., 0], space.levels)
        pause = np.zeros((len(takes), round(_PAUSE * space.rate)), np.int16)
        joined = np.concatenate([takes, pause], axis=1).ravel()
        joined = joined[: joined.size - pause.shape[1]]
        return sound_bytes(joined, space.rate, suffix, self.recipe.text())


def draw(request: Sample | Complete, run: Run) -> Drawing | Decoded:
    """Run the job and keep what it drew; progress goes to stderr.

    Only a drawing symbol by symbol is a recording.

    Raises:
        UserError: the job failed.
    """
    traces: list[Trace] = []
    decoded: list[LatentDraws] = []
    with SampleProgress() as progress:

        def take(payload: Any) -> None:
            if isinstance(payload, SampleStarted):
                traces.append(
                    Trace(
                        payload.space,
                        payload.order,
                        payload.uniforms,
                        DrawControls.checked(payload.controls),
                        payload.labels,
                        payload.seed,
                    )
                )
            elif isinstance(payload, TraceChunk):
                traces[0].append(payload)
                progress.show(traces[0].length, traces[0].dimensions)
            elif isinstance(payload, LatentDraws):
                decoded.append(payload)

        run_job(request, take)
    if decoded:
        [draws] = decoded
        controls = LatentControls.checked(request.controls)
        recipe = _recipe(request, run, len(draws.images), controls, draws.labels)
        return Decoded(draws, run.manifest.grid, recipe)
    trace = traces[0]
    return Drawing(trace, _recipe(request, run, trace.count, trace.controls, trace.labels))


def _recipe(
    request: Sample | Complete,
    run: Run,
    count: int,
    controls: Settings,
    labels: NDArray[np.int64],
) -> Recipe:
    prime = ""
    if isinstance(request, Complete):
        prime = packed_prime(request.images[0, request.known[0]])
    return Recipe(
        kind="complete" if prime else "sample",
        run=run.name,
        title=run.manifest.title,
        family=run.manifest.family,
        weights=weights_checksum(run),
        count=count,
        seed=request.seed,
        first=request.first,
        controls=controls.model_dump(),
        labels=labels.tolist(),
        length=request.length,
        prime=prime,
    )


def weights_checksum(run: Run) -> str:
    """SHA-256 of the file of weights, as the window writes it too."""
    with run.model_path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
