"""The naive way: a window with one plot and nothing else; it writes when it was painted.

It is started by its path, so that not even this package is imported.
"""

import os
import sys
import time

import pyqtgraph
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow


class FirstPaint(QObject):
    """Notes the time once the first frame is painted, and ends the program."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """See the first paint event; what follows it in the queue comes after the painting."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self.note)
        return False

    def note(self) -> None:
        """Write the time."""
        with open(os.environ["GENSTUDIO_STARTUP_PROBE"], "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(repr(time.time()))
        QApplication.quit()


def main() -> int:
    """Show the window until it is painted."""
    application = QApplication(sys.argv)
    window = QMainWindow()
    plot = pyqtgraph.PlotWidget()
    window.setCentralWidget(plot)
    window.resize(1280, 800)
    watcher = FirstPaint()
    plot.viewport().installEventFilter(watcher)  # it covers the window, which is not painted
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
