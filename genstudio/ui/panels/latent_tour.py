"""What the guided tour does in the Latent panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from genstudio.ui.panels.latent import LatentPanel

__all__ = ["stops"]

_MOVES = 12


def stops(panel: LatentPanel) -> Iterator[tuple[str, Callable[[], None]]]:
    """A datum, a slider that is dragged, a walk on the map, a way between, and the other pages."""
    yield "datum", panel.sources.random
    yield "slider", lambda: _drag_slider(panel)
    yield "map", lambda: _walk_map(panel)
    yield "between", lambda: _interpolate(panel)
    yield "arithmetic", lambda: panel.side.turn_to("Arithmetic")
    yield "generator", lambda: panel.side.turn_to("Generator?")
    last = panel.side.tabs.offered[-1]
    yield last.lower(), lambda: panel.side.turn_to(last)


def _drag_slider(panel: LatentPanel) -> None:
    """The slider that carries most, from where it is to the right."""
    panel.interpolation.keyframes.keep()
    track = panel.sliders.rows[0].track
    middle = track.height() // 2
    ends = track.width() // 3, track.width() - 8
    _drag(track, [QPoint(x, middle) for x in np.linspace(*ends, _MOVES).astype(int).tolist()])


def _walk_map(panel: LatentPanel) -> None:
    """From the middle of the map outwards."""
    panel.interpolation.keyframes.keep()
    panel.side.turn_to("Map")
    view = panel.map.view
    centre = view.rect().center()
    away = view.width() // 4 // _MOVES
    _drag(view, [centre + QPoint(step * away, -step * away // 2) for step in range(_MOVES)])


def _interpolate(panel: LatentPanel) -> None:
    panel.interpolation.keyframes.keep()
    panel.interpolation.keyframes.go_to(0.5)


def _drag(widget: QWidget, path: list[QPoint]) -> None:
    """As a hand would, with the left button."""
    from PySide6.QtTest import QTest  # noqa: PLC0415 - for the tour alone

    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(widget, button, none, path[0])
    for point in path:
        QTest.mouseMove(widget, point)
    QTest.mouseRelease(widget, button, none, path[-1])
