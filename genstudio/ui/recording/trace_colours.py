"""A recording as colours: the picture, what was uncertain, what surprised, what an edit changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from genstudio.core.pictures import diverging, to_8bit
from genstudio.core.trace import Trace

__all__ = ["DECADES", "Overlay", "Scale", "TraceColours", "lookup", "packed", "scale_of"]


DECADES = 3
"""Powers of ten between the two ends of a field's colours."""


class Overlay(StrEnum):
    """What the canvas shows of a recording."""

    PICTURE = "picture"
    ENTROPY = "entropy"
    SURPRISE = "surprise"
    ON = "on"
    DIFFERENCE = "difference"
    FIELD = "field"


@dataclass(frozen=True)
class Scale:
    """What the ends of a colour map mean.

    Attributes:
        colours: (256,) uint32, 0xffRRGGBB.
        low: value of the first colour.
        high: value of the last one.
        unit: of both.
        open_ended: whether larger values share the last colour.
    """

    colours: NDArray[np.uint32]
    low: float
    high: float
    unit: str
    open_ended: bool = False

    def coloured(self, values: NDArray[np.floating]) -> NDArray[np.uint32]:
        """Values (…) in the unit as colours (…); those beyond an end have the end's."""
        share = (values - self.low) / (self.high - self.low)
        places = np.clip(share * 255 + 0.5, 0, 255).astype(np.intp)
        return np.asarray(self.colours[places], np.uint32)


@cache
def lookup(name: str) -> NDArray[np.uint32]:
    """(256,) colours of a perceptually even map, or of "difference": blue, grey, orange."""
    if name == "difference":
        return packed(diverging())
    from pyqtgraph import colormap  # noqa: PLC0415 - the window need not wait for it

    table = colormap.get(name).getLookupTable(nPts=256)[:, :3]
    return packed(np.round(table).astype(np.uint8))


def scale_of(overlay: Overlay, levels: int) -> Scale | None:
    """The scale of an overlay for K levels; the picture needs none."""
    bits = math.log2(levels)
    if overlay is Overlay.ENTROPY:
        return Scale(lookup("viridis"), 0.0, bits, "bits")
    if overlay is Overlay.SURPRISE:
        return Scale(lookup("magma"), 0.0, max(4.0, 2 * bits), "bits", open_ended=True)
    if overlay is Overlay.ON:
        unit = "p(on)" if levels == 2 else "brightness"
        return Scale(lookup("cividis"), 0.0, 1.0, unit)
    if overlay is Overlay.DIFFERENCE:
        return Scale(lookup("difference"), 1.0 - levels, levels - 1.0, "levels")
    if overlay is Overlay.FIELD:
        return Scale(lookup("viridis"), 100 / 10**DECADES, 100.0, "%, log")
    return None


class TraceColours:
    """Colours of a recording's pixels after so many steps, for one overlay.

    Args:
        trace: the recording.
        overlay: what to show of it.
        blank: 0xffRRGGBB of a pixel that is not drawn yet.
        parent: for the difference, the recording it was forked from.
        parent_sample: which of the parent's samples.
    """

    def __init__(
        self,
        trace: Trace,
        overlay: Overlay,
        blank: int,
        parent: Trace | None = None,
        parent_sample: int = 0,
    ) -> None:
        self.trace = trace
        self.overlay = overlay
        self.blank = np.uint32(blank)
        self.channels = trace.space.channels
        self.pixel_count = trace.grid.height * trace.grid.width
        self.scale = scale_of(overlay, trace.space.levels)
        self._parent = parent
        self._parent_sample = parent_sample
        self._pixel_of_step = trace.order // self.channels
        inverse = np.empty(trace.dimensions, np.int64)
        inverse[trace.order] = np.arange(trace.dimensions)
        self._steps = inverse.reshape(self.pixel_count, self.channels)
        self._grey = to_8bit(np.arange(trace.space.levels, dtype=np.uint8), trace.space.levels)
        self._grey_packed = packed(np.repeat(self._grey[:, None], 3, axis=1))

    def touched(self, before: int, after: int) -> NDArray[np.int64]:
        """The pixels whose colour may differ between two positions."""
        low, high = sorted((before, after))
        pixels = self._pixel_of_step[low:high]
        return pixels if self.channels == 1 else np.unique(pixels)

    def colours(
        self, pixels: NDArray[np.int64], position: int, samples: slice
    ) -> NDArray[np.uint32]:
        """(B, n) colours of pixels (n,) after `position` steps, for some of the samples."""
        steps = self._steps[pixels]
        drawn = steps < position
        if self.overlay is Overlay.PICTURE:
            shown = self._picture(steps, drawn, samples)
        else:
            shown = self._mapped(steps, drawn, samples)
        none = ~drawn.any(axis=1)
        if none.any():
            shown[:, none] = self.blank
        return shown

    def _picture(
        self, steps: NDArray[np.int64], drawn: NDArray[np.bool_], samples: slice
    ) -> NDArray[np.uint32]:
        symbols = self.trace.symbols[samples]
        if self.channels == 1:
            return self._grey_packed[symbols[:, steps[:, 0]]]
        return packed(np.where(drawn, self._grey[symbols[:, steps]], 0))

    def _mapped(
        self, steps: NDArray[np.int64], drawn: NDArray[np.bool_], samples: slice
    ) -> NDArray[np.uint32]:
        assert self.scale is not None  # noqa: S101 - only the picture has none
        values = self._values(steps, samples)
        if self.channels == 1:
            mean = values[..., 0]
        else:  # the mean over the channels that are drawn
            mean = (values * drawn).sum(axis=2) / np.maximum(drawn.sum(axis=1), 1)
        return self.scale.coloured(mean)

    def _values(self, steps: NDArray[np.int64], samples: slice) -> NDArray[np.floating]:
        """(B, n, C) in the unit of the scale."""
        trace = self.trace
        if self.overlay is Overlay.ENTROPY:
            return trace.entropy[samples][:, steps] / math.log(2)
        if self.overlay is Overlay.SURPRISE:
            return trace.surprise[samples][:, steps] / math.log(2)
        if self.overlay is Overlay.ON:
            levels = np.arange(trace.space.levels) / (trace.space.levels - 1)
            return trace.probabilities[samples][:, steps] @ levels
        if self._parent is None:
            return np.zeros((len(trace.symbols[samples]), *steps.shape))
        old = self._parent.symbols[self._parent_sample][steps].astype(np.int64)
        difference = trace.symbols[samples][:, steps].astype(np.int64) - old
        return np.where(steps < self._parent.length, difference, 0).astype(np.float64)


def packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """(…, 3) bytes as (…) 0xffRRGGBB."""
    wide = rgb.astype(np.uint32)
    joined = np.uint32(0xFF000000) | (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]
    return np.asarray(joined, np.uint32)
