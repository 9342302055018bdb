"""What a compiled sampler is: the state of one batch, and the loop over its steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.draw import DrawControls

__all__ = ["Drawing", "Kernel"]


@dataclass(frozen=True)
class Drawing:
    """A batch of images in the making; everything is in step order.

    Attributes:
        symbols: (B, D) uint8; the known symbols, and the others as they are drawn.
        given: (B, D) bool, True where a symbol is known and is not to be drawn.
        uniforms: (B, D) float64 in [0, 1), one for each symbol.
        controls: temperature and top-k.
    """

    symbols: NDArray[np.uint8]
    given: NDArray[np.bool_]
    uniforms: NDArray[np.float64]
    controls: DrawControls


class Kernel(ABC):
    """The incremental sampler of one batch in compiled code; steps are asked for in order.

    Attributes:
        leaps: False where `skip` goes past steps one by one, and there may be very many of them.
    """

    leaps: ClassVar[bool] = True

    @abstractmethod
    def draw(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """Draw the steps `first` … `last - 1` of every image into `drawing.symbols`.

        Returns:
            (B, last - first, K), the model's conditionals at temperature 1.
        """

    @property
    @abstractmethod
    def multiply_adds(self) -> int:
        """How many products one whole image takes: what no way of computing it can save."""

    def skip(self, drawing: Drawing, steps: int) -> NDArray[np.float32]:
        """Go past the first steps, all of whose symbols are known; what `draw` would return.

        A kernel whose network gives all conditionals in one pass overrides this.
        """
        return self.follow(drawing, 0, steps)

    def follow(self, drawing: Drawing, first: int, last: int) -> NDArray[np.float32]:
        """Go past steps all of whose symbols are known in every image; what `draw` would return.

        A kernel that computes several known places sooner together overrides this.
        """
        return self.draw(drawing, first, last)

    @abstractmethod
    def state(self, step: int) -> Iterable[NDArray[Any]]:
        """Views (B, …) of all that differs between images and may be read at `step` or later."""

    def select(self, ancestors: NDArray[np.int64], step: int) -> None:
        """Every image goes on at `step` as a copy of its ancestor; ancestors (B,)."""
        moved = np.flatnonzero(ancestors != np.arange(len(ancestors)))
        for kept in self.state(step):
            kept[moved] = kept[ancestors[moved]]
