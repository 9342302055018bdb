"""Draws of a model with a latent space, written as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.export import animation, picture
from genstudio.core.files import write_atomically
from genstudio.core.latent import LatentDraws
from genstudio.core.pictures import grey
from genstudio.core.recipe import Recipe
from genstudio.core.spaces import Grid

__all__ = ["Decoded", "Pictures"]


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
        shown = _Frames(self.space.model_copy(update={"levels": 256}), pixels)
        return animation(shown, kind, scale, self.recipe)


class _Frames:
    """Columns as a recording: after so many steps the images of that column are shown."""

    def __init__(self, space: Grid, pixels: NDArray[np.uint8]) -> None:
        self.space = space
        self.count, self.length = pixels.shape[:2]
        self._pixels = pixels

    def images(self, steps: int | None = None, /) -> NDArray[np.uint8]:
        """(rows, *S) of the column before which there are steps − 1; by default of the last."""
        return self._pixels[:, (self.length if steps is None else steps) - 1]
