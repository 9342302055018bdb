"""The scale of the map: a place in latent units, or the share of the normal that lies before it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["LINEAR", "MapScale"]

_NORMAL = NormalDist()
_EDGE = 1e-6  # Φ⁻¹ of less is further out than any decoder has been asked for


@dataclass(frozen=True, eq=False)
class MapScale:
    """Coordinates of the plane as coordinates of the map.

    With even probability a step on the map is everywhere as likely: u = Φ((p − m) / s), so that a
    regular grid of the map is Φ⁻¹ of a regular grid (Kingma & Welling 2014, appendix A, figure 4).

    Attributes:
        even: whether it is so; else the map is the plane.
        centre: (2,) m.
        spread: (2,) s.
    """

    even: bool = False
    centre: NDArray[np.float64] | None = None
    spread: NDArray[np.float64] | None = None

    def to_map(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places (n, 2) of the plane on the map, (n, 2)."""
        if not self.even or self.centre is None or self.spread is None:
            return points
        standard = (points - self.centre) / self.spread / math.sqrt(2)
        shares = [0.5 * (1 + math.erf(value)) for value in standard.reshape(-1).tolist()]
        return np.array(shares).reshape(points.shape)

    def to_plane(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places (n, 2) of the map on the plane, (n, 2); beyond its edge they are at the edge."""
        if not self.even or self.centre is None or self.spread is None:
            return places
        inside = np.clip(places, _EDGE, 1 - _EDGE).reshape(-1).tolist()
        standard = np.array([_NORMAL.inv_cdf(value) for value in inside]).reshape(places.shape)
        return np.asarray(self.centre + self.spread * standard, np.float64)

    def ticks(self, axis: int, low: float, high: float) -> list[tuple[float, str]]:
        """Round numbers of the plane between two coordinates of the map, and where they are."""
        if not self.even or self.centre is None or self.spread is None:
            step = _round_step((high - low) / 6)
            first, last = math.ceil(low / step), math.floor(high / step)
            return [(number * step, _plain(number * step)) for number in range(first, last + 1)]
        edges = np.array([[low, low], [high, high]])
        bottom, top = np.clip(self.to_plane(edges)[:, axis], *self._typical(axis)).tolist()
        step = _round_step((top - bottom) / 6)
        first, last = math.ceil(bottom / step), math.floor(top / step)
        values = np.array([number * step for number in range(first, last + 1)])
        placed = self.to_map(np.repeat(values[:, None], 2, axis=1))[:, axis]
        return [(float(at), _plain(value)) for at, value in zip(placed, values, strict=True)]

    def _typical(self, axis: int) -> tuple[float, float]:
        """Within m ± 2 s: further out numbers would lie on top of each other."""
        assert self.centre is not None and self.spread is not None  # noqa: S101 - even has both
        middle, spread = float(self.centre[axis]), float(self.spread[axis])
        return middle - 2 * spread, middle + 2 * spread

    def within(
        self, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The part of a box of the map, corners (2,), that means anything."""
        if not self.even:
            return low, high
        return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


LINEAR = MapScale()


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not less."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-12)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def _plain(value: float) -> str:
    return f"{value:.6g}".replace("-", "−") if abs(value) > 1e-12 else "0"
