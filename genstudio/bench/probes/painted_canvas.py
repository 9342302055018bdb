"""A brush drawn over the painting canvas: how long from a pointer's move to the painted cell.

Prints the milliseconds of each movement as a JSON list.
"""

import json
import sys
import time

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from genstudio.ui.painting.canvas import PaintCanvas
from genstudio.ui.painting.document import Painting
from genstudio.ui.painting.presets import Preset
from genstudio.ui.widgets.canvas import Pixel

SIDE, BRUSH, MARGIN = 256, 9, 12


def main() -> int:
    """Paint as many movements as the first argument says."""
    application = QApplication(sys.argv)
    painting = Painting(SIDE, SIDE, 3, 256)
    painting.preset(Preset.SCATTER)
    canvas = PaintCanvas(painting)
    canvas.resize(800, 800)
    canvas.show()
    canvas.set_brush_size(BRUSH)
    application.processEvents()
    kinds = QEvent.Type
    send(canvas, kinds.MouseButtonPress, MARGIN, MARGIN)
    application.processEvents()
    took = []
    for movement in range(int(sys.argv[1])):
        row = MARGIN + 3 * movement % (SIDE - 2 * MARGIN)
        column = MARGIN + 5 * movement % (SIDE - 2 * MARGIN)
        began = time.perf_counter()
        send(canvas, kinds.MouseMove, row, column)
        application.processEvents()  # what was asked to be painted is painted in here
        took.append(1000 * (time.perf_counter() - began))
    send(canvas, kinds.MouseButtonRelease, MARGIN, MARGIN)
    sys.stdout.write(json.dumps(took))
    return 0


def send(canvas: PaintCanvas, kind: QEvent.Type, row: int, column: int) -> None:
    """Let the left button act at the middle of a cell."""
    middle = canvas.rect_of(Pixel(0, row, column)).center()
    position = QPointF(QPoint(round(middle.x()), round(middle.y())))
    left = Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
    acted = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else left
    event = QMouseEvent(
        kind,
        position,
        QPointF(canvas.mapToGlobal(position.toPoint())),
        acted,
        held,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)


if __name__ == "__main__":
    sys.exit(main())
