"""The manifold as a grid of decoded pictures, decoded anew for what is seen; no widget."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from genstudio.core.messages import Decode, Failed
from genstudio.ui.latent.map_scale import MapScale
from genstudio.ui.latent.map_view import Tiles
from genstudio.ui.latent.newest import Newest
from genstudio.ui.latent.painting import picture
from genstudio.ui.latent.projection import Projection
from genstudio.ui.studio import Studio

__all__ = ["MANIFOLD", "Manifold", "TileGrid", "grid_over", "sheet_of"]

MANIFOLD = "latent manifold"
"""The channel."""

_MOST = 1600  # tiles at once


@dataclass(frozen=True, eq=False)
class TileGrid:
    """Where tiles lie.

    Attributes:
        low: (2,) of the map, the corner of the grid.
        high: (2,) its far corner.
        columns: side by side.
        rows: one above another.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    columns: int
    rows: int

    def centres(self) -> NDArray[np.float64]:
        """(rows · columns, 2) of the map, the lowest row first, each from the left."""
        across = (np.arange(self.columns) + 0.5) / self.columns
        up = (np.arange(self.rows) + 0.5) / self.rows
        shares = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
        return np.asarray(self.low + shares * (self.high - self.low), np.float64)


def grid_over(
    low: NDArray[np.float64], high: NDArray[np.float64], tiles: int, even: bool = False
) -> TileGrid:
    """Square tiles over a box of the map, so many along its shorter side.

    Where the map has even probability, a whole number of them fills the unit square.
    """
    side = float(np.maximum(high - low, 1e-12).min()) / tiles
    most = float(np.prod(np.ceil((high - low) / side)))
    side *= math.sqrt(max(1.0, most / _MOST))
    if even:
        side = 1 / max(1, math.floor(1 / side + 1e-6))
    # Cells lie at multiples of their side, so that they stay where they are as the map is moved.
    first, last = np.floor(low / side + 1e-6), np.ceil(high / side - 1e-6)
    columns, rows = (int(number) for number in np.maximum(last - first, 1))
    return TileGrid(first * side, (first + np.array([columns, rows])) * side, columns, rows)


class Manifold(QObject):
    """Asks for the grid of what is seen; the newest wish wins.

    Attributes:
        decoded: the `Tiles` that are new.
        failed: the engine's `Failed`.
        busy_changed: a grid was asked for, or is there.
    """

    decoded = Signal(object)
    failed = Signal(object)
    busy_changed = Signal()

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._asking = Newest(studio, self, MANIFOLD)
        self._asking.found.connect(self._found)
        self._asking.failed.connect(self._refused)
        self._asking.busy_changed.connect(self.busy_changed)
        self._levels = 2
        self._wanted: tuple[object, ...] | None = None

    @property
    def busy(self) -> bool:
        """Whether a grid is awaited."""
        return self._asking.busy

    def ask(
        self,
        run: Path,
        projection: Projection,
        scale: MapScale,
        grid: TileGrid,
        off_plane: str,
        levels: int,
        labels: NDArray[np.int64] | None,
    ) -> None:
        """Want the pictures of a grid; those that were wanted last are not asked for again.

        Args:
            run: the run folder.
            projection: from the plane to codes.
            scale: from the map to the plane.
            grid: of the map.
            off_plane: as in `Projection.code_at`.
            levels: K.
            labels: (L,) classes of a model that is conditioned on them, or None.
        """
        told = None if labels is None else labels.tobytes()
        place = (*grid.low, *grid.high, grid.columns, grid.rows)
        wanted = (run, id(projection), id(scale), place, off_plane, told)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        codes = projection.codes_at(scale.to_plane(grid.centres()), off_plane)
        request = Decode(run, codes, labels)
        self._levels = levels
        self._asking.ask(request, grid)

    def forget(self) -> None:
        """Want nothing any more."""
        self._wanted = None
        self._asking.forget()

    def _refused(self, failed: Failed) -> None:
        self._wanted = None  # so that it can be tried again
        self.failed.emit(failed)

    def _found(self, grid: TileGrid, found: NDArray[np.float32]) -> None:
        page = sheet_of(found, grid.columns, grid.rows)
        tiles = Tiles(grid.low, grid.high, grid.columns, grid.rows, picture(page, self._levels))
        self.decoded.emit(tiles)


def sheet_of(images: NDArray[np.float32], columns: int, rows: int) -> NDArray[np.float32]:
    """Images (rows · columns, H, W, C), the lowest row first, as one of square cells."""
    _, height, width, channels = images.shape
    side = max(height, width)
    cells = np.zeros((rows, columns, side, side, channels), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    placed = images.reshape(rows, columns, height, width, channels)[::-1]
    cells[:, :, top : top + height, left : left + width] = placed
    page = cells.transpose(0, 2, 1, 3, 4).reshape(rows * side, columns * side, channels)
    return np.ascontiguousarray(page)
