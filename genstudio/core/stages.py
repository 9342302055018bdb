"""The stages in which a model with a latent space draws, as pictures and as a file.

z ~ p(z) is drawn first, then the decoder says what it expects, E[x | z], and then x is drawn.
"""

from __future__ import annotations

import io
import math
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from genstudio.core.export import RATE, animation, picture
from genstudio.core.latent import LatentDraws
from genstudio.core.pictures import diverging, grey, to_8bit
from genstudio.core.recipe import Recipe
from genstudio.core.slides import Slides
from genstudio.core.spaces import Grid

__all__ = ["Stage", "Stages"]

_REACH = 3.0  # of a standard normal number nearly always
_SECONDS = 1.0  # for which each stage is seen in an animation


class Stage(StrEnum):
    """What there is by then; in this order."""

    CODE = "code"
    EXPECTED = "expected"
    DRAWN = "drawn"


class Stages:
    """Draws, stage by stage.

    Args:
        draws: all three stages of B data.
        space: of the data.

    Attributes:
        reach: the code's numbers are coloured from −reach to reach.
        rows: of the cells in which a code is shown.
        columns: likewise.
    """

    def __init__(self, draws: LatentDraws, space: Grid) -> None:
        self.draws, self.space = draws, space
        self.codes: NDArray[np.float32] = draws.codes.reshape(len(draws.codes), -1)
        size = self.codes.shape[1]
        self.reach = max(_REACH, math.ceil(float(np.abs(self.codes).max(initial=0.0))))
        self.rows = max(1, min(round(math.sqrt(size * space.height / space.width)), size))
        self.columns = math.ceil(size / self.rows)

    @property
    def count(self) -> int:
        """B."""
        return len(self.codes)

    def pictures(self, stage: Stage) -> NDArray[np.uint8]:
        """(B, H, W, 1 or 3), 0 … 255: a code as cells, blue below 0 and orange above it."""
        if stage is Stage.CODE:
            return self._cells()
        if stage is Stage.EXPECTED:
            return grey(self.draws.expected, self.space.levels)
        return to_8bit(self.draws.images, self.space.levels)

    def dimension_at(self, row: int, column: int) -> int | None:
        """The dimension in whose cell a pixel lies; None beyond the last."""
        space = self.space
        cell = row * self.rows // space.height * self.columns
        cell += column * self.columns // space.width
        return cell if cell < self.codes.shape[1] else None

    def _cells(self) -> NDArray[np.uint8]:
        """Of more numbers than pixels some are left out."""
        space, size = self.space, self.codes.shape[1]
        down = np.arange(space.height) * self.rows // space.height
        across = np.arange(space.width) * self.columns // space.width
        cells = down[:, None] * self.columns + across
        share = np.clip((self.codes / self.reach + 1) / 2, 0, 1)
        colours = diverging()[np.round(share * 255).astype(np.intp)]
        shown = colours[:, np.minimum(cells, size - 1)]
        shown[:, cells >= size] = diverging()[128]
        return np.asarray(shown, np.uint8)

    # --- files ---

    def content(self, kind: str, scale: int, recipe: Recipe) -> bytes:
        """A sheet of what was drawn (png), the stages one by one (gif, webp), or all (npz).

        Raises:
            UserError: the picture would be too large.
        """
        if kind == "npz":
            return self._npz(recipe)
        if kind == "png":
            return picture(self.draws.images, self.space.levels, scale, recipe)
        pages = [self.pictures(stage) for stage in Stage]
        joined = np.stack([page.repeat(3 // page.shape[-1], axis=-1) for page in pages])
        slides = Slides(joined, hold=round(_SECONDS * RATE))
        form: Literal["gif", "webp"] = "gif" if kind == "gif" else "webp"
        return animation(slides, form, scale, recipe, _SECONDS * len(pages))

    def _npz(self, recipe: Recipe) -> bytes:
        stream = io.BytesIO()
        np.savez_compressed(
            stream,
            recipe=np.array(recipe.text()),
            codes=self.draws.codes,
            expected=self.draws.expected,
            images=self.draws.images,
            labels=self.draws.labels,
        )
        return stream.getvalue()
