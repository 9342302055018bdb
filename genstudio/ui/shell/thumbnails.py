"""Small pictures of runs: a few of its newest samples, each symbol a crisp square."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPixmap

from genstudio.core.runs import Run
from genstudio.data.waveforms import picture_grid

__all__ = ["SIDE", "thumbnail"]

SIDE = 56
"""Pixels: twice 28, seven times 8, so that the usual images fit whole."""


def thumbnail(run: Run, pixel_ratio: float) -> QPixmap | None:
    """The first samples of a run's newest sheet, at most 2 × 2 of them; None without a sheet."""
    sheets = run.samples()
    if not sheets:
        return None
    path, space = sheets[-1], picture_grid(run.manifest.space)
    return _cut(
        path,
        path.stat().st_mtime_ns,
        space.width,
        space.height,
        run.manifest.training.previews,
        pixel_ratio,
    )


@lru_cache(maxsize=256)
def _cut(
    path: Path, _written: int, width: int, height: int, previews: int, pixel_ratio: float
) -> QPixmap | None:
    sheet = QImage(str(path))
    if sheet.isNull():
        return None
    side = round(SIDE * pixel_ratio)
    columns, cell = math.ceil(math.sqrt(previews)), max(width, height)
    most = 2 if columns > 1 else 1
    across = max(range(1, most + 1), key=lambda n: (_covered(n * (cell + 1) - 1, side), n))
    part = sheet.copy(QRect(0, 0, across * (width + 1) - 1, across * (height + 1) - 1))
    factor = side // max(part.width(), part.height())
    if factor >= 1:
        how = Qt.TransformationMode.FastTransformation
        part = part.scaled(part.width() * factor, part.height() * factor, mode=how)
    else:  # larger than its place: only an average is a fair picture of it
        part = part.scaled(
            side,
            side,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    pixmap = QPixmap.fromImage(part)
    pixmap.setDevicePixelRatio(pixel_ratio)
    return pixmap


def _covered(length: int, side: int) -> int:
    """Eighths of a side that so many pixels fill, enlarged by a whole number; seven are enough."""
    return min(7, 8 * (side // length) * length // side)
