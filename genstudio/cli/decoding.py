"""Draws of a model with a latent space, written as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from genstudio.core.errors import UserError
from genstudio.core.export import picture
from genstudio.core.files import write_atomically
from genstudio.core.latent import LatentDraws
from genstudio.core.recipe import Recipe

__all__ = ["Decoded"]


@dataclass(frozen=True)
class Decoded:
    """What was drawn and what made it."""

    draws: LatentDraws
    levels: int
    recipe: Recipe

    def write(self, out: Path, scale: int) -> None:
        """Write a sheet of the images (.png), or all three stages as numpy arrays (.npz).

        Raises:
            UserError: it is to be an animation, the picture would be too large, or the disk
                refuses.
        """
        suffix = out.suffix.lower()
        if suffix not in (".png", ".npz"):
            raise UserError(
                "These images were drawn all at once, so there is no drawing to animate.",
                "Let the file end in .png, or in .npz for codes, expected images and symbols.",
            )
        draws = self.draws
        if suffix == ".png":
            write_atomically(out, picture(draws.images, self.levels, scale, self.recipe))
            return
        stream = io.BytesIO()
        np.savez_compressed(
            stream,
            recipe=np.array(self.recipe.text()),
            codes=draws.codes,
            expected=draws.expected,
            images=draws.images,
            labels=draws.labels,
        )
        write_atomically(out, stream.getvalue())

    def document(self, out: Path) -> dict[str, Any]:
        """The drawing in plain words, for machines."""
        return {
            "file": out,
            "recipe": self.recipe,
            "codes": self.draws.codes,
            "prior": self.draws.prior,
        }

    def sentence(self) -> str:
        """The drawing in a few words, for people."""
        count = len(self.draws.images)
        images = "1 image" if count == 1 else f"{count} images"
        return f"{images} from {self.draws.prior}"
