"""What the tests of the views of a sound share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

Turn = Callable[..., None]


@pytest.fixture
def turn(qapp: QApplication) -> Turn:
    """Turn the wheel over a place of a widget by eighths of a degree: `turn(view, x, y=120)`."""

    def turn(
        view: QWidget,
        at: float,
        *,
        x: int = 0,
        y: int = 0,
        held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        place = QPointF(at, view.height() / 2)
        event = QWheelEvent(
            place,
            QPointF(view.mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(x, y),
            Qt.MouseButton.NoButton,
            held,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        qapp.sendEvent(view, event)

    return turn
