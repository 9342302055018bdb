"""Rescoring a network of causal convolutions only where a change can be felt.

A change of one pixel is felt by each layer in a window that is wider than the layer before's. All
layers' maps of the images as they are are kept; for another symbol each layer is computed in its
window alone, from what is new in the window before and from what is kept around that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.spaces import Grid
from genstudio.models.rescoring import Rescorer
from genstudio.nn.windows import Images, KeptMaps, Window

__all__ = ["WindowRescorer", "WindowedNetwork"]

_T = TypeVar("_T", bound=np.generic)

_IMAGES = 64
"""Alternatives in one pass of the network: their maps of one layer fit a core's cache."""

_KEPT_BYTES = 2**28
"""Up to here the maps of all alternatives are kept until one of them is chosen."""


class WindowedNetwork(ABC):
    """A network whose layers are computed in windows. Write `windows` and `run`.

    Attributes:
        space: of the images.
        kept: what its layers read, the image first.
        rescaled: symbols as the numbers that the network reads.
    """

    space: Grid
    rescaled: Callable[[Tensor], Tensor]
    kept: list[KeptMaps]

    @abstractmethod
    def windows(self, row: int, column: int) -> list[Window]:
        """Where each of the kept maps may change with a pixel, and last where the logits may."""

    @abstractmethod
    def run(
        self, images: Images, pixels: Tensor, windows: list[Window]
    ) -> tuple[list[Tensor], Tensor]:
        """Each layer in its window.

        Args:
            images: which of those that are kept, B of them.
            pixels: (A, B, h, w, C) float, A alternatives of the first window.
            windows: as many as there are kept maps, and one for the logits.

        Returns:
            what is new in each of the kept maps, (A, B, h, w, F), and the logits (A, B, h, w, K·C),
            of which number m is of level m // C of channel m mod C.
        """

    def put(self, images: Tensor, new: list[Tensor], windows: list[Window]) -> None:
        """Keep what is new in these images (n,); (n, h, w, F) of each of the kept maps."""
        for kept, maps, window in zip(self.kept, new, windows[:-1], strict=True):
            kept.put(images, maps, window)

    def select(self, ancestors: Tensor) -> None:
        """Every image becomes a copy of its ancestor; (B,)."""
        for kept in self.kept:
            kept.select(ancestors)


@dataclass(frozen=True)
class _Part:
    """Some alternatives of some images: what would be new.

    Attributes:
        alternatives: which.
        images: which.
        terms: (A, B, h, w, C) float64.
        maps: of each of the kept maps (A, B, h, w, F), or none if that is too much to keep.
    """

    alternatives: slice
    images: slice
    terms: NDArray[np.float64]
    maps: list[Tensor]


@dataclass(frozen=True)
class _Asked:
    step: int
    windows: list[Window]
    parts: list[_Part]


class WindowRescorer(Rescorer):
    """The rescorer of a `WindowedNetwork`, whose steps are the places in reading order.

    Args:
        network: with nothing kept yet.
        x: (B, H, W, C) symbols.
    """

    def __init__(self, network: WindowedNetwork, x: Tensor) -> None:
        self._network = network
        self._device = x.device
        self._height, self._width, self._channels = network.space.shape
        self._levels = network.space.levels
        self.symbols = x.flatten(1).cpu().numpy().astype(np.int64)
        self.terms = np.empty(self.symbols.shape)
        self._asked: _Asked | None = None
        whole = Window.whole(network.space)
        windows = [whole] * (len(network.kept) + 1)
        for images in _slices(len(x), _IMAGES):
            part = self._part(slice(0, 1), images, windows, self._grid(self.symbols)[None, images])
            self._grid(self.terms)[images] = part.terms[0]
            self._keep(part, windows, np.arange(images.stop - images.start), 0)

    def scores(self, step: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """By computing what each other symbol in that place would change."""
        pixel, channel = divmod(step, self._channels)
        row, column = divmod(pixel, self._width)
        windows = self._network.windows(row, column)
        window = windows[-1]
        batch, others = len(self.symbols), self._levels - 1
        now = self.symbols[:, step]
        counting = np.where(np.arange(len(weights)) >= step, weights, 0.0)
        counting = counting.reshape(self._height, self._width, self._channels)[window.here]
        before = self._grid(self.terms)[:, *window.here]
        found = np.repeat((self.terms[:, step:] @ weights[step:])[:, None], self._levels, axis=1)
        parts, size = [], 0
        for images in _slices(batch, max(1, _IMAGES // max(1, others))):
            for alternatives in _slices(others, _IMAGES):
                values = np.arange(others)[alternatives, None]
                values = values + (values >= now[images])
                symbols = np.repeat(
                    self._grid(self.symbols)[None, images, *window.here], len(values), axis=0
                )
                symbols[:, :, row - window.top, column - window.left, channel] = values
                part = self._part(alternatives, images, windows, symbols)
                # What comes before is the same, and is not to move by a rounding.
                earlier = column - window.left
                part.terms[:, :, 0, :earlier] = before[images, 0, :earlier]
                part.terms[:, :, 0, earlier, :channel] = before[images, 0, earlier, :channel]
                moved = np.tensordot(part.terms - before[images], counting, axes=3)
                which = np.arange(batch)[images]
                found[which, values] += moved
                size += sum(maps.nbytes for maps in part.maps)
                if size > _KEPT_BYTES:
                    part.maps.clear()
                parts.append(part)
        self._asked = _Asked(step, windows, parts)
        return found

    def put(self, step: int, symbols: NDArray[np.int64]) -> None:
        """Keep the maps of the alternatives that it is; what was too much is computed again."""
        asked, self._asked = self._asked, None
        if asked is None or asked.step != step:
            raise ValueError(f"the scores of step {step} were not asked for")
        now = self.symbols[:, step].copy()
        self.symbols[:, step] = symbols
        chosen = symbols - (symbols > now)
        window = asked.windows[-1]
        for part in asked.parts:
            here = np.arange(len(now))[part.images]
            mine = (symbols != now)[here]
            mine &= (chosen[here] >= part.alternatives.start) & (
                chosen[here] < part.alternatives.stop
            )
            [which] = np.nonzero(mine)
            if not len(which):
                continue
            alternative = chosen[here][which] - part.alternatives.start
            self._grid(self.terms)[here[which], *window.here] = part.terms[alternative, which]
            if part.maps:
                self._keep(part, asked.windows, which, alternative)
            else:
                again = self._part(
                    slice(0, 1),
                    part.images,
                    asked.windows,
                    self._grid(self.symbols)[None, part.images, *window.here],
                )
                self._keep(again, asked.windows, which, 0)

    def select(self, ancestors: NDArray[np.int64]) -> None:
        """Copy rows, and the maps of images that are not their own ancestors."""
        self.symbols, self.terms = self.symbols[ancestors], self.terms[ancestors]
        self._network.select(torch.from_numpy(ancestors).to(self._device))
        self._asked = None

    @torch.inference_mode()
    def _part(
        self,
        alternatives: slice,
        images: slice,
        windows: list[Window],
        symbols: NDArray[np.int64],
    ) -> _Part:
        """What symbols (A, B, h, w, C) in the last window, which differ in the first, lead to."""
        first, last = windows[0], windows[-1]
        x = torch.from_numpy(symbols).to(self._device)
        row, column = first.top - last.top, first.left - last.left
        changed = x[:, :, row : row + first.height, column : column + first.width]
        maps, logits = self._network.run(images, self._network.rescaled(changed), windows)
        log_p = logits.view(*x.shape[:-1], self._levels, self._channels).log_softmax(-2)
        terms = log_p.gather(-2, x[..., None, :])[..., 0, :].double().cpu().numpy()
        return _Part(alternatives, images, terms, maps)

    @torch.inference_mode()
    def _keep(
        self,
        part: _Part,
        windows: list[Window],
        which: NDArray[np.intp],
        alternative: NDArray[np.int64] | int,
    ) -> None:
        """Of these images of a part one alternative each."""
        mine = torch.from_numpy(which).to(self._device)
        of_each = torch.as_tensor(alternative, device=self._device)
        new = [maps[of_each, mine] for maps in part.maps]
        self._network.put(mine + part.images.start, new, windows)

    def _grid(self, values: NDArray[_T]) -> NDArray[_T]:
        """(B, D) as (B, H, W, C); the same memory."""
        return values.reshape(-1, self._height, self._width, self._channels)


def _slices(total: int, size: int) -> list[slice]:
    return [slice(first, min(total, first + size)) for first in range(0, total, size)]
