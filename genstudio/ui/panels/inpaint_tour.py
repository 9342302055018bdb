"""What the guided tour does in the Inpaint panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

from genstudio.ui.inpainting.findings import DIAGNOSTICS
from genstudio.ui.widgets.canvas import Pixel

if TYPE_CHECKING:
    from genstudio.ui.panels.inpaint import InpaintPanel

__all__ = ["stops"]

_SWEEPS = 4  # a tour has no patience


def stops(panel: InpaintPanel) -> Iterator[tuple[str, Callable[[], None]]]:
    """An image, a mask painted over it, two ways to complete it, and whether to trust them."""
    yield "image", panel.sources.random
    yield "mask", lambda: _paint(panel)
    yield "raster", lambda: _complete(panel, "raster")
    yield "gibbs", lambda: _complete(panel, "gibbs")
    yield "diagnostics", lambda: panel.side.turn_to(DIAGNOSTICS)
    yield "beside", lambda: _show_example(panel)


def _paint(panel: InpaintPanel) -> None:
    """A broad stroke through the upper half, as a hand would make it."""
    from PySide6.QtTest import QTest  # noqa: PLC0415 - for the tour alone

    canvas = panel.canvas
    height, width = panel.painting.shape
    canvas.set_brush_size(max(2, height // 3))
    path: list[QPoint] = [
        canvas.rect_of(Pixel(0, height // 3, column)).center().toPoint()
        for column in range(width // 6, width - width // 6)
    ]
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, button, none, path[0])
    for point in path:
        QTest.mouseMove(canvas, point)
    QTest.mouseRelease(canvas, button, none, path[-1])


def _complete(panel: InpaintPanel, method: str) -> None:
    panel.side.turn_to("Method")
    panel.form.choose(method)
    panel.form.forms["gibbs"].set_values({"sweeps": _SWEEPS})
    panel.complete()


def _show_example(panel: InpaintPanel) -> None:
    panel.side.turn_to("Method")
    panel.show_example()
