"""Synthetic shapes, made on the fly: any size, grey or colour, as many as wanted, no download."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Label
from genstudio.core.training import DataSpec
from genstudio.core.uniforms import generator
from genstudio.data.base import SPLITS, DataCard, Dataset, ImageData, Pixels, SplitName

__all__ = ["Shapes"]

_SIZE = 16
_SMALLEST, _LARGEST = 8, 64
_COUNTS = {"train": 8000, "valid": 1000, "test": 1000}
_KEY = 5417  # of the generator; another number would be another dataset
_CHUNK = 500  # pictures drawn at once, to bound the memory
_SHAPE = Label(name="shape", classes=("disc", "square", "triangle", "ring", "cross", "diamond"))


class Shapes(Dataset):
    """One crisp, bright shape of random place, size and colour over a dark ground.

    Picture i of a split shows the same scene in every size, in grey and in colour.
    """

    name: ClassVar[str] = "shapes"

    @classmethod
    def card(cls) -> DataCard:
        """What it is, without drawing anything."""
        return DataCard(
            name=cls.name,
            title="Shapes",
            summary="Bright discs, squares, triangles, rings, crosses and diamonds on dark "
            "ground, drawn on the fly in any size, grey or colour.",
            source="Drawn by GenStudio.",
            licence="MIT, as GenStudio",
            citation="",
            native=Grid(height=_SIZE, width=_SIZE, channels=1, levels=256, labels=(_SHAPE,)),
            splits=dict(_COUNTS),
            labels=(_SHAPE,),
            embedded=True,
            fields=("levels", "size", "colour"),
        )

    def open(self, spec: DataSpec) -> ImageData:
        """Open it in the form asked for. Raises `UserError` for a size outside 8 … 64."""
        size = spec.size or _SIZE
        if not _SMALLEST <= size <= _LARGEST:
            raise UserError(
                f"“shapes” can be drawn from {_SMALLEST}×{_SMALLEST} to {_LARGEST}×{_LARGEST}, "
                f"not in {size}×{size}.",
                "Choose a size in between.",
            )
        space = Grid(
            height=size,
            width=size,
            channels=3 if spec.colour else 1,
            levels=spec.levels or 256,
            labels=(_SHAPE,),
        )
        return ImageData(spec, space, lambda name: _draw(name, size, spec.colour))


def _draw(split: SplitName, size: int, colour: bool) -> Pixels:
    count = _COUNTS[split]
    # The columns: class, radius, x, y, hue, brightness, ground.
    scene = generator(_KEY, SPLITS.index(split)).random((count, 7))
    classes = (scene[:, 0] * len(_SHAPE.classes)).astype(np.int64)
    paint = _colours(scene[:, 4], scene[:, 5]) if colour else _greys(scene[:, 5])
    ground = np.broadcast_to((scene[:, 6] * 48).astype(np.uint8)[:, None], paint.shape)
    pictures = np.empty((count, size, size, paint.shape[1]), np.uint8)
    for start in range(0, count, _CHUNK):
        rows = slice(start, start + _CHUNK)
        inside = _inside(classes[rows], scene[rows], size)[..., None]
        pictures[rows] = np.where(inside, paint[rows, None, None], ground[rows, None, None])
    return pictures, classes[:, None]


def _inside(classes: NDArray[np.int64], scene: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    """Which pixel centres lie in the shape, (N, size, size); shapes are given at radius 1."""
    radius = (0.24 + 0.18 * scene[:, 1])[:, None, None]
    centre_x = radius + (1 - 2 * radius) * scene[:, 2, None, None]
    centre_y = radius + (1 - 2 * radius) * scene[:, 3, None, None]
    pixels = (np.arange(size) + 0.5) / size
    x, y = np.broadcast_arrays(
        (pixels[None, None, :] - centre_x) / radius, (pixels[None, :, None] - centre_y) / radius
    )
    inside = np.empty(x.shape, np.bool_)
    for index, shape in enumerate(_SHAPE.classes):
        rows = classes == index
        inside[rows] = _SHAPES[shape](x[rows], y[rows])
    return inside


_SHAPES = {
    "disc": lambda x, y: x**2 + y**2 <= 1,
    "square": lambda x, y: np.maximum(abs(x), abs(y)) <= 0.85,
    "triangle": lambda x, y: (y <= 0.85) & (abs(x) <= (y + 0.95) / 1.9),
    "ring": lambda x, y: (x**2 + y**2 <= 1) & (x**2 + y**2 >= 0.3),
    "cross": lambda x, y: (
        (np.minimum(abs(x), abs(y)) <= 0.3) & (np.maximum(abs(x), abs(y)) <= 0.95)
    ),
    "diamond": lambda x, y: abs(x) + abs(y) <= 1,
}


def _greys(brightness: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(N, 1) in 128 … 255: in the upper half, so that two levels still show the shape."""
    return np.asarray(128 + brightness * 128, np.uint8)[:, None]


def _colours(hue: NDArray[np.float64], brightness: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Saturated RGB (N, 3) by piecewise linear hue; the strongest channel is in 192 … 255."""
    corner = hue[:, None] * 6
    strength = np.clip(abs((corner + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1, 0, 1)
    value = 192 + brightness[:, None] * 64
    return np.asarray(value * (0.1 + 0.9 * strength), np.uint8)
