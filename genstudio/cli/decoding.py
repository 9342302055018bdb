"""Draws of a model with a latent space, written as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.export import animation, picture
from genstudio.core.files import write_atomically
from genstudio.core.latent import LatentDraws
from genstudio.core.pictures import grey
from genstudio.core.recipe import Recipe
from genstudio.core.slides import Slides
from genstudio.core.spaces import Grid
from genstudio.core.stages import Stages

__all__ = ["Decoded", "Pictures"]


@dataclass(frozen=True)
class Decoded:
    """What was drawn and what made it."""

    draws: LatentDraws
    space: Grid
    recipe: Recipe

    def write(self, out: Path, scale: int) -> None:
        """Write the images (.png), the stages one by one (.gif, .webp), or all three (.npz).

        Raises:
            UserError: the picture would be too large, or the disk refuses.
        """
        kind = out.suffix.lower().removeprefix(".")
        write_atomically(out, Stages(self.draws, self.space).content(kind, scale, self.recipe))

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


@dataclass(frozen=True)
class Pictures:
    """Expected images in rows, and what made them.

    Attributes:
        expected: (rows, columns, *S) float32, in symbol units.
        space: of the images.
        recipe: what made them.
        arrays: further ones for the .npz.
    """

    expected: NDArray[np.float32]
    space: Grid
    recipe: Recipe
    arrays: dict[str, Any]

    def write(self, out: Path, scale: int) -> None:
        """Write rows (.png), the columns one after the other (.gif, .webp), or arrays (.npz).

        Raises:
            UserError: the picture would be too large, or the disk refuses.
        """
        write_atomically(out, self._content(out.suffix.lower(), scale))

    def _content(self, suffix: str, scale: int) -> bytes:
        if suffix == ".npz":
            stream = io.BytesIO()
            np.savez_compressed(
                stream,
                recipe=np.array(self.recipe.text()),
                expected=self.expected,
                **self.arrays,
            )
            return stream.getvalue()
        pixels = grey(self.expected, self.space.levels)
        if suffix == ".png":
            rows = pixels.reshape(-1, *self.space.shape)
            return picture(rows, 256, scale, self.recipe, columns=pixels.shape[1])
        kind: Literal["gif", "webp"] = "gif" if suffix == ".gif" else "webp"
        return animation(Slides(pixels.swapaxes(0, 1)), kind, scale, self.recipe)
