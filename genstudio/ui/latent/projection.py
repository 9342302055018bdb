"""Codes on a plane and back: what a point of the map stands for. No widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["NEAREST", "PLANE", "By", "Projection"]

By = Literal["plane", "pca", "t-sne"]

NEAREST, PLANE = "Nearest", "Mean"
"""What of a code is not on the plane: that of the nearest datum, or the mean."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Codes and where they are on the plane.

    Attributes:
        by: "plane": the latent space is a plane itself; "pca": its two main directions; "t-sne":
            neighbours near each other, without a way back.
        points: (n, 2) float64.
        codes: (n, Z) float64.
        directions: (2, Z) float64, what a step on the plane changes of a code; None of t-SNE.
    """

    by: By
    points: NDArray[np.float64]
    codes: NDArray[np.float64]
    directions: NDArray[np.float64] | None

    @classmethod
    def of(
        cls, codes: NDArray[np.floating], points: NDArray[np.floating], by: Literal["pca", "t-sne"]
    ) -> Projection:
        """A projection from codes (n, Z) and points (n, 2) that the engine placed.

        PCA's points are P = (C − c̄) Vᵀ; the directions are found again as the least-squares
        solution of P V = C − c̄, which is exact, for the rows of V are orthogonal to what is left.
        """
        exact, placed = codes.astype(np.float64), points.astype(np.float64)
        if by == "t-sne":
            return cls("t-sne", placed, exact, None)
        if exact.shape[1] == 2:
            return cls("plane", placed, exact, np.eye(2))
        centred = placed - placed.mean(axis=0)
        directions = np.linalg.pinv(centred) @ (exact - exact.mean(axis=0))
        return cls("plane" if exact.shape[1] == 1 else "pca", placed, exact, directions)

    def code_at(self, point: NDArray[np.float64], off_plane: str = NEAREST) -> NDArray[np.float32]:
        """The code (Z,) of a place (2,) on the plane.

        Args:
            point: where.
            off_plane: of more than two dimensions, whether what the plane does not show is as in
                the datum nearest to the place, z = zₙ + (p − pₙ) V, or at its mean,
                z = c̄ + (p − p̄) V. t-SNE knows only the datum itself.
        """
        return np.asarray(self.codes_at(point[None], off_plane)[0], np.float32)

    def codes_at(
        self, points: NDArray[np.float64], off_plane: str = NEAREST
    ) -> NDArray[np.float32]:
        """The same of many places (m, 2); (m, Z)."""
        if self.by == "plane" or (self.directions is not None and off_plane == PLANE):
            start, origin = self.codes.mean(axis=0), self.points.mean(axis=0)
        else:
            # The nearest has the greatest p · pₙ − ½ |pₙ|²: one product for all of them.
            likeness = points @ self.points.T - 0.5 * np.square(self.points).sum(axis=1)
            near = likeness.argmax(axis=1)
            start, origin = self.codes[near], self.points[near]
        if self.directions is None:
            return np.asarray(start, np.float32)
        return np.asarray(start + (points - origin) @ self.directions, np.float32)

    def place_of(self, code: NDArray[np.floating]) -> NDArray[np.float64]:
        """Where a code (Z,) is, (2,): with t-SNE, where the datum with the nearest code is."""
        exact = code.astype(np.float64).reshape(-1)
        if self.directions is None:
            near = int(np.square(self.codes - exact).sum(axis=1).argmin())
            return np.asarray(self.points[near], np.float64)
        away = exact - self.codes.mean(axis=0)
        place = self.points.mean(axis=0) + away @ np.linalg.pinv(self.directions)
        return np.asarray(place, np.float64)

    @property
    def words(self) -> str:
        """What the two axes are."""
        return {
            "plane": "The latent space itself",
            "pca": "Its two main directions (PCA)",
            "t-sne": "t-SNE: near means similar, distances far apart mean nothing",
        }[self.by]
