"""What a conditional looks at, as pixels: the field, the past outside it, and how much it uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genstudio.core.messages import LookedBack
from genstudio.core.spaces import Grid
from genstudio.ui.recording.trace_colours import DECADES, lookup

__all__ = ["FieldOfView"]

_FAINT, _FULL = 110, 240  # alphas of the least and of the most


@dataclass(frozen=True)
class FieldOfView:
    """The past of one symbol, divided; every array is (H, W) bool, over pixels.

    Attributes:
        place: (row, column) of the symbol.
        names: of the layers, the conditional last.
        weights: for each layer (H, W), the norm of its gradient.
        permitted: what the structure lets through.
        blind: past and not let through, though in the rectangle around the field: there are
            pixels as far away on either axis that are seen.
        beyond: past, and outside of that rectangle.
    """

    place: tuple[int, int]
    names: tuple[str, ...]
    weights: tuple[NDArray[np.float32], ...]
    permitted: NDArray[np.bool_]
    blind: NDArray[np.bool_]
    beyond: NDArray[np.bool_]

    @classmethod
    def of(cls, found: LookedBack, space: Grid, order: NDArray[np.int64], step: int) -> FieldOfView:
        """Divide the past of a step."""
        past = np.zeros(space.dimensions, np.bool_)
        past[order[:step]] = True
        pixels = past.reshape(space.shape).any(axis=2)
        permitted: NDArray[np.bool_] = np.asarray(found.permitted.any(axis=2))
        place = divmod(int(order[step]) // space.channels, space.width)
        around = _rectangle(permitted, place)
        unseen = np.asarray(pixels & ~permitted)
        return cls(
            place=place,
            names=tuple(name for name, _ in found.layers),
            weights=tuple(np.sqrt((weight**2).sum(axis=2)) for _, weight in found.layers),
            permitted=permitted,
            blind=unseen & around,
            beyond=unseen & ~around,
        )

    @property
    def words(self) -> str:
        """How much of the past is seen, and what is not."""
        seen = int(self.permitted.sum())
        blind, beyond = int(self.blind.sum()), int(self.beyond.sum())
        past = seen + blind + beyond
        where = f"Row {self.place[0] + 1}, column {self.place[1] + 1}"
        if not past:
            return f"{where} is drawn first: there is no past to depend on."
        if seen == past:
            return f"{where} may depend on the whole past, {past} {_pixels(past)}."
        said = f"{where} may depend on {seen} of {past} past pixels. "
        lie = "lies" if blind == 1 else "lie"
        said += f"{blind} {_pixels(blind)} of the past {lie} in the blind spot"
        return f"{said}, {beyond} out of reach." if beyond else f"{said}."

    def used(self, layer: int) -> str:
        """How many pixels a layer has a path to, with the weights that there are."""
        count = int((self.weights[layer] > 0).sum())
        return f"{self.names[layer]}: {count} {_pixels(count)}"

    def colours(self, layer: int) -> NDArray[np.uint32]:
        """(H, W) 0xAARRGGBB of what a layer uses, on a logarithmic scale; clear where nothing."""
        weight = self.weights[layer].astype(np.float64)
        most = weight.max()
        if most <= 0:
            return np.zeros(weight.shape, np.uint32)
        with np.errstate(divide="ignore"):
            share = np.clip(1 + np.log10(weight / most) / DECADES, 0.0, 1.0)
        shades = lookup("viridis")[np.round(255 * share).astype(np.intp)] & np.uint32(0x00FFFFFF)
        alphas = np.round(_FAINT + (_FULL - _FAINT) * share).astype(np.uint32) << np.uint32(24)
        return np.where(weight > 0, alphas | shades, np.uint32(0))


def _rectangle(field: NDArray[np.bool_], place: tuple[int, int]) -> NDArray[np.bool_]:
    """The smallest rectangle around a field and the pixel it is of."""
    rows, columns = np.nonzero(field)
    rows, columns = np.append(rows, place[0]), np.append(columns, place[1])
    around = np.zeros_like(field)
    around[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    return around


def _pixels(count: int) -> str:
    return "pixel" if count == 1 else "pixels"
